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


class AboutCustodianForm(forms.Form):
    """An act about one custodian: the reason, and the sign-in name typed."""

    reason = reason_field(_("The custodians and the auditor read it. Write no witness's name here."))
    confirmation = typed_field(_("Type the sign-in name of the custodian to confirm"))

    def __init__(self, *args: Any, username: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._username = username

    def clean_confirmation(self) -> str:
        return require_typed(self.cleaned_data["confirmation"], self._username)
