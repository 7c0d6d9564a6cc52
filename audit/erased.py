"""What is left of a private value that was erased: the word that it was, and when.

A marker takes the value's place in its column, so that every page, list and paper that shows the column says so by
itself, in its reader's language. The columns are Django's own text columns: whatever the marker means is decided here.
"""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Self

import jdatetime
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable, Expression
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from audit.digits import persian_digits
from audit.erasable import MARK

if TYPE_CHECKING:
    _CharField = models.CharField[str | Combinable, str]
    _TextField = models.TextField[str | Combinable, str]
else:
    _CharField, _TextField = models.CharField, models.TextField


class ErasedText(str):
    """What readers see where a value was erased; `marker` is what the column holds."""

    marker: str

    def __new__(cls, day: date) -> Self:
        text = super().__new__(cls, _("erased on %(day)s") % {"day": _shown(day)})
        text.marker = f"{MARK}{day.isoformat()}"
        return text


def erased_on(day: date) -> ErasedText:
    """The text that stands for a value which was erased on this day."""
    return ErasedText(day)


def erased_at(moment: datetime) -> ErasedText:
    """The text that takes the place of a value which is erased at this moment (its day in UTC)."""
    return ErasedText(moment.astimezone(UTC).date())


def unless_erased(text: str) -> str:
    """The text for a form to begin with: the word that it was erased is nothing that anybody would type."""
    return "" if isinstance(text, ErasedText) else text


def _shown(day: date) -> str:
    if (get_language() or "").startswith("fa"):
        return persian_digits(str(jdatetime.date.fromgregorian(date=day).strftime("%Y/%m/%d")))
    return day.isoformat()


def _read(value: str | None) -> str | None:
    if value is None or not value.startswith(MARK):
        return value
    try:
        return ErasedText(date.fromisoformat(value.removeprefix(MARK)))
    except ValueError:
        # Written past us: shown as it stands rather than as something that we did.
        return value


class _Erasable:
    """Reads a marker as an ErasedText and writes it back unchanged."""

    def from_db_value(
        self, value: str | None, _expression: Expression, _connection: BaseDatabaseWrapper
    ) -> str | None:
        """The column's text, or what readers see where it was erased."""
        return _read(value)

    def get_prep_value(self, value: Any) -> Any:
        """The column's text; of an erased one the marker, in no language."""
        if isinstance(value, ErasedText):
            return value.marker
        return super().get_prep_value(value)  # type: ignore[misc]

    def deconstruct(self) -> Any:
        """As Django's own column: how a text is read is no part of the table."""
        name, _path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        return name, f"django.db.models.{type(self).column}", args, kwargs  # type: ignore[attr-defined]


class PrivateCharField(_Erasable, _CharField):
    """A line that can be erased."""

    column = "CharField"


class PrivateTextField(_Erasable, _TextField):
    """A text that can be erased."""

    column = "TextField"
