"""What the migrations and models on the disk promise of the append-only tables.

Never read from the database, which is under suspicion. Tables of the log are made by statements that stand in its
migrations; the other apps' by Django, from which the same statements are asked without running them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import SeparateDatabaseAndState

from audit.conditions import checks_in, condition_form, index_form
from audit.guards import promised_tables
from audit.vendor_sql import VendorSQL

# The leaf hash as PostgreSQL prints the expression by which it computes it (RFC 6962 section 2.1).
LEAF_HASH = r"generated sha256(('\x00'::bytea || body))"
# Rows come and go here, so it has no guards; but a queue that forgets its key or refuses an entry loses entries.
QUEUE = {"audit_unsequenced": [["entry_id"]]}


@dataclass(frozen=True, slots=True)
class FoundIndex:
    """An index: `form` as `audit.conditions.index_form` gives it, `whole` where it is in force for all rows."""

    name: str
    form: str
    whole: bool = True


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """A foreign key; `action` is what it does on deletion or change, empty for nothing."""

    columns: tuple[str, ...]
    table: str
    others: tuple[str, ...]
    action: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """One table as it must be: its columns, its unique keys and other indexes, its checks and its foreign keys.

    `statement` is the one that made it, in one line, empty where Django wrote that.
    """

    columns: Mapping[str, tuple[str, bool, str]]
    keys: Sequence[Sequence[str]]
    indexes: Counter[str]
    checks: Counter[str]
    references: frozenset[Reference]
    statement: str

    @property
    def key_forms(self) -> dict[str, Sequence[str]]:
        """The unique keys by the form of their index."""
        return {f"unique btree ({', '.join(key)})": key for key in self.keys}


def promises(connection: BaseDatabaseWrapper) -> dict[str, Promise]:
    """Return what is promised of every append-only table and of the queue on this kind of database."""
    if connection.vendor not in _read:
        _read[connection.vendor] = _promises(connection)
    return _read[connection.vendor]


# Once for each kind of database: the migrations do not change while a program runs, and reading them takes a while.
_read: dict[str, dict[str, "Promise"]] = {}


def _promises(connection: BaseDatabaseWrapper) -> dict[str, Promise]:
    statements = list(_written_statements(connection.vendor))
    models_by_table = {str(model._meta.db_table): model for model in apps.get_models()}
    return {
        table: _promise(connection, models_by_table[table], keys, statements)
        for table, keys in (QUEUE | dict(promised_tables())).items()
    }


def _promise(
    connection: BaseDatabaseWrapper,
    model: type[models.Model],
    keys: Sequence[Sequence[str]],
    statements: Sequence[str],
) -> Promise:
    table = str(model._meta.db_table)
    made = next((one for one in statements if one.startswith(f"CREATE TABLE {table} (")), "")
    if made:
        indexes = [one for one in statements if one.startswith("CREATE INDEX ") and f" ON {table} (" in one]
        checks = list(checks_in(made))
    else:
        indexes = list(_django_indexes(connection, model))
        checks = list(_django_checks(connection, model))
    return Promise(
        columns={
            str(field.column): _column(connection, table, field)
            for field in model._meta.concrete_fields
            if field.column
        },
        keys=keys,
        indexes=Counter(map(index_form, indexes)),
        checks=Counter(map(condition_form, checks)),
        references=frozenset(_references(model)),
        statement=made,
    )


def _column(
    connection: BaseDatabaseWrapper, table: str, field: "models.Field[Any, Any]"
) -> tuple[str, bool, str]:
    kind = str(field.db_type(connection))
    if connection.vendor != "postgresql":
        return kind.upper(), not field.null, ""
    filled = LEAF_HASH if (table, field.column) == ("audit_entry", "leaf_hash") else ""
    return kind.replace("varchar", "character varying"), not field.null, filled


def _django_indexes(connection: BaseDatabaseWrapper, model: type[models.Model]) -> Iterator[str]:
    """Every index beside those of the whole unique keys, as Django would make it."""
    editor = connection.schema_editor(collect_sql=True)
    for statement in editor._model_indexes_sql(model):  # type: ignore[attr-defined]
        yield str(statement)
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.condition:
            yield str(constraint.create_sql(model, editor))


def _django_checks(connection: BaseDatabaseWrapper, model: type[models.Model]) -> Iterator[str]:
    editor = connection.schema_editor(collect_sql=True)
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.CheckConstraint):
            yield from checks_in(str(constraint.constraint_sql(model, editor)))
    for field in model._meta.concrete_fields:
        check = field.db_parameters(connection).get("check")
        if check:
            yield str(check)


def _references(model: type[models.Model]) -> Iterator[Reference]:
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field.db_constraint:  # type: ignore[attr-defined]
            target = field.target_field
            yield Reference((str(field.column),), str(target.model._meta.db_table), (str(target.column),))


def _written_statements(vendor: str) -> Iterator[str]:
    """The statements that migrations wrote out themselves, each in one line."""
    disk = MigrationLoader(None).disk_migrations
    for key in sorted(disk):
        for operation in disk[key].operations:
            inner = operation.database_operations if isinstance(operation, SeparateDatabaseAndState) else []
            for one in [operation, *inner]:
                if isinstance(one, VendorSQL):
                    for statement in one.postgresql if vendor == "postgresql" else one.sqlite:
                        yield " ".join(statement.split())
