"""The form on which a dossier is asked for."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from audit.errors import BadInput
from cases.models import Case
from dossiers.narrowing import LONGEST_REASON
from dossiers.receivers import LONGEST_NAME, LONGEST_STATEMENT, Receiver, checked_receiver, countries
from dossiers.requests import LONGEST_PURPOSE, checked_purpose, checked_recipient
from witnesses.consent_words import RecipientKind, Use

REASON: Final = "narrowing_reason"


def _named_countries() -> list[tuple[str, Any]]:
    return [("", _("No country")), *countries()]


class ReceiverForm(forms.Form):
    """Who receives a dossier and what for: by this the consent of witnesses is asked."""

    to = forms.ChoiceField(
        label=_("Who receives it"),
        choices=[one for one in RecipientKind.choices if one[0] != RecipientKind.UNSTATED],
        widget=forms.RadioSelect,
        help_text=_("Witnesses consented to some receivers and not to others. Say who really gets it."),
    )
    recipient_name = forms.CharField(
        label=_("Name of the office or the person"),
        help_text=_("As the witness named them, where the witness did. Needed for every receiver outside."),
        required=False,
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    country = forms.ChoiceField(label=_("Country"), choices=_named_countries, required=False)
    use = forms.ChoiceField(
        label=_("What it is for"),
        choices=[one for one in Use.choices if one[0] != Use.UNSTATED],
        widget=forms.RadioSelect,
    )
    conditions_met = forms.CharField(
        label=_("That the conditions are met"),
        help_text=_(
            "Only where a witness consented on conditions: state that each is met, and how you know. It is recorded."
        ),
        required=False,
        max_length=LONGEST_STATEMENT,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def receiver(self) -> Receiver:
        """What was stated."""
        typed = self.cleaned_data
        return Receiver(
            kind=typed["to"],
            use=typed["use"],
            name=typed["recipient_name"],
            country=typed["country"],
            conditions_met=typed["conditions_met"],
            leave_out=typed.get("leave_out", False),
        )

    def clean(self) -> dict[str, Any]:
        """Whoever is outside has a name and a country."""
        data = super().clean() or {}
        if data.get("to") and data.get("use"):
            try:
                checked_receiver(self.receiver())
            except BadInput as error:
                self.add_error(None, str(error))
        return data


class CompileForm(ReceiverForm):
    """For whom and why, optionally sealed to their key, and the case's reference typed out."""

    leave_out = forms.BooleanField(
        label=_("Leave out what the consent of witnesses does not cover"),
        help_text=_(
            "Else nothing is compiled while a single exhibit lacks it. What stays behind is recorded."
        ),
        required=False,
    )
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

    field_order = (
        "to",
        "recipient_name",
        "country",
        "use",
        "purpose",
        "conditions_met",
        "leave_out",
        "recipient",
        "confirmation",
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._case = case
        if REASON in self.data:
            self.ask_why()

    def ask_why(self) -> None:
        """Ask for the reason, where the dossier narrows pseudonyms to few people."""
        self.fields[REASON] = forms.CharField(
            label=_("Why it goes out although few people fit"),
            help_text=_("It is kept for members of the case; the log commits to it. Write no name here."),
            required=False,
            max_length=LONGEST_REASON,
            widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        )

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
