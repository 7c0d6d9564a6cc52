"""A log of any length in a throw-away database: the rows that appending would leave, written in bulk.

Each body is made by the log's own canonical JSON and each hash by the log's own functions; the tiles are sealed by
the sequencer's code and the checkpoint is signed by the log's signer. Only the transactions around each entry are
left out, for they are what takes the time.
"""

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from audit.actors import SystemActor
from audit.canonical import canonical_json
from audit.checkpoints import sign_checkpoint
from audit.entry_body import VERSION
from audit.entry_ids import entry_id
from audit.log import instant
from audit.merkle import leaf_hash
from audit.tiles import seal_tiles, tree_size

_BATCH = 5_000
_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_ACTIONS = ("evidence.viewed", "evidence.received", "evidence.fixity_checked", "account.signed_in")
_ACTORS = tuple(f"user:{uuid.UUID(int=number + 1)}" for number in range(40))
_CASES = tuple(uuid.UUID(int=number + 1_000) for number in range(25))

_Row = tuple[uuid.UUID, datetime, str, str, str, str, str, uuid.UUID, bytes]


def fill_log(entries: int) -> None:
    """Bring the log to `entries` entries and more, and sign it; each signing adds an entry of its own."""
    begun = tree_size()
    for start in range(begun, entries, _BATCH):
        with transaction.atomic():
            _write([_row(number) for number in range(start, min(start + _BATCH, entries))], start)
    with transaction.atomic():
        seal_tiles(begun, tree_size())
    sign_checkpoint(actor=SystemActor("bench"))
    # SQLite keeps its statistics in tables, which our own connections make only where the schema is open.
    open_schema = getattr(connection, "schema_open", nullcontext)
    # PostgreSQL's own vacuum has long since seen the rows of a log that grew by and by.
    with open_schema(), connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)" if connection.vendor == "postgresql" else "ANALYZE")


def _row(number: int) -> _Row:
    """One entry as long as most are: about 400 bytes."""
    seed = hashlib.sha256(number.to_bytes(8, "big")).digest()
    item = uuid.UUID(bytes=seed[16:], version=4)
    moment = _BEGINNING + timedelta(seconds=7 * number, microseconds=number % 999_983)
    key = entry_id(moment)
    action, actor = _ACTIONS[number % len(_ACTIONS)], _ACTORS[number % len(_ACTORS)]
    case = _CASES[number % len(_CASES)]
    body = canonical_json(
        {
            "action": action,
            "actor": actor,
            "case_id": str(case),
            "channel": "page",
            "facts": {"item": str(item), "reference": f"E-{number:08d}", "seq": number % 9},
            "id": str(key),
            "recorded_at": instant(moment),
            "subject_id": str(item),
            "subject_kind": "evidence.evidenceitem",
            "v": VERSION,
        }
    )
    return key, moment, actor, "page", action, "evidence.evidenceitem", str(item), case, body


def _write(rows: list[_Row], start: int) -> None:
    if connection.vendor == "postgresql":
        _copy(
            "audit_entry (id, recorded_at, actor, channel, action, subject_kind, subject_id, case_id, body)",
            iter(rows),
        )
        _copy(
            "audit_leaf (leaf_index, entry_id, leaf_hash)",
            ((start + at, row[0], leaf_hash(row[-1])) for at, row in enumerate(rows)),
        )
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO audit_entry (id, recorded_at, actor, channel, action, subject_kind, subject_id, case_id,"
            f" body, leaf_hash) VALUES ({', '.join(['%s'] * 10)})",
            [
                (
                    row[0].hex,
                    f"{row[1]:%Y-%m-%d %H:%M:%S.%f}",
                    *row[2:7],
                    row[7].hex,
                    row[8],
                    leaf_hash(row[8]),
                )
                for row in rows
            ],
        )
        cursor.executemany(
            "INSERT INTO audit_leaf (leaf_index, entry_id, leaf_hash) VALUES (%s, %s, %s)",
            [(start + at, row[0].hex, leaf_hash(row[-1])) for at, row in enumerate(rows)],
        )


def _copy(target: str, rows: Iterator[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
