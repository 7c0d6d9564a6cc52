"""What the headers of the upload protocol say (https://tus.io/protocols/resumable-upload, version 1.0.0). Pure.

A digest of the whole file travels as RFC 9530 writes it: `Repr-Digest: sha-256=:<base64>:`.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from evidence.digests import Digest
from evidence.errors import BadUpload

VERSION = "1.0.0"
EXTENSIONS = ("creation", "creation-with-upload", "termination", "checksum", "expiration")
CHECKSUM_ALGORITHMS = ("sha1", "sha256")
PART_TYPE = "application/offset+octet-stream"
_NUMBER = re.compile(r"[0-9]{1,18}")
_REPR_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a part's digest is announced to be."""

    algorithm: str
    value: bytes

    def begin(self) -> "hashlib._Hash":
        """A hash to feed with the part."""
        # SHA-1 finds broken lines here, nothing else; the file itself is compared by SHA-256.
        return hashlib.new(self.algorithm, usedforsecurity=False)


def read_number(text: str | None, *, header: str) -> int:
    """A count of bytes. Raises BadUpload, naming the header."""
    if text is None or not _NUMBER.fullmatch(text):
        raise BadUpload(_("The header %(header)s must hold a number of bytes.") % {"header": header})
    return int(text)


def read_checksum(text: str | None) -> Checksum | None:
    """`Upload-Checksum: sha1 <base64>`, or None where there is none. Raises BadUpload."""
    if text is None:
        return None
    algorithm, _space, encoded = text.partition(" ")
    value = _decoded(encoded)
    if (
        algorithm not in CHECKSUM_ALGORITHMS
        or value is None
        or len(value) != hashlib.new(algorithm, usedforsecurity=False).digest_size
    ):
        raise BadUpload(
            _("The header Upload-Checksum must hold sha1 or sha256, a space, and the digest in Base64.")
        )
    return Checksum(algorithm, value)


def read_repr_digest(text: str | None) -> Digest | None:
    """The SHA-256 of the whole file, or None where none is announced. Raises BadUpload."""
    if text is None:
        return None
    found = _REPR_DIGEST.fullmatch(text.strip())
    value = _decoded(found[1]) if found else None
    if value is None:
        raise BadUpload(_("The header Repr-Digest must hold sha-256=: and the digest in Base64 and a colon."))
    return Digest("sha256", value)


def read_metadata(text: str | None) -> dict[str, str]:
    """`Upload-Metadata: key <base64>,key <base64>`: each value as text. Raises BadUpload."""
    found: dict[str, str] = {}
    for pair in (text or "").split(",") if (text or "").strip() else []:
        key, _space, encoded = pair.strip().partition(" ")
        value = _decoded(encoded)
        if not key or not key.isascii() or key in found or value is None:
            raise BadUpload(
                _(
                    "The header Upload-Metadata must hold pairs of a name and a value in Base64, each name once."
                )
            )
        found[key] = value.decode("utf-8", "surrogateescape")
    return found


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
