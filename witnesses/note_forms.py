"""What people write down of an interview, and what they say to see a sealed note again."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.form_fields import TextBlockField
from witnesses.forms import SealedField, WishForm, lines
from witnesses.kept_forms import KeptForm
from witnesses.models import InterviewNote
from witnesses.noting import LONGEST_NOTE, NoteFacts

_OFF = {"rows": 12, "dir": "auto", "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


class NoteForm(KeptForm):
    """A note, and how it is kept."""

    kept = forms.ChoiceField(
        label=_("How it is kept"),
        choices=[
            ("sealed", _("Sealed: only the custodians together let it be read again, you included")),
            ("plain", _("Plain: every member of the case reads it here")),
        ],
        widget=forms.RadioSelect,
    )
    text = SealedField(
        label=_("Note"),
        help_text=_("Whatever could lead to the witness, to family or to others belongs into a sealed note."),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs=_OFF),
    )

    def facts(self) -> NoteFacts:
        """What was written."""
        typed = self.cleaned_data
        return NoteFacts(typed["text"], typed["kept"] == "sealed", typed.get("correction", ""))


class NextNoteForm(NoteForm):
    """The next version of a note, which stays sealed or plain as it was begun."""

    correction = TextBlockField(
        label=_("Why it is changed"),
        help_text=_("Write no name here."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, note: InterviewNote, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["kept"]
        self._sealed = note.is_sealed
        if not note.is_sealed:
            self.fields["text"].initial = note.text

    def facts(self) -> NoteFacts:
        """What was written."""
        typed = self.cleaned_data
        return NoteFacts(typed["text"], self._sealed, typed["correction"])


class NoteOpeningForm(WishForm):
    """A request to see one version of a sealed note, or of other words that are opened whole."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The custodians decide by it. Write no name here."),
        max_length=2000,
        widget=lines(),
    )
    field_order = ("reason",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["fields_wanted"]
