"""What bytes say as text: in which encoding, without their codes and tags, and what of them is letters at all."""

import codecs
import html
import re
import urllib.parse
from collections.abc import Iterator
from html.parser import HTMLParser

from .cues import are_cues, without_cues

_BLOCKS = {
    "p", "h", "br", "tr", "td", "th", "table-row", "table-cell", "line-break", "si", "c", "row", "tc", "title", "div",
    "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "section", "article", "dt", "dd", "comment",
    "annotation", "text", "tspan", "sp", "creator", "description", "subject", "keyword", "lastModifiedBy", "option",
}  # fmt: skip
UTF8_RUN = re.compile(rb"(?:[\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}){4,}")
WIDE_RUN = re.compile(rb"(?:[\x20-\x7e]\x00|[\x00-\xff][\x06\xfb-\xfe]|\x0c\x20){4,}")
_CODED = re.compile(r"\\u([0-9a-fA-F]{4})")
_UPPER = (0x00, 0x06, 0x20, 0xFB, 0xFC, 0xFD, 0xFE)
# Old marks of the end of a file and of the change of a font.
_SIGNS = (0x1A, 0x1B)


def looks_binary(head: bytes) -> bool:
    """Whether nobody would call it a text: zero bytes that no encoding in use explains."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or wide(head):
        return False
    if b"\x00" in head:
        return True
    strange = sum(byte < 9 or (13 < byte < 32 and byte not in _SIGNS) for byte in head)
    # A file of an old code page has no such bytes at all; what is UTF-8 from end to end may have a few.
    return strange > (len(head) // 100 if is_utf8(head) else 0)


def is_utf8(head: bytes) -> bool:
    """Whether it is UTF-8, of which the last letter may be cut."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def wide(head: bytes) -> bool:
    """Whether it is UTF-16 without a mark."""
    low, high = head[0:4096:2], head[1:4096:2]
    return len(high) > 8 and is_high(high) != is_high(low)


def is_high(half: bytes) -> bool:
    """Whether these are the upper bytes of letters: of Latin and Persian ones, and of their signs."""
    return sum(byte in _UPPER for byte in half) * 100 > len(half) * 95 and len(set(half) - {0x20}) > 0


def readings(data: bytes) -> Iterator[str]:
    """The text as it is, then with its codes resolved and without its tags, where that makes a difference."""
    for words in decodings(data):
        yield words
        if are_cues(words):
            yield without_cues(words)
        if "\\u" in words:
            yield uncoded(words)
        if "%D" in words.upper():
            yield urllib.parse.unquote(words, errors="replace")
        if "<" in words and ">" in words:
            yield untagged(words)
        elif "&" in words:
            yield html.unescape(words)


def decodings(data: bytes) -> Iterator[str]:
    """Bytes as text: by their mark, as UTF-8, else by the code pages that old files of this kind are written in."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            yield data.decode(name, "replace")
            return
    if wide(data[:8192]):
        yield data.decode("utf-16-le" if data[1:8192:2].count(0) else "utf-16-be", "replace")
        return
    try:
        yield data.decode("utf-8")
    except UnicodeDecodeError:
        for name in ("cp1256", "cp1252", "mac_farsi", "iso8859_6", "cp1251", "utf-8"):
            yield data.decode(name, "replace")


def uncoded(words: str) -> str:
    """With its escapes by four hexadecimal digits resolved, pairs too."""
    plain = _CODED.sub(lambda found: chr(int(found[1], 16)), words)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Untagged(HTMLParser):
    """Everything that stands between tags, in their attributes and in comments. Also reads XML that is damaged."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.beside: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """A block begins a line; what its attributes say stands apart."""
        self.beside += [value for _name, value in attributes if value]
        if tag.rpartition(":")[2] in _BLOCKS:
            self.said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """A block ends a line."""
        if tag.rpartition(":")[2] in _BLOCKS:
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        """What a reader sees."""
        self.said.append(data)

    def handle_comment(self, data: str) -> None:
        """What a reader does not see."""
        self.beside.append(data)


def untagged(words: str) -> str:
    """The words of a page or of XML, a line for each block; then what attributes and comments say."""
    reader = Untagged()
    reader.feed(words)
    reader.close()
    return "".join(reader.said) + "\n" + "\n".join(reader.beside)


def runs(data: bytes, pattern: re.Pattern[bytes]) -> str:
    """Every run of letters on a line of its own."""
    coding = "utf-8" if pattern is UTF8_RUN else "utf-16-le"
    return "\n".join(found[0].decode(coding, "replace") for found in pattern.finditer(data))
