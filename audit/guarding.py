"""Putting the guards back after somebody took them away. What they did meanwhile, only the verification shows."""

from django.db import ProgrammingError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _
from psycopg.errors import InsufficientPrivilege

from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.errors import NotTheOwner
from audit.guards import GuardTable, missing_guards
from audit.kept_rows import KeepRows


def restore_guards(*, actor: Actor) -> list[str]:
    """Make every missing or altered guard anew, log their names, and return them.

    Raises NotTheOwner, with nothing changed, for a role of the database that may not do this.
    """
    missing = missing_guards(connection)
    if not missing:
        return []
    try:
        _put_back(missing, actor=actor)
    except ProgrammingError as error:
        if isinstance(error.__cause__, InsufficientPrivilege):
            raise NotTheOwner(
                _("Only the role that owns the tables can put guards back. Run this with its DATABASE_URL.")
            ) from error
        raise
    return missing


def _put_back(missing: list[str], *, actor: Actor) -> None:
    with connection.schema_editor(atomic=True) as editor, transaction.atomic():
        for operation in _operations():
            if any(name.startswith(f"{operation.table}_guard_") for name in missing):
                operation.put_guards(editor)
        log.append(
            Action.LOG_GUARDS_RESTORED,
            subject=log.Subject("database", "guards"),
            actor=actor,
            facts={"guards": missing},
        )


def _operations() -> list[GuardTable | KeepRows]:
    migrations = MigrationLoader(None).disk_migrations
    return [
        operation
        for key in sorted(migrations)
        for operation in migrations[key].operations
        if isinstance(operation, GuardTable | KeepRows)
    ]
