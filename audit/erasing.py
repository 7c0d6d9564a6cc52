"""Erasing private values of one record: the values go, and their salt goes with them.

Whoever asks, whether they may, and the entry that says so are the caller's; it is all one transaction.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import CharField, Model, TextField

from audit.canonical import Json
from audit.commitments import new_salt
from audit.erasable import Forgettable
from audit.erased import ErasedText, PrivateCharField, PrivateTextField, erased_at
from audit.guards import guarded_tables, promised_erasures
from audit.private import Private, sealed, values_of, with_parts


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: the values by name, how many they were, and the commitments under which the rest goes on."""

    names: tuple[str, ...]
    count: int
    kept: dict[str, Json]


def is_append_only(row: Model) -> bool:
    """Whether the database itself refuses to change rows of this table."""
    return row._meta.db_table in guarded_tables(connection)


def is_forgettable(model: Model | type[Model]) -> bool:
    """Whether the database lets words of an append-only table go, each time by a row that says who erased them."""
    return isinstance(promised_erasures().get(model._meta.db_table), Forgettable)


def commitments_before(row: Model, names: Collection[str]) -> tuple[dict[str, str], bool]:
    """What the log can hold of each of the row's own private values now, and whether any of `names` says something."""
    now = {value.name: sealed(row, value.name) for value in values_of(row).values}
    return {name: one for name, one in now.items() if one}, any(now.get(name) for name in names)


def names_to_erase(row: Model) -> tuple[str, ...]:
    """What can be named for erasing: the row's own private values, then its parts."""
    declared = values_of(row)
    return (*(value.name for value in declared.values), *declared.parts)


def was_erased(row: Model) -> bool:
    """Whether a value of the row, or of its parts, was erased; then its salt is not the one of its first day."""
    return any(
        isinstance(getattr(one, column), ErasedText)
        for _part, one in with_parts(row)
        for value in values_of(one).values
        for column in value.held_in
    )


def erase_values(row: Any, *, names: Collection[str], at: datetime) -> Erased:
    """Erase the named values of a row that the caller has locked, and give the rest a fresh salt.

    One salt serves all values of a record, and with it an erased name could be found by trying: so it goes even when
    values stay, and the commitments of those that stay are made anew, to be logged by the caller.
    """
    count = 0
    for part, one in with_parts(row):
        chosen = [
            value for value in values_of(one).values if value.text(one) and (part or value.name) in names
        ]
        count += len(chosen)
        for value in chosen:
            _blank(one, value, at=at)
        if part and chosen:
            _save(one)
    if count:
        row.salt = new_salt()
        _save(row)
    return Erased(tuple(sorted(names)), count, _kept(row) if count else {})


def _blank(row: Model, value: Private, *, at: datetime) -> None:
    for column in value.held_in:
        field = row._meta.get_field(column)
        if isinstance(field, PrivateCharField | PrivateTextField):
            setattr(row, column, erased_at(at) if getattr(row, column) else "")
        elif isinstance(field, CharField | TextField):
            setattr(row, column, "")
        else:
            setattr(row, column, None)


def _save(row: Model) -> None:
    for column, found_by in (values_of(row).found_by or {}).items():
        setattr(row, column, found_by(row))
    change = promised_erasures().get(row._meta.db_table)
    # Of an append-only table only these columns may be written at all, even unchanged.
    columns = [field.name for field in row._meta.concrete_fields if change and field.column in change.empty]
    row.save(force_update=True, update_fields=columns or None)


def _kept(row: Model) -> dict[str, Json]:
    kept: dict[str, Json] = {}
    for part, one in with_parts(row):
        # The parts were read with the row as it was: their words go on under its fresh salt.
        if part:
            setattr(one, values_of(one).keeper, row)
        for value in values_of(one).values:
            name = f"{part}.{one.pk}.{value.name}" if part else value.name
            kept[name] = sealed(one, value.name)
    return kept
