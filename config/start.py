"""The last gate before anything is served: every start-up check, and in production the strict ones too."""

import logging

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from config.checks import migrations_wait, unreadable

_log = logging.getLogger(__name__)


def refuse_unsafe_start() -> None:
    """Run every check. Raises ImproperlyConfigured that lists each error with what to do; warnings are logged."""
    try:
        found = checks.run_checks(
            include_deployment_checks=settings.DADKHAH_PRODUCTION, databases=["default"]
        )
    except DatabaseError as error:  # Django's own checks ask the database as well
        found = [unreadable(error)]
    told = [_line(message) for message in found if message.level >= checks.ERROR]
    for message in found:
        if message.level < checks.ERROR and str(message.id).startswith("dadkhah."):
            _log.warning("%s %s", message.msg, message.hint or "")
    # No check of its own: `migrate` runs those as well. The guards are looked at only once no migration waits.
    if not told and migrations_wait():
        told = ["  dadkhah.E015: The database lacks migrations of this version. Run `manage.py migrate`."]
    if told:
        lines = "\n".join(told)
        raise ImproperlyConfigured(f"This start would be unsafe and was refused:\n{lines}")


def _line(message: checks.CheckMessage) -> str:
    return f"  {message.id}: {message.msg} {message.hint or ''}".rstrip()
