"""What the verification can find wrong, and its report."""

from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from audit.worded import Worded

# Beyond this many, faults are counted but no longer listed, so that the memory stays flat.
LISTED = 10_000
# No place and no detail of ours is longer; what somebody wrote into a row can be.
_LONGEST = 1_000
# Persian words are not spelled right without them, and they turn nothing round.
_JOINERS = "\u200c\u200d"


class FaultKind(Worded):
    """The kinds of break, each with a sentence."""

    CHANGED = "changed", _("The content of an entry is not what was hashed into the tree.")
    COLUMN_CHANGED = "column_changed", _("A column of an entry says something else than its content.")
    HASH_CHANGED = "hash_changed", _("The stored hash of an entry does not belong to its content.")
    REMOVED = (
        "removed",
        _(
            "An entry that the tree names is not found: it was taken out, or a damaged index of the database hides it."
        ),
    )
    INSERTED = "inserted", _("An entry stands outside the tree and was not waiting for its place.")
    RENUMBERED = "renumbered", _("An entry stands at another place of the tree than it was given.")
    GAP = "gap", _("A place in the tree is empty.")
    CUT = "cut", _("The end of the log is missing.")
    TILE_CHANGED = "tile_changed", _("A stored part of the tree is missing or was changed.")
    FORKED = "forked", _("The log does not contain what was signed.")
    BAD_SIGNATURE = "bad_signature", _("A checkpoint's signature is wrong.")
    FOREIGN_KEY = "foreign_key", _("A checkpoint was signed by a key that is not known here as this log's.")
    UNSIGNED = "unsigned", _("A checkpoint has no signature.")
    KEY_MISSING = (
        "key_missing",
        _(
            "A file of public keys is not to be had or cannot be read, so signatures by these were not checked."
        ),
    )
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
            "Something that no migration made stands in the database, where it could change, hide, swallow or invent "
            "rows of the record."
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
    REORDERED = "reordered", _("Entries have changed places with each other.")
    ROLLED_BACK = (
        "rolled_back",
        _(
            "The log is shorter than a checkpoint that left the house: an older copy was put back, or its end was cut. "
            "See that this is the house's own database (DATABASE_URL), keep it as it is, and compare the newest backup "
            "with the same checkpoint."
        ),
    )
    REBUILT = (
        "rebuilt",
        _(
            "No checkpoint that was given for comparison fits this log, and it remembers none of them: it was made "
            "anew, or an older copy was put back and went on. Give an older checkpoint as well: one that fits shows "
            "the latter."
        ),
    )
    SPLIT_VIEW = (
        "split_view",
        _("The log's key has signed two different logs of the same size."),
    )
    OTHER_LOG = (
        "other_log",
        _("A checkpoint that was given for comparison is of another log and proves nothing here."),
    )
    UNREADABLE_FILE = (
        "unreadable_file",
        _(
            "What was given as a checkpoint for comparison could not be read, so the log was not compared with it."
        ),
    )
    UNKNOWN_CHECKPOINT = (
        "unknown_checkpoint",
        _("The log has no stored checkpoint of the size from which it was to be read."),
    )
    CHECKPOINT_CHANGED = (
        "checkpoint_changed",
        _("A stored checkpoint or signature says something else than was logged when it was made."),
    )
    CHECKPOINT_REMOVED = (
        "checkpoint_removed",
        _("A checkpoint that the log says was signed is gone."),
    )
    SIGNATURE_REMOVED = (
        "signature_removed",
        _("A signature that the log says was made under a checkpoint is gone."),
    )
    ROTATION_REMOVED = (
        "rotation_removed",
        _(
            "The public keys hold one that no stored rotation introduces: the rotation was taken out, or an older "
            "copy of the database was put back."
        ),
    )
    WITNESSED_CHANGED = (
        "witnessed_changed",
        _("What this house saw of another log, as its witness, is not what was logged at that time."),
    )
    STORAGE_DAMAGED = (
        "storage_damaged",
        _(
            "The database's own check of its files found damage: an index or a table does not hold what it should."
        ),
    )
    NOT_CANONICAL = (
        "not_canonical",
        _(
            "The content of an entry is not written as this system writes it, so two readers could read it as two."
        ),
    )
    UNREADABLE = "unreadable", _("Something stored cannot be read, so it was not checked.")
    UNFINISHED = (
        "unfinished",
        _("The signing of a checkpoint did not come to its end. It is signed the next time."),
    )
    UNLOGGED = (
        "unlogged",
        _(
            "The record holds rows of which no entry of the log tells: entries were taken out, or the rows were "
            "written past the program."
        ),
    )
    CLOCK_AHEAD = (
        "clock_ahead",
        _("An entry is dated in the future: the clock of the machine went ahead, or the entry was made up."),
    )
    CLOCK_BACK = "clock_back", _("The clock of the machine was set back.")
    QUEUE_CHANGED = (
        "queue_changed",
        _("The queue of entries that wait for their place holds one that nobody put there."),
    )
    UNKNOWN_ACTION = "unknown_action", _("Entries name an action that this version does not know.")


def shown(text: str) -> str:
    """Return what a row says so that it can command no terminal and forge no line: unprintables as escapes, cut short.

    A text that no output could encode, as with half of a surrogate pair, is shown like the rest.
    """
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return "".join(c if c.isprintable() or c in _JOINERS else ascii(c)[1:-1] for c in cut)


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


@dataclass(frozen=True, slots=True)
class Compared:
    """A checkpoint from outside that the log agrees with: it covers the first `up_to` of the entries in the tree."""

    place: str
    up_to: int
    of: int


@dataclass(slots=True)
class LogReport:
    """The outcome of one verification.

    `since` is the size of the checkpoint up to which entries were not read again (0: all were read), `read` how many
    were; `read_from` is the first place that was, which is the start of a tile. `against` counts what was given to
    compare with, that of `since` among them; `compared` are those that the log agrees with, and `incomparable` those
    from which nothing follows. `notices` are worth a person's attention but break nothing: an honest clock can be set
    back. `signed` is the size of the largest checkpoint with good signatures: entries after it whoever owns the
    database can still write anew, unseen.
    """

    entries: int = 0
    waiting: int = 0
    size: int = 0
    root: str = ""
    checkpoints: int = 0
    signed: int = 0
    fault_count: int = 0
    faults: list[Fault] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)
    compared: list[Compared] = field(default_factory=list)
    incomparable: list[Fault] = field(default_factory=list)
    since: int = 0
    read: int = 0
    read_from: int = 0
    against: int = 0

    @property
    def ok(self) -> bool:
        return self.fault_count == 0

    def add(self, kind: FaultKind, place: str, detail: str = "") -> None:
        """Count a fault, and list it while there is room."""
        self.fault_count += 1
        if len(self.faults) < LISTED:
            self.faults.append(Fault(kind, shown(place), shown(detail)))

    def notice(self, kind: FaultKind, place: str, detail: str = "") -> None:
        """List what a person should know though it breaks nothing, while there is room."""
        if len(self.notices) < LISTED:
            self.notices.append(Fault(kind, shown(place), shown(detail)))

    def agrees_with(self, place: str, up_to: int) -> None:
        """List a checkpoint from outside that fits the log."""
        self.compared.append(Compared(shown(place), up_to, self.size))

    def set_aside(self, kind: FaultKind, place: str, detail: str = "") -> None:
        """List what was given to compare with and from which nothing follows."""
        self.incomparable.append(Fault(kind, shown(place), shown(detail)))

    @property
    def verdict(self) -> str:
        """One word: `broken`, `not_compared` where something that was given says nothing about it, or `verified`."""
        if not self.ok:
            return "broken"
        return "not_compared" if self.incomparable else "verified"

    def as_dict(self) -> dict[str, Any]:
        """The report for JSON; `ok`, which is about the log alone, and the verdict first."""
        return {"ok": self.ok, "verdict": self.verdict, **asdict(self)}
