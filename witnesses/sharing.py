"""Shamir's secret sharing over GF(256): any `threshold` shares give the secret, fewer give nothing at all.

Field and polynomial are those of SLIP-39: GF(2^8) modulo x^8 + x^4 + x^3 + x + 1, one polynomial per byte, the
secret at x = 255. SLIP-39's digest at x = 254 is left out on purpose: it would fix 32 bits of the polynomial, and
then fewer shares than the threshold would no longer be perfectly blind. What the digest is for, noticing a bent or
foreign share, is done better one layer up: each share is sealed with its identity, version and index.

Arithmetic has no tables and no branches on secret values, so it leaves no trace in the cache. Pure: no Django.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

SECRET_AT = 255
MOST_SHARES = 16


@dataclass(frozen=True, slots=True)
class Share:
    """The value of the polynomials at `index`. Alone it is noise."""

    index: int
    value: bytes = field(repr=False)

    def __repr__(self) -> str:
        return f"Share(index={self.index}, <sealed>)"


def split(secret: bytes, *, threshold: int, count: int) -> tuple[Share, ...]:
    """Splits the secret into `count` shares with indices 1 to `count`, of which any `threshold` restore it.

    Raises ValueError unless 2 <= threshold <= count <= 16: a threshold of one would hand everybody the secret.
    """
    if not 2 <= threshold <= count <= MOST_SHARES:
        raise ValueError("2 <= threshold <= count <= 16 must hold")
    if not secret:
        raise ValueError("there is no secret to split")
    free = [Share(index, secrets.token_bytes(len(secret))) for index in range(1, threshold)]
    base = [*free, Share(SECRET_AT, bytes(secret))]
    bound = [Share(index, interpolate(base, index)) for index in range(threshold, count + 1)]
    return (*free, *bound)


def restore(shares: Sequence[Share]) -> bytearray:
    """Gives the secret from exactly as many shares as the threshold was, each with its own index.

    A bent share gives another secret of the same length, without any sign: the seal opened with it tells.
    Raises ValueError where shares repeat an index, differ in length, or cannot be shares at all.
    """
    indices = {share.index for share in shares}
    if len(shares) < 2 or len(indices) != len(shares) or not all(1 <= i <= MOST_SHARES for i in indices):
        raise ValueError("two or more shares with different indices from 1 to 16 are needed")
    return bytearray(interpolate(shares, SECRET_AT))


def interpolate(points: Sequence[Share], x: int) -> bytes:
    """The value at `x` of the polynomials through the points (Lagrange; in GF(256), minus is XOR)."""
    if len({len(point.value) for point in points}) != 1:
        raise ValueError("shares of different length do not belong together")
    result = bytearray(len(points[0].value))
    for point in points:
        weight = 1
        for other in points:
            if other.index != point.index:
                weight = _multiply(weight, _multiply(x ^ other.index, _invert(point.index ^ other.index)))
        for position, value in enumerate(point.value):
            result[position] ^= _multiply(value, weight)
    return bytes(result)


def _multiply(a: int, b: int) -> int:
    product = 0
    for _ in range(8):
        product ^= a & -(b & 1)
        a = ((a << 1) ^ (0x11B & -(a >> 7))) & 0xFF
        b >>= 1
    return product


def _invert(a: int) -> int:
    """a^254, which is 1/a, since a^255 = 1 for every a but zero."""
    result = 1
    for _ in range(7):
        a = _multiply(a, a)
        result = _multiply(result, a)
    return result
