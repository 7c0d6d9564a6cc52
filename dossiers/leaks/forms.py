"""What a lawyer types to have names looked for, and to answer for what was found."""

from django import forms
from django.utils.translation import gettext_lazy as _

from dossiers.leaks.answering import LONGEST
from witnesses.quorum_forms import AskForm, SessionCodeForm


class StepForm(forms.Form):
    """Carries which step it belongs to, so that what was typed for one is never taken for another."""

    step = forms.CharField(widget=forms.HiddenInput)


class AskStep(StepForm, AskForm):
    """Why names are to be looked for."""


class LookStep(StepForm, SessionCodeForm):
    """The code that was given when the custodians were asked."""


class AnswerStep(StepForm):
    """Why what the report says does not keep the dossier here."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("For example: another person of the same name, and how you know. Write no name here."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto", "autocomplete": "off"}),
    )
