"""Short texts that somebody, or a program, folded into letters: base64 and hexadecimal digits. Pure.

Long ones are files and are looked into where files are read. Whatever does not become text is passed over, which is
nearly every digest and every word that only looks as if something were folded in it.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

# Classes of signs: U capital, l small letter, d digit, s one of the other signs of base64.
_CLASSES: Final = bytes(
    ord(
        "U" if 65 <= code <= 90 else "l" if 97 <= code <= 122 else "d" if 48 <= code <= 57
        else "s" if chr(code) in "+/-_" else " "
    )
    for code in range(256)
)  # fmt: skip
# Capitals and digits in the middle of a word: few words have them, and nearly everything that is folded.
_MIXED: Final = (b"lU", b"UUl", b"ld", b"Ud", b"dl", b"dU")
_ANY_MIXED: Final = re.compile(b"|".join(_MIXED))
_SHORTEST: Final = 4
_WRAP: Final = re.compile(r"[ \t]*\r?\n[ \t]*")
_JOINTS: Final = re.compile(r"[-_/+]+")
_URL_SAFE: Final = str.maketrans("-_", "+/")
_HEX: Final = re.compile(r"(?:0x)?((?:[0-9A-Fa-f]{2}){3,})")
# "41 6c 69", "41:6C:69", "\x41\x6c\x69", "0x41, 0x6c, 0x69".
_BYTES: Final = re.compile(
    r"(?<![0-9A-Za-z])[0-9A-Fa-f]{2}(?:[ :,.-][0-9A-Fa-f]{2}){3,}(?![0-9A-Za-z])"
    r"|(?:(?:\\x|0x)[0-9A-Fa-f]{2}[,;]?\s?){3,}"
)
_IN_BYTES: Final = re.compile(r"(?:\\x|0x)?([0-9A-Fa-f]{2})")
_SPARSE: Final = (b" dl ", b" dU ", b" ld ", b" Ud ", b"sdls", b"sdUs", b"slds", b"sUds")
# Bytes of UTF-16, and which rows the letters stand in.
_SHORTEST_WIDE: Final = 6
_ROWS: Final = frozenset((0x00, 0x06, 0x20))
_OF_ARABIC: Final = range(0x0600, 0x0700)
_PERSIAN_ENOUGH: Final = 0.8


def unfolded(text: str) -> str:
    """The text, and behind everything that is folded into letters what is in it."""
    classes = text.encode("ascii", "replace").translate(_CLASSES)
    if not any(pair in classes for pair in _MIXED):
        return text
    parts, end = [], 0
    for start, stop in _runs(text, classes):
        inside = _inside(text[start:stop])
        if inside:
            parts += [text[end:stop], " ", inside, " "]
            end = stop
    plain = "".join((*parts, text[end:]))
    if "\\x" in text or "0x" in text or any(pair in classes for pair in _SPARSE):
        plain = _BYTES.sub(_spelled, plain)
    return plain


def _runs(text: str, classes: bytes) -> Iterator[tuple[int, int]]:
    """Where words with such a mix stand; those that follow each other line by line are one."""
    begun: tuple[int, int] | None = None
    at = 0
    while found := _ANY_MIXED.search(classes, at):
        start = classes.rfind(b" ", at, found.start()) + 1 or at
        stop = classes.find(b" ", found.end())
        at = stop if stop >= 0 else len(classes)
        if at - start < _SHORTEST:
            continue
        if begun and _WRAP.fullmatch(text, begun[1], start):
            begun = begun[0], at
            continue
        if begun:
            yield begun
        begun = start, at
    if begun:
        yield begun


def _inside(run: str) -> str:
    """What is folded in a word, or in several that follow each other line by line; empty where nothing is."""
    lines = run.split()
    found = _of_letters("".join(lines)) or " ".join(filter(None, map(_of_line, lines)))
    return unfolded(found)


def _of_line(line: str) -> str:
    """What is folded in a word, or in a part of a path or file name."""
    return _of_letters(line) or " ".join(filter(None, map(_of_letters, _JOINTS.split(line))))


def _of_letters(letters: str) -> str:
    row = _HEX.fullmatch(letters)
    if row:
        return _as_text(bytes.fromhex(row[1]))
    # Of four letters one alone is no byte.
    kept = letters.translate(_URL_SAFE)
    kept = kept[:-1] if len(kept) % 4 == 1 else kept
    if len(kept) < _SHORTEST - 1:
        return ""
    try:
        return _as_text(base64.b64decode(kept + "=" * (-len(kept) % 4)))
    except binascii.Error:
        return ""


def _spelled(found: re.Match[str]) -> str:
    inside = _as_text(bytes.fromhex("".join(_IN_BYTES.findall(found[0]))))
    return f"{found[0]} {inside} " if inside else found[0]


def _as_text(raw: bytes) -> str:
    """The bytes as a text that somebody could read; empty where they are none."""
    for charset in _charsets(raw):
        try:
            text = raw.decode(charset)
        except UnicodeDecodeError:
            continue
        if _is_readable(text) and (charset != "cp1256" or _is_persian_enough(text)):
            return text
    return ""


def _charsets(raw: bytes) -> tuple[str, ...]:
    """UTF-16 where every second byte is that of a row of the Latin or the Arabic script, or of blanks."""
    for first, charset in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(raw) >= _SHORTEST_WIDE and set(raw[first::2]) <= _ROWS:
            return (charset,)
    return ("utf-8", "cp1256")


def _is_readable(text: str) -> bool:
    return any(map(str.isalnum, text)) and all(
        sign.isprintable() or sign in "\r\n\t\u200c\ufeff" for sign in text
    )


def _is_persian_enough(text: str) -> bool:
    return sum(ord(sign) in _OF_ARABIC or sign == " " for sign in text) >= _PERSIAN_ENOUGH * len(text)
