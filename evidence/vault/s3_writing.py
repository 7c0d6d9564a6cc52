"""Sending sealed bytes to an S3-compatible server so that it can be told whether they arrived.

The bytes come from the spool, so each part can be sent again after a lost answer; nothing of an upload in parts
is visible before it is completed. Each request carries digests that the server checks before it accepts the
bytes; afterwards its own digests are compared, and where it gives none that can be, the object is read back.
"""

import base64
import hashlib
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from blake3 import blake3
from django.utils.translation import gettext_lazy as _

from audit.errors import DomainError
from evidence.errors import VaultUnavailable
from evidence.vault.s3_bucket import Bucket, Head
from evidence.vault.s3_reading import RangeReader
from evidence.vault.stores import Spooled

_MIB = 1024 * 1024
_PART_BYTES = 8 * _MIB
_MOST_PARTS = 9_000
# S3 wants parts of at least 5 MiB; a copy within the server may take longer than one of ours.
_COPY_BYTES = 256 * _MIB
_AT_ONCE = 2

_Place = TypeVar("_Place")


@dataclass(frozen=True, slots=True)
class Sent:
    """A version that was put there, and what the server should say of it if these bytes arrived."""

    version: str | None
    etag: str
    sha256: str


@dataclass(frozen=True, slots=True)
class _Part:
    number: int
    tag: str
    md5: bytes
    sha256: bytes

    def as_request(self) -> dict[str, Any]:
        sums = {"ChecksumSHA256": _base64(self.sha256)} if self.sha256 else {}
        return {"PartNumber": self.number, "ETag": self.tag, **sums}


def send(bucket: Bucket, key: str, spooled: Spooled) -> Sent:
    """Put the spooled bytes under `key`, at once or in parts. Raises NameTaken where something is there already."""
    descriptor = os.open(spooled.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if spooled.size <= _PART_BYTES:
            return _send_whole(bucket, key, os.pread(descriptor, spooled.size, 0))
        return _send_in_parts(bucket, key, descriptor, spooled.size)
    finally:
        os.close(descriptor)


def send_anew(bucket: Bucket, key: str, *, source: str, opening: bytes, skip: int) -> str | None:
    """Put `opening` and the bytes of `source` from `skip` on under `key`; gives the version.

    What is larger than one part is copied within the server. Raises NameTaken, ObjectMissing.
    """
    head = bucket.head(source)
    if head.size - skip <= _PART_BYTES:
        body = bucket.read(source, skip, head.size - skip, etag=head.etag).data
        return _send_whole(bucket, key, opening + body).version
    first = bucket.read(source, skip, _PART_BYTES, etag=head.etag).data

    def send_part(upload: str, place: tuple[int, int, int]) -> _Part:
        number, start, end = place
        if number == 1:
            data = opening + first
            return _Part(1, bucket.put_part(key, upload, 1, data, checks=_md5_check(data)), b"", b"")
        tag = bucket.copy_part(key, upload, number, source=source, start=start, end=end, etag=head.etag)
        return _Part(number, tag, b"", b"")

    places = [(1, skip, skip + _PART_BYTES)]
    for number, start in enumerate(range(skip + _PART_BYTES, head.size, _COPY_BYTES), start=2):
        places.append((number, start, min(start + _COPY_BYTES, head.size)))
    return _in_parts(bucket, key, places, send_part, with_sums=False)[0]


def require_arrived(bucket: Bucket, key: str, spooled: Spooled, sent: Sent, head: Head) -> None:
    """Raises VaultUnavailable unless the server holds the very bytes of the spool."""
    told = head.sha256 == sent.sha256 or head.etag == sent.etag
    if head.size == spooled.size and (told or _read_back(bucket, key) == spooled.blake3):
        return
    raise VaultUnavailable(
        _(
            "The storage server of %(where)s holds other bytes than were sent to it. Nothing was taken in; look at the "
            "server, then send the file again."
        )
        % {"where": bucket.address.where}
    )


def _send_whole(bucket: Bucket, key: str, data: bytes) -> Sent:
    md5, sha256 = _md5(data), hashlib.sha256(data).digest()
    checks = {"ContentMD5": _base64(md5), "ChecksumSHA256": _base64(sha256)}
    version = bucket.put(key, data, checks=checks, once=True)
    return Sent(version, md5.hex(), _base64(sha256))


def _send_in_parts(bucket: Bucket, key: str, descriptor: int, size: int) -> Sent:
    part_bytes = max(_PART_BYTES, -(-size // _MOST_PARTS // _MIB) * _MIB)

    def send_part(upload: str, place: tuple[int, int]) -> _Part:
        number, start = place
        data = os.pread(descriptor, min(part_bytes, size - start), start)
        md5, sha256 = _md5(data), hashlib.sha256(data).digest()
        checks = {"ContentMD5": _base64(md5), "ChecksumSHA256": _base64(sha256)}
        return _Part(number, bucket.put_part(key, upload, number, data, checks=checks), md5, sha256)

    places = list(enumerate(range(0, size, part_bytes), start=1))
    version, parts = _in_parts(bucket, key, places, send_part, with_sums=True)
    # S3's digest of an object in parts is that of the parts' digests, with their number behind it.
    etag = _md5(b"".join(part.md5 for part in parts)).hex()
    sha256 = hashlib.sha256(b"".join(part.sha256 for part in parts)).digest()
    return Sent(version, f"{etag}-{len(parts)}", f"{_base64(sha256)}-{len(parts)}")


def _in_parts(
    bucket: Bucket,
    key: str,
    places: Iterable[_Place],
    send_part: Callable[[str, _Place], _Part],
    *,
    with_sums: bool,
) -> tuple[str | None, list[_Part]]:
    upload = bucket.begin_upload(key, with_sums=with_sums)
    pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="vault-send")
    try:
        parts = list(pool.map(lambda place: send_part(upload, place), places))
        version = bucket.complete_upload(key, upload, [part.as_request() for part in parts])
    except BaseException:
        pool.shutdown(wait=True, cancel_futures=True)
        # What cannot be aborted now is swept later; the fault that led here is what the caller must hear.
        with suppress(DomainError):
            bucket.abort_upload(key, upload)
        raise
    pool.shutdown()
    return version, parts


def _read_back(bucket: Bucket, key: str) -> bytes:
    digest = blake3()
    reader = RangeReader(bucket, key)
    buffer = memoryview(bytearray(_MIB))
    while got := reader.readinto(buffer):
        digest.update(buffer[:got])
    return digest.digest()


def _md5(data: bytes) -> bytes:
    # What the protocol compares, on both sides, against accidents; nothing of ours rests on it.
    return hashlib.md5(data, usedforsecurity=False).digest()


def _md5_check(data: bytes) -> dict[str, str]:
    return {"ContentMD5": _base64(_md5(data))}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
