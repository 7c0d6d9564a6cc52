"""What people fill in where exhibits and witnesses meet."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cases.form_fields import TextBlockField
from witnesses.models import Tie
from witnesses.pseudonyms import read_pseudonym

_TYPED = {"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}
_NO_NAME = _("Write no name here.")


class DependenceForm(forms.Form):
    """In which way an exhibit depends on a witness."""

    tie = forms.ChoiceField(
        label=_("In which way"),
        choices=Tie,
        widget=forms.RadioSelect,
        help_text=_("Where several are true, record each."),
    )
    note = TextBlockField(
        label=_("Note"), required=False, help_text=_NO_NAME, widget=forms.Textarea(attrs={"rows": 2})
    )


class DependentItemForm(DependenceForm):
    """The same, asked on the page of a witness."""

    item = forms.CharField(
        label=_("The exhibit's reference"),
        help_text=_("It stands on the exhibit's own page. The exhibit has to be in this case."),
        max_length=40,
        widget=forms.TextInput(attrs=_TYPED),
    )
    field_order = ("item", "tie", "note")


class WitnessOfItemForm(DependenceForm):
    """The same, asked on the page of an exhibit."""

    pseudonym = forms.CharField(
        label=_("The witness's pseudonym"),
        help_text=_("The whole pseudonym, for example W-7K3Q-M. Do not type a name."),
        max_length=50,
        widget=forms.TextInput(attrs=_TYPED),
    )
    field_order = ("pseudonym", "tie", "note")

    def clean_pseudonym(self) -> str:
        """The pseudonym as it was issued."""
        whole = read_pseudonym(self.cleaned_data["pseudonym"])
        if not whole:
            raise ValidationError(_("Type the whole pseudonym, for example W-7K3Q-M."))
        return whole


class EndDependenceForm(forms.Form):
    """Why an exhibit does not depend on the witness after all, with the pseudonym typed out."""

    reason = TextBlockField(
        label=_("Why it does not depend on the witness"),
        help_text=_NO_NAME,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    confirmation = forms.CharField(
        label=_("Type the pseudonym to confirm"), max_length=16, widget=forms.TextInput(attrs=_TYPED)
    )

    def __init__(self, *args: Any, pseudonym: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pseudonym = pseudonym

    def clean_confirmation(self) -> str:
        """Is this witness's pseudonym, however it is spaced."""
        typed: str = self.cleaned_data["confirmation"]
        if read_pseudonym(typed) != self._pseudonym:
            raise ValidationError(_("Type the pseudonym exactly as it stands above."))
        return typed
