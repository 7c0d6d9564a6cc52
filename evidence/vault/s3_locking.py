"""Object lock: the server itself refuses to let an object go. Asked for explicitly, then looked up, never assumed.

Some servers forget the lock that an upload in parts asked for, without a word; so no upload asks for one, and
what counts is only what the server says of the finished object.
"""

from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from evidence.errors import ObjectMissing, VaultUnavailable
from evidence.vault.s3_address import Lock
from evidence.vault.s3_bucket import Bucket, Head

# Clocks differ, and servers cut seconds.
_SLACK = timedelta(hours=1)


def require_lock(bucket: Bucket, key: str, lock: Lock, *, version: str | None) -> None:
    """Lock the object for the whole term from now on. Raises VaultUnavailable unless the server confirms it."""
    until = datetime.now(UTC) + timedelta(days=lock.days)
    if not _holds(bucket.head(key, version=version), lock, until - timedelta(days=1)):
        bucket.put_retention(key, version, mode=lock.mode, until=until)
        if not _holds(bucket.head(key, version=version), lock, until - _SLACK):
            raise VaultUnavailable(
                _(
                    "The store %(where)s did not lock the object, although a lock is required. Nothing was taken in; "
                    "use a server and a bucket with object lock, or set DADKHAH_STORE_LOCK to none."
                )
                % {"where": bucket.address.where}
            )


def require_lockable(bucket: Bucket, lock: Lock | None) -> None:
    """Raises VaultUnavailable, with what to do, when the bucket cannot hold what the settings ask for."""
    where = {"where": bucket.address.where}
    # Asked in any case: it tells that the bucket is there and lets us in.
    versioned = bucket.has_versions()
    if lock is None:
        return
    if not versioned:
        raise VaultUnavailable(
            _(
                "The bucket of %(where)s keeps no versions, so a lock protects nothing. Turn versioning on, or use a "
                "bucket that was made with object lock."
            )
            % where
        )
    if not _has_locks(bucket):
        raise VaultUnavailable(
            _(
                "The bucket of %(where)s was made without object lock. Make one with it: most servers cannot add it "
                "later."
            )
            % where
        )


def _has_locks(bucket: Bucket) -> bool:
    try:
        return bucket.has_locks()
    except ObjectMissing:
        return False


def _holds(head: Head, lock: Lock, until: datetime) -> bool:
    # Compliance is the stronger of the two: what has it needs nothing weaker.
    mode = head.lock_mode in (lock.mode, "COMPLIANCE")
    return mode and head.locked_until is not None and head.locked_until >= until
