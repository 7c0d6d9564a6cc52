"""A sheet as UTF-8 text. It stands beside every PDF, because text taken back out of a Persian PDF is not reliable."""

from audit.paper.sheets import Block, Code, Fields, Heading, Label, Paragraph, Sheet, Table, Value, visible

_WIDTH = 100
# First-strong isolate and its end: a Latin id inside Persian, or the reverse, cannot pull its neighbours along.
_ISOLATE, _END = "\u2068", "\u2069"


def as_text(sheet: Sheet) -> bytes:
    """The whole sheet, a line feed at the end of each line."""
    lines = [visible(sheet.organisation), *_both(sheet.title), visible(sheet.reference), "=" * _WIDTH]
    for block in sheet.blocks:
        lines += ["", *_block(block)]
    lines += ["", "=" * _WIDTH, visible(sheet.foot)]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _block(block: Block) -> list[str]:
    match block:
        case Heading(label):
            return [*_both(label), "-" * _WIDTH]
        case Paragraph(label):
            return _both(label)
        case Fields(rows):
            return [f"{label.en} / {_ISOLATE}{label.fa}{_END}: {_value(value)}" for label, value in rows]
        case Table(columns, _, rows):
            return _table(columns, rows)
        case Code(content):
            return [visible(content)]


def _table(columns: list[Label], rows: list[list[Value]]) -> list[str]:
    lines: list[str] = []
    for number, row in enumerate(rows, start=1):
        lines.append(f"[{number}]")
        lines += [f"    {label.en}: {_value(value)}" for label, value in zip(columns, row, strict=True)]
    return lines


def _value(value: Value) -> str:
    return "\n        ".join(_line(visible(line), value.direction_of(line)) for line in value.lines)


def _line(line: str, direction: str) -> str:
    return f"{_ISOLATE}{line}{_END}" if direction == "rtl" else line


def _both(label: Label) -> list[str]:
    return [label.en, label.fa]
