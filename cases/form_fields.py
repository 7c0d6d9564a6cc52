"""Form fields for what this house keeps verbatim: lines, texts and partial dates. What was typed stays in the form."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cases.dating import PartialDate, read_date
from cases.errors import BadDate, BadText
from cases.plain_text import clean_line, clean_text


class LineField(forms.CharField):
    """One line that hides nothing."""

    def __init__(self, *, max_length: int = 255, **options: Any) -> None:
        # The limit is checked with a sentence of ours; the browser's own would cut what was pasted.
        super().__init__(**options)
        self.line_length = max_length

    def to_python(self, value: Any) -> str:
        """The cleaned line; a ValidationError names the hidden character or the length."""
        text = "" if value is None else str(value)
        try:
            return clean_line(text, label=str(self.label), required=False, max_length=self.line_length)
        except BadText as error:
            raise ValidationError(str(error)) from None


class TextBlockField(forms.CharField):
    """Text of any number of lines that hides nothing."""

    widget = forms.Textarea(attrs={"rows": 4})

    def to_python(self, value: Any) -> str:
        """The cleaned text."""
        try:
            return clean_text("" if value is None else str(value), label=str(self.label))
        except BadText as error:
            raise ValidationError(str(error)) from None


class PartialDateField(forms.CharField):
    """A date as it is written in the source; cleans to a PartialDate, or None where nothing was typed."""

    default_help = _("As the source has it: 1988-07-28, 5 Mordad 1367, late Mordad 1367, 1367, or 1360/1368.")

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"help_text": self.default_help, **options})

    def clean(self, value: Any) -> PartialDate | None:
        """The date. A ValidationError says what to write instead."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_date(text)
        except BadDate as error:
            raise ValidationError(str(error)) from None
