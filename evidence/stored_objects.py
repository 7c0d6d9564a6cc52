"""The one row of a sequence of bytes, whoever brought or made them."""

from typing import BinaryIO
from uuid import UUID

from django.db import connection

from evidence.digests import Digest
from evidence.models import Removal, StoredObject
from evidence.store import vault
from evidence.turns import turn_of
from evidence.vault.facts import StoredFacts
from evidence.vault.stores import bytes_going


def stored_object(stored: StoredFacts) -> StoredObject:
    """The row of bytes that the vault has committed, made where there is none. The caller's transaction logs why.

    Bytes that were to be removed are kept from now on. Raises BytesGoing where their removal began between the vault's
    word and this row: what it speaks of is going, or gone. Then nothing is recorded.
    """
    columns = {
        "name": stored.name,
        "size": stored.size,
        "stored_blake3": Digest("blake3", stored.blake3),
        "stored_size": stored.stored_size,
        "key_id": stored.key_id,
    }
    digest = Digest("sha256", stored.sha256)
    found, created = StoredObject.objects.get_or_create(sha256=digest, defaults=columns)
    if not created:
        found = _held(found)
        if turn_of(stored.sha256) != stored.turn or Removal.objects.filter(name=stored.name).exists():
            raise bytes_going()
        if found.is_going:
            found = _kept_again(found.pk)
    if not created and found.stored_blake3.value != stored.blake3:
        # The object had gone, or the vault's key is being changed: these bytes, equal by SHA-256, take its place.
        if found.name != stored.name:
            let_go(found, found.name)
        StoredObject.objects.filter(pk=found.pk).update(**columns)
        found.refresh_from_db()
    return found


def _held(found: StoredObject) -> StoredObject:
    """The row as it is now, and until the caller's transaction ends nobody asks for the removal of its bytes.

    Between reading it and the receipt that will rest on it, the last other receipt could be disposed of.
    """
    if connection.vendor != "postgresql":
        # SQLite lets nobody else write from the transaction's first statement on.
        return found
    # The lock that the receipt's foreign key takes anyway, only earlier: many may bring the same bytes at once.
    table = connection.ops.quote_name(StoredObject._meta.db_table)
    return StoredObject.objects.raw(f"SELECT * FROM {table} WHERE id = %s FOR KEY SHARE", [found.pk])[0]  # noqa: S608


def _kept_again(pk: UUID) -> StoredObject:
    # Whoever begins to remove bytes locks this row first, and is kept away since it was held. Without the key: of two
    # who bring the same bytes each has the row shared already, and would wait for the other for ever.
    found = StoredObject.objects.select_for_update(no_key=True).get(pk=pk)
    if found.is_going:
        StoredObject.objects.filter(pk=pk).update(
            removal_asked_at=None, removal_begun_at=None, removed_at=None
        )
        found.refresh_from_db()
    return found


def let_go(stored: StoredObject, name: str, *, turn: int = 0) -> None:
    """Have what lies under `name` removed; no bytes are recorded under it from now on.

    In a transaction that holds the row of `stored` and leaves it without this name. `turn` is the one that so ends.
    """
    Removal.objects.get_or_create(name=name, defaults={"object": stored, "turn": turn})


def open_stored(stored: StoredObject) -> BinaryIO:
    """The content of the object that this row tells of, and of no other; the caller closes it.

    Raises ObjectMissing, ObjectAltered (for a large object also while it is read) or VaultUnavailable.
    """
    return vault().open_recorded(recorded_facts(stored))


def recorded_facts(stored: StoredObject) -> StoredFacts:
    """What the row says of an object, in the vault's own words, without the further digests."""
    return StoredFacts(
        name=stored.name,
        size=stored.size,
        sha256=stored.sha256.value,
        blake3=stored.stored_blake3.value,
        stored_size=stored.stored_size,
        key_id=stored.key_id,
    )
