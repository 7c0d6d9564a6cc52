"""What an administrator must be told about the database that holds the record."""

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from audit.guards import missing_guards
from audit.storage_check import indexes_are_only_counted
from config.hardening import owns_the_log


def safety_warnings() -> list[tuple[str, str]]:
    """Each thing by which the record could be changed, and what to do about it; nothing where all is well."""
    found = []
    if missing_guards(connection):
        found.append(
            (
                _("Guards of the database are missing, altered or switched off."),
                _("Keep the database as it is and run verify_audit_log, then restore_guards."),
            )
        )
    if settings.DADKHAH_PRODUCTION and connection.vendor == "postgresql" and owns_the_log():
        found.append(
            (
                _("Dadkhah uses the database as its owner, who can lift every guard."),
                _("Run harden_database and start with the DATABASE_URL that it names."),
            )
        )
    if indexes_are_only_counted(connection):
        found.append(
            (
                _("The log is long, and the database cannot check the keys of its indexes."),
                _(
                    "Make the extension amcheck as docs/OPERATING.md says: an index could hide entries from lists."
                ),
            )
        )
    return found
