"""A store in a bucket of an S3-compatible server.

    <prefix>vault.json           which keys this vault belongs to
    <prefix>objects/ab/ab34…     objects, locked where the settings ask for it

Arrivals wait in a local folder, sealed already: an object's name is known only after its last byte, and S3 has
no rename. So nothing lies in the bucket under a passing name, and nothing there is half an object.
"""

import io
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from audit.errors import DomainError
from evidence.errors import ObjectMissing, VaultRefuses, VaultUnavailable
from evidence.vault.durable_files import alone, vault_failures
from evidence.vault.local_store import sweep_spool
from evidence.vault.s3_bucket import Bucket
from evidence.vault.s3_faults import NameTaken, makes_no_sense
from evidence.vault.s3_locking import require_lock, require_lockable
from evidence.vault.s3_reading import RangeReader
from evidence.vault.s3_writing import require_arrived, send, send_anew
from evidence.vault.stores import MARKER, Spooled, Stored, require_name


class S3Store:
    """Sealed objects in a bucket, each put once, proven to have arrived, and locked before it is acknowledged."""

    def __init__(self, bucket: Bucket, spool: Path) -> None:
        self._bucket = bucket
        self._spool = spool
        self._lock = bucket.address.lock
        self._prefix = bucket.address.prefix

    @property
    def where(self) -> str:
        """As it is written in the settings."""
        return self._bucket.address.where

    @property
    def spool(self) -> Path:
        """The local folder of what is on its way."""
        return self._spool

    def prepare(self) -> None:
        """Make the spool; look at the bucket and say in one sentence what is wrong with it."""
        with vault_failures():
            self._spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        require_lockable(self._bucket, self._lock)

    def read_marker(self) -> bytes | None:
        """The content of `vault.json`, or None where there is none."""
        try:
            return self._bucket.read_small(self._prefix + MARKER)
        except ObjectMissing:
            return None

    def write_marker(self, content: bytes) -> None:
        """Replace `vault.json`, and read it back."""
        key = self._prefix + MARKER
        self._bucket.put(key, content, checks={}, once=False)
        if self._bucket.read_small(key) != content:
            raise makes_no_sense(self.where)

    def place(self, spooled: Spooled, name: str) -> bool:
        """Send, compare, lock, and only then say that it is there."""

        def put(key: str) -> str | None:
            with vault_failures():
                sent = send(self._bucket, key, spooled)
            try:
                head = self._bucket.head(key, version=sent.version)
                require_arrived(self._bucket, key, spooled, sent, head)
            except (VaultUnavailable, ObjectMissing):
                self._take_back(key, sent.version)
                raise
            return sent.version

        return self._put_once(name, put)

    def place_anew(self, source: str, opening: bytes, *, skip: int, name: str) -> bool:
        """As `place`, from an object in the bucket: what is large is copied within the server."""
        old = self._key(source)
        return self._put_once(
            name, lambda key: send_anew(self._bucket, key, source=old, opening=opening, skip=skip)
        )

    def protect(self, name: str) -> None:
        """Lock the object, or lock it for longer."""
        self._protect(self._key(name), None)

    def open(self, name: str) -> Stored:
        """The object by ranges. Raises ObjectMissing or VaultUnavailable."""
        reader = RangeReader(self._bucket, self._key(name))
        return Stored(io.BufferedReader(reader), reader.size)

    def remove(self, name: str) -> bool:
        """Remove every version; False when a lock holds one, which then stays, readable with the old key.

        A server that refuses for another reason, such as a key without the right, is no lock: raises VaultRefuses.
        """
        key = self._key(name)
        for version in self._bucket.versions(key):
            try:
                self._bucket.delete(key, version=version.id)
            except VaultRefuses:
                if version.is_mark or not self._bucket.head(key, version=version.id).is_held:
                    raise
                return False
        return True

    def held_until(self, name: str) -> datetime | None:
        """The latest day of any version's lock that is not over."""
        key, now = self._key(name), datetime.now(UTC)
        held: list[datetime] = []
        for version in self._bucket.versions(key):
            if version.is_mark:
                continue
            with suppress(ObjectMissing):
                until = self._bucket.head(key, version=version.id).locked_until
                held += [until] if until is not None and until > now else []
        return max(held, default=None)

    def sweep(self, *, older_than: float) -> int:
        """Remove abandoned arrivals from the spool, and uploads in parts that nobody completed."""
        swept = sweep_spool(self._spool, older_than=older_than)
        limit = time.time() - older_than
        for key, upload, began in self._bucket.uploads(self._prefix):
            if began.timestamp() <= limit:
                with suppress(ObjectMissing):
                    self._bucket.abort_upload(key, upload)
                    swept += 1
        return swept

    def _put_once(self, name: str, put: Callable[[str], str | None]) -> bool:
        """Put what is not there yet, one at a time; see to the lock of what is. True when it is new.

        Two at once: the spool's lock lets one of this machine's processes go first, and the server one of several
        machines. Where the server does not know conditional writes either, the first version stays.
        """
        key = self._key(name)
        with vault_failures(), alone(self._spool / f"{name}.lock"):
            if self._is_there(key):
                self._protect(key, None)
                return False
            before = {version.id for version in self._bucket.versions(key)}
            try:
                version = put(key)
            except NameTaken:
                self._protect(key, None)
                return False
            if not self._is_first(key, version, before):
                self._take_back(key, version)
                self._protect(key, None)
                return False
            try:
                self._protect(key, version)
            except (VaultUnavailable, ObjectMissing):
                self._take_back(key, version)
                raise
        return True

    def _is_there(self, key: str) -> bool:
        try:
            self._bucket.head(key)
        except ObjectMissing:
            return False
        return True

    def _is_first(self, key: str, version: str | None, before: set[str]) -> bool:
        """Whether nobody else's version came between those that were there `before` and ours."""
        if version is None:
            return True
        since = [
            found.id for found in self._bucket.versions(key) if not found.is_mark and found.id not in before
        ]
        return not since or since[-1] == version

    def _protect(self, key: str, version: str | None) -> None:
        if self._lock is not None:
            require_lock(self._bucket, key, self._lock, version=version)

    def _take_back(self, key: str, version: str | None) -> None:
        # An object that nothing names is harmless; the fault that led here is what the caller must hear.
        with suppress(DomainError):
            self._bucket.delete(key, version=version)

    def _key(self, name: str) -> str:
        return f"{self._prefix}objects/{require_name(name)[:2]}/{name}"
