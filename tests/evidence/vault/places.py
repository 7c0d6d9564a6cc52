"""Where a vault's sealed bytes may lie, each with a back door for whoever wants to damage them."""

import os
import tempfile
import uuid
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from evidence.vault.local_store import LocalStore
from evidence.vault.s3_address import S3Address, StoreAccess, read_address
from evidence.vault.s3_bucket import Bucket
from evidence.vault.s3_store import S3Store
from evidence.vault.stores import Store


class Place(Protocol):
    """A store, and the same bytes behind its back."""

    store: Store

    def names(self) -> list[str]: ...
    def read(self, name: str) -> bytes: ...
    def write(self, name: str, content: bytes) -> None: ...
    def delete(self, name: str) -> None: ...
    def spooled(self) -> list[Path]: ...


class FolderPlace:
    """A local folder."""

    def __init__(self, root: Path) -> None:
        self.store = LocalStore(root)
        self._objects = root / "objects"

    def names(self) -> list[str]:
        return sorted(path.name for path in self._objects.rglob("*") if path.is_file())

    def read(self, name: str) -> bytes:
        return self._path(name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        """As somebody who knows how to hide it: the time stamp stays."""
        path = self._path(name)
        before = path.stat()
        path.chmod(0o600)
        path.write_bytes(content)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        path.chmod(0o400)

    def delete(self, name: str) -> None:
        self._path(name).unlink()

    def spooled(self) -> list[Path]:
        return sorted(self.store.spool.iterdir())

    def _path(self, name: str) -> Path:
        return self._objects / name[:2] / name


class BucketPlace:
    """A new bucket on a server at `url` (http://key:secret@host:port), with object lock unless told otherwise."""

    def __init__(self, url: str, *, lock: str = "compliance:2", with_locks: bool = True) -> None:
        parts = urlsplit(url)
        endpoint = f"http://{parts.hostname}:{parts.port}"
        self.access = StoreAccess(parts.username or "", parts.password or "")
        self.client = _client(endpoint, self.access)
        self.bucket = f"vault-{uuid.uuid4()}"
        self.client.create_bucket(Bucket=self.bucket, ObjectLockEnabledForBucket=with_locks)
        self.address: S3Address = read_address(
            f"s3://{self.bucket}/evidence", endpoint=endpoint, region="", lock=lock
        )
        self.door = Bucket(self.address, self.access)
        self.store = S3Store(self.door, Path(tempfile.mkdtemp(prefix="dadkhah-spool-")) / "spool")

    def names(self) -> list[str]:
        found = self.client.list_objects_v2(Bucket=self.bucket, Prefix="evidence/objects/")
        return sorted(row["Key"].rsplit("/", 1)[1] for row in found.get("Contents", []))

    def read(self, name: str) -> bytes:
        return bytes(self.client.get_object(Bucket=self.bucket, Key=self.key(name))["Body"].read())

    def write(self, name: str, content: bytes) -> None:
        """What a thief of the access key can do: another version on top."""
        self.client.put_object(Bucket=self.bucket, Key=self.key(name), Body=content)

    def delete(self, name: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=self.key(name))

    def spooled(self) -> list[Path]:
        return sorted(self.store.spool.iterdir())

    def uploads(self) -> list[str]:
        found = self.client.list_multipart_uploads(Bucket=self.bucket)
        return [row["UploadId"] for row in found.get("Uploads", [])]

    def versions(self, name: str) -> list[str]:
        found = self.client.list_object_versions(Bucket=self.bucket, Prefix=self.key(name))
        return [row["VersionId"] for row in found.get("Versions", [])]

    def key(self, name: str) -> str:
        return f"evidence/objects/{name[:2]}/{name}"


@cache
def _client(endpoint: str, access: StoreAccess) -> Any:
    return boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=access.key_id,
        aws_secret_access_key=access.secret,
        config=Config(
            request_checksum_calculation="when_required",
            s3={"addressing_style": "path"},
            # The server was seen to reset a connection on a busy machine.
            retries={"mode": "standard", "max_attempts": 5},
        ),
    )
