"""Checkpoints, their signatures and what the log says of them, as the verifier reads them: past the ORM.

A moment that no calendar has, an id that is none, or bytes that are no text end Django's own reading of a row. Here
every column comes as text or bytes, and what cannot be read is named at its place while the rest is still checked.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from audit.actions import Action
from audit.clock import moment
from audit.faults import FaultKind, LogReport
from audit.models import checkpoint_text
from audit.rows import as_id, as_text, stream

_TIMES = ("made_at", "seen_at")


@dataclass(frozen=True, slots=True)
class StoredSignature:
    """A row of a signature; `made_at` is in UTC without its zone, None for what is no time."""

    checkpoint_id: str
    key_name: str
    key_hash: str
    line: str
    made_at: datetime | None

    @property
    def key(self) -> str:
        """The key as the log writes it."""
        return f"{self.key_name}+{self.key_hash}"


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A row of a checkpoint with its signatures; `made_at` as in `StoredSignature`."""

    id: str
    origin: str
    size: int
    root: bytes
    made_at: datetime | None
    signatures: Sequence[StoredSignature]

    @property
    def text(self) -> str:
        """The text that is signed (C2SP tlog-checkpoint)."""
        return checkpoint_text(self.origin, self.size, self.root)

    @property
    def place(self) -> str:
        return f"checkpoint of size {self.size}"


@dataclass(frozen=True, slots=True)
class Record:
    """What the body of an entry says; the columns beside it are compared with it elsewhere."""

    action: str
    subject_id: str
    recorded_at: datetime | None
    facts: dict[str, Any]


def stored_checkpoints(report: LogReport | None = None) -> list[StoredCheckpoint]:
    """Return every checkpoint with its signatures, the smallest first; name in the report what cannot be read."""
    signatures = _signatures()
    found = []
    columns = _columns("id", "origin", "made_at")
    for id_, origin, made_at, size, root in stream(
        f"SELECT {columns}, size, root FROM audit_checkpoint",  # noqa: S608
        (),
    ):
        key = as_id(id_)
        under = signatures.pop(key, [])
        one = StoredCheckpoint(key, as_text(origin), size, bytes(root), moment(as_text(made_at)), under)
        found.append(one)
        if report is not None:
            _name_unreadable(report, one)
    if report is not None:
        for rows in signatures.values():
            for row in rows:
                report.add(
                    FaultKind.CHECKPOINT_CHANGED, f"signature of {row.key}", "It is of no stored checkpoint."
                )
    return sorted(found, key=lambda one: one.size)


def records(action: Action) -> Iterator[Record]:
    """Yield what each entry of this action says that the index lists, those newer than a first reading among them."""
    # In the order of the index that finds them: SQLite's planner would rather read the whole log in the order of ids.
    sql = "SELECT body FROM audit_entry WHERE action = %s ORDER BY action, recorded_at"
    for (body,) in stream(sql, (action.value,)):
        record = record_of(bytes(body))
        if record is not None and record.action == action.value:
            yield record


def record_of(body: bytes) -> Record | None:
    """Return what an entry says, None where its content is no entry's: the walk over the tree has named it."""
    try:
        content = json.loads(body)
        return Record(
            str(content["action"]),
            str(content["subject_id"]),
            moment(str(content["recorded_at"])),
            dict(content["facts"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def witnessed_rows() -> Iterator[tuple[str, int, bytes, str, datetime | None]]:
    """Yield origin, size, root, note and time of every state of another log that this house saw as its witness."""
    sql = f"SELECT size, root, {_columns('origin', 'note', 'seen_at')} FROM audit_witnessedlog"  # noqa: S608
    for size, root, origin, note, seen_at in stream(sql, ()):
        yield as_text(origin), size, bytes(root), as_text(note), moment(as_text(seen_at))


def rotation_rows() -> Iterator[tuple[str, datetime | None]]:
    """Yield id and time of every change of the log's keys."""
    sql = f"SELECT {_columns('id', 'made_at')} FROM audit_keyrotation"  # noqa: S608
    for id_, made_at in stream(sql, ()):
        yield as_id(id_), moment(as_text(made_at))


def _signatures() -> dict[str, list[StoredSignature]]:
    columns = _columns("checkpoint_id", "key_name", "key_hash", "line", "made_at")
    found: dict[str, list[StoredSignature]] = defaultdict(list)
    for checkpoint, name, key_hash, line, made_at in stream(
        f"SELECT {columns} FROM audit_checkpointsignature ORDER BY id",  # noqa: S608
        (),
    ):
        row = StoredSignature(
            as_id(checkpoint), as_text(name), as_text(key_hash), as_text(line), moment(as_text(made_at))
        )
        found[row.checkpoint_id].append(row)
    return found


def _name_unreadable(report: LogReport, checkpoint: StoredCheckpoint) -> None:
    if checkpoint.made_at is None:
        report.add(FaultKind.UNREADABLE, checkpoint.place, "made_at")
    for signature in checkpoint.signatures:
        if signature.made_at is None:
            report.add(FaultKind.UNREADABLE, checkpoint.place, f"made_at of {signature.key}")


def _columns(*names: str) -> str:
    """The columns as text that any driver reads: bytes on SQLite, whose text can be no UTF-8."""
    if connection.vendor == "sqlite":
        return ", ".join(f"CAST({name} AS BLOB)" for name in names)
    return ", ".join(
        f"({name} AT TIME ZONE 'UTC')::text" if name in _TIMES else f"{name}::text" for name in names
    )
