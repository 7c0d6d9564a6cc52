"""Where a management command's failure becomes one sentence and an exit code (see `config.error_map`)."""

import json
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError, OperationalError

from audit import log
from audit.actors import Channel, Visitor
from audit.errors import AuditError, DomainError, NotFound, Refused
from config.error_map import exit_code, kind_name

_UNAVAILABLE = 6


def run(argv: list[str]) -> int:
    """Run a command and return its exit code: 0 done, and for a foreseen failure what `config.error_map` says."""
    as_json = "--json" in argv
    try:
        execute_from_command_line(argv)
    except DomainError as error:
        _log_refusal(argv, error)
        return _say(str(error), kind=kind_name(error), code=exit_code(error), as_json=as_json)
    except ImproperlyConfigured as error:
        return _say(str(error), kind="unavailable", code=_UNAVAILABLE, as_json=as_json)
    except OperationalError:
        # Its text may quote a statement with what it was to write; the database's own log has the rest.
        sentence = (
            "The database does not answer or is not set up. Check DATABASE_URL and run `manage.py migrate`."
        )
        return _say(sentence, kind="unavailable", code=_UNAVAILABLE, as_json=as_json)
    return 0


def _log_refusal(argv: list[str], error: DomainError) -> None:
    """Log a refusal before its answer leaves. Nothing was done, so a log that cannot be written changes nothing."""
    if not isinstance(error, Refused | NotFound):
        return
    command = next((word for word in argv[1:] if word.isascii() and word.isidentifier()), "unknown")
    try:
        log.append_refusal(
            subject=log.Subject("command", command),
            actor=Visitor(channel=Channel.COMMAND),
            facts={"kind": kind_name(error)},
        )
    except (AuditError, DatabaseError):
        sys.stderr.write("The refusal could not be written into the audit log.\n")


def _say(sentence: str, *, kind: str, code: int, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(
            json.dumps({"ok": False, "error": sentence, "kind": kind}, ensure_ascii=False) + "\n"
        )
    else:
        sys.stderr.write(sentence + "\n")
    return code
