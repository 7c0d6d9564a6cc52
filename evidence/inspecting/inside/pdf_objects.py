"""Inside the box: the strings and files of a PDF wherever they lie in it, named by its catalogue or not. Pure.

Every object is met as it lies in the file, old versions of it too: keys that nobody listed, links, notes, and files
that hang at nothing any more.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from typing import Final

_OBJECT: Final = re.compile(rb"(?<!\d)(\d{1,10})[\0\t\n\f\r ]+\d{1,5}[\0\t\n\f\r ]+obj\b")
_STREAM: Final = re.compile(rb"\bstream\r?\n")
_LITERAL: Final = re.compile(rb"\(((?:\\.|[^\\()]|\((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*\))*)\)", re.DOTALL)
_HEX: Final = re.compile(rb"(?<!<)<([0-9A-Fa-f\s]{4,})>")
_NAME: Final = re.compile(rb"/([^\s/<>\[\](){}%]*#[^\s/<>\[\](){}%]*)")
_EMBEDDED: Final = re.compile(rb"/EF[\s]*<<([^>]*)>>")
_REFERENCE: Final = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+R\b")
_FILTERS: Final = re.compile(rb"/(FlateDecode|Fl|ASCIIHexDecode|AHx|ASCII85Decode|A85|LZWDecode|LZW|Crypt)\b")
_ESCAPE: Final = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_PLAIN: Final = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"",
    b"f": b"",
    b"\n": b"",
    b"\r": b"",
    b"\r\n": b"",
}
_LONGEST: Final = 64 * 1024 * 1024
_NO_WORDS: Final = (
    b"/Image",
    b"/FontFile",
    b"/XRef",
    b"/Length1",
    b"/FontDescriptor",
    b"/ICCBased",
    b"/Alternate",
)


class Strings:
    """What the objects of a PDF say, and the files in it: read `said`, then `files`."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._hanging: set[int] = set()
        self._streams: list[tuple[int, bytes, int, int]] = []
        self.said: list[str] = []
        self._look()

    def files(self) -> Iterator[bytes | None]:
        """Each embedded file; None for one that is packed in a way that we do not unpack."""
        for number, head, start, end in self._streams:
            if number in self._hanging or b"/EmbeddedFile" in head or b"/Params" in head:
                yield _unpacked(self._data[start:end], head)

    def _look(self) -> None:
        places = [(int(found[1]), found.end()) for found in _OBJECT.finditer(self._data)]
        for (number, start), (_next, following) in zip(
            places, [*places[1:], (0, len(self._data))], strict=True
        ):
            begin = _STREAM.search(self._data, start, min(following, start + 65536))
            ending = self._data.find(b"endobj", start, begin.start() if begin else following)
            if begin is None or ending >= 0:
                self._say(self._data[start : ending if ending >= 0 else following])
                continue
            head = self._data[start : begin.start()]
            end = self._data.find(b"endstream", begin.end())
            end = end if end >= 0 else len(self._data)
            # The break before the word is no part of what is embedded.
            end -= 2 if self._data[end - 2 : end] == b"\r\n" else self._data[end - 1 : end] in {b"\n", b"\r"}
            self._say(head)
            self._streams.append((number, head, begin.end(), end))
            self._say_stream(head, begin.end(), end)
        for trailer in re.finditer(rb"\btrailer\b(.{0,4096})", self._data, re.DOTALL):
            self._say(trailer[1])

    def _say_stream(self, head: bytes, start: int, end: int) -> None:
        if any(word in head for word in _NO_WORDS):
            return
        if b"/ObjStm" in head:
            self._say(_unpacked(self._data[start:end], head) or b"")
        elif b"/EmbeddedFile" not in head:
            inside = _unpacked(self._data[start:end], head)
            if inside and inside[:64].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
                # Forms of XML, and what the document says of itself, packed.
                self.said.append(inside.decode("utf-8", "replace"))

    def _say(self, written: bytes) -> None:
        for found in _EMBEDDED.finditer(written):
            self._hanging |= {int(one) for one in _REFERENCE.findall(found[1])}
        for literal in _LITERAL.findall(written):
            self.said += _readings(_ESCAPE.sub(_escaped, literal))
        for digits in _HEX.findall(written):
            plain = b"".join(digits.split())
            self.said += _readings(bytes.fromhex(plain[: len(plain) // 2 * 2].decode()))
        for name in _NAME.findall(written):
            whole = re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes.fromhex(found[1].decode()), name)
            self.said += _readings(whole)


def _escaped(found: re.Match[bytes]) -> bytes:
    said = found[1]
    return bytes([int(said, 8) % 256]) if said[:1].isdigit() and said < b"8" else _PLAIN.get(said, said)


def _readings(value: bytes) -> Iterator[str]:
    """A string in the codings that its mark names or, without one, in all that programs write."""
    if value.startswith((b"\xfe\xff", b"\xff\xfe")):
        yield value.decode("utf-16", "replace")
    elif value.isascii():
        yield value.decode("ascii")
    else:
        for coding in ("utf-8", "cp1256", "latin-1"):
            yield value.removeprefix(b"\xef\xbb\xbf").decode(coding, "replace")


def _unpacked(data: bytes, head: bytes) -> bytes | None:
    for name in _FILTERS.findall(head):
        try:
            if name in {b"FlateDecode", b"Fl"}:
                data = zlib.decompressobj().decompress(data, _LONGEST)
            elif name in {b"ASCIIHexDecode", b"AHx"}:
                data = bytes.fromhex(b"".join(data.partition(b">")[0].split()).decode("ascii"))
            elif name in {b"ASCII85Decode", b"A85"}:
                data = base64.a85decode(data.partition(b"~>")[0])
            else:
                return None
        except (zlib.error, ValueError, binascii.Error):
            return None
    return data
