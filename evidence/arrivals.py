"""Finding the files that a command is asked to take in, from paths, folders and a manifest."""

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.errors import DomainError
from cases.dating import PartialDate, read_date
from evidence.errors import BadIntake, SourceUnreadable

COLUMNS = ("path", "source", "title", "how_obtained", "collected_at", "case")
_OUR_OWN = gettext_lazy(
    "This is Dadkhah's own data or keys and was left out. Put evidence into a folder of its own."
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file to take in, or the reason why it cannot be. `original_path` is its place in what was handed over."""

    path: Path
    original_path: str
    source: str
    title: str = ""
    how_obtained: str = ""
    collected: PartialDate | None = None
    case: str = ""
    fault: DomainError | None = None


def arrivals_from_paths(
    paths: list[Path], *, source: str, collected: PartialDate | None, case: str
) -> Iterator[Arrival]:
    """Every file that `paths` name: folders with all that is in them, in the order of their names."""
    for path in paths:
        for found, original_path, fault in _files(path):
            yield Arrival(found, original_path, source=source, collected=collected, case=case, fault=fault)


def arrivals_from_manifest(
    manifest: Path, *, source: str, collected: PartialDate | None, case: str
) -> list[Arrival]:
    """Every line of a CSV manifest; empty cells take what the command says for all.

    Raises SourceUnreadable or BadIntake when the manifest as a whole cannot be used.
    """
    try:
        with manifest.open(newline="", encoding="utf-8-sig") as opened:
            lines = csv.DictReader(opened, strict=True)
            _check_columns(lines.fieldnames)
            return [
                _from_line(line, lines.line_num, manifest.parent, (source, collected, case)) for line in lines
            ]
    except OSError as error:
        raise SourceUnreadable(
            _("The manifest %(path)s cannot be read. Check its path and rights.") % {"path": manifest}
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadIntake(_("The manifest is not CSV in UTF-8. Save it again as “CSV UTF-8”.")) from error


def arrivals_in(
    folder: Path, *, source: str, how_obtained: str, collected: PartialDate | None, case: str
) -> Iterator[Arrival]:
    """Every file in a folder that is there to be filled, so that it may be empty."""
    for found, original_path, fault in _inside(folder.resolve()):
        yield Arrival(
            found,
            original_path,
            source=source,
            how_obtained=how_obtained,
            collected=collected,
            case=case,
            fault=fault,
        )


def _files(path: Path) -> Iterator[tuple[Path, str, DomainError | None]]:
    if not _is_folder(path):
        yield path, path.name, SourceUnreadable(_OUR_OWN) if is_our_own(path.parent) else None
        return
    found = False
    for one in _inside(path.resolve()):
        found = True
        yield one
    if not found:
        yield path, path.name, SourceUnreadable(_("The folder is empty. Check that its disk is connected."))


def _inside(top: Path) -> Iterator[tuple[Path, str, DomainError | None]]:
    for folder, names, files, fault in _walk(top):
        if is_our_own(folder):
            # Nothing below it is looked at: its objects would come in as evidence, and the keys beside them.
            names.clear()
            yield folder, _relative(folder, top), SourceUnreadable(_OUR_OWN)
            continue
        names.sort()
        if fault is not None:
            yield folder, _relative(folder, top), fault
        # A link to a folder counts as a folder here, and is not walked into.
        linked = [name for name in names if (folder / name).is_symlink()]
        for name in sorted([*files, *linked]):
            inside = folder / name
            yield inside, _relative(inside, top), _link_fault(inside)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        # A name that no disk can hold; taking it in says so.
        return False


def is_our_own(folder: Path) -> bool:
    """Whether `folder` is that of Dadkhah's own data or keys, or lies inside them."""
    return any(folder.resolve().is_relative_to(root) for root in _own())


def holds_our_own(folder: Path) -> bool:
    """Whether Dadkhah's own data or keys lie somewhere in `folder`."""
    return any(root.is_relative_to(folder.resolve()) for root in _own())


def _own() -> tuple[Path, Path]:
    return Path(settings.DADKHAH_DATA_DIR).resolve(), Path(settings.DADKHAH_KEYS_DIR).resolve()


def _walk(top: Path) -> Iterator[tuple[Path, list[str], list[str], DomainError | None]]:
    closed: list[str] = []
    for folder, names, files in os.walk(top, onerror=lambda error: closed.append(str(error.filename))):
        yield Path(folder), names, files, None
    for name in sorted(closed):
        fault = SourceUnreadable(
            _("This folder cannot be opened. Give this program's user the right to read it.")
        )
        yield Path(name), [], [], fault


def _link_fault(path: Path) -> DomainError | None:
    if not path.is_symlink():
        return None
    # It may point anywhere, and the same file would come in twice under two names.
    if _is_folder(path):
        return SourceUnreadable(_("This is a link to another folder. Name that folder itself."))
    return SourceUnreadable(_("This is a link to another file. Name that file itself."))


def _way_fault(folder: Path, written: str) -> DomainError | None:
    """A fault where the way leads into our own folders, or over a link: whoever made the folder may have set it."""
    steps = [folder / written, *(folder / step for step in PurePosixPath(written).parents)][:-1]
    try:
        if is_our_own(steps[0].parent):
            return SourceUnreadable(_OUR_OWN)
        return next((fault for fault in map(_link_fault, steps) if fault is not None), None)
    except OSError:
        # A name that no disk can hold; taking it in says so.
        return None


def _relative(path: Path, top: Path) -> str:
    """The path from the folder that was named, its own name included: the order in which things were handed over."""
    return str(PurePosixPath(top.name) / path.relative_to(top))


def _check_columns(found: object) -> None:
    names = list(found) if isinstance(found, list) else []
    unknown = [str(name) for name in names if name not in COLUMNS]
    if "path" not in names or unknown or len(set(names)) != len(names):
        raise BadIntake(
            _("The manifest's first line must name its columns: path, and any of %(columns)s, each once.")
            % {"columns": ", ".join(COLUMNS[1:])}
        )


def _from_line(
    line: dict[str, str | None], number: int, folder: Path, defaults: tuple[str, PartialDate | None, str]
) -> Arrival:
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
