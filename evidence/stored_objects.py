"""The one row of a sequence of bytes, whoever brought or made them."""

from typing import BinaryIO
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from evidence.digests import Digest
from evidence.errors import BytesGoing, ObjectMissing
from evidence.models import StoredObject
from evidence.store import vault
from evidence.vault.facts import StoredFacts


def stored_object(stored: StoredFacts) -> StoredObject:
    """The row of bytes that the vault has committed, made where there is none. The caller's transaction logs why.

    Bytes that were to be removed are kept from now on. Raises BytesGoing where they went between the vault's word and
    this row; then nothing is recorded.
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
    if found.is_going:
        found = _kept_again(found.pk, stored.name)
    if not created and found.stored_blake3.value != stored.blake3:
        # The object had gone from the disk and these bytes, equal by SHA-256, have taken its place.
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


def _kept_again(pk: UUID, name: str) -> StoredObject:
    # Whoever begins to remove bytes says so on this row first: from here on nobody begins. Without the key: of two who
    # bring the same bytes each has the row shared already, and would wait for the other for ever.
    found = StoredObject.objects.select_for_update(no_key=True).get(pk=pk)
    if found.is_going:
        if found.removal_begun_at is not None:
            raise _going()
        try:
            vault().open(name).close()
        except ObjectMissing as error:
            raise _going() from error
        StoredObject.objects.filter(pk=pk).update(removal_asked_at=None, removed_at=None)
        found.refresh_from_db()
    return found


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


def _going() -> BytesGoing:
    return BytesGoing(
        _("These very bytes were being removed at this moment. Nothing was recorded; send the file again.")
    )
