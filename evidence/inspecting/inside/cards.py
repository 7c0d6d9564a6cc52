"""Inside the box: address cards and calendars (vCard 2.1, 3 and 4, iCalendar), unfolded and decoded. Pure."""

import quopri
import re
from collections.abc import Iterator
from typing import Final

# RFC 6350, section 3.2: a line goes on after a break and one blank, even in the middle of a letter.
_FOLDED: Final = re.compile(rb"\r?\n[ \t]")
_BROKEN: Final = re.compile(r"=\r?\n")
_QUOTED: Final = re.compile(r"QUOTED-PRINTABLE", re.IGNORECASE)
_CHARSET: Final = re.compile(r"CHARSET=\"?([\w.:-]+)", re.IGNORECASE)
_ESCAPED: Final = re.compile(r"\\(.)")


def is_card(data: bytes) -> bool:
    """Whether it is a card or a calendar."""
    return data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").upper().startswith((b"BEGIN:VCARD", b"BEGIN:VCAL"))


def unfolded(data: bytes) -> bytes:
    """With every line whole."""
    return _FOLDED.sub(b"", data)


def card_words(words: str) -> str:
    """What the lines say, decoded and without escapes."""
    return "\n".join(_lines(_joined(words)))


def _joined(words: str) -> str:
    """Lines of the old kind that end with a sign of equality go on."""
    return _BROKEN.sub("", words) if _QUOTED.search(words) else words


def _lines(words: str) -> Iterator[str]:
    for line in words.splitlines():
        name, _colon, value = line.partition(":")
        if _QUOTED.search(name):
            value = _decoded(value, name)
        yield _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def _decoded(value: str, name: str) -> str:
    data = quopri.decodestring(value.encode("ascii", "ignore"))
    charset = _CHARSET.search(name)
    for coding in (*([charset[1]] if charset else []), "utf-8"):
        try:
            return data.decode(coding)
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("cp1256", "replace")
