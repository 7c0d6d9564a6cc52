"""Which letters a font can draw, read from its own table.

PDF/A refuses a page with a letter that no font can draw, and one such letter in a file name must not stop a dossier.
"""

import struct
from pathlib import Path

_UNICODE_PLATFORMS = {(0, 3), (0, 4), (0, 6), (3, 1), (3, 10)}


def letters_of(font: Path) -> frozenset[int]:
    """The code points that a TrueType font maps to a glyph (OpenType `cmap`, formats 4 and 12)."""
    data = font.read_bytes()
    cmap = _table(data, b"cmap")
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    found: set[int] = set()
    for number in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", data, cmap + 4 + 8 * number)
        if (platform, encoding) in _UNICODE_PLATFORMS:
            found |= _subtable(data, cmap + offset)
    return frozenset(found)


def _table(data: bytes, tag: bytes) -> int:
    (count,) = struct.unpack_from(">H", data, 4)
    for number in range(count):
        name, _checksum, offset, _length = struct.unpack_from(">4sIII", data, 12 + 16 * number)
        if name == tag:
            return int(offset)
    raise ValueError("the font has no table of its letters")


def _subtable(data: bytes, start: int) -> set[int]:
    (kind,) = struct.unpack_from(">H", data, start)
    if kind == 12:
        (groups,) = struct.unpack_from(">I", data, start + 12)
        spans = (struct.unpack_from(">III", data, start + 16 + 12 * number) for number in range(groups))
        return {letter for first, last, _glyph in spans for letter in range(first, last + 1)}
    return _segments(data, start) if kind == 4 else set()


def _segments(data: bytes, start: int) -> set[int]:
    """Format 4: runs of code points, each with a shift to its glyphs or an offset into a list of them."""
    (doubled,) = struct.unpack_from(">H", data, start + 6)
    segments, found = doubled // 2, set()
    for number in range(segments):
        (last,) = struct.unpack_from(">H", data, start + 14 + 2 * number)
        (first,) = struct.unpack_from(">H", data, start + 16 + doubled + 2 * number)
        (shift,) = struct.unpack_from(">H", data, start + 16 + 2 * doubled + 2 * number)
        place = start + 16 + 3 * doubled + 2 * number
        (offset,) = struct.unpack_from(">H", data, place)
        for letter in range(first, min(last, 0xFFFE) + 1):
            if offset:
                (glyph,) = struct.unpack_from(">H", data, place + offset + 2 * (letter - first))
            else:
                glyph = (letter + shift) & 0xFFFF
            if glyph:
                found.add(letter)
    return found
