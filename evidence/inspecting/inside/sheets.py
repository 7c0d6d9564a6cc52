"""Inside the box: the rows of a sheet whose words are kept elsewhere, each once. Pure."""

import html
import re
from typing import Final

_SHARED: Final = re.compile(r"<(?:\w+:)?si\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
_TEXT: Final = re.compile(r"<(?:\w+:)?t\b[^>]*>(.*?)</(?:\w+:)?t>", re.DOTALL)
_CELL: Final = re.compile(r"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)|</(?:\w+:)?row>", re.DOTALL)
_VALUE: Final = re.compile(r"<(?:\w+:)?v\b[^>]*>(.*?)</(?:\w+:)?v>", re.DOTALL)
_IS_SHARED: Final = re.compile(r"""\bt\s*=\s*["']s["']""")


def shared_words(table: str) -> list[str]:
    """The words that cells point at, in their order."""
    return [html.unescape("".join(_TEXT.findall(one))) for one in _SHARED.findall(table)]


def rows_of(sheet: str, shared: list[str]) -> str:
    """A line for each row, its cells side by side."""
    said: list[str] = []
    for cell in _CELL.finditer(sheet):
        if cell[1] is None:
            said.append("\n")
            continue
        value = _VALUE.search(cell[2] or "")
        if value is None:
            said.append(html.unescape(" ".join(_TEXT.findall(cell[2] or ""))) + "\t")
        elif _IS_SHARED.search(cell[1]):
            place = value[1].strip()
            known = place.isdecimal() and int(place) < len(shared)
            said.append((shared[int(place)] if known else "") + "\t")
        else:
            said.append(html.unescape(value[1]) + "\t")
    return "".join(said)
