"""The entries that tell of checkpoints, cosignatures, stamps and other logs, read from the table itself.

They are the log's own evidence of what else must be there. An index that was made to lack one of them would hide it and
what was taken away with it, and amcheck is not on every server; so no index leads to them here, and what an entry is
about is taken from its body, which the walk over the tree has proven.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.db import connection

from audit.actions import Action
from audit.rows import stream
from audit.signed_rows import Record, record_of

TOLD = (
    Action.CHECKPOINT_SIGNED,
    Action.COSIGNATURE_ADDED,
    Action.LOG_KEY_ROTATED,
    Action.LOG_STAMPED,
    Action.LOG_WITNESSED,
)
# No index holds the action with something behind it.
_POSTGRES = "SELECT body FROM audit_entry WHERE action || '' = ANY (%s)"
_POSTGRES_AT = "SELECT body FROM audit_entry WHERE ctid = ANY (%s::tid[])"
_SQLITE = f"SELECT body FROM audit_entry NOT INDEXED WHERE action IN ({', '.join(['%s'] * len(TOLD))})"  # noqa: S608
_AT_ONCE = 1_000


class Telling:
    """What these entries say, read when first asked for and kept: there are a few a day."""

    def __init__(self) -> None:
        self._at: Sequence[str] | None = None
        self._found: dict[str, list[Record]] | None = None

    def lie_at(self, places: Sequence[str]) -> None:
        """Take the places (`ctid`) of all of them, where a reading of the whole table has found them already."""
        self._at = places

    def of(self, action: Action) -> list[Record]:
        """Return what each entry of this action says. Raises KeyError for an action that is not among `TOLD`."""
        if self._found is None:
            found: dict[str, list[Record]] = defaultdict(list)
            for body in self._bodies():
                record = record_of(body)
                if record is not None:
                    found[record.action].append(record)
            self._found = {one.value: found[one.value] for one in TOLD}
        return self._found[action.value]

    def _bodies(self) -> Iterator[bytes]:
        actions = [one.value for one in TOLD]
        if connection.vendor == "sqlite":
            rows = stream(_SQLITE, tuple(actions))
        elif self._at is None:
            rows = stream(_POSTGRES, (actions,))
        else:
            rows = self._rows_at(self._at)
        for (body,) in rows:
            yield bytes(body)

    def _rows_at(self, places: Sequence[str]) -> Iterator[tuple[bytes]]:
        for start in range(0, len(places), _AT_ONCE):
            some = ",".join(f'"{place}"' for place in places[start : start + _AT_ONCE])
            yield from stream(_POSTGRES_AT, (f"{{{some}}}",))
