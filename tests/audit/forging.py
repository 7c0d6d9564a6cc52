"""A log as somebody would leave it who owns the database and makes everything that is stored agree with a lie."""

import uuid
from collections.abc import Callable

from django.db import connection

from audit.merkle import complete_root, leaf_hash
from audit.models import Entry
from tests.tampering import guards_lifted

Change = Callable[[bytes], bytes]


def forge(index: int, change: Change) -> None:
    """Let the body at a place of a full tile be another one, and its hashes, its tile and the tile's root."""
    with guards_lifted():
        forge_here(index, change)


def forge_here(index: int, change: Change) -> None:
    """Do so where the guards are lifted already."""
    sql = "SELECT e.body FROM audit_entry e JOIN audit_leaf l ON l.entry_id = e.id WHERE l.leaf_index = %s"
    body = bytes(_rows(sql, index)[0][0])
    forged = change(body)
    assert forged != body
    _set_body(index, forged)
    _grow_again(index // 256)


def copy_outside(entry: Entry) -> uuid.UUID:
    """Insert a copy of the row under another id, with no place in the tree and none in the queue; return that id."""
    false = uuid.uuid4()
    columns = ", ".join(
        field.column
        for field in Entry._meta.concrete_fields
        if field.column != "id" and not (field.column == "leaf_hash" and connection.vendor == "postgresql")
    )
    keys = [false, entry.pk] if connection.vendor == "postgresql" else [false.hex, entry.pk.hex]
    with guards_lifted():
        change_by(
            f"INSERT INTO audit_entry (id, {columns}) SELECT %s, {columns} FROM audit_entry WHERE id = %s",
            *keys,
        )
    return false


def change_by(sql: str, *parameters: object) -> None:
    """Run a statement where the guards are lifted already."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def _set_body(index: int, body: bytes) -> None:
    at = "id = (SELECT entry_id FROM audit_leaf WHERE leaf_index = %s)"
    if connection.vendor == "postgresql":  # it hashes by itself
        change_by(f"UPDATE audit_entry SET body = %s WHERE {at}", body, index)
    else:
        change_by(
            f"UPDATE audit_entry SET body = %s, leaf_hash = %s WHERE {at}", body, leaf_hash(body), index
        )
    change_by("UPDATE audit_leaf SET leaf_hash = %s WHERE leaf_index = %s", leaf_hash(body), index)


def _grow_again(tile: int) -> None:
    sql = "SELECT leaf_hash FROM audit_leaf WHERE leaf_index BETWEEN %s AND %s ORDER BY leaf_index"
    hashes = [bytes(row[0]) for row in _rows(sql, tile * 256, tile * 256 + 255)]
    change_by(
        "UPDATE audit_tile SET hashes = %s, root = %s WHERE level = 0 AND tile_index = %s",
        b"".join(hashes),
        complete_root(hashes),
        tile,
    )


def _rows(sql: str, *parameters: int) -> list[tuple[bytes, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
