"""A register of any length in a throw-away database: the rows that receipts would leave, written in bulk.

Custody and the log are left out: the register's plain pages read neither.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, models, transaction

from accounts.models import User
from cases.models import Case
from evidence.models import EvidenceCase, EvidenceItem, Intake, StoredObject

_BATCH = 20_000
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_TYPES = ("image/jpeg", "application/pdf", "text/plain", "audio/mpeg", "video/mp4")
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

_Row = Mapping[str, Any]


def fill_register(items: int, *, first: Case, first_items: int, cases: Sequence[Case], giver: User) -> None:
    """Take in so many items, one every ten minutes; the oldest lie in `first`, all others in turn in `cases`."""
    for start in range(0, items, _BATCH):
        numbers = range(start, min(start + _BATCH, items))
        homes = [first if number < first_items else cases[number % len(cases)] for number in numbers]
        with transaction.atomic():
            intake = Intake.objects.create(source="invented", started_by=giver, channel="command")
            rows = [_item(number, intake, giver) for number in numbers]
            _write(StoredObject, [_object(row) for row in rows])
            _write(EvidenceItem, rows)
            _write(
                EvidenceCase, [_placement(row, home, giver) for row, home in zip(rows, homes, strict=True)]
            )
    if connection.vendor == "postgresql":
        # As its own housekeeping does; SQLite is measured as it is kept, without statistics.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _item(number: int, intake: Intake, giver: User) -> _Row:
    seed = hashlib.sha256(number.to_bytes(8, "big")).digest()
    letters = "".join(_LETTERS[byte & 31] for byte in seed[16:24])
    title = f"Invented letter {number}"
    return {
        **{str(field.column): "" for field in EvidenceItem._meta.concrete_fields if _is_text(field)},
        "id": uuid.UUID(bytes=seed[:16], version=4),
        "reference": f"E-{letters[:4]}-{letters[4:]}",
        "object_id": uuid.UUID(bytes=seed[16:], version=4),
        "intake_id": intake.pk,
        "title": title,
        "original_name": f"{title}.bin",
        "source": "invented",
        "media_type": _TYPES[number % len(_TYPES)],
        "inspected_at": _BEGINNING,
        "inspection_tries": 1,
        "received_at": _BEGINNING + timedelta(minutes=10 * number),
        "received_by_id": giver.pk,
        "in_a_case": True,
        "salt": seed[:16],
    }


def _object(item: _Row) -> _Row:
    key, at = item["object_id"], item["received_at"]
    digest = hashlib.sha256(key.bytes).digest()
    return {
        "id": key,
        "name": digest.hex(),
        "sha256": digest,
        "size": 1000,
        "stored_blake3": digest,
        "stored_size": 1200,
        "format": "age-v1",
        "key_id": "invented",
        "stored_at": at,
        "checked_at": at,
        "scrubbed_at": at,
    }


def _placement(item: _Row, case: Case, giver: User) -> _Row:
    key = uuid.UUID(bytes=hashlib.sha256(item["id"].bytes).digest()[:16], version=4)
    return {
        "id": key,
        "item_id": item["id"],
        "case_id": case.pk,
        "linked_by_id": giver.pk,
        "linked_at": item["received_at"],
        "received_at": item["received_at"],
    }


def _is_text(field: "models.Field[Any, Any]") -> bool:
    return isinstance(field, models.CharField | models.TextField)


def _write(model: type[models.Model], rows: Sequence[_Row]) -> None:
    table, columns = model._meta.db_table, list(rows[0])
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(list(row.values()))
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",
                [[_for_sqlite(value) for value in row.values()] for row in rows],
            )


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return value.hex
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value
