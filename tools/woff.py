"""Unpack a WOFF 1.0 font to the TrueType or OpenType file it wraps (W3C WOFF File Format 1.0).

WOFF 1.0 keeps every table of the font bit for bit, only compressed with zlib, so nothing is redrawn or lost.
"""

import struct
import zlib

_HEADER = struct.Struct(">4sIIHHIHHIIIII")
_ENTRY = struct.Struct(">4sIIII")


def unpack(woff: bytes) -> bytes:
    """The font as an sfnt file. Raises ValueError when the bytes are no WOFF 1.0 font."""
    signature, flavour, _length, count, *_rest = _HEADER.unpack_from(woff)
    if signature != b"wOFF":
        raise ValueError("not a WOFF 1.0 font")
    tables = [_ENTRY.unpack_from(woff, _HEADER.size + index * _ENTRY.size) for index in range(count)]
    return _directory(flavour, tables) + b"".join(_padded(_table(woff, entry)) for entry in tables)


def _table(woff: bytes, entry: tuple[bytes, int, int, int, int]) -> bytes:
    tag, offset, packed_length, length, _checksum = entry
    packed = woff[offset : offset + packed_length]
    table = packed if packed_length == length else zlib.decompress(packed)
    if len(table) != length:
        raise ValueError(f"table {tag!r} has the wrong length")
    return table


def _directory(flavour: int, tables: list[tuple[bytes, int, int, int, int]]) -> bytes:
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    head = struct.pack(">IHHHH", flavour, count, power * 16, power.bit_length() - 1, (count - power) * 16)
    offset = 12 + 16 * count
    rows = []
    for tag, _offset, _packed_length, length, checksum in tables:
        rows.append(struct.pack(">4sIII", tag, checksum, offset, length))
        offset += length + (-length % 4)
    return head + b"".join(rows)


def _padded(table: bytes) -> bytes:
    return table + b"\0" * (-len(table) % 4)
