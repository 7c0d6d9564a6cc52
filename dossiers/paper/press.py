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

from dossiers.errors import FontsMissing
from dossiers.paper.sheets import Block, Code, Fields, Heading, Label, Paragraph, Sheet, Table, Value, visible

_TEMPLATE = Path(__file__).with_name("template") / "sheet.typ"
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
        self._compiler = typst.Compiler(
            str(_TEMPLATE), root=str(_TEMPLATE.parent), font_paths=fonts, ignore_system_fonts=True
        )

    def pdf(self, sheet: Sheet, *, at: datetime) -> bytes:
        """The sheet as PDF/A-2b; the same sheet at the same time is the same bytes."""
        inputs = {"sheet": json.dumps(_sheet(sheet), ensure_ascii=False)}
        content = self._compiler.compile(
            format="pdf", sys_inputs=inputs, pdf_standards=["a-2b"], timestamp=int(at.timestamp())
        )
        assert isinstance(content, bytes)  # noqa: S101  one document, one PDF
        return content


def _sheet(sheet: Sheet) -> dict[str, Any]:
    return {
        "organisation": _value(Value(sheet.organisation)),
        "title": _label(sheet.title),
        "reference": visible(sheet.reference),
        "foot": visible(sheet.foot),
        "blocks": [_block(block) for block in sheet.blocks],
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading(label):
            return {"kind": "heading", "label": _label(label)}
        case Paragraph(label):
            return {"kind": "paragraph", "label": _label(label)}
        case Fields(rows):
            return {"kind": "fields", "rows": [[_label(label), _value(value)] for label, value in rows]}
        case Table(columns, widths, rows):
            cells = [[_value(value) for value in row] for row in rows]
            return {"kind": "table", "columns": [_label(c) for c in columns], "widths": widths, "rows": cells}
        case Code(content):
            return {"kind": "code", "svg": _square_code(content), "words": visible(content)}


def _label(label: Label) -> dict[str, str]:
    return {"en": label.en, "fa": label.fa}


def _value(value: Value) -> dict[str, Any]:
    text = _LONG_RUN.sub(lambda run: _breakable(run.group()), visible(value.text))
    return {"text": text, "direction": value.direction, "code": value.code}


def _breakable(run: str) -> str:
    return _ZERO_WIDTH_SPACE.join(run[i : i + _BREAK_EVERY] for i in range(0, len(run), _BREAK_EVERY))


def _square_code(content: str) -> str:
    out = io.BytesIO()
    segno.make(content, error="m", micro=False).save(out, kind="svg", xmldecl=False, border=2)
    return out.getvalue().decode("utf-8")
