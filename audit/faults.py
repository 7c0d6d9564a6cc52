"""What the verification can find wrong, and its report."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Beyond this many, faults are counted but no longer listed, so that the memory stays flat.
LISTED = 10_000


class FaultKind(StrEnum):
    """The kinds of break, each with a sentence."""

    sentence: "str | Promise"

    def __new__(cls, value: str, sentence: "str | Promise" = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    CHANGED = "changed", _("The content of an entry is not what was hashed into the tree.")
    COLUMN_CHANGED = "column_changed", _("A column of an entry says something else than its content.")
    HASH_CHANGED = "hash_changed", _("The stored hash of an entry does not belong to its content.")
    REMOVED = "removed", _("An entry that the tree names is gone.")
    INSERTED = "inserted", _("An entry stands outside the tree and was not waiting for its place.")
    RENUMBERED = "renumbered", _("An entry stands at another place of the tree than it was given.")
    GAP = "gap", _("A place in the tree is empty.")
    CUT = "cut", _("The end of the log is missing.")
    TILE_CHANGED = "tile_changed", _("A stored part of the tree is missing or was changed.")
    FORKED = "forked", _("The log does not contain what was signed.")
    BAD_SIGNATURE = "bad_signature", _("A checkpoint's signature is wrong.")
    FOREIGN_KEY = "foreign_key", _("A checkpoint was signed by a key that is not this log's.")
    UNSIGNED = "unsigned", _("A checkpoint has no signature.")
    KEY_MISSING = "key_missing", _("The log's public key is not to be had, so no signature could be checked.")
    GUARD_MISSING = (
        "guard_missing",
        _("A guard of the database against change is missing, altered or switched off."),
    )
    BAD_STAMP = (
        "bad_stamp",
        _("A stored time-stamp was changed, or does not hold against its pinned authority."),
    )
    STAMP_REMOVED = "stamp_removed", _("A time-stamp that the log says was received is gone.")
    STAMP_INSERTED = "stamp_inserted", _("A stored time-stamp was never recorded in the log.")
    STAMPS_UNCHECKED = (
        "stamps_unchecked",
        _("The list of time-stamp authorities cannot be used, so no time-stamp could be checked."),
    )
    GUARD_FOREIGN = (
        "guard_foreign",
        _(
            "Something that no migration made stands on a table of the record: it could change, hide or swallow rows."
        ),
    )
    STRUCTURE_CHANGED = (
        "structure_changed",
        _("A table of the record is not built as the migrations built it."),
    )
    KEY_OUT_OF_TIME = (
        "key_out_of_time",
        _("A checkpoint was signed by a key of this log that was replaced before, or came later."),
    )
    BAD_ROTATION = "bad_rotation", _("A rotation of keys is not signed by the key that was in use.")
    UNCHECKED_SIGNATURE = (
        "unchecked_signature",
        _("A signature is of a kind that this machine cannot check. Verify on another machine."),
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """One break: its kind, where it is, and more where there is more to say."""

    kind: FaultKind
    place: str
    detail: str = ""

    @property
    def sentence(self) -> str:
        """The kind's sentence in the reader's language."""
        return str(self.kind.sentence)


@dataclass(slots=True)
class LogReport:
    """The outcome of one verification."""

    entries: int = 0
    waiting: int = 0
    size: int = 0
    root: str = ""
    checkpoints: int = 0
    fault_count: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.fault_count == 0

    def add(self, kind: FaultKind, place: str, detail: str = "") -> None:
        """Count a fault, and list it while there is room."""
        self.fault_count += 1
        if len(self.faults) < LISTED:
            self.faults.append(Fault(kind, place, detail))

    def as_dict(self) -> dict[str, Any]:
        """The report for JSON; `ok` first."""
        return {"ok": self.ok, **asdict(self), "faults": [asdict(fault) for fault in self.faults]}
