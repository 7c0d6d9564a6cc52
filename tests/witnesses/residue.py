"""Looking for invented names in bytes, in every dress that a careless program leaves them in."""

import base64
import json
import zlib
from collections.abc import Iterable


def dresses(secret: str) -> set[bytes]:
    """The secret in clear (UTF-8, UTF-16), escaped, in hex, and in base64 at each of its three alignments."""
    plain = secret.encode()
    found = {plain, secret.encode("utf-16-le"), json.dumps(secret)[1:-1].encode(), plain.hex().encode()}
    found |= {plain.hex().upper().encode(), repr(plain)[2:-1].encode()}
    for shift in range(3):
        encoded = base64.b64encode(b"\x00" * shift + plain)
        start, end = (4 if shift else 0), len(encoded) // 4 * 4 - 4
        found.add(encoded[start:end])
        found.add(base64.urlsafe_b64encode(b"\x00" * shift + plain)[start:end])
    return {dress for dress in found if len(dress) >= 6}


def traces(haystack: bytes, secrets: Iterable[str]) -> list[str]:
    """Which of the secrets are to be found in the bytes."""
    return [secret for secret in secrets if any(dress in haystack for dress in dresses(secret))]


def unpacked(haystack: bytes) -> bytes:
    """Whatever zlib streams start anywhere in the bytes, unpacked (the first 1,000 candidates)."""
    starts = [
        i for i in range(len(haystack) - 1) if haystack[i : i + 2] in (b"\x78\x9c", b"\x78\xda", b"\x78\x01")
    ]
    out = []
    for start in starts[:1000]:
        try:
            out.append(zlib.decompressobj().decompress(haystack[start : start + 100_000]))
        except zlib.error:
            continue
    return b"".join(out)
