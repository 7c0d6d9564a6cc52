"""Where a management command's failure becomes one sentence and an exit code (see `config.error_map`)."""

import json
import os
import select
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError, OperationalError

from audit.damage import code_of, is_damage, is_misbuilt
from audit.errors import Answered, DomainError, NotFound, Refused
from config.database_faults import NO_ROOM
from config.error_map import exit_code, kind_name
from evidence.filenames import visible_name

_BAD_INPUT = 2
_BROKEN = 3
_UNAVAILABLE = 6
_DAMAGED = (
    "The database is damaged: its files do not hold what they should. Keep a copy of them as they are, run "
    "`manage.py verify_audit_log`, and go back to a backup."
)
_STOPPED = 130  # what a shell reports for a program that Ctrl-C ended
_UNHEARD = 141  # and for one whose reader went away, as `head` does
_USAGE = "This is not how the command is used. The error output says what is wrong."
_ENDED: dict[type[BaseException], tuple[str, str, int]] = {
    EOFError: (
        "There is nobody here to type an answer. Run this in a terminal, or name a file (see --help).",
        "bad_input",
        _BAD_INPUT,
    ),
    KeyboardInterrupt: ("Stopped. What was reported as done stays done.", "stopped", _STOPPED),
}
# SQLite's word, and PostgreSQL's codes for a lock that was not to be had and a statement that took too long.
_BUSY = {"SQLITE_BUSY", "55P03", "57014"}


def run(argv: list[str]) -> int:
    """Run a command and return its exit code: 0 done, and for a foreseen failure what `config.error_map` says.

    141 where whoever read the output went away before its end, as `head` does.
    """
    try:
        try:
            return _run(argv)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        if not _is_unheard():
            raise
        sys.stderr.write(
            "Stopped: nobody reads the output any more. What was reported as done stays done; the rest may be undone.\n"
        )
        return _UNHEARD


def _is_unheard() -> bool:
    """Whether nobody reads the output any more; then it goes nowhere from now on, so that Python ends quietly."""
    waiting = select.poll()
    waiting.register(sys.stdout.fileno(), 0)
    if not waiting.poll(0):
        return False
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return True


def _run(argv: list[str]) -> int:
    as_json = "--json" in argv
    try:
        execute_from_command_line(argv)
    except DomainError as error:
        _log_refusal(argv, error)
        # What was typed may be in the sentence, and must not command the terminal that shows it.
        said = str(error) if as_json else visible_name(str(error))
        return _say(
            said, kind=kind_name(error), code=exit_code(error), as_json=as_json, details=error.details
        )
    except (ImproperlyConfigured, DatabaseError) as error:
        if is_damage(error):
            return _say(_DAMAGED, kind="broken", code=_BROKEN, as_json=as_json)
        sentence = _database_sentence(error) if isinstance(error, DatabaseError) else str(error)
        if sentence is None:
            raise
        return _say(sentence, kind="unavailable", code=_UNAVAILABLE, as_json=as_json)
    except (EOFError, KeyboardInterrupt) as ended:
        sentence, kind, code = _ENDED[type(ended)]
        return _say(sentence, kind=kind, code=code, as_json=as_json)
    except SystemExit as ended:
        if as_json and ended.code == _BAD_INPUT and not isinstance(ended, Answered):
            return _say(_USAGE, kind="bad_input", code=_BAD_INPUT, as_json=True)
        raise
    return 0


def _database_sentence(error: DatabaseError) -> str | None:
    """What to do about the database, or None where the fault is ours.

    Its own text may quote a statement with what it was to write; the database's log has the rest.
    """
    code = code_of(error)
    if code in NO_ROOM:
        return "The disk that holds the database is full. Make room and run the command again."
    if code.startswith("SQLITE_IOERR"):
        # A full disk shows here too: then SQLite cannot even make the small files that it reads with.
        return "The disk that holds the database is full or failing. Look at it, then run the command again."
    if code in _BUSY:
        return "The database is busy: another program holds what is needed. Nothing was done; try again in a minute."
    if is_misbuilt(error):
        return (
            "The database lacks something that this program needs, or has it otherwise than it was made. If it is new "
            "or the program was just upgraded, check DATABASE_URL and run `manage.py migrate`. If not, keep a copy of "
            "the database as it is and run `manage.py verify_audit_log`."
        )
    if isinstance(error, OperationalError):
        return (
            "The database does not answer or is not set up. Check DATABASE_URL and run `manage.py migrate`."
        )
    return None


def _log_refusal(argv: list[str], error: DomainError) -> None:
    if isinstance(error, Refused | NotFound):
        command = next((word for word in argv[1:] if word.isascii() and word.isidentifier()), "unknown")
        # Loaded only now: the log's models need the settings, which the command has set up meanwhile.
        import_module("config.refusals").log_command_refusal(command, kind=kind_name(error), typed=argv[2:])


def _say(
    sentence: str, *, kind: str, code: int, as_json: bool, details: Sequence[Mapping[str, str]] = ()
) -> int:
    if as_json:
        answer = {"ok": False, "error": sentence, "kind": kind}
        told = answer | ({"details": list(details)} if details else {})
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        sys.stderr.write(sentence + "\n")
    return code
