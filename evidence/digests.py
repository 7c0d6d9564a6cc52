"""A digest is a type, and the database knows its shape."""

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext as _

from evidence.errors import BadIntake

DIGEST_BYTES = 32
ALGORITHMS = ("sha256", "blake3")
_HEX = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class Digest:
    """A 256-bit digest with the name of its algorithm ("sha256" or "blake3").

    Two digests of different algorithms are never equal, whatever their bytes.
    """

    algorithm: str
    value: bytes

    def __post_init__(self) -> None:
        if self.algorithm not in ALGORITHMS:
            raise ValueError(f"unknown digest algorithm {self.algorithm!r}")
        if len(self.value) != DIGEST_BYTES:
            raise ValueError(f"a digest has {DIGEST_BYTES} bytes, not {len(self.value)}")

    @classmethod
    def sha256(cls, data: bytes) -> Self:
        """The SHA-256 of `data`."""
        return cls("sha256", hashlib.sha256(data).digest())

    @property
    def hex(self) -> str:
        """64 lower-case hexadecimal digits."""
        return self.value.hex()

    @property
    def labelled(self) -> str:
        """The form in facts and manifests: "sha256:<hex>"."""
        return f"{self.algorithm}:{self.hex}"

    def short(self) -> str:
        """The first 8 and the last 8 digits: for the eye alone, never to compare by."""
        return f"{self.hex[:8]}…{self.hex[-8:]}"

    def __str__(self) -> str:
        return self.hex


def read_sha256(text: str) -> Digest:
    """A SHA-256 as people write it: 64 hexadecimal digits, any case, spaces around and "sha256:" before
    allowed.

    Raises BadIntake with a sentence for anything else.
    """
    bare = text.strip().removeprefix("sha256:")
    if not _HEX.fullmatch(bare):
        raise BadIntake(_("This is not a SHA-256. Write its 64 hexadecimal digits."))
    return Digest("sha256", bytes.fromhex(bare))


if TYPE_CHECKING:
    _BytesField = models.BinaryField[Any, Any]
else:
    _BytesField = models.BinaryField


class _DigestAttribute(DeferredAttribute):
    """Turns bytes into a Digest when they are assigned, so that a fresh row and a loaded one behave alike."""

    def __set__(self, instance: models.Model, value: object) -> None:
        instance.__dict__[self.field.attname] = self.field.to_python(value)


class DigestField(_BytesField):
    """A digest of one algorithm: 32 bytes that the database itself measures, a `Digest` in Python.

    Accepts a Digest of its algorithm or 32 raw bytes; anything else is a ValueError.
    """

    descriptor_class = _DigestAttribute

    def __init__(self, algorithm: str, **options: Any) -> None:
        self.algorithm = algorithm
        options.setdefault("editable", False)
        super().__init__(**options)

    def deconstruct(self) -> Any:
        """As Django needs it for migrations: the algorithm is part of the field."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, [self.algorithm, *args], kwargs

    def db_check(self, connection: BaseDatabaseWrapper) -> str:
        """The column's CHECK: exactly 32 bytes, on every database."""
        column = connection.ops.quote_name(str(self.column))
        if connection.vendor == "sqlite":
            return f"typeof({column}) IN ('blob', 'null') AND length({column}) = {DIGEST_BYTES}"
        return f"octet_length({column}) = {DIGEST_BYTES}"

    def to_python(self, value: object) -> Digest | None:
        """A Digest, or None; raises ValueError when `value` is no digest of this algorithm."""
        if value is None:
            return None
        if isinstance(value, Digest):
            if value.algorithm != self.algorithm:
                raise ValueError(f"{self.name} holds {self.algorithm}, not {value.algorithm}")
            return value
        if isinstance(value, bytes | bytearray | memoryview):
            return Digest(self.algorithm, bytes(value))
        raise ValueError(f"{self.name} needs a digest, not {type(value).__name__}")

    def from_db_value(
        self, value: bytes | memoryview | None, _expression: Expression, _connection: BaseDatabaseWrapper
    ) -> Digest | None:
        """The row's bytes as a Digest."""
        return self.to_python(value)

    def get_prep_value(self, value: object) -> Any:
        """The raw bytes for the database."""
        digest = self.to_python(value)
        return None if digest is None else digest.value

    def value_to_string(self, obj: models.Model) -> str:
        """The hexadecimal form, for serialised rows."""
        digest = self.value_from_object(obj)
        return "" if digest is None else digest.hex
