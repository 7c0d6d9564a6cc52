"""Salted commitments: how the log speaks of a private value without holding it.

The salt lives beside the value in its owner's row and dies with it. Whoever holds both can prove that the entry
meant this value; whoever holds the log alone cannot find it out by trying, and after an erasure nobody can.
"""

import hashlib
import secrets

SALT_BYTES = 16
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
