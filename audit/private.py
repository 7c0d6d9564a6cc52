"""The private values of a record: one list for the log's commitments, for showing them to members, and for erasing.

A model names its private values once, in `PRIVATE`. The salt that stands beside them dies with them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model

from audit.commitments import commit
from audit.erased import ErasedText


@dataclass(frozen=True, slots=True)
class Private:
    """One private value: its name, the columns that hold it, and the text that its commitment is made over."""

    name: str
    columns: tuple[str, ...] = ()
    said: Callable[[Any], str] | None = None

    @property
    def held_in(self) -> tuple[str, ...]:
        """The columns; where none is named, the one that is called as the value is."""
        return self.columns or (self.name,)

    def text(self, row: Any) -> str:
        """The value as its commitment takes it; empty where there is none or it was erased."""
        if any(isinstance(getattr(row, column), ErasedText) for column in self.held_in):
            return ""
        return self.said(row) if self.said else getattr(row, self.name)


@dataclass(frozen=True, slots=True)
class PrivateValues:
    """What a model keeps private.

    `cases` is the query path from a row to the cases that hold it. `parts` are the rows that belong to it and keep
    their words under its salt; a part names the way to its `keeper` instead. `fact` is the key under which entries
    about something else name such a row. `permission` is what a member's role needs to read it; `shown` is false
    where not even members see the values in a history. `called` is what members call the row where its own values
    do not say it. `found_by` gives the search columns anew after an erasure. `in_use` says whether the row is still
    needed as it is, so that nothing of it can be erased yet; `on_hold` whether a court or a trial wants it kept.
    """

    values: tuple[Private, ...]
    cases: str = ""
    parts: tuple[str, ...] = ()
    keeper: str = ""
    fact: str = ""
    permission: str = ""
    shown: bool = True
    found_by: Mapping[str, Callable[[Any], str]] | None = None
    called: Callable[[Any], str] | None = None
    in_use: Callable[[Any], bool] | None = None
    on_hold: Callable[[Any], bool] | None = None


def private_models() -> dict[str, type[Model]]:
    """Every model that keeps private values under a salt of its own, by its name in the log."""
    return {
        model._meta.label_lower: model
        for model in apps.get_models()
        if hasattr(model, "PRIVATE") and not values_of(model).keeper
    }


def values_of(model: type[Model] | Model) -> PrivateValues:
    """What the model, or the model of the row, declares."""
    declared: PrivateValues = model.PRIVATE  # type: ignore[union-attr]
    return declared


def sealed(row: Model, name: str) -> str | None:
    """The commitment of the row's private value of this name, or None where it has none.

    Raises LookupError for a name that the model does not declare, ValueError for a salt that was tampered with.
    """
    value = next((value for value in values_of(row).values if value.name == name), None)
    if value is None:
        raise LookupError(f"{row._meta.label} declares no private value “{name}”.")
    text = value.text(row)
    return commit(text, salt=_salt(row)) if text else None


def with_parts(row: Model) -> Iterator[tuple[str, Model]]:
    """The row itself under '', then its parts, each under the name of its relation. Prefetch `parts` for a list."""
    yield "", row
    for part in values_of(row).parts:
        for one in getattr(row, part).all():
            yield part, one


def commitments_of(row: Model) -> dict[str, str]:
    """The text behind every commitment that the log can hold of the row and its parts, as they are now."""
    found = {}
    for _part, one in with_parts(row):
        for value in values_of(one).values:
            text = value.text(one)
            if text:
                found[commit(text, salt=_salt(one))] = text
    return found


def _salt(row: Any) -> bytes:
    keeper = values_of(row).keeper
    return bytes((getattr(row, keeper) if keeper else row).salt)
