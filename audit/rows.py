"""The rows of the log as the verifier reads them: streamed past the ORM, alike from SQLite and PostgreSQL."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

_CHUNK = 1_000
_ENTRY = (
    "e.id, e.body, e.leaf_hash,"
    " e.action, e.actor, e.case_id, e.channel, e.recorded_at, e.subject_id, e.subject_kind"
)
_IN_ORDER = f"""
    SELECT l.leaf_index, l.entry_id, l.leaf_hash, {_ENTRY}
    FROM audit_leaf l LEFT JOIN audit_entry e ON e.id = l.entry_id
    WHERE l.leaf_index < %s ORDER BY l.leaf_index
"""  # noqa: S608
_WAITING = f"""
    SELECT -1, u.entry_id, e.leaf_hash, {_ENTRY}
    FROM audit_unsequenced u LEFT JOIN audit_entry e ON e.id = u.entry_id ORDER BY u.entry_id
"""  # noqa: S608
_OUTSIDE = """
    SELECT e.id FROM audit_entry e
    WHERE NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = e.id)
      AND NOT EXISTS (SELECT 1 FROM audit_unsequenced u WHERE u.entry_id = e.id)
    ORDER BY e.recorded_at, e.id
"""


@dataclass(frozen=True, slots=True)
class Columns:
    """An entry's columns in the words of its body."""

    id: str
    action: str
    actor: str
    case_id: str | None
    channel: str
    recorded_at: str
    subject_id: str
    subject_kind: str


@dataclass(frozen=True, slots=True)
class StoredLeaf:
    """One place of the tree with what is stored for it; `body` is None where the entry is gone."""

    index: int
    entry_id: str
    leaf_hash: bytes
    body: bytes | None
    entry_hash: bytes
    columns: Columns | None


def leaves_in_order(size: int) -> Iterator[StoredLeaf]:
    """Yield the leaves below `size` with their entries, in memory that does not grow."""
    for row in stream(_IN_ORDER, (size,)):
        yield _stored(row)


def waiting_entries() -> Iterator[StoredLeaf]:
    """Yield the entries that wait for their place, with the index -1 and their own hash in the leaf's stead."""
    for row in stream(_WAITING, ()):
        yield _stored(row)


def _stored(row: tuple[Any, ...]) -> StoredLeaf:
    index, entry_id, leaf_hash, found, body, entry_hash, *rest = row
    if found is None:
        return StoredLeaf(index, _id(entry_id), bytes(leaf_hash or b""), None, b"", None)
    action, actor, case_id, channel, recorded_at, subject_id, subject_kind = rest
    columns = Columns(
        id=_id(found),
        action=action,
        actor=actor,
        case_id=_id(case_id) if case_id is not None else None,
        channel=channel,
        recorded_at=_instant(recorded_at),
        subject_id=subject_id,
        subject_kind=subject_kind,
    )
    return StoredLeaf(index, _id(entry_id), bytes(leaf_hash), bytes(body), bytes(entry_hash), columns)


def entries_outside() -> Iterator[str]:
    """Yield the id of every entry that has no leaf and does not wait for one."""
    for (entry_id,) in stream(_OUTSIDE, ()):
        yield _id(entry_id)


def stream(sql: str, parameters: tuple[int, ...]) -> Iterator[tuple[Any, ...]]:
    """Yield rows from a cursor of the server's, so that no more than a chunk is held here."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(_CHUNK):
            yield from rows


def _id(value: uuid.UUID | str) -> str:
    if isinstance(value, uuid.UUID):
        return str(value)
    # Whatever a tamperer wrote into SQLite's text column is shown as it is.
    return (
        f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}" if len(value) == 32 else value
    )


def _instant(value: datetime | str) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value.replace(" ", "T") + "Z"
