"""What people type into the witness vault. Sealed values leave a form only as text whose `repr` hides it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from audit.digits import in_digits
from witnesses.asking import LONGEST_VIEW, SHORTEST_VIEW, USUAL_VIEW
from witnesses.deciding import LONGEST_REASON
from witnesses.identity_words import FIELD_LABELS
from witnesses.sealed import SealedText

_OFF = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


class SealedField(forms.CharField):
    """Text that must not show in a traceback or a log."""

    def clean(self, value: Any) -> SealedText:
        return SealedText(super().clean(value) or "")


class ForgetfulInput(forms.TextInput):
    """A line that is never sent back to the page, whatever was typed."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


def lines() -> forms.Textarea:
    """A few lines that the browser neither remembers nor corrects."""
    return forms.Textarea(attrs={"rows": 3, "dir": "auto", **_OFF})


def line() -> forms.TextInput:
    """A line that the browser neither remembers nor corrects."""
    return forms.TextInput(attrs={"dir": "auto", **_OFF})


def own_password() -> SealedField:
    """The reader's sign-in password once more: a stolen session alone neither asks nor sees."""
    return SealedField(
        label=_("Your sign-in password"),
        help_text=_("Once more, so that nobody acts in your name at an unlocked screen."),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs=_OFF),
    )


class WishForm(forms.Form):
    """What is wanted of an identity, for how long, and the signs that it is meant."""

    fields_wanted = forms.MultipleChoiceField(
        label=_("What you need to see"),
        help_text=_("Only this will be shown."),
        choices=list(FIELD_LABELS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    seconds = forms.IntegerField(
        label=_("Seconds on the screen"), min_value=SHORTEST_VIEW, max_value=LONGEST_VIEW, initial=USUAL_VIEW
    )
    confirmation = forms.CharField(
        label=_("Type the pseudonym to confirm"),
        max_length=16,
        widget=forms.TextInput(attrs={"dir": "ltr", **_OFF}),
    )
    password = own_password()

    def __init__(self, *args: Any, pseudonym: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pseudonym = pseudonym

    def clean_confirmation(self) -> str:
        return _confirmed(self.cleaned_data["confirmation"], self._pseudonym)


class OpeningForm(WishForm):
    """A request to open one version of an identity."""

    version = forms.TypedChoiceField(
        label=_("Version"),
        help_text=_("An older version is shown as it was sealed then, mistakes included."),
        coerce=int,
        empty_value=None,
        required=False,
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The custodians decide by it. Write no name here."),
        max_length=LONGEST_REASON,
        widget=lines(),
    )
    field_order = ("fields_wanted", "version", "reason")

    def __init__(self, *args: Any, versions: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(versions) < 2:
            del self.fields["version"]
            return
        newest = _("%(number)s, the newest") % {"number": in_digits(versions[0])}
        choices = [(versions[0], newest), *((number, str(number)) for number in versions[1:])]
        self.fields["version"].choices = choices  # type: ignore[attr-defined]


class EmergencyForm(WishForm):
    """A request because a life is in danger."""

    justification = forms.CharField(
        label=_("Who is in danger of what, and why it cannot wait"),
        help_text=_("At least 40 characters. All custodians and auditors read it. Write no name here."),
        max_length=LONGEST_REASON,
        widget=lines(),
    )
    field_order = ("justification", "fields_wanted")


class DecisionForm(forms.Form):
    """Yes or no, with a reason. A yes needs the custodian's passphrase and the pseudonym, typed."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("approve", _("Approve: hand over my share for this one opening")), ("refuse", _("Refuse"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"), help_text=_("Write no name here."), max_length=LONGEST_REASON, widget=lines()
    )
    passphrase = SealedField(
        label=_("Your passphrase"),
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

    needed_when = {"passphrase": _("needed to approve"), "confirmation": _("needed to approve")}

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
    password = own_password()


class ReviewForm(forms.Form):
    """What was found of an emergency."""

    found = forms.ChoiceField(
        label=_("What you found"),
        choices=[
            ("justified", _("There was a danger to life, and the identity had to be shown")),
            ("unjustified", _("It was no such danger, or more was shown than was needed")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"), help_text=_("Write no name here."), max_length=LONGEST_REASON, widget=lines()
    )

    @property
    def justified(self) -> bool:
        """Whether it was an emergency."""
        return bool(self.cleaned_data["found"] == "justified")


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
