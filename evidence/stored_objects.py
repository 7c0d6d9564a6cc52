"""The one row of a sequence of bytes, whoever brought or made them."""

from evidence.digests import Digest
from evidence.models import StoredObject
from evidence.vault.facts import StoredFacts


def stored_object(stored: StoredFacts) -> StoredObject:
    """The row of bytes that the vault has committed, made where there is none. The caller's transaction logs why."""
    columns = {
        "name": stored.name,
        "size": stored.size,
        "stored_blake3": Digest("blake3", stored.blake3),
        "stored_size": stored.stored_size,
        "key_id": stored.key_id,
    }
    digest = Digest("sha256", stored.sha256)
    found, created = StoredObject.objects.get_or_create(sha256=digest, defaults=columns)
    if not created and found.stored_blake3.value != stored.blake3:
        # The object had gone from the disk and these bytes, equal by SHA-256, have taken its place.
        StoredObject.objects.filter(pk=found.pk).update(**columns)
        found.refresh_from_db()
    return found
