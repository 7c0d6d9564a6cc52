"""Checkpoints as somebody gives them to a command: files, or the size of a stored one.

Whoever compares many must not lose the verification of the log over one that cannot be read. So it is set aside with
the reason and what to do next, and stands in the report: what was not compared never passes for agreement.
"""

import os
import stat
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from audit.damage import ERRORS, is_absence, words_of
from audit.digits import latin
from audit.errors import BadNote
from audit.fault_words import in_words
from audit.faults import FaultKind
from audit.outside import OutsideCheckpoint, SetAside, parse_outside
from audit.signed_rows import StoredCheckpoint, stored_checkpoints

_LONGEST = 1_000_000


def read_several(given: Sequence[Path | str]) -> list[OutsideCheckpoint | SetAside]:
    """Read checkpoints from files, such as `log/checkpoint` of a dossier; those of one name by their whole path."""
    named = Counter(Path(one).name for one in given)
    return [
        _read(one, Path(one).name if named[Path(one).name] == 1 else str(one), option="--against")
        for one in given
    ]


def checkpoint_to_start_from(given: str) -> StoredCheckpoint | OutsideCheckpoint | SetAside:
    """Return the stored checkpoint of that size, or the one in the file of that name."""
    number = latin(given)
    if not number.isascii() or not number.isdigit():
        return _read(given, Path(given).name, option="--since")
    place = f"checkpoint of size {number}"
    try:
        stored = stored_checkpoints()
    except ERRORS as error:
        if is_absence(error):
            raise
        reason = _(
            "The checkpoints of the database cannot be read (%(reason)s). Name a checkpoint's file, or leave "
            "--since out."
        ) % {"reason": words_of(error)}
        return SetAside(FaultKind.UNREADABLE, place, reason)
    size = int(number[:18])
    found = next((one for one in stored if one.size == size), None)
    return found or SetAside(FaultKind.UNKNOWN_CHECKPOINT, place, _sizes_to_name(stored))


def _sizes_to_name(stored: Sequence[StoredCheckpoint]) -> str:
    if not stored:
        return _("It has none at all. Name a checkpoint's file, or leave --since out.")
    return _("Its newest is of size %(size)d. Name the size of one that it has, or a file.") % {
        "size": stored[-1].size
    }


def _read(given: Path | str, place: str, *, option: str) -> OutsideCheckpoint | SetAside:
    # Whoever has to look for the file needs its path as it was typed.
    as_typed = str(given)
    if not as_typed:  # as a path it would be the folder where one is
        reason = _(
            "No file was named: what stands after the option is empty. Name the file of a checkpoint, or leave the "
            "option out."
        )
        return SetAside(FaultKind.UNREADABLE_FILE, option, reason)
    try:
        note = _text(Path(given))
    except _Unusable as error:
        return SetAside(FaultKind.UNREADABLE_FILE, as_typed, str(error))
    try:
        return parse_outside(note, place=place)
    except BadNote as error:
        reason = _(
            "It is no checkpoint: %(reason)s Take the file “checkpoint” from the folder “log” of a dossier as it was "
            "handed out, and name it unchanged."
        ) % {"reason": in_words(str(error))}
        return SetAside(FaultKind.UNREADABLE_FILE, as_typed, reason)


class _Unusable(Exception):
    """What is wrong with a file, and what to do."""


def _text(path: Path) -> str:
    try:
        with open(path, "rb", opener=not_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise _Unusable(
                    _("It is a device or a pipe. Write what it gives into a file, and name that.")
                )
            content = file.read(_LONGEST + 1)
    except OSError as error:
        raise _Unusable(_cannot_open(error)) from error
    if not content:
        raise _Unusable(_("It is empty. Get it anew from whoever keeps the checkpoint."))
    if len(content) > _LONGEST:
        raise _Unusable(_("It is larger than any checkpoint is. Name the file of the checkpoint itself."))
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise _Unusable(
            _(
                "It is not written as text (UTF-8), as a checkpoint is. Name the file of the checkpoint itself."
            )
        ) from error


def not_waiting(path: str, flags: int) -> int:
    """Open a pipe too at once; else it would wait for whoever writes into it."""
    return os.open(path, flags | os.O_NONBLOCK)


def _cannot_open(error: OSError) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return _("There is no such file. Look at the path that was typed.")
    if isinstance(error, IsADirectoryError):
        return _("It is a folder. Name the file in it: that of a dossier is log/checkpoint.")
    if isinstance(error, PermissionError):
        return _(
            "The user of this program may not read it, or not its folder. Copy it to where that user may read it, and "
            "name the copy."
        )
    return _("It cannot be opened or read: %(reason)s. Copy it to this machine anew, and name the copy.") % {
        "reason": error.strerror
    }
