"""What this house has seen of somebody else's log: its table of views, held against what its own log says of them.

Each view is written into `WitnessedLog` and, in the same transaction, into our log as LOG_WITNESSED. Whoever gets at
the database can empty or lengthen the table without a trace in it; the log is signed, so it has the last word.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from audit.actions import Action
from audit.canonical import Json
from audit.cosignatures import TreeHead
from audit.errors import BadNote, WitnessRefused
from audit.log import Subject
from audit.models import Entry, WitnessedLog
from audit.notes import split_note
from audit.resolving import facts_of

EXACT = 2**53
"""From here on a number stands among facts as text: canonical JSON holds none."""

Keys = frozenset[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Seen:
    """The largest view of a log, and the keys (name and hash) that are known to have signed it."""

    head: TreeHead
    keys: Keys


def recall(origin: str) -> Seen | None:
    """Return the largest view that the table or our own log knows, or None where the log was never seen.

    Raises WitnessRefused where the table holds a view that our log does not, or with another root.
    """
    logged = _logged(origin)
    rows = WitnessedLog.objects.filter(origin=origin).order_by("size")
    for size, root in rows.values_list("size", "root"):
        if size not in logged or logged[size][0] != bytes(root):
            raise _contradicted(origin, size)
    if not logged:
        return None
    size = max(logged)
    root, keys = logged[size]
    row = rows.filter(size=size).first()
    return Seen(TreeHead(origin, size, root), keys | (_keys_under(row.note) if row else frozenset()))


def subject_of(origin: str) -> Subject:
    """The log of that origin, as entries about it name it."""
    return Subject(WitnessedLog._meta.label_lower, origin)


def number(size: int) -> Json:
    """A size as facts hold it."""
    return size if size < EXACT else str(size)


def _logged(origin: str) -> dict[int, tuple[bytes, Keys]]:
    """By size, the root and the keys of every view in our log. A view is written again each time that it is seen."""
    subject = subject_of(origin)
    views: dict[int, tuple[bytes, Keys]] = {}
    entries = Entry.objects.filter(
        subject_id=subject.id, subject_kind=subject.kind, action=Action.LOG_WITNESSED.value
    )
    for entry in entries.order_by("recorded_at").iterator():
        facts = facts_of(entry)
        try:
            size, root, key = int(facts["size"]), bytes.fromhex(facts["root"]), _key_named(facts)
        except (KeyError, TypeError, ValueError) as error:
            raise _contradicted(origin, 0) from error
        known, keys = views.get(size, (root, frozenset()))
        if known != root:
            raise _contradicted(origin, size)
        views[size] = root, keys | key
    return views


def _key_named(facts: dict[str, Any]) -> Keys:
    """The log's key in an entry, `name+hash`; entries of older versions name none."""
    name, plus, short = str(facts.get("key") or "").rpartition("+")
    return frozenset({(name, bytes.fromhex(short))}) if plus else frozenset()


def _keys_under(note: str) -> Keys:
    try:
        return frozenset((name, signature[:4]) for name, signature in split_note(note)[1])
    except BadNote:
        return frozenset()


def _contradicted(origin: str, size: int) -> WitnessRefused:
    return WitnessRefused(
        _(
            "What this house remembers of the log “%(origin)s” at %(size)d entries is not what its own log says that "
            "it saw: somebody changed the database of this house. Nothing was cosigned. Run verify_audit_log."
        )
        % {"origin": origin, "size": size}
    )
