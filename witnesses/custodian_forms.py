"""What people type about custodians and their keys."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from witnesses.quorum_forms import passphrase_field, reason_field, require_typed, typed_field


class PassphraseForm(forms.Form):
    """The passphrase of today, to prove who types it."""

    passphrase = passphrase_field()


class ChangePassphraseForm(forms.Form):
    """The passphrase of today, and the next one twice."""

    passphrase = passphrase_field(_("The passphrase of today"))
    new_passphrase = passphrase_field(
        _("The new passphrase"),
        help_text=_("At least 14 characters; best five or more words that have nothing to do with you."),
    )
    again = passphrase_field(_("The new passphrase again"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("new_passphrase") != data.get("again"):
            self.add_error("again", _("The two passphrases differ."))
        return data


class VouchForm(forms.Form):
    """Whether a new key is let in. A yes needs the passphrase and the person's sign-in name, typed; a no, a reason."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            ("vouch", _("Let the key in: I compared the words by voice")),
            ("turn_away", _("Do not let it in")),
        ],
        widget=forms.RadioSelect,
    )
    passphrase = passphrase_field(required=False)
    confirmation = typed_field(_("Type the sign-in name of the person"), required=False)
    reason = reason_field(_("The custodians and the auditor read it. Write no witness's name here."))

    needed_when = {
        "passphrase": _("needed to let the key in"),
        "confirmation": _("needed to let the key in"),
        "reason": _("needed to refuse"),
    }

    def __init__(self, *args: Any, username: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._username = username
        self.fields["reason"].required = False

    @property
    def vouches(self) -> bool:
        """Whether the custodian lets the key in."""
        return bool(self.cleaned_data["decision"] == "vouch")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("decision") == "vouch":
            if not data.get("passphrase"):
                self.add_error("passphrase", _("Type your passphrase to let the key in."))
            try:
                require_typed(data.get("confirmation", ""), self._username)
            except forms.ValidationError as error:
                self.add_error("confirmation", error)
        elif data.get("decision") == "turn_away" and not data.get("reason"):
            self.add_error("reason", _("Give the reason; the others will have to know."))
        return data


class AboutCustodianForm(forms.Form):
    """An act about one custodian: the reason, and the sign-in name typed."""

    reason = reason_field(_("The custodians and the auditor read it. Write no witness's name here."))
    confirmation = typed_field(_("Type the sign-in name of the custodian to confirm"))

    def __init__(self, *args: Any, username: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._username = username

    def clean_confirmation(self) -> str:
        return require_typed(self.cleaned_data["confirmation"], self._username)
