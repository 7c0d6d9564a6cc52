"""Who may sign, publish and witness from the command line, and what the commands have in common."""

import os
import stat
from pathlib import Path

from django.db import connection
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from accounts.queries import find_actor
from audit.actors import Actor, Channel, SystemActor
from audit.errors import BadInput, Unavailable
from audit.given import not_waiting
from audit.guards import missing_guards
from audit.keys import newest_key
from audit.notes import split_note

_WIDEST = 100
ADMINISTER = "accounts.manage_users"
REVIEW = "audit.review_log"


class TextUnreadable(BadInput):
    """A file that a command was given cannot be read as text."""


class TextUnwritable(Unavailable):
    """A file that a command was to write cannot be written."""


def administrator(username: str) -> User:
    """Return the user, who must be an administrator. Raises UnknownActor, NotPermitted."""
    return require(find_actor(username, channel=Channel.COMMAND), ADMINISTER)


def keeper(username: str) -> User:
    """Return the user, who must be an administrator or an auditor. Raises UnknownActor, NotPermitted."""
    user = find_actor(username, channel=Channel.COMMAND)
    return user if user.has_perm(REVIEW) else require(user, ADMINISTER)


def keeper_or_machine(username: str | None, *, machine: str) -> Actor:
    """Return the keeper of that name; without a name the machine itself, for runs by a timer."""
    return keeper(username) if username else SystemActor(machine, Channel.COMMAND)


def fingerprint_said() -> str:
    """The fingerprint of the key that signs our log, as `verify.py` prints it. Raises LogKeyMissing, LogKeyWrong."""
    key = newest_key()
    heading = _("Key of the log %(name)s (SHA-256 of the Ed25519 public key):") % {"name": key.name}
    return f"{heading}\n    {key.fingerprint}"


def guards_said() -> str:
    """The sentence that says which guards the database lacks, or nothing where all are in place."""
    missing = missing_guards(connection)
    if not missing:
        return ""
    return _(
        "Guards of the database are missing (%(names)s): the record may have been changed meanwhile. "
        "Run verify_audit_log, then restore_guards."
    ) % {"names": ", ".join(missing)}


def in_short(note: str) -> str:
    """A signed note as a person reads it: its text and who signed it, without keys and signatures that fill a page."""
    text, signatures = split_note(note)
    lines = [line if len(line) <= _WIDEST else f"{line[:_WIDEST]}…" for line in text.splitlines()]
    signed = [f"— {name}+{raw[:4].hex()}" for name, raw in signatures]
    return "\n".join([*lines, "", *signed])


def read_small_text(path: Path, *, most: int) -> str:
    """Return a small UTF-8 file. Raises TextUnreadable, also for a pipe and for one larger than `most` bytes."""
    try:
        with open(path, "rb", opener=not_waiting) as file:
            plain = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            raw = file.read(most + 1) if plain else b""
        if plain and len(raw) <= most:
            return raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path) from error
    raise _unreadable(path)


def require_writable(path: Path | None) -> None:
    """Raise TextUnwritable where a file could not be written, before an act that nobody can take back is done."""
    if path is None:
        return
    try:
        there = path.exists()
        path.open("ab").close()
        if not there:
            path.unlink()
    except OSError as error:
        raise _unwritable(path, error) from error


def write_text(path: Path, text: str) -> None:
    """Write a file for the user. Raises TextUnwritable."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> TextUnwritable:
    return TextUnwritable(
        _("%(path)s cannot be written: %(reason)s. Check the folder, its owner and its disk.")
        % {"path": path, "reason": error.strerror}
    )


def _unreadable(path: Path) -> TextUnreadable:
    return TextUnreadable(
        _("%(path)s cannot be read as a small text file. Check the path and its rights.") % {"path": path}
    )
