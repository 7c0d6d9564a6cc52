"""Whether the log knows of what the rest of the record holds: an emptied or shortened log agrees with itself.

Whoever wrote a row of an append-only table appended an entry in the same transaction. So where such rows stand and the
log is empty, or no entry of their time tells of what they are about, entries were taken out and the tree made anew. A
model says with `IN_THE_LOG` what its rows show of this; of one that says nothing, rows still forbid an empty log.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from audit.clock import TOLERANCE
from audit.guards import guarded_tables
from audit.models import Entry
from audit.rows import as_text

_MINUTES = int(TOLERANCE.total_seconds()) // 60
# The table, its column of time and the one that names what its entry is about are names of ours.
_POSTGRES = """
    SELECT count(*), to_char(min(r.{written}) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
        to_char(max(r.{written}) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')
    FROM {table} r WHERE NOT EXISTS (
        SELECT 1 FROM audit_entry e WHERE e.subject_id = ({about})::text
            AND e.recorded_at >= r.{written} - interval '{minutes} minutes'
            AND e.recorded_at <= r.{written} + interval '{minutes} minutes'
    )
"""
_ID = " || '-' || ".join(
    f"substr({{about}}, {start}, {length})" for start, length in [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)]
)
_SQLITE = f"""
    SELECT count(*), CAST(substr(min(r.{{written}}), 1, 19) AS BLOB), CAST(substr(max(r.{{written}}), 1, 19) AS BLOB)
    FROM {{table}} r WHERE NOT EXISTS (
        SELECT 1 FROM audit_entry e WHERE e.subject_id = {_ID}
            AND e.recorded_at >= strftime('%%Y-%%m-%%d %%H:%%M:%%f', r.{{written}}, '-{{minutes}} minutes')
            AND e.recorded_at <= strftime('%%Y-%%m-%%d %%H:%%M:%%f', r.{{written}}, '+{{minutes}} minutes')
    )
"""  # noqa: S608

Found = tuple[str, str]


@dataclass(frozen=True, slots=True)
class InTheLog:
    """What the rows of a model show in the log: `written` is the field of their time, `about` the relation to the row
    that their entry is about. Without these two a row only shows that the log cannot be empty. Of rows that an upgrade
    made out of what there was, `upgraded` names a field and its value, and the relation of the row in `about` that the
    entry of that time is about instead.
    """

    written: str = ""
    about: str = ""
    upgraded: tuple[str, str, str] | None = None


def unlogged_rows(connection: BaseDatabaseWrapper) -> Iterator[Found]:
    """Yield place and detail for each table that holds rows of which the log knows nothing."""
    empty = not Entry.objects.exists()
    for table, model in sorted(_tables(connection).items()):
        declared: InTheLog = getattr(model, "IN_THE_LOG", InTheLog())
        if empty:
            rows = _count(connection, table)
            if rows:
                yield f"table {table}", f"{rows} rows, and no entry at all"
        elif declared.written:
            rows, first, last = _unknown(connection, model, declared)
            if rows:
                yield f"table {table}", f"{rows} rows, written from {first} to {last}"


def _tables(connection: BaseDatabaseWrapper) -> dict[str, type[models.Model]]:
    """The tables of the other apps that are append-only or say how they show in the log."""
    guarded = guarded_tables(connection)
    return {
        str(model._meta.db_table): model
        for model in apps.get_models()
        if model._meta.app_label != Entry._meta.app_label
        and (model._meta.db_table in guarded or hasattr(model, "IN_THE_LOG"))
    }


def _count(connection: BaseDatabaseWrapper, table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608  a name of ours
        (rows,) = cursor.fetchone()
    return int(rows)


def _unknown(
    connection: BaseDatabaseWrapper, model: type[models.Model], declared: InTheLog
) -> tuple[int, str, str]:
    """How many rows have no entry about what they are about within the tolerance of the clock, and their times."""
    names = {
        "written": f'"{_column(model, declared.written)}"',
        "about": f'r."{_column(model, declared.about)}"',
    }
    if declared.upgraded:
        names["about"] = _about_of_upgraded(model, declared.about, *declared.upgraded)
    statement = _POSTGRES if connection.vendor == "postgresql" else _SQLITE
    with connection.cursor() as cursor:
        cursor.execute(statement.format(table=f'"{model._meta.db_table}"', minutes=_MINUTES, **names), ())
        rows, first, last = cursor.fetchone()
    return int(rows), as_text(first or ""), as_text(last or "")


def _column(model: type[models.Model], field: str) -> str:
    return str(model._meta.get_field(field).column)  # type: ignore[union-attr]


def _about_of_upgraded(model: type[models.Model], about: str, field: str, value: str, relation: str) -> str:
    """What the entry of a row is about, which differs where the row has this value. All of it are names of ours."""
    other = model._meta.get_field(about).related_model
    if not isinstance(other, type) or not issubclass(other, models.Model):
        raise TypeError(f"{model.__name__}.{about} is no relation to a model.")
    found = (
        f'SELECT o."{_column(other, relation)}" FROM "{other._meta.db_table}" o'  # noqa: S608
        f' WHERE o.id = r."{_column(model, about)}"'
    )
    return f'CASE r."{_column(model, field)}" WHEN \'{value}\' THEN ({found}) ELSE r."{_column(model, about)}" END'
