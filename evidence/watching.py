"""A folder that is watched: its files come in once they are quiet. Plain looking, again and again.

What is in is known from the records (case, source, place and bytes), so nothing is remembered on a disk, and a
watcher that was killed goes on where it was.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from audit.errors import DomainError, Unavailable
from evidence.arrivals import Arrival, holds_our_own, is_our_own
from evidence.errors import BadIntake, SourceUnreadable
from evidence.openness import is_being_written


@dataclass(frozen=True, slots=True)
class _Look:
    """What a file looked like; another look means that it was changed or is another file."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass(slots=True)
class _Seen:
    look: _Look
    since: float
    settled: bool = False


class Watch:
    """What is known of a watched folder's files since the watcher started. `quiet` is in seconds."""

    def __init__(self, *, quiet: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._quiet, self._clock = quiet, clock
        self._seen: dict[Path, _Seen] = {}
        self._told: dict[Path, str] = {}

    def ready(self, arrivals: Iterator[Arrival]) -> list[Arrival]:
        """Of all that is in the folder now, what is quiet and not settled; and each fault once.

        Asked again and again: a file is quiet when it looks as it did `quiet` seconds before and nobody writes to it.
        """
        found: dict[Path, Arrival] = {}
        for arrival in arrivals:
            found[arrival.path] = arrival
        self._forget_all_but(found)
        return [arrival for arrival in found.values() if self._is_ready(arrival)]

    def is_waiting(self) -> bool:
        """Whether a file is there of which it is not yet known what becomes of it."""
        return any(not seen.settled for seen in self._seen.values())

    def settle(self, arrival: Arrival, error: DomainError | None) -> None:
        """The file is in or cannot be: it is not tried again before it looks different.

        A vault or database that was not to be had says nothing of the file: it is tried again.
        """
        seen = self._seen.get(arrival.path)
        if seen is not None and not isinstance(error, Unavailable):
            seen.settled = True

    def is_unchanged(self, arrival: Arrival) -> bool:
        """Whether the file looks as it did when it became quiet."""
        seen = self._seen.get(arrival.path)
        return seen is not None and _look(arrival.path) == seen.look

    def _forget_all_but(self, found: dict[Path, Arrival]) -> None:
        self._seen = {path: seen for path, seen in self._seen.items() if path in found}
        self._told = {path: words for path, words in self._told.items() if path in found}

    def _is_ready(self, arrival: Arrival) -> bool:
        if arrival.fault is not None:
            words = str(arrival.fault)
            before, self._told[arrival.path] = self._told.get(arrival.path), words
            return before != words
        look = _look(arrival.path)
        if look is None:
            return False
        now = self._clock()
        seen = self._seen.get(arrival.path)
        if seen is None or seen.look != look:
            seen = self._seen[arrival.path] = _Seen(look, now)
        return not seen.settled and now - seen.since >= self._quiet and not _is_open(arrival.path)


def check_folder(folder: Path, *, move_to: Path | None) -> None:
    """Raises BadIntake or SourceUnreadable where this folder cannot be watched, or its files not be moved there."""
    if folder.is_symlink() or (move_to is not None and move_to.is_symlink()):
        raise SourceUnreadable(_("This is a link to another folder. Name that folder itself."))
    for one in filter(None, (folder, move_to)):
        if not one.is_dir():
            raise SourceUnreadable(_("There is no folder %(path)s. Make it first.") % {"path": one})
        if is_our_own(one) or holds_our_own(one):
            raise BadIntake(
                _("Dadkhah's own data or keys lie in %(path)s. Put evidence into a folder of its own.")
                % {"path": one}
            )
    if move_to is not None:
        _check_way(folder.resolve(), move_to.resolve())


def move_away(path: Path, *, from_folder: Path, to: Path) -> Path:
    """Move a file that is in to the same place below `to`, over nothing that lies there. Raises OSError."""
    target = to.resolve() / path.relative_to(from_folder.resolve())
    target.parent.mkdir(parents=True, exist_ok=True)
    free, number = target, 1
    while os.path.lexists(free):
        number += 1
        free = target.with_name(f"{target.stem} ({number}){target.suffix}")
    return path.rename(free)


def _check_way(folder: Path, move_to: Path) -> None:
    if move_to.is_relative_to(folder) or folder.is_relative_to(move_to):
        raise BadIntake(_("Files cannot be moved into the folder that is watched. Name one beside it."))
    if folder.stat().st_dev != move_to.stat().st_dev:
        # A copy and a removal could be cut in the middle; a rename cannot.
        raise BadIntake(_("Name a folder on the same disk with --move-to: files are moved, never copied."))


def _look(path: Path) -> _Look | None:
    try:
        found = path.lstat()
    except OSError:
        # Gone, or not ours to look at; the next round sees.
        return None
    return _Look(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def _is_open(path: Path) -> bool:
    try:
        return is_being_written(path)
    except OSError:
        # It cannot be opened: taking it in says why.
        return False
