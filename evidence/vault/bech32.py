"""Bech32 (BIP 173) without its length limit, as age writes keys: a readable part, "1", data, a checksum.

Raises ValueError for every string that is not well-formed; what to tell a person is the caller's knowledge.
"""

from collections.abc import Iterable, Sequence

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_LENGTH = 6


def encode(prefix: str, data: bytes) -> str:
    """`data` under a lower-case `prefix`."""
    words = _regroup(data, 8, 5, pad=True)
    check = _polymod([*_expand(prefix), *words, *[0] * _CHECKSUM_LENGTH]) ^ 1
    checksum = [(check >> 5 * (5 - place)) & 31 for place in range(_CHECKSUM_LENGTH)]
    return prefix + "1" + "".join(_LETTERS[word] for word in [*words, *checksum])


def decode(text: str) -> tuple[str, bytes]:
    """The prefix in lower case and the data of `text`.

    Raises ValueError on mixed case, foreign characters, a wrong checksum or padding that is not zero.
    """
    if text not in (text.lower(), text.upper()):
        raise ValueError("mixed case")
    prefix, separator, encoded = text.lower().rpartition("1")
    if not separator or not prefix or len(encoded) < _CHECKSUM_LENGTH:
        raise ValueError("no prefix or too short")
    if any(not "!" <= letter <= "~" for letter in prefix):
        raise ValueError("foreign character in the prefix")
    try:
        words = [_LETTERS.index(letter) for letter in encoded]
    except ValueError as error:
        raise ValueError("foreign character") from error
    if _polymod([*_expand(prefix), *words]) != 1:
        raise ValueError("wrong checksum")
    return prefix, bytes(_regroup(words[:-_CHECKSUM_LENGTH], 5, 8, pad=False))


def _expand(prefix: str) -> list[int]:
    codes = prefix.encode("ascii")
    return [*(code >> 5 for code in codes), 0, *(code & 31 for code in codes)]


def _polymod(words: Sequence[int]) -> int:
    check = 1
    for word in words:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ word
        for bit, term in enumerate(_GENERATOR):
            if top >> bit & 1:
                check ^= term
    return check


def _regroup(words: Iterable[int], width: int, new_width: int, *, pad: bool) -> list[int]:
    held, bits = 0, 0
    result: list[int] = []
    for word in words:
        held = (held << width | word) & 0xFFFF
        bits += width
        while bits >= new_width:
            bits -= new_width
            result.append(held >> bits & ((1 << new_width) - 1))
    rest = held & ((1 << bits) - 1)
    if pad and bits:
        result.append(rest << (new_width - bits))
    elif not pad and (bits >= width or rest):
        raise ValueError("padding that is too long or not zero")
    return result
