"""Where an S3-compatible store is, how its objects are locked, and the access to it: read from text, once."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evidence.errors import VaultUnavailable

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"(?:[A-Za-z0-9_\-.]+/)*")
_LOCK = re.compile(r"(governance|compliance):([1-9][0-9]{0,4})")
_AT_HOME = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Lock:
    """How long the server must refuse to let an object go. `mode` is S3's GOVERNANCE or COMPLIANCE."""

    mode: str
    days: int


@dataclass(frozen=True, slots=True)
class S3Address:
    """A bucket, the folder in it, the server, and the lock that is required; None asks for none."""

    bucket: str
    prefix: str
    endpoint: str
    region: str
    lock: Lock | None

    @property
    def where(self) -> str:
        """As it is written in the settings."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


@dataclass(frozen=True, slots=True)
class StoreAccess:
    """The two halves of an access key. Its repr shows nothing."""

    key_id: str = field(repr=False)
    secret: str = field(repr=False)

    def __repr__(self) -> str:
        return "StoreAccess(<sealed>)"


def read_address(store: str, *, endpoint: str, region: str, lock: str) -> S3Address:
    """The address that the settings name. Raises VaultUnavailable with a sentence that names the variable."""
    bucket, _slash, prefix = store.removeprefix("s3://").partition("/")
    prefix = f"{prefix.rstrip('/')}/" if prefix else ""
    if not store.startswith("s3://") or not _BUCKET.fullmatch(bucket) or not _PREFIX.fullmatch(prefix):
        raise VaultUnavailable(_("DADKHAH_STORE cannot be read. Write it as s3://bucket/folder."))
    return S3Address(bucket, prefix, _read_endpoint(endpoint), region or "us-east-1", _read_lock(lock))


def _read_endpoint(endpoint: str) -> str:
    if not endpoint:
        return ""
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise _endpoint_wrong(_("DADKHAH_STORE_ENDPOINT cannot be read. Write it as https://host:port."))
    if parts.scheme == "http" and parts.hostname not in _AT_HOME:
        raise _endpoint_wrong(
            _(
                "DADKHAH_STORE_ENDPOINT has no TLS: answers could be changed on their way. Write it with https://."
            )
        )
    return endpoint.rstrip("/")


def _endpoint_wrong(sentence: Promise) -> VaultUnavailable:
    return VaultUnavailable(sentence)


def _read_lock(lock: str) -> Lock | None:
    if lock == "none":
        return None
    found = _LOCK.fullmatch(lock)
    if not found:
        # Nothing is assumed: whoever forgets the variable must not find out in court that nothing was locked.
        raise VaultUnavailable(
            _(
                "DADKHAH_STORE_LOCK must say how objects are locked: compliance:3650 or governance:3650 (a mode and "
                "days), or none."
            )
        )
    return Lock(found[1].upper(), int(found[2]))
