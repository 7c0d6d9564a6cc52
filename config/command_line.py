"""Where a management command's failure becomes one sentence and an exit code (see `config.error_map`)."""

import json
import sys
from importlib import import_module

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

from audit.errors import DomainError, NotFound, Refused
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
    if isinstance(error, Refused | NotFound):
        command = next((word for word in argv[1:] if word.isascii() and word.isidentifier()), "unknown")
        # Loaded only now: the log's models need the settings, which the command has set up meanwhile.
        import_module("config.refusals").log_command_refusal(command, kind=kind_name(error))


def _say(sentence: str, *, kind: str, code: int, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(
            json.dumps({"ok": False, "error": sentence, "kind": kind}, ensure_ascii=False) + "\n"
        )
    else:
        sys.stderr.write(sentence + "\n")
    return code
