"""The few requests that the vault makes of an S3-compatible server, each with its time limit and its retries.

Nothing but this module and its faults knows of boto3. A request that may be repeated without harm is, a few
times, after a wait that is partly chance; one that could double what it does is asked once.
"""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import boto3
from botocore.config import Config

from evidence.vault.s3_address import S3Address, StoreAccess
from evidence.vault.s3_faults import Passing, asked, makes_no_sense

_CONNECT_SECONDS = 5
_READ_SECONDS = 60
_TRIES = 4
_WAIT_SECONDS = 0.2
_LONGEST_MARKER = 64 * 1024

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Head:
    """What the server says of an object. `sha256` is S3's own form of it, "" where the server gives none."""

    size: int
    etag: str
    sha256: str
    version: str | None
    lock_mode: str
    locked_until: datetime | None
    has_hold: bool = False

    @property
    def is_held(self) -> bool:
        """Whether a lock or a hold of the server's own keeps this version from being removed now."""
        return self.has_hold or (self.locked_until is not None and self.locked_until > datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Piece:
    """A range of an object, the size of the whole, and the tag by which a replaced object is noticed."""

    data: bytes
    total: int
    etag: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a key, or the mark that it was deleted."""

    id: str
    is_mark: bool


class Bucket:
    """One bucket. Raises VaultUnavailable, VaultFull, ObjectMissing or NameTaken as `s3_faults.asked` does."""

    def __init__(self, address: S3Address, access: StoreAccess) -> None:
        self.address = address
        self._client: Any = boto3.session.Session().client(
            "s3",
            endpoint_url=address.endpoint or None,
            region_name=address.region,
            aws_access_key_id=access.key_id,
            aws_secret_access_key=access.secret,
            config=Config(
                connect_timeout=_CONNECT_SECONDS,
                read_timeout=_READ_SECONDS,
                # Retries are ours: the library would repeat what must not be doubled, too.
                retries={"total_max_attempts": 1},
                max_pool_connections=32,
                tcp_keepalive=True,
                s3={"addressing_style": "path" if address.endpoint else "auto"},
                # We give checksums of our own; the library's come as trailers that older servers refuse.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def head(self, key: str, *, version: str | None = None) -> Head:
        """What is under `key` now, or in one version of it."""
        extra = {"VersionId": version} if version else {}
        answer = self._ask("head_object", Key=key, ChecksumMode="ENABLED", **extra)
        return Head(
            int(answer.get("ContentLength", -1)),
            str(answer.get("ETag", "")).strip('"'),
            str(answer.get("ChecksumSHA256", "")),
            answer.get("VersionId"),
            str(answer.get("ObjectLockMode", "")),
            answer.get("ObjectLockRetainUntilDate"),
            answer.get("ObjectLockLegalHoldStatus") == "ON",
        )

    def read(self, key: str, start: int, size: int, *, etag: str = "") -> Piece:
        """`size` bytes from `start` on, fewer at the end.

        Raises NameTaken when the object is no longer `etag`'s, BeyondEnd where there is no byte to give.
        """
        asked_for = {"Key": key, "Range": f"bytes={start}-{start + size - 1}"}
        if etag:
            asked_for["IfMatch"] = f'"{etag}"'

        def fetch() -> Piece:
            answer = self._request("get_object", asked_for)
            # One byte more than asked for would already be a server that does not know ranges.
            data = answer["Body"].read(size + 1)
            total = _total(answer, start, len(data))
            if total is None or len(data) != min(size, total - start):
                raise makes_no_sense(self.address.where)
            return Piece(data, total, str(answer.get("ETag", "")).strip('"'))

        return self._again(fetch)

    def read_small(self, key: str) -> bytes:
        """The whole of a small object, at most 64 KiB of it."""

        def fetch() -> bytes:
            answer = self._request("get_object", {"Key": key})
            data = bytes(answer["Body"].read(_LONGEST_MARKER))
            # A line that was cut is no damaged object: whoever is told so would restore what nobody harmed.
            if len(data) != min(int(answer.get("ContentLength", -1)), _LONGEST_MARKER):
                raise makes_no_sense(self.address.where)
            return data

        return self._again(fetch)

    def put(self, key: str, data: bytes, *, checks: dict[str, str], once: bool) -> str | None:
        """Put `data` under `key`; gives the version. With `once` it raises NameTaken where something is there."""
        condition = {"IfNoneMatch": "*"} if once else {}
        answer = self._ask("put_object", Key=key, Body=data, **checks, **condition)
        return _text(answer.get("VersionId"))

    def begin_upload(self, key: str, *, with_sums: bool) -> str:
        """A new multipart upload. Asked once: a second would leave the first behind."""
        sums = {"ChecksumAlgorithm": "SHA256"} if with_sums else {}
        answer = self._ask_once("create_multipart_upload", Key=key, **sums)
        return self._required(answer, "UploadId")

    def put_part(self, key: str, upload: str, number: int, data: bytes, *, checks: dict[str, str]) -> str:
        """Send one part; gives its tag. The same part again takes the place of the first."""
        answer = self._ask("upload_part", Key=key, UploadId=upload, PartNumber=number, Body=data, **checks)
        return self._required(answer, "ETag")

    def copy_part(
        self, key: str, upload: str, number: int, *, source: str, start: int, end: int, etag: str
    ) -> str:
        """Have the server take bytes `start` to `end` (not included) of `source` as a part; gives its tag."""
        answer = self._ask(
            "upload_part_copy",
            Key=key,
            UploadId=upload,
            PartNumber=number,
            CopySource={"Bucket": self.address.bucket, "Key": source},
            CopySourceRange=f"bytes={start}-{end - 1}",
            CopySourceIfMatch=f'"{etag}"',
        )
        result = answer.get("CopyPartResult")
        return self._required(result if isinstance(result, dict) else {}, "ETag")

    def complete_upload(self, key: str, upload: str, parts: list[dict[str, Any]]) -> str | None:
        """Make the parts one object; gives the version. Raises NameTaken where something is there already."""
        # Asked once: after a lost answer, the second would only say that there is no such upload.
        answer = self._ask_once(
            "complete_multipart_upload",
            Key=key,
            UploadId=upload,
            MultipartUpload={"Parts": parts},
            IfNoneMatch="*",
        )
        return _text(answer.get("VersionId"))

    def abort_upload(self, key: str, upload: str) -> None:
        """Let go of the parts that were sent."""
        self._ask("abort_multipart_upload", Key=key, UploadId=upload)

    def uploads(self, prefix: str) -> Iterator[tuple[str, str, datetime]]:
        """Uploads that were begun and neither completed nor aborted: key, id, when they began."""
        for page in self._pages("list_multipart_uploads", prefix, ("KeyMarker", "UploadIdMarker")):
            for upload in page.get("Uploads", []):
                yield upload["Key"], upload["UploadId"], upload["Initiated"]

    def versions(self, key: str) -> list[Version]:
        """Every version of exactly `key`, newest first, and after them the marks of its deletions."""
        found: list[Version] = []
        marks: list[Version] = []
        for page in self._pages("list_object_versions", key, ("KeyMarker", "VersionIdMarker")):
            found += [
                Version(str(row["VersionId"]), False) for row in page.get("Versions", []) if row["Key"] == key
            ]
            marks += [
                Version(str(row["VersionId"]), True)
                for row in page.get("DeleteMarkers", [])
                if row["Key"] == key
            ]
        return [*found, *marks]

    def delete(self, key: str, *, version: str | None) -> None:
        """Remove one version, or the object of a bucket without versions."""
        extra = {"VersionId": version} if version else {}
        self._ask("delete_object", Key=key, **extra)

    def put_retention(self, key: str, version: str | None, *, mode: str, until: datetime) -> None:
        """Have the server refuse to let this version go before `until`."""
        extra = {"VersionId": version} if version else {}
        self._ask(
            "put_object_retention", Key=key, Retention={"Mode": mode, "RetainUntilDate": until}, **extra
        )

    def has_versions(self) -> bool:
        """Whether the bucket keeps every version of an object."""
        return bool(self._ask("get_bucket_versioning").get("Status") == "Enabled")

    def has_locks(self) -> bool:
        """Whether the bucket was made with object lock. Raises ObjectMissing or VaultUnavailable where it was not."""
        answer = self._ask("get_object_lock_configuration")
        return bool(answer.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled")

    def _pages(self, operation: str, prefix: str, marks: tuple[str, str]) -> Iterator[dict[str, Any]]:
        after: dict[str, str] = {}
        while True:
            page = self._ask(operation, Prefix=prefix, **after)
            yield page
            if not page.get("IsTruncated"):
                return
            after = {mark: str(page.get(f"Next{mark}", "")) for mark in marks}

    def _ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        return self._again(lambda: self._request(operation, arguments))

    def _ask_once(self, operation: str, **arguments: Any) -> dict[str, Any]:
        return asked(lambda: self._request(operation, arguments), where=self.address.where)

    def _request(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = getattr(self._client, operation)(Bucket=self.address.bucket, **arguments)
        told = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        is_page = str(told.get("content-type", "")).startswith("text/html")
        if is_page and operation.startswith(("get_", "list_")):
            # A page of a proxy on the way: read as an answer it would say that there is nothing.
            raise makes_no_sense(self.address.where)
        return answer

    def _again(self, request: Callable[[], _Answer]) -> _Answer:
        began = time.monotonic()
        for attempt in range(1, _TRIES):
            try:
                return asked(request, where=self.address.where)
            except Passing:
                # Somebody waits for a page, and holds a thread of the server: a silence is not sat out four times.
                if time.monotonic() - began >= _READ_SECONDS:
                    raise
                time.sleep(random.uniform(0.5, 1.5) * _WAIT_SECONDS * 2**attempt)  # noqa: S311 - a wait, no secret
        return asked(request, where=self.address.where)

    def _required(self, answer: dict[str, Any], name: str) -> str:
        found = answer.get(name)
        if not isinstance(found, str) or not found:
            raise makes_no_sense(self.address.where)
        return found


def _total(answer: dict[str, Any], start: int, size: int) -> int | None:
    """The whole object's size by the answer to a request for a range; None where the answer is to another one."""
    unit, _space, rest = str(answer.get("ContentRange", "")).partition(" ")
    span, _slash, total = rest.partition("/")
    if unit != "bytes" or not total.isdigit() or span != f"{start}-{start + size - 1}":
        return None
    return int(total)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
