"""What was found of a web capture, and of the digests that it states of itself. Pure."""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from evidence.containers.words import Why

# No more of a kind are named one by one; all are counted.
_NAMED = 1_000
_ALGORITHMS = {"md5", "sha1", "sha224", "sha256", "sha384", "sha512"}
_HEX, _BASE32 = re.compile(r"[0-9a-fA-F]+"), re.compile(r"[A-Za-z2-7]+")


@dataclass(frozen=True, slots=True)
class Digested:
    """What has a stated digest, and whether it has that digest; None where that could not be found out."""

    path: str
    stated: str
    holds: bool | None


@dataclass(slots=True)
class CaptureFacts:
    """What was found; empty where the file does not say. `captured` is as written there, UTC in RFC 3339.

    `why` says what kept the reading from its end. `digests` are those that the capture states, a thousand of a kind
    at most; `stated`, `failing` and `unchecked` count all. `bare` counts the files and records of which no digest is
    stated, neither of themselves nor of the file that they are in: nothing in the capture speaks for those.
    """

    format: str = ""
    url: str = ""
    final_url: str = ""
    captured: str = ""
    tool: str = ""
    tool_version: str = ""
    records: int = 0
    digests: list[Digested] = field(default_factory=list)
    stated: int = 0
    failing: int = 0
    unchecked: int = 0
    bare: int = 0
    why: Why | None = None

    def add(self, one: Digested) -> None:
        """Count a stated digest, and name it where not too many of its kind are named."""
        self.stated += 1
        self.failing += one.holds is False
        self.unchecked += one.holds is None
        of_its_kind = {True: self.held, False: self.failing, None: self.unchecked}
        if of_its_kind[one.holds] <= _NAMED:
            self.digests.append(one)

    @property
    def held(self) -> int:
        """How many stated digests hold."""
        return self.stated - self.failing - self.unchecked


class Stated:
    """A digest as a capture states it, such as `sha256:<hex>` or `sha1:<base 32>`, and what it is held against."""

    def __init__(self, text: str) -> None:
        name, _sign, self._value = text.strip().partition(":")
        algorithm = name.lower().replace("-", "")
        self.text = text
        known = algorithm in _ALGORITHMS
        self._hash = hashlib.new(algorithm, usedforsecurity=False) if known else None

    def update(self, data: bytes | memoryview) -> None:
        """Go on with what the digest is of."""
        if self._hash is not None:
            self._hash.update(data)

    def holds(self) -> bool | None:
        """Whether all that was given has the digest, written in base 16, 32 or 64; None for an algorithm that is not
        known, and where nothing is stated.
        """
        if self._hash is None:
            return None
        found, value = self._hash.digest(), self._value.strip().rstrip("=")
        if len(value) == 2 * len(found) and _HEX.fullmatch(value):
            return value.lower() == found.hex()
        plain = base64.b32encode(found).decode().rstrip("=")
        if len(value) == len(plain) and _BASE32.fullmatch(value):
            return value.upper() == plain
        if value in (_base64(found, base64.b64encode), _base64(found, base64.urlsafe_b64encode)):
            return True
        return None if not value else False


def _base64(found: bytes, written: Callable[[bytes], bytes]) -> str:
    return written(found).decode().rstrip("=")
