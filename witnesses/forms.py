"""What people type into the witness vault. Sealed values leave a form only as text whose `repr` hides it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from witnesses.deciding import LONGEST_REASON
from witnesses.identity import IdentityFacts, SealedName
from witnesses.opening import LONGEST_VIEW, SHORTEST_VIEW, USUAL_VIEW
from witnesses.sealed import SealedText

_OFF = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}

FIELD_LABELS = {
    "full_names": _("Full names"),
    "date_of_birth": _("Date of birth"),
    "contacts": _("Contacts"),
    "kin": _("Kin"),
    "documents": _("Documents"),
    "how_to_reach_safely": _("How to reach them safely"),
}


class SealedField(forms.CharField):
    """Text that must not show in a traceback or a log."""

    def clean(self, value: Any) -> SealedText:
        return SealedText(super().clean(value) or "")


class ForgetfulInput(forms.TextInput):
    """A line that is never sent back to the page, whatever was typed."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


def _lines() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 3, "dir": "auto", **_OFF})


def _line() -> forms.TextInput:
    return forms.TextInput(attrs={"dir": "auto", **_OFF})


class IdentityForm(forms.Form):
    """Who the witness is; sealed when the form is sent, never read back by the server."""

    name_fa = SealedField(label=_("Full name in Persian"), max_length=300, required=False, widget=_line())
    name_latin = SealedField(
        label=_("Full name in Latin letters"), max_length=300, required=False, widget=_line()
    )
    other_names = SealedField(
        label=_("Other names and spellings"),
        help_text=_("One on each line."),
        max_length=4000,
        required=False,
        widget=_lines(),
    )
    date_of_birth = SealedField(
        label=FIELD_LABELS["date_of_birth"], max_length=200, required=False, widget=_line()
    )
    contacts = SealedField(label=FIELD_LABELS["contacts"], max_length=4000, required=False, widget=_lines())
    kin = SealedField(
        label=FIELD_LABELS["kin"],
        help_text=_("Family inside the country is at risk too; write only what is needed."),
        max_length=4000,
        required=False,
        widget=_lines(),
    )
    documents = SealedField(label=FIELD_LABELS["documents"], max_length=4000, required=False, widget=_lines())
    how_to_reach_safely = SealedField(
        label=FIELD_LABELS["how_to_reach_safely"],
        help_text=_("When, by which way, and what must never be done."),
        max_length=4000,
        required=False,
        widget=_lines(),
    )

    def facts(self) -> IdentityFacts:
        """What was typed, ready to be sealed."""
        data = self.cleaned_data
        names = [SealedName(data["name_fa"], "fa"), SealedName(data["name_latin"], "latin")]
        names += [SealedName(SealedText(line.strip()), "other") for line in data["other_names"].splitlines()]
        return IdentityFacts(
            full_names=tuple(name for name in names if name.text.strip()),
            date_of_birth=data["date_of_birth"],
            contacts=data["contacts"],
            kin=data["kin"],
            documents=data["documents"],
            how_to_reach_safely=data["how_to_reach_safely"],
        )


class OpeningForm(forms.Form):
    """A request to open an identity."""

    fields_wanted = forms.MultipleChoiceField(
        label=_("What you need to see"),
        help_text=_("Only this will be shown."),
        choices=list(FIELD_LABELS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The custodians decide by it. Write no name here."),
        max_length=LONGEST_REASON,
        widget=_lines(),
    )
    seconds = forms.IntegerField(
        label=_("Seconds on the screen"), min_value=SHORTEST_VIEW, max_value=LONGEST_VIEW, initial=USUAL_VIEW
    )
    confirmation = forms.CharField(
        label=_("Type the pseudonym to confirm"),
        max_length=16,
        widget=forms.TextInput(attrs={"dir": "ltr", **_OFF}),
    )

    def __init__(self, *args: Any, pseudonym: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pseudonym = pseudonym

    def clean_confirmation(self) -> str:
        return _confirmed(self.cleaned_data["confirmation"], self._pseudonym)


class DecisionForm(forms.Form):
    """Yes or no, with a reason. A yes needs the custodian's passphrase and the pseudonym, typed."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("approve", _("Approve: hand over my share for this one opening")), ("refuse", _("Refuse"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"), help_text=_("Write no name here."), max_length=LONGEST_REASON, widget=_lines()
    )
    passphrase = SealedField(
        label=_("Your passphrase"),
        help_text=_("Only to approve."),
        max_length=1000,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs=_OFF),
    )
    confirmation = forms.CharField(
        label=_("Type the pseudonym to approve"),
        max_length=16,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr", **_OFF}),
    )

    def __init__(self, *args: Any, pseudonym: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pseudonym = pseudonym

    @property
    def approves(self) -> bool:
        """Whether the custodian said yes."""
        return bool(self.cleaned_data["decision"] == "approve")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("decision") == "approve":
            if not data.get("passphrase"):
                self.add_error("passphrase", _("Type your passphrase to approve."))
            try:
                _confirmed(data.get("confirmation", ""), self._pseudonym)
            except ValidationError as error:
                self.add_error("confirmation", error)
        return data


class OpeningCodeForm(forms.Form):
    """The opening code, which the server does not know."""

    opening_code = SealedField(
        label=_("Opening code"),
        help_text=_("The five groups that you were given when you asked."),
        max_length=60,
        widget=ForgetfulInput(attrs={"dir": "ltr", **_OFF}),
    )


class EnrolForm(forms.Form):
    """A custodian's passphrase, chosen by the custodian."""

    passphrase = SealedField(
        label=_("Passphrase"),
        help_text=_("At least 14 characters; best five or more words that have nothing to do with you."),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs=_OFF),
    )
    again = SealedField(
        label=_("The same again"), max_length=1000, strip=False, widget=forms.PasswordInput(attrs=_OFF)
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("passphrase") != data.get("again"):
            self.add_error("again", _("The two passphrases differ."))
        return data


def _confirmed(typed: str, pseudonym: str) -> str:
    if typed.strip().upper() != pseudonym:
        raise ValidationError(_("Type the pseudonym exactly as it stands above."))
    return typed
