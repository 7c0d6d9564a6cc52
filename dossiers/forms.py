"""The form on which a dossier is asked for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audit.errors import BadInput
from cases.models import Case
from dossiers.requests import LONGEST_PURPOSE, checked_purpose, checked_recipient


class CompileForm(forms.Form):
    """For whom and why, optionally sealed to their key, and the case's reference typed out."""

    purpose = forms.CharField(
        label=_("For whom, and why"),
        help_text=_(
            "It stands in the dossier, in the custody of every exhibit, and cannot be changed afterwards."
        ),
        max_length=LONGEST_PURPOSE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    recipient = forms.CharField(
        label=_("The recipient's age key"),
        help_text=_(
            "Begins with age1. The dossier is then sealed to it: nobody else can open it, we neither."
        ),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
    )
    confirmation = forms.CharField(
        label=_("The case's reference"),
        help_text=_("Type it to confirm that this is the case you mean."),
        max_length=32,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._case = case

    def clean_purpose(self) -> str:
        """Says enough to be a reason."""
        try:
            return checked_purpose(self.cleaned_data["purpose"])
        except BadInput as error:
            raise forms.ValidationError(str(error)) from error

    def clean_recipient(self) -> str:
        """Is a key that can be sealed to, or nothing."""
        try:
            key = checked_recipient(self.cleaned_data["recipient"])
        except BadInput as error:
            raise forms.ValidationError(str(error)) from error
        return str(key) if key else ""

    def clean_confirmation(self) -> str:
        """Is this case's reference, in any letter case."""
        typed: str = self.cleaned_data["confirmation"].strip()
        if typed.upper() != self._case.reference.upper():
            raise forms.ValidationError(
                _("This is not the reference of the case. It stands in the heading above.")
            )
        return typed
