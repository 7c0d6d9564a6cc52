"""Logging what was refused outside the pages."""

import sys
from collections.abc import Sequence

from django.db import DatabaseError

from accounts.queries import account_named
from audit import log
from audit.actors import Channel, SystemActor
from audit.canonical import Json
from audit.errors import AuditError

# Facts that name an account, by the option that names it; abbreviated as argparse allows.
_NAMING = {"in_the_name_of": "--actor", "approved_by": "--approved-by"}
_SHORTEST = len("--a")
_COMMAND = SystemActor("command", Channel.COMMAND)


def log_command_refusal(command: str, *, kind: str, typed: Sequence[str] = ()) -> None:
    """Log that a command was refused, with the accounts in whose names it was `typed`.

    A shell proves nobody's identity, so the actor is a command and nobody by name. Nothing was done, so a log that
    cannot be written changes nothing but is said.
    """
    try:
        log.append_refusal(
            subject=log.Subject("command", command),
            actor=_COMMAND,
            facts={"kind": kind, **_accounts(typed)},
        )
    except (AuditError, DatabaseError):
        sys.stderr.write("The refusal could not be written into the audit log.\n")


def _accounts(typed: Sequence[str]) -> dict[str, Json]:
    """The accounts that were named, as the log names them. A word that is no account's name may be a secret."""
    found: dict[str, Json] = {}
    for at, word in enumerate(typed):
        option, equals, joined = word.partition("=")
        value = joined if equals else "".join(typed[at + 1 : at + 2])
        for fact, long in _NAMING.items():
            if len(option) >= _SHORTEST and long.startswith(option) and value.isprintable():
                account = account_named(value)
                if account is not None:
                    found[fact] = account.audit_name
    return found
