"""What people fill in about legal holds and disposals."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.form_fields import LineField, TextBlockField
from evidence.custody_forms import ReasonField
from evidence.models import EvidenceItem


class ConfirmedForm(forms.Form):
    """Ends with the item's reference, typed out."""

    confirmation = forms.CharField(
        label=_("The item's reference"),
        help_text=_("Type it to confirm that this is the item you mean."),
        max_length=32,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, item: EvidenceItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reference = item.reference

    def clean_confirmation(self) -> str:
        """Is this item's reference, in any letter case."""
        typed: str = self.cleaned_data["confirmation"].strip()
        if typed.upper() != self._reference.upper():
            raise forms.ValidationError(
                _("This is not the reference of the item. It stands under the heading above.")
            )
        return typed


class HoldForm(forms.Form):
    """Why nobody may dispose of the item."""

    reason = ReasonField(label=_("Why it must be kept"))
    authority = TextBlockField(
        label=_("On what ground"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The proceedings, the order or the law that asks for it."),
    )


class ReleaseForm(forms.Form):
    """Why it need not be kept any more."""

    reason = ReasonField(label=_("Why it need not be kept any more"))


class DisposalRequestForm(ConfirmedForm):
    """Why the item is to be disposed of, and on whose authority."""

    reason = ReasonField(label=_("Why it is to be disposed of"))
    authority = TextBlockField(
        label=_("On whose authority"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The law, the order of a court, or the wish of whom it belongs to."),
    )

    field_order = ("reason", "authority", "confirmation")


class DisposalDecisionForm(ConfirmedForm):
    """The other person's decision."""

    decision = forms.ChoiceField(label=_("Your decision"), widget=forms.RadioSelect)
    method = TextBlockField(
        label=_("How it is disposed of"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "The bytes are removed from the store by Dadkhah. Of a thing say what was done with it. Needed where it is "
            "disposed of."
        ),
    )
    witnessed_by = LineField(
        label=_("Who was present"),
        required=False,
        help_text=_("Who saw it, beside the two who decided. Needed where it is disposed of."),
    )
    reason = ReasonField(label=_("Why it is kept"), required=False)

    field_order = ("decision", "method", "witnessed_by", "reason", "confirmation")

    def __init__(self, *args: Any, item: EvidenceItem, may_dispose: bool, **kwargs: Any) -> None:
        super().__init__(*args, item=item, **kwargs)
        decision = self.fields["decision"]
        assert isinstance(decision, forms.ChoiceField)  # noqa: S101  declared so above
        dispose = ("dispose", _("Dispose of it, for ever"))
        keep = ("keep", _("Keep it") if may_dispose else _("I take my request back"))
        decision.choices = [keep, dispose] if may_dispose else [keep]
        if not may_dispose:
            decision.initial = "keep"
            del self.fields["method"], self.fields["witnessed_by"]
        elif not item.has_bytes:
            self.fields["method"].help_text = _("What was done with the thing, where, and by whom.")

    def clean(self) -> dict[str, Any]:
        """Whoever disposes says how and before whom; whoever keeps says why."""
        typed: dict[str, Any] = super().clean() or {}
        needed = {
            "dispose": {"method": _("Say how it is disposed of."), "witnessed_by": _("Say who was present.")},
            "keep": {"reason": _("Say why.")},
        }
        for name, sentence in needed.get(typed.get("decision", ""), {}).items():
            if not typed.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        return typed
