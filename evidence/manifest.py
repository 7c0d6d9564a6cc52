"""Reading a manifest: a list of files with what is known of each, as a spreadsheet saves it."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import TextIO

from django.utils.translation import gettext as _

from audit.errors import DomainError
from cases.dating import PartialDate, read_date
from evidence.arrivals import OUR_OWN, Arrival, is_our_own, link_fault
from evidence.errors import BadIntake, SourceUnreadable
from evidence.filenames import visible_name

COLUMNS = ("path", "source", "title", "how_obtained", "collected_at", "case")
_PARTED_BY = ",;\t؛"
_SHOWN = 200
# Source, date and case for lines that leave them empty.
_Defaults = tuple[str, PartialDate | None, str]


def arrivals_from_manifest(
    manifest: Path, *, source: str, collected: PartialDate | None, case: str
) -> list[Arrival]:
    """Every line of a CSV manifest; empty cells take what the command says for all.

    A line that says otherwise of a receipt than a line before it is a fault: one of the two would be lost. Raises
    SourceUnreadable or BadIntake when the manifest as a whole cannot be used.
    """
    try:
        with manifest.open(newline="", encoding="utf-8-sig") as opened:
            found = list(_arrivals(opened, manifest.parent, (source, collected, case)))
    except OSError as error:
        raise SourceUnreadable(
            _("The manifest %(path)s cannot be read. Check its path and rights.") % {"path": manifest}
        ) from error
    except UnicodeDecodeError as error:
        raise BadIntake(_("The manifest is not CSV in UTF-8. Save it again as “CSV UTF-8”.")) from error
    if not found:
        raise BadIntake(_("The manifest names no files: below its first line there is nothing."))
    return found


def _arrivals(opened: TextIO, folder: Path, defaults: _Defaults) -> Iterator[Arrival]:
    lines = _lines_of(opened)
    said: dict[tuple[str, str, str], tuple[int, Arrival]] = {}
    for line in _read(lines):
        arrival = _from_line(line, lines.line_num, folder, defaults)
        if arrival.fault is None:
            receipt = (arrival.original_path, arrival.source, arrival.case)
            number, before = said.setdefault(receipt, (lines.line_num, arrival))
            if arrival != before:
                arrival = replace(arrival, fault=_otherwise(lines.line_num, than=number))
        yield arrival


def _lines_of(opened: TextIO) -> "csv.DictReader[str]":
    """The lines below the first one, which names the columns. Raises BadIntake."""
    first = opened.readline()
    # What parts the cells is the spreadsheet's country's: Excel writes semicolons in Sweden, and in Iran its own.
    parted_by = next((sign for sign in first if sign in _PARTED_BY), ",")
    # Not rewound: a manifest may come through a pipe.
    lines = csv.DictReader(chain([first], opened), delimiter=parted_by, strict=True)
    try:
        named = lines.fieldnames or ()
    except csv.Error as error:
        raise _no_line(1) from error
    names = [name.strip().lower() for name in named]
    if "path" not in names or set(names) - set(COLUMNS) or len(set(names)) != len(names):
        raise BadIntake(
            _(
                "The manifest's first line must name its columns: path, and any of %(columns)s, each once. It reads: "
                "%(found)s"
            )
            % {"columns": ", ".join(COLUMNS[1:]), "found": visible_name(first.strip()[:_SHOWN]) or "—"}
        )
    lines.fieldnames = names
    return lines


def _read(lines: "csv.DictReader[str]") -> Iterator[dict[str, str | None]]:
    """Each line below the first. Raises BadIntake where one is no line of cells."""
    while True:
        begins = lines.line_num + 1
        try:
            line = next(lines, None)
        except csv.Error as error:
            raise _no_line(begins) from error
        if line is None:
            return
        yield line


def _no_line(number: int) -> BadIntake:
    return BadIntake(
        _(
            "Line %(number)d of the manifest cannot be read: it has a quotation mark that does not belong there or is "
            "never closed, or a cell of more than %(most)s characters. Put that line right."
        )
        % {"number": number, "most": f"{csv.field_size_limit():,}"}
    )


def _otherwise(number: int, *, than: int) -> DomainError:
    return BadIntake(
        _(
            "Line %(number)d of the manifest names the file of line %(first)d from the same source, but says otherwise "
            "of it. Keep one of the two lines, or name another source."
        )
        % {"number": number, "first": than}
    )


def _from_line(line: dict[str, str | None], number: int, folder: Path, defaults: _Defaults) -> Arrival:
    source, collected, case = defaults
    cells = {name: (line.get(name) or "").strip() for name in COLUMNS}
    # A file's name may begin or end with a space: the path is kept as it is.
    written = line.get("path") or ""
    fault = _line_fault(line, written, number) or _way_fault(folder, written)
    if fault is None and cells["collected_at"]:
        try:
            collected = read_date(cells["collected_at"])
        except DomainError as error:
            fault = error
    return Arrival(
        folder / written,
        written,
        source=cells["source"] or source,
        title=cells["title"],
        how_obtained=cells["how_obtained"],
        collected=collected,
        case=cells["case"] or case,
        fault=fault,
    )


def _line_fault(line: dict[str, str | None], written: str, number: int) -> DomainError | None:
    if None in line or any(value is None for value in line.values()):
        return BadIntake(
            _("Line %(number)d of the manifest has more or fewer cells than its first line.")
            % {"number": number}
        )
    if not written:
        return BadIntake(_("Line %(number)d of the manifest names no path.") % {"number": number})
    if any("\x00" in (value or "") for value in line.values()):
        return BadIntake(
            _("Line %(number)d of the manifest holds a NUL, which is no text. Save it again as “CSV UTF-8”.")
            % {"number": number}
        )
    if PurePosixPath(written).is_absolute() or ".." in PurePosixPath(written).parts:
        return BadIntake(
            _("Line %(number)d of the manifest points outside the manifest's folder. Put the file into it.")
            % {"number": number}
        )
    return None


def _way_fault(folder: Path, written: str) -> DomainError | None:
    """A fault where the way leads into our own folders, or over a link: whoever made the folder may have set it."""
    steps = [folder / written, *(folder / step for step in PurePosixPath(written).parents)][:-1]
    try:
        if is_our_own(steps[0].parent):
            return SourceUnreadable(OUR_OWN)
        return next((fault for fault in map(link_fault, steps) if fault is not None), None)
    except OSError:
        # A name that no disk can hold; taking it in says so.
        return None
