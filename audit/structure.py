"""Whether the append-only tables are what the migrations made, and nothing stands on them that nobody promised.

A guard that is in place proves little where a rule makes every INSERT vanish, a trigger rewrites the row before it is
hashed, a policy hides rows from the verification, or another table of the same name comes first in the search path.
What is promised is read from the migrations and the models, never from the database that is under suspicion.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import SeparateDatabaseAndState

from audit import postgresql_catalog, sqlite_catalog
from audit.faults import Fault, FaultKind
from audit.guards import VendorSQL, missing_guards, promised_guards, promised_tables


def database_faults(connection: BaseDatabaseWrapper) -> list[Fault]:
    """Return every guard that is missing, every foreign thing on an append-only table and every altered table."""
    missing = [Fault(FaultKind.GUARD_MISSING, f"trigger {name}") for name in missing_guards(connection)]
    return missing + structure_faults(connection)


def structure_faults(connection: BaseDatabaseWrapper) -> list[Fault]:
    """Return what is foreign to the append-only tables, and how they differ from what was promised."""
    tables = promised_tables()
    catalog = postgresql_catalog if connection.vendor == "postgresql" else sqlite_catalog
    texts = _created_by_sql(connection.vendor)
    # The log's other tables may change, but what stands on the queue can take entries away as well.
    others = {
        str(model._meta.db_table) for model in apps.get_app_config("audit").get_models()
    } - tables.keys()
    with connection.cursor() as cursor:
        kinds = catalog.relations(cursor, sorted(tables.keys() | others))
        faults = [
            Fault(FaultKind.STRUCTURE_CHANGED, f"table {table}", detail)
            for table, detail in kinds.items()
            if detail
        ]
        there = [table for table in sorted(tables) if not kinds[table]]
        promised = {name for table in there for name in promised_guards(connection, table, tables[table])}
        faults += [
            Fault(FaultKind.GUARD_FOREIGN, f"{what} {name}", f"on {table}")
            for what, name, table in catalog.foreign(
                cursor, [*there, *(table for table in sorted(others) if not kinds[table])]
            )
            if not (what == "trigger" and name in promised)
        ]
        faults += [
            Fault(FaultKind.GUARD_FOREIGN, f"setting {name}", "set on the database or on a role")
            for name in catalog.settings(cursor)
        ]
        for table in there:
            if not catalog.same_text(cursor, table, texts.get(table, "")):
                faults.append(Fault(FaultKind.STRUCTURE_CHANGED, f"table {table}", "its definition"))
            if catalog.TEXT_SAYS_ALL and table in texts:
                continue
            faults += _column_faults(
                table, catalog.columns(cursor, table), _promised_columns(connection, table)
            )
            faults += _key_faults(table, catalog.unique_keys(cursor, table), tables[table])
    return faults


def _column_faults(table: str, found: Mapping[str, Any], promised: Mapping[str, Any]) -> Iterator[Fault]:
    for column in sorted(set(found) | set(promised)):
        if found.get(column) != promised.get(column):
            yield Fault(FaultKind.STRUCTURE_CHANGED, f"column {table}.{column}", f"{found.get(column)}")


def _key_faults(
    table: str, found: Sequence[frozenset[str]], promised: Sequence[Sequence[str]]
) -> Iterator[Fault]:
    for key in promised:
        if frozenset(key) not in found:
            yield Fault(FaultKind.STRUCTURE_CHANGED, f"unique key of {table}", ", ".join(key))


def _promised_columns(connection: BaseDatabaseWrapper, table: str) -> dict[str, tuple[str, bool, str]]:
    """Each column's type, whether it must have a value, and the expression that fills it by itself."""
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    return {
        str(field.column): _promised_column(connection, table, field)
        for field in model._meta.concrete_fields
        if field.column
    }


def _promised_column(
    connection: BaseDatabaseWrapper, table: str, field: "models.Field[Any, Any]"
) -> tuple[str, bool, str]:
    kind = str(field.db_type(connection))
    if connection.vendor != "postgresql":
        return kind.upper(), not field.null, ""
    filled = postgresql_catalog.LEAF_HASH if (table, field.column) == ("audit_entry", "leaf_hash") else ""
    return kind.replace("varchar", "character varying"), not field.null, filled


def _created_by_sql(vendor: str) -> dict[str, str]:
    """The CREATE TABLE statements that migrations wrote out themselves, by table."""
    texts: dict[str, str] = {}
    for migration in MigrationLoader(None).disk_migrations.values():
        for operation in migration.operations:
            inner = operation.database_operations if isinstance(operation, SeparateDatabaseAndState) else []
            for one in [operation, *inner]:
                if isinstance(one, VendorSQL):
                    for statement in one.postgresql if vendor == "postgresql" else one.sqlite:
                        words = statement.split(maxsplit=3)
                        if words[:2] == ["CREATE", "TABLE"]:
                            texts[words[2]] = " ".join(statement.split())
    return texts
