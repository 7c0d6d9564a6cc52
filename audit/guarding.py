"""Putting the guards back after somebody took them away. What they did meanwhile, only the verification shows."""

from django.db import ProgrammingError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _
from psycopg.errors import InsufficientPrivilege

from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.errors import LanguageReplaced, NotTheOwner
from audit.guards import GuardTable, missing_guards
from audit.kept_rows import KeepRows
from audit.postgresql_path import system_names
from audit.refusals import IS_PLPGSQL

_GUARDS = log.Subject("database", "guards")
# What PostgreSQL's own plpgsql--1.0.sql says; only a superuser may say it.
_PLPGSQL_ANEW = (
    "CREATE OR REPLACE FUNCTION pg_catalog.plpgsql_call_handler() RETURNS language_handler"
    " LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';"
    " CREATE OR REPLACE FUNCTION pg_catalog.plpgsql_inline_handler(internal) RETURNS void"
    " STRICT LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_inline_handler';"
    " CREATE OR REPLACE FUNCTION pg_catalog.plpgsql_validator(oid) RETURNS void"
    " STRICT LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_validator';"
    " CREATE OR REPLACE TRUSTED LANGUAGE plpgsql HANDLER pg_catalog.plpgsql_call_handler"
    " INLINE pg_catalog.plpgsql_inline_handler VALIDATOR pg_catalog.plpgsql_validator;"
)


def restore_guards(*, actor: Actor) -> list[str]:
    """Make every missing or altered guard anew, log their names, and return them.

    Raises, with no guard changed, NotTheOwner for a role of the database that may not do this, and LanguageReplaced
    where no guard that is put back would refuse anything.
    """
    missing = missing_guards(connection)
    if not missing:
        return []
    _require_language(missing, actor=actor)
    try:
        _put_back(missing, actor=actor)
    except ProgrammingError as error:
        if isinstance(error.__cause__, InsufficientPrivilege):
            raise NotTheOwner(
                _("Only the role that owns the tables can put guards back. Run this with its DATABASE_URL.")
            ) from error
        raise
    return missing


def _require_language(missing: list[str], *, actor: Actor) -> None:
    """Only a superuser can have replaced it, and what they did is evidence: a person, not we, puts it right.

    Logged here, for once the language is whole no guard is missing any more.
    """
    if connection.vendor != "postgresql":
        return
    with system_names(connection, []) as (cursor, _places):
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM pg_language l WHERE {IS_PLPGSQL})")  # noqa: S608
        (whole,) = cursor.fetchone()
    if not whole:
        facts: dict[str, Json] = {"kind": "language_replaced", "guards": [*missing]}
        log.append_refusal(subject=_GUARDS, actor=actor, facts=facts)
        raise LanguageReplaced(
            _(
                "PL/pgSQL, in which the guards are written, no longer runs them: somebody with a superuser's rights "
                "gave it to another function. Nothing was put back. Keep a copy of the server as it is, and find out "
                "who did this. Then say as a superuser in this database: %(statements)s Then run restore_guards again."
            )
            % {"statements": _PLPGSQL_ANEW}
        )


def _put_back(missing: list[str], *, actor: Actor) -> None:
    with connection.schema_editor(atomic=True) as editor, transaction.atomic():
        for operation in _operations():
            if any(name.startswith(f"{operation.table}_guard_") for name in missing):
                operation.put_guards(editor)
        log.append(
            Action.LOG_GUARDS_RESTORED,
            subject=_GUARDS,
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
