"""A field of repeated rows that works without scripts: so many empty rows below the filled ones, and a button for more.

What is typed leaves it only as text whose `repr` hides it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from audit.digits import in_digits
from witnesses.sealed import SealedMap, SealedText

MOST_ROWS: Final = 40
LONGEST_CELL: Final = 500
# Pressed to be given more rows; nothing is sealed then.
MORE: Final = "more_rows"


@dataclass(frozen=True, slots=True)
class Column:
    """One input of each row: a choice where there are choices, else a line."""

    name: str
    label: str | Promise
    choices: Mapping[str, str | Promise] | None = None


class RowsWidget(forms.Widget):
    """The rows, each a group of labelled inputs. Their names are `field-0-column`."""

    in_a_group = True
    # Its button sends the form too, and so comes after the one that saves.
    offers_more = True

    def __init__(self, columns: Sequence[Column], *, row: str | Promise, blank: int) -> None:
        super().__init__()
        self.columns = columns
        self.row = row
        self.blank = blank

    def value_from_datadict(self, data: Mapping[str, Any], _files: Any, name: str) -> list[SealedMap]:
        """The rows that hold a text, in their order."""
        rows = [
            SealedMap(
                {
                    column.name: SealedText(data.get(f"{name}-{number}-{column.name}", ""))
                    for column in self.columns
                }
            )
            for number in range(MOST_ROWS)
        ]
        return [row for row in rows if row["text"].strip()]

    def value_omitted_from_data(self, _data: Any, _files: Any, _name: str) -> bool:
        """Rows without a text are no rows."""
        return False

    def id_for_label(self, id_: str) -> str:
        """The first row's text, where an error leads."""
        return f"{id_}-0-text" if id_ else id_

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """All rows, then the empty ones, then the button."""
        filled = list(value or [])
        count = min(len(filled) + self.blank, MOST_ROWS)
        padded = [*filled, *({} for _row in range(count - len(filled)))]
        rows = [
            [(column, f"{name}-{number}-{column.name}", row.get(column.name, "")) for column in self.columns]
            for number, row in enumerate(padded)
        ]
        context = {
            "rows": rows,
            "id": f"id_{name}",
            "row": self.row,
            "more": MORE if count < MOST_ROWS else "",
        }
        return render_to_string("witnesses/rows.html", context)


class RowsField(forms.Field):
    """Any number of rows up to 40; its value is a list of maps by column."""

    widget: RowsWidget

    def __init__(
        self, *, columns: Sequence[Column], row: str | Promise, blank: int = 2, **named: Any
    ) -> None:
        self.columns = columns
        super().__init__(widget=RowsWidget(columns, row=row, blank=blank), required=False, **named)

    def clean(self, value: Any) -> list[SealedMap]:
        """The rows with their outer spaces gone. Raises ValidationError for one that no seal takes."""
        rows: list[SealedMap] = value or []
        for row in rows:
            self._check(row)
        return [SealedMap({name: SealedText(cell.strip()) for name, cell in row.items()}) for row in rows]

    def _check(self, row: SealedMap) -> None:
        if any(len(cell) > LONGEST_CELL or "\x00" in cell for cell in row.values()):
            raise ValidationError(
                _("A row is longer than %(most)s characters. Shorten it, or use two rows.")
                % {"most": in_digits(LONGEST_CELL)}
            )
        for column in self.columns:
            if column.choices is not None and row[column.name] not in column.choices:
                raise ValidationError(_("Choose the kind of each row from its list."))
