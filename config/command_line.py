"""Where a management command's failure becomes one sentence and an exit code (see `config.error_map`)."""

import json
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from audit.errors import DomainError
from config.error_map import exit_code, kind_name


def run(argv: list[str]) -> int:
    """Run a command and return its exit code: 0 done, and for a foreseen failure what `config.error_map` says."""
    try:
        execute_from_command_line(argv)
    except DomainError as error:
        return _say(str(error), kind=kind_name(error), code=exit_code(error), as_json="--json" in argv)
    except ImproperlyConfigured as error:
        return _say(str(error), kind="unavailable", code=6, as_json="--json" in argv)
    return 0


def _say(sentence: str, *, kind: str, code: int, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(
            json.dumps({"ok": False, "error": sentence, "kind": kind}, ensure_ascii=False) + "\n"
        )
    else:
        sys.stderr.write(sentence + "\n")
    return code
