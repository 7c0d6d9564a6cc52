"""Stored stamps as the verifier reads them: past the ORM, whose reading ends at the first row that it cannot read.

Every column comes as text or bytes. What is no time, or stands under no checkpoint, makes its own row unreadable and
leaves the others to be checked.
"""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import connection

from audit.clock import moment
from audit.models import Checkpoint, TimeStamp
from audit.rows import as_id, as_text, stream

_TEXTS = ("s.checkpoint_id", "s.authority", "s.algorithm", "s.serial", "s.policy", "c.origin")
_TIMES = ("s.generated_at", "s.received_at", "c.made_at")
_ROWS = """
    SELECT {columns}, s.request, s.response, c.size, c.root
    FROM audit_timestamp s LEFT JOIN audit_checkpoint c ON c.id = s.checkpoint_id ORDER BY c.size, s.id
"""


class RowUnreadable(ValueError):
    """A row that holds what is no stamp; the sentence says what of it. `size` is None where no checkpoint is stored."""

    def __init__(self, why: str, *, authority: str, checkpoint_id: str, size: int | None) -> None:
        super().__init__(why)
        self.authority = authority
        self.checkpoint_id = checkpoint_id
        self.size = size


def stored_stamps() -> Iterator[TimeStamp | RowUnreadable]:
    """Yield every stamp with its checkpoint, or in its place why the row cannot be read."""
    count = len(_TEXTS) + len(_TIMES)
    for row in stream(_ROWS.format(columns=_columns()), ()):
        texts = ["" if value is None else as_text(value) for value in row[:count]]
        request, response, size, root = row[count:]
        try:
            yield _stamp(texts, bytes(request), bytes(response), size, bytes(root or b""))
        except ValueError as error:
            yield RowUnreadable(str(error), authority=texts[1], checkpoint_id=as_id(texts[0]), size=size)


def _stamp(texts: list[str], request: bytes, response: bytes, size: int | None, root: bytes) -> TimeStamp:
    checkpoint_id, authority, algorithm, serial, policy, origin, *times = texts
    if size is None:
        raise ValueError("It is of no stored checkpoint.")
    generated_at, received_at, made_at = (
        _moment(name, text) for name, text in zip(_TIMES, times, strict=True)
    )
    key = uuid.UUID(checkpoint_id)
    return TimeStamp(
        checkpoint=Checkpoint(id=key, origin=origin, size=size, root=root, made_at=made_at),
        authority=authority,
        algorithm=algorithm,
        request=request,
        response=response,
        generated_at=generated_at,
        serial=serial,
        policy=policy,
        received_at=received_at,
    )


def _moment(name: str, text: str) -> datetime:
    found = moment(text)
    if found is None:
        raise ValueError(f"A row cannot be read: {name.partition('.')[2]}")
    return found.replace(tzinfo=UTC)


def _columns() -> str:
    if connection.vendor == "sqlite":
        return ", ".join(f"CAST({name} AS BLOB)" for name in (*_TEXTS, *_TIMES))
    times = (f"({name} AT TIME ZONE 'UTC')::text" for name in _TIMES)
    return ", ".join([*(f"{name}::text" for name in _TEXTS), *times])
