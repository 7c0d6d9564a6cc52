"""A PostgreSQL role for the application that owns nothing and may do only what the work needs.

Whoever owns a table can lift its guards. So the owner's role migrates, and the site runs as another one: it reads and
adds everywhere, changes and deletes only where rows are no record, and cannot alter, truncate or create anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg import sql

from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.errors import BadInput, Conflict, NotTheOwner
from audit.guards import guarded_tables, promised_erasures
from audit.kept_rows import kept_tables

# Written by migrations alone; a site that could change them could give rights or hide a guard.
_READ_ONLY = {"django_migrations", "django_content_type", "auth_permission"}
_QUEUE = "audit_unsequenced"
_LONGEST_NAME = 63


class NotPostgres(Conflict):
    """Roles are PostgreSQL's; on SQLite the authorizer and the file's mode do their part."""


class BadRole(BadInput):
    """The role's name cannot be used, or the role can already do more than it should."""


@dataclass(frozen=True, slots=True)
class Hardened:
    """What was done: the role, and how many tables it may only read and add to."""

    role: str
    append_only: int
    tables: int


def owns_the_log() -> bool:
    """Whether this connection's role could lift the guards: as the log's owner, as its member or as a superuser."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(bool_or(pg_has_role(current_user, c.relowner, 'MEMBER')), false)"
            " FROM pg_class c WHERE c.oid = to_regclass('audit_entry')"
        )
        (owner,) = cursor.fetchone()
    return bool(owner)


def harden(role: str, *, password: str | None, actor: Actor) -> Hardened:
    """Make the role or take up the one that is there, give it its rights anew, and log it; all or nothing.

    Safe to run again, and to be run after every migration. Without a password the role's login is left as it is.
    Raises NotPostgres, NotTheOwner, or BadRole for the owner itself and for a role with rights from elsewhere.
    """
    if connection.vendor != "postgresql":
        raise NotPostgres(
            _("Roles are a matter of PostgreSQL; this database is SQLite, and nothing was done.")
        )
    if not role.isascii() or not role.isidentifier() or len(role) > _LONGEST_NAME:
        raise BadRole(_("Name the role with Latin letters, digits and underscores."))
    if not owns_the_log():
        raise NotTheOwner(_("Run this with the DATABASE_URL of the role that owns the tables."))
    with transaction.atomic():
        _make(role, password)
        tables = connection.introspection.table_names()
        guarded = guarded_tables(connection)
        with connection.cursor() as cursor:
            for statement in _statements(role, tables, set(guarded)):
                cursor.execute(statement.as_string(connection.connection))
        log.append(
            Action.DATABASE_HARDENED,
            subject=log.Subject("database.role", role),
            actor=actor,
            facts={"append_only": len(guarded), "tables": len(tables)},
        )
    return Hardened(role, len(guarded), len(tables))


def _make(role: str, password: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls"
            " OR EXISTS (SELECT 1 FROM pg_auth_members WHERE member = r.oid)"
            " OR EXISTS (SELECT 1 FROM pg_class WHERE relowner = r.oid) FROM pg_roles r WHERE rolname = %s",
            [role],
        )
        found = cursor.fetchone()
        if found and found[0]:
            raise BadRole(
                _(
                    "The role “%(role)s” owns something, belongs to another role or can do more than log in. "
                    "Name a role that is for this alone."
                )
                % {"role": role}
            )
        if not found:
            cursor.execute(
                f'CREATE ROLE "{role}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION'
            )
        if password is not None:
            # Only the verifier travels: a statement can end up in the server's log.
            pg = connection.connection.pgconn
            verifier = pg.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
            cursor.execute(f"ALTER ROLE \"{role}\" PASSWORD '{verifier}'")


def _statements(role: str, tables: Sequence[str], guarded: set[str]) -> Iterator[sql.Composed]:
    """The rights, from nothing: what a former run or somebody else gave is taken back first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_schema()")
        database, schema = cursor.fetchone()
    names = {
        "role": sql.Identifier(role),
        "database": sql.Identifier(database),
        "schema": sql.Identifier(schema),
    }
    for text in (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC, {role}",
        "GRANT CONNECT ON DATABASE {database} TO {role}",
        "REVOKE ALL ON SCHEMA {schema} FROM PUBLIC, {role}",
        "GRANT USAGE ON SCHEMA {schema} TO {role}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {role}",
        "REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM PUBLIC, {role}",
        "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {schema} FROM PUBLIC, {role}",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
        # What a later migration makes can be read and added to until this is run again.
        "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT ON TABLES TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE ON SEQUENCES TO {role}",
    ):
        yield sql.SQL(text).format(**names)
    for table in tables:
        rights = sql.SQL(_rights(table, guarded))
        yield sql.SQL("GRANT {} ON TABLE {}.{} TO {}").format(
            rights, names["schema"], sql.Identifier(table), names["role"]
        )
    for table, erasable in promised_erasures().items():
        if table in tables:
            columns = sql.SQL(", ").join(map(sql.Identifier, erasable.empty))
            yield sql.SQL("GRANT UPDATE ({}) ON TABLE {}.{} TO {}").format(
                columns, names["schema"], sql.Identifier(table), names["role"]
            )


def _rights(table: str, guarded: set[str]) -> str:
    if table in _READ_ONLY:
        return "SELECT"
    if table in guarded:
        return "SELECT, INSERT"
    if table in kept_tables():
        return "SELECT, INSERT, UPDATE"
    return "SELECT, INSERT, DELETE" if table == _QUEUE else "SELECT, INSERT, UPDATE, DELETE"
