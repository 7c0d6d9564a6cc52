"""Putting the guards back after somebody took them away. What they did meanwhile, only the verification shows."""

from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.guards import GuardTable, missing_guards


def restore_guards(*, actor: Actor) -> list[str]:
    """Make every missing or altered guard anew, log their names, and return them. Needs the owner of the tables."""
    missing = missing_guards(connection)
    if not missing:
        return []
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
    return missing


def _operations() -> list[GuardTable]:
    migrations = MigrationLoader(None).disk_migrations
    return [
        operation
        for key in sorted(migrations)
        for operation in migrations[key].operations
        if isinstance(operation, GuardTable)
    ]
