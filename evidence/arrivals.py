"""Finding the files that a command is asked to take in, from paths and folders."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.errors import DomainError
from cases.dating import PartialDate
from evidence.errors import SourceUnreadable

OUR_OWN = gettext_lazy(
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
        yield path, path.name, SourceUnreadable(OUR_OWN) if is_our_own(path.parent) else None
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
            yield folder, _relative(folder, top), SourceUnreadable(OUR_OWN)
            continue
        names.sort()
        if fault is not None:
            yield folder, _relative(folder, top), fault
        # A link to a folder counts as a folder here, and is not walked into.
        linked = [name for name in names if (folder / name).is_symlink()]
        for name in sorted([*files, *linked]):
            inside = folder / name
            yield inside, _relative(inside, top), link_fault(inside)


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


def link_fault(path: Path) -> DomainError | None:
    """Why a link is not taken in; None for what is none."""
    if not path.is_symlink():
        return None
    # It may point anywhere, and the same file would come in twice under two names.
    if _is_folder(path):
        return SourceUnreadable(_("This is a link to another folder. Name that folder itself."))
    return SourceUnreadable(_("This is a link to another file. Name that file itself."))


def _relative(path: Path, top: Path) -> str:
    """The path from the folder that was named, its own name included: the order in which things were handed over."""
    return str(PurePosixPath(top.name) / path.relative_to(top))
