"""What is known of a stored object, and what an examination found."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OBJECT_FORMAT = "age-v1"


@dataclass(frozen=True, slots=True)
class StoredFacts:
    """An object in the vault. Sizes in bytes; `blake3` and `stored_size` are of the sealed bytes on the
    disk. `more` are further digests of the content, each by the name that hashlib has for its algorithm. `turn` is 1,
    and one more after each time these bytes were removed: it went into the name.
    """

    name: str
    size: int
    sha256: bytes
    blake3: bytes
    stored_size: int
    key_id: str
    more: tuple[tuple[str, bytes], ...] = ()
    turn: int = 1


class ObjectState(StrEnum):
    """The outcomes of an examination."""

    OK = "ok"
    MISSING = "missing"
    TRUNCATED = "truncated"
    ALTERED_STORED = "altered_stored"
    ALTERED_CONTENT = "altered_content"
    UNREADABLE = "unreadable"

    @property
    def sentence(self) -> Promise:
        """One sentence for a person: what was found and what to do."""
        return _SENTENCES[self]


_SENTENCES: dict[ObjectState, Promise] = {
    ObjectState.OK: _("The stored object is what was taken in."),
    ObjectState.MISSING: _("The stored object is gone. Restore it from a backup, then check again."),
    ObjectState.TRUNCATED: _("The stored object was cut short. Restore it from a backup, then check again."),
    ObjectState.ALTERED_STORED: _(
        "The stored object was altered on the disk. Restore it from a backup, then check again."
    ),
    ObjectState.ALTERED_CONTENT: _(
        "The stored object opens, but its content is not what the record says. The record or its database "
        "was "
        "altered: compare it with the audit log."
    ),
    ObjectState.UNREADABLE: _(
        "The stored object cannot be read. Look at the disk and at the vault's key, then check again."
    ),
}


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """What was found. Digests are those of the bytes as they are now, None where there was nothing to compute
    from. `more` are the further digests that were asked for or that the record has, by hashlib's names.
    """

    state: ObjectState
    sha256: bytes | None = None
    blake3: bytes | None = None
    more: tuple[tuple[str, bytes], ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the object is what was stored."""
        return self.state is ObjectState.OK

    @property
    def sentence(self) -> Promise:
        """One sentence for a person."""
        return self.state.sentence
