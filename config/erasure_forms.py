"""What people fill in to have words of an item's record erased, and to decide on it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from config.erasure_records import ItemRecord
from evidence.custody_forms import ReasonField
from evidence.disposal_forms import ConfirmedForm
from evidence.filenames import visible_name


class ErasureForm(ConfirmedForm):
    """Which words of a record are to go, and why."""

    names = forms.MultipleChoiceField(
        label=_("Words to erase"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose the words that are to be erased.")},
    )
    reason = ReasonField(
        label=_("Why they are to be erased"),
        help_text=_(
            "An auditor reads it to decide. Name the request and where it is filed, never what is to be forgotten."
        ),
    )

    field_order = ("names", "reason", "confirmation")

    def __init__(self, *args: Any, record: ItemRecord, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = self.fields["names"]
        assert isinstance(names, forms.MultipleChoiceField)  # noqa: S101  declared so above
        names.choices = [(one.name, f"{one.label}: {visible_name(one.text)}") for one in record.said]


class WithdrawForm(forms.Form):
    """Why a request is taken back."""

    reason = ReasonField(label=_("Why you take it back"))


class ErasureDecisionForm(ConfirmedForm):
    """The auditor's decision."""

    decision = forms.ChoiceField(
        label=_("Your decision"),
        widget=forms.RadioSelect,
        choices=[("keep", _("The words stay")), ("erase", _("Erase them, for ever"))],
    )
    reason = ReasonField(label=_("Why they stay"), required=False, help_text=_("Needed if the words stay."))

    field_order = ("decision", "reason", "confirmation")

    def clean(self) -> dict[str, Any]:
        """Whoever turns it down says why."""
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("decision") == "keep" and not typed.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Say why."))
        return typed
