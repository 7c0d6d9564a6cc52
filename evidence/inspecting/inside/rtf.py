"""Inside the box: the words of RTF, and the files that it holds as digits. Pure.

Letters that are no ASCII stand as a signed number (`\\u1588?`, with so many letters after it for old programs as
`\\uc` says), or as a byte of a code page (`\\'e1`). Which page counts is the font's business, and programs lie about
it: a text with such bytes is read in the page that it names and in those of Persian and of Western Europe.
"""

import codecs
import re
from collections.abc import Iterator
from typing import Final

_TOKEN: Final = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}]+)", re.DOTALL
)
_PAGE: Final = re.compile(rb"\\ansicpg(\d{1,5})")
_BREAKS: Final = frozenset(
    (b"par", b"line", b"row", b"cell", b"nestcell", b"nestrow", b"sect", b"page", b"tab", b"column")
)
_MARKS: Final = {
    b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
    b"zwnj": "\u200c", b"zwj": "\u200d",
}  # fmt: skip
_ALWAYS: Final = ("cp1256", "cp1252")
_DIGITS: Final = re.compile(rb"(?:[0-9a-fA-F]{2}\s*){40,}")
# What a program keeps for itself: of no words that anybody wrote.
OWN: Final = frozenset((b"datastore", b"themedata", b"colorschememapping"))


def words_of(data: bytes) -> list[str]:
    """The words, once for each code page that they can be in."""
    pages = list(dict.fromkeys((*_named_page(data), *_ALWAYS)))
    if b"\\'" not in data and data.isascii():
        pages = pages[:1]
    return ["".join(_said(data, page)) for page in pages]


def files_in(data: bytes) -> Iterator[tuple[bool, bytes]]:
    """Whether it is what a program keeps for itself, and the bytes: pictures and objects, which stand as digits."""
    for found in _DIGITS.finditer(data):
        before = data[max(0, found.start() - 4096) : found.start()]
        opening = before[before.rfind(b"{") :]
        held = re.sub(rb"\s", b"", found[0])
        yield any(b"\\" + word in opening for word in OWN), bytes.fromhex(held[: len(held) // 2 * 2].decode())


def _named_page(data: bytes) -> Iterator[str]:
    found = _PAGE.search(data)
    if found is None:
        return
    try:
        yield codecs.lookup(f"cp{int(found[1])}").name
    except LookupError:
        return


def _said(data: bytes, page: str) -> Iterator[str]:
    skips, skip, left = [1], 0, 0
    at = 0
    while token := _TOKEN.match(data, at):
        at = token.end()
        word, number, byte, sign, brace, plain = token.groups()
        if brace:
            left = 0
            skips = [*skips, skips[-1]] if brace == b"{" else skips[:-1] or [1]
            yield " " if brace == b"{" and data[at : at + 2] == b"\\*" else ""
        elif word == b"uc" and number:
            skips[-1] = max(0, int(number))
        elif word == b"u" and number:
            # Half of a pair, at times: whoever joins them puts it together.
            yield chr(int(number) % 65536)
            left = skips[-1]
        elif word == b"bin" and number:
            at += max(0, int(number))
        elif left and (byte or sign):
            left -= 1
        elif word:
            yield "\n" if word in _BREAKS else _MARKS.get(word, "")
        elif byte:
            yield bytes.fromhex(byte.decode()).decode(page, "replace")
        elif sign:
            yield {b"~": "\u00a0", b"-": "\u00ad", b"_": "-", b"\n": "\n", b"\r": "\n"}.get(
                sign, sign.decode(page, "replace") if sign in b"\\{}" else ""
            )
        elif plain:
            # Breaks between lines are the file's own, no letters.
            shown = plain.replace(b"\r", b"").replace(b"\n", b"")
            skip, left = min(left, len(shown)), max(0, left - len(shown))
            yield "" if _DIGITS.fullmatch(plain.strip()) else shown[skip:].decode(page, "replace")
