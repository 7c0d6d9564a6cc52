"""Salted commitments: how the log speaks of a private value without holding it.

The salt lives beside the value in its owner's row and dies with it. Whoever holds both can prove that the entry
meant this value; whoever holds the log alone cannot find it out by trying, and after an erasure nobody can.
"""

import hashlib
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from audit.canonical import Json

SALT_BYTES = 16
_COMMITMENT = re.compile(r"sha256:[0-9a-f]{64}")
# Digests of bytes are written like commitments. These are the facts that hold one; everything else is private.
DIGESTS = frozenset(
    {
        "archive",
        "bag_info",
        "digest_expected",
        "digest_found",
        "payload_manifest",
        "request",
        "response",
        "root",
        "verifier",
    }
)
# The version is the first thing hashed, so a commitment can never be taken for another kind of digest.
_DOMAIN = b"dadkhah/commitment/v1\x00"


def new_salt() -> bytes:
    """Return 16 fresh random bytes, to be stored beside the private value."""
    return secrets.token_bytes(SALT_BYTES)


def commit(value: str, *, salt: bytes) -> str:
    """Return `sha256:<hex>` over the domain prefix, the salt and the value's UTF-8 bytes.

    Takes the value verbatim: no folding, no normal form. File names that are not UTF-8 (lone surrogates) are
    allowed. Raises ValueError for a salt that is not 16 bytes: a short one could be guessed through.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError("A commitment needs a salt of 16 bytes; make one with new_salt().")
    digest = hashlib.sha256(_DOMAIN + bytes(salt) + value.encode("utf-8", "surrogatepass"))
    return f"sha256:{digest.hexdigest()}"


@dataclass(frozen=True, slots=True)
class Found:
    """A commitment in an entry's facts, and the name of the fact that holds it."""

    name: str
    commitment: str


def find(facts: Mapping[str, Json]) -> list[Found]:
    """Return every commitment in an entry's facts, in their order, however deep it stands."""
    return list(_walk(facts, ""))


def _walk(value: Json, name: str) -> Iterator[Found]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            # What was kept at an erasure stands under the way to it: `names.<id>.text`.
            yield from _walk(inner, key.rpartition(".")[2])
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, name)
    elif isinstance(value, str) and name not in DIGESTS and _COMMITMENT.fullmatch(value):
        yield Found(name, value)
