"""Prints sheets as PDF with typst, in this process, from our fonts alone.

The sheet goes to the template as JSON in an input; the template reads it as strings. Nothing in it is ever parsed as
typst markup, and the template's root holds nothing but the template, so there is no file that a text could name.
"""

import io
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings
from django.utils.translation import gettext as _

from audit.errors import FontsMissing
from audit.paper.coverage import letters_of
from audit.paper.sheets import (
    Block,
    Code,
    Fields,
    Heading,
    Label,
    Paragraph,
    Sheet,
    Table,
    Value,
    escape,
    visible,
)

_TEMPLATE = Path(__file__).with_name("template") / "sheet.typ"
_TEXT_FONTS = ("plex/IBMPlexSans-Regular.ttf", "noto/NotoNaskhArabic-Regular.ttf")
# They take part in the setting of a line without a glyph of their own.
_DRAWN_BY_NONE = frozenset(ord(letter) for letter in "\n\u200b\u200c\u200d")
# Letters of which no two, in any order, make a cluster that our fonts cannot draw.
_SAFE = frozenset(map(ord, "\n\u200b\u200cپچژکگی")).union(
    range(0x20, 0x7F), range(0x620, 0x64B), range(0x6F0, 0x6FA)
)
_NEEDED_FONTS = ("IBM Plex Sans", "Noto Naskh Arabic")
# A run without a space that no line can hold; it may be broken after every so many letters, on paper only.
_LONG_RUN = re.compile(r"\S{28,}")
_BREAK_EVERY = 8
_ZERO_WIDTH_SPACE = "\u200b"


class Press:
    """Prints any number of sheets; fonts and template are read once."""

    def __init__(self) -> None:
        """Raises FontsMissing if the fonts of the documents are not installed."""
        folder = Path(settings.BASE_DIR) / "static" / "vendor" / "fonts"
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder)])
        missing = sorted(set(_NEEDED_FONTS) - set(fonts.families()))
        if missing:
            raise FontsMissing(
                _("The font %(font)s is missing from static/vendor/fonts. Put the release's files back.")
                % {"font": missing[0]}
            )
        self._drawn = _DRAWN_BY_NONE.union(*(letters_of(folder / name) for name in _TEXT_FONTS))
        self._compiler = typst.Compiler(
            str(_TEMPLATE), root=str(_TEMPLATE.parent), font_paths=fonts, ignore_system_fonts=True
        )

    def pdf(self, sheet: Sheet, *, at: datetime) -> bytes:
        """The sheet as PDF/A-2b; the same sheet at the same time is the same bytes.

        A letter that none of our fonts draws is printed as `<U+1F600>`; the text beside the PDF has it as it is.
        """
        try:
            return self._compiled(_Setter(self._drawn).sheet(sheet), at)
        except typst.TypstError:
            # Each letter can be drawn, but not where it stands, such as a foreign accent on a Persian letter.
            return self._compiled(_Setter(_SAFE).sheet(sheet), at)

    def _compiled(self, sheet: dict[str, Any], at: datetime) -> bytes:
        content = self._compiler.compile(
            format="pdf",
            sys_inputs={"sheet": json.dumps(sheet, ensure_ascii=False)},
            pdf_standards=["a-2b"],
            timestamp=int(at.timestamp()),
        )
        assert isinstance(content, bytes)  # noqa: S101  one document, one PDF
        return content


class _Setter:
    """Turns a sheet into what the template reads, with the letters that can be drawn."""

    def __init__(self, drawn: frozenset[int]) -> None:
        self._drawn = drawn

    def sheet(self, sheet: Sheet) -> dict[str, Any]:
        """The whole sheet."""
        return {
            "organisation": self._value(Value(sheet.organisation)),
            "language": sheet.language,
            "title": _label(sheet.title),
            "reference": self._words(sheet.reference),
            "foot": self._words(sheet.foot),
            "blocks": [self._block(block) for block in sheet.blocks],
        }

    def _block(self, block: Block) -> dict[str, Any]:
        match block:
            case Heading(label):
                return {"kind": "heading", "label": _label(label)}
            case Paragraph(label):
                return {"kind": "paragraph", "label": _label(label)}
            case Fields(rows):
                return {
                    "kind": "fields",
                    "rows": [[_label(label), self._value(value)] for label, value in rows],
                }
            case Table(columns, widths, rows):
                cells = [[self._value(value) for value in row] for row in rows]
                return {
                    "kind": "table",
                    "columns": [_label(c) for c in columns],
                    "widths": widths,
                    "rows": cells,
                }
            case Code(content):
                return {"kind": "code", "svg": _square_code(content), "words": self._words(content)}

    def _value(self, value: Value) -> dict[str, Any]:
        lines = [{"text": self._line(line), "direction": value.direction_of(line)} for line in value.lines]
        return {"lines": lines, "code": value.code}

    def _line(self, line: str) -> str:
        return _LONG_RUN.sub(lambda run: _breakable(run.group()), self._words(line))

    def _words(self, text: str) -> str:
        return "".join(letter if ord(letter) in self._drawn else escape(letter) for letter in visible(text))


def _label(label: Label) -> dict[str, str]:
    return {"en": label.en, "fa": label.fa}


def _breakable(run: str) -> str:
    return _ZERO_WIDTH_SPACE.join(run[i : i + _BREAK_EVERY] for i in range(0, len(run), _BREAK_EVERY))


def _square_code(content: str) -> str:
    out = io.BytesIO()
    segno.make(content, error="m", micro=False).save(out, kind="svg", xmldecl=False, border=2)
    return out.getvalue().decode("utf-8")
