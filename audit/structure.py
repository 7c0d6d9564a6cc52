"""Whether the append-only tables are what the migrations made, and nothing stands there that nobody promised.

A guard that is in place proves little where a rule makes every INSERT vanish, a trigger rewrites the row before it is
hashed, a policy hides rows from the verification, an index that is not in force forgets a key, or another table of the
same name comes first in the search path. Triggers and rules are looked for on every table of the database: one that
stands on the accounts can write to the log as well as one that stands on the log.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper

from audit import postgresql_catalog, sqlite_catalog
from audit.faults import Fault, FaultKind
from audit.guards import (
    altered_functions,
    missing_guards,
    promised_functions,
    promised_guards,
    promised_tables,
)
from audit.kept_rows import keepers, kept_tables
from audit.promises import Promise, Reference, promises

Catalog: TypeAlias = postgresql_catalog.Catalog | sqlite_catalog.Catalog
_CHANGED, _FOREIGN = FaultKind.STRUCTURE_CHANGED, FaultKind.GUARD_FOREIGN


def database_faults(connection: BaseDatabaseWrapper) -> list[Fault]:
    """Return every guard that is missing, everything that is foreign to the record and every altered table."""
    return [
        *(
            Fault(FaultKind.GUARD_MISSING, f"function {name}", why)
            for name, why in altered_functions(connection)
        ),
        *(Fault(FaultKind.GUARD_MISSING, f"trigger {name}") for name in missing_guards(connection)),
        *structure_faults(connection),
    ]


def structure_faults(connection: BaseDatabaseWrapper) -> list[Fault]:
    """Return what is foreign to the record, and how its tables differ from what was promised."""
    promised, guarded = promises(connection), promised_tables()
    # The log's other tables may change, but what stands on the queue can take entries away as well.
    ours = {str(model._meta.db_table) for model in apps.get_app_config("audit").get_models()}
    others = (ours | kept_tables().keys()) - promised.keys()
    opened = postgresql_catalog.opened if connection.vendor == "postgresql" else sqlite_catalog.opened
    with opened(connection, [*sorted(promised), *sorted(others)]) as catalog:
        wrong = catalog.relations()
        there = [table for table in wrong if not wrong[table]]
        return [
            *(Fault(_CHANGED, f"table {table}", detail) for table, detail in wrong.items() if detail),
            *_foreign_faults(connection, catalog, there),
            *(
                Fault(_FOREIGN, what, f"on {table}")
                for what, table in catalog.rights(
                    [table for table in there if table in guarded or table in kept_tables()]
                )
            ),
            *(Fault(_FOREIGN, what, where) for what, where in catalog.from_elsewhere()),
            *(
                fault
                for table in there
                if table in promised
                for fault in _table_faults(catalog, table, promised[table])
            ),
        ]


def _foreign_faults(
    connection: BaseDatabaseWrapper, catalog: Catalog, there: Sequence[str]
) -> Iterator[Fault]:
    guards = {
        ("trigger", name, table)
        for table, keys in promised_tables().items()
        for name in promised_guards(connection, table, keys)
    } | {
        ("trigger", name, table)
        for table, keys in kept_tables().items()
        for name in keepers(connection, table, keys)
    }
    for what, name, table, more in catalog.foreign(there):
        if (what, name, table) not in guards:
            yield Fault(_FOREIGN, f"{what} {name}", f"on {table}{more}")
    functions = {f"function {name}" for name in promised_functions()}
    for what, schema in catalog.beside(there):
        if what not in functions:
            yield Fault(_FOREIGN, what, f"in the schema {schema}")


def _table_faults(catalog: Catalog, table: str, promise: Promise) -> Iterator[Fault]:
    """How one table differs; where its statement says all that it is, that is compared and the indexes beside it."""
    if not catalog.same_text(table, promise.statement):
        yield Fault(_CHANGED, f"table {table}", "its definition")
    yield from _index_faults(catalog, table, promise)
    if catalog.text_says_all and promise.statement:
        return
    yield from _column_faults(table, catalog.columns(table), promise.columns)
    yield from _check_faults(catalog, table, promise)
    yield from _reference_faults(catalog, table, promise)


def _column_faults(table: str, found: Mapping[str, Any], promised: Mapping[str, Any]) -> Iterator[Fault]:
    for column in sorted(set(found) | set(promised)):
        if found.get(column) != promised.get(column):
            yield Fault(_CHANGED, f"column {table}.{column}", f"{found.get(column)}")


def _index_faults(catalog: Catalog, table: str, promise: Promise) -> Iterator[Fault]:
    keys, wanted = promise.key_forms, Counter(promise.indexes) + Counter(promise.key_forms.keys())
    for index in catalog.indexes(table):
        if not wanted[index.form]:
            yield Fault(_FOREIGN, f"index {index.name}", f"on {table}: {index.form}")
            continue
        wanted[index.form] -= 1
        if not index.whole:
            yield Fault(_CHANGED, f"index {index.name}", f"on {table}: not in force for all rows")
    for form in sorted(wanted.elements()):
        what = f"unique key of {table}" if form in keys else f"index of {table}"
        yield Fault(_CHANGED, what, f"missing: {', '.join(keys[form]) if form in keys else form}")


def _check_faults(catalog: Catalog, table: str, promise: Promise) -> Iterator[Fault]:
    wanted = Counter(promise.checks)
    for name, form in catalog.checks(table):
        if not wanted[form]:
            yield Fault(_FOREIGN, f"check {name}".strip(), f"on {table}: {form}")
        wanted[form] -= 1
    for form in sorted((+wanted).elements()):
        yield Fault(_CHANGED, f"check of {table}", f"missing: {form}")


def _reference_faults(catalog: Catalog, table: str, promise: Promise) -> Iterator[Fault]:
    found = catalog.references(table)
    for name, reference in found:
        if reference not in promise.references:
            yield Fault(_FOREIGN, f"foreign key {name}".strip(), f"on {table}: {_words(reference)}")
    for reference in sorted(promise.references - {reference for _name, reference in found}):
        yield Fault(_CHANGED, f"foreign key of {table}", f"missing: {_words(reference)}")


def _words(reference: Reference) -> str:
    return (
        f"({', '.join(reference.columns)}) to {reference.table} ({', '.join(reference.others)}) {reference.action}"
    ).strip()
