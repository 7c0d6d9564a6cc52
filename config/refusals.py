"""Logging what was refused outside the pages."""

import sys

from django.db import DatabaseError

from audit import log
from audit.actors import Channel, Visitor
from audit.errors import AuditError


def log_command_refusal(command: str, *, kind: str) -> None:
    """Log that a command was refused. Nothing was done, so a log that cannot be written changes nothing but is said."""
    try:
        log.append_refusal(
            subject=log.Subject("command", command),
            actor=Visitor(channel=Channel.COMMAND),
            facts={"kind": kind},
        )
    except (AuditError, DatabaseError):
        sys.stderr.write("The refusal could not be written into the audit log.\n")
