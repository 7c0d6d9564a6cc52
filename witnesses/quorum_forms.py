"""What people type when they ask a quorum for something, decide on it, or carry it out."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from witnesses.deciding import LONGEST_REASON
from witnesses.forms import ForgetfulInput, SealedField

_OFF = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


def reason_field(help_text: Any = None) -> forms.CharField:
    """Why: read by everybody who checks this later."""
    return forms.CharField(
        label=_("Reason"),
        help_text=help_text or _("Write no name here."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto", **_OFF}),
    )


def passphrase_field(label: Any = None, **more: Any) -> SealedField:
    """A passphrase, never sent back to the page."""
    return SealedField(
        label=label or _("Your passphrase"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs=_OFF),
        **more,
    )


def typed_field(label: Any, **more: Any) -> forms.CharField:
    """What has to be typed exactly, so that nobody does it by a slip."""
    return forms.CharField(
        label=label, max_length=200, widget=forms.TextInput(attrs={"dir": "auto", **_OFF}), **more
    )


def require_typed(typed: str, wanted: str) -> str:
    """Raises ValidationError unless the words are the wanted ones, whatever the letter case."""
    if typed.strip().casefold() != wanted.casefold():
        raise ValidationError(_("Type “%(wanted)s” exactly.") % {"wanted": wanted})
    return typed


class AskForm(forms.Form):
    """A request to a quorum."""

    reason = reason_field(_("The custodians decide by it. Write no name here."))


class KitForm(forms.Form):
    """The public file of a recovery kit, and why it is wanted."""

    kit = forms.FileField(
        label=_("The public file of the kit"),
        help_text=_("recovery-kit.json, and nothing else. A sheet must never come near a server."),
    )
    reason = reason_field(_("The custodians decide by it. Write no name here."))


class AskToCompareForm(AskForm):
    """A request to compare identities, of all cases or of some."""

    cases = forms.CharField(
        label=_("References of the cases"),
        help_text=_("Apart by commas. Leave it empty for all cases of the house."),
        max_length=1000,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", **_OFF}),
    )

    def clean_cases(self) -> list[str]:
        """The references, each once."""
        split = re.split(r"[,،;؛]", self.cleaned_data["cases"])
        return sorted({one.strip() for one in split if one.strip()})


class SessionDecisionForm(forms.Form):
    """Yes or no, with a reason. A yes needs the custodian's passphrase and the request's reference, typed."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("approve", _("Approve: hand over my shares for this one act")), ("refuse", _("Refuse"))],
        widget=forms.RadioSelect,
    )
    reason = reason_field()
    passphrase = passphrase_field(required=False)
    confirmation = typed_field(_("Type the reference to approve"), required=False)

    needed_when = {"passphrase": _("needed to approve"), "confirmation": _("needed to approve")}

    def __init__(self, *args: Any, reference: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reference = reference

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
                require_typed(data.get("confirmation", ""), self._reference)
            except ValidationError as error:
                self.add_error("confirmation", error)
        return data


class SessionCodeForm(forms.Form):
    """The code of a session, which the server does not know."""

    code = SealedField(
        label=_("Code"),
        help_text=_("The five groups that you were given when you asked."),
        max_length=60,
        widget=ForgetfulInput(attrs={"dir": "ltr", **_OFF}),
    )
