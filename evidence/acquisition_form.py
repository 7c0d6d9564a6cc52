"""The form for an item's source and acquisition."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audit.erased import unless_erased
from cases.form_fields import LineField, PartialDateField, TextBlockField
from evidence.acquiring import AcquisitionFacts
from evidence.filenames import visible_name
from evidence.models import Acquisition, EvidenceItem
from evidence.vocabulary import Credibility, Language, Reliability, SourceKind

_NOT_GRADED = ("", _("Not graded"))


class AcquisitionForm(forms.Form):
    """What is known of an item's source and of the way it came to us."""

    source_kind = forms.ChoiceField(label=_("Kind of source"), choices=SourceKind, widget=forms.RadioSelect)
    source_name = LineField(
        label=_("Source"),
        max_length=1000,
        help_text=_(
            "A person by pseudonym, never by name. An organisation or a public source by its name or address."
        ),
    )
    how_obtained = TextBlockField(
        label=_("How it was obtained"),
        required=False,
        help_text=_("How it came from the source to you: a court will ask."),
    )
    why_obtained = TextBlockField(
        label=_("Why it was obtained"),
        required=False,
        help_text=_("What it was hoped to show, or why it was given."),
    )
    place = LineField(label=_("Where it was obtained"), required=False, max_length=300)
    collector = LineField(
        label=_("Who collected it"),
        required=False,
        max_length=300,
        help_text=_("The colleague or partner who had it first, by name or pseudonym."),
    )
    acquired = PartialDateField(label=_("When it was obtained"), required=False)
    legal_basis = TextBlockField(
        label=_("Legal basis"),
        required=False,
        help_text=_("Why we may hold it: consent, a court's order, a public interest."),
    )
    rights = TextBlockField(
        label=_("Rights"), required=False, help_text=_("Whose it is, and what may be done with it.")
    )
    restrictions = TextBlockField(
        label=_("Restrictions"),
        required=False,
        help_text=_(
            "What the source or the law forbids: not to be published, not to be shown to a certain office."
        ),
    )
    consent_reference = LineField(
        label=_("Where the consent is kept"),
        required=False,
        max_length=300,
        help_text=_("The number or the place of the source's consent, never a name."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages in it"), choices=Language, required=False, widget=forms.CheckboxSelectMultiple
    )
    reliability = forms.ChoiceField(
        label=_("How reliable the source is"),
        choices=[_NOT_GRADED, *Reliability.choices],
        required=False,
        help_text=_("Judge the source by what it gave before, not by this item."),
    )
    credibility = forms.ChoiceField(
        label=_("How credible the information is"),
        choices=[_NOT_GRADED, *Credibility.choices],
        required=False,
        help_text=_("Judge what it says, whoever says it."),
    )

    def facts(self) -> AcquisitionFacts:
        """What was filled in."""
        typed: dict[str, Any] = self.cleaned_data
        return AcquisitionFacts(**typed | {"languages": tuple(typed["languages"])})


def known_so_far(item: EvidenceItem, last: Acquisition | None) -> dict[str, Any]:
    """What the form begins with: the newest version, or what the receipt says where there is none."""
    if last is None:
        return {
            "source_name": _still(item.source),
            "how_obtained": _still(item.intake.how_obtained),
            "consent_reference": _still(item.intake.consent_reference),
        }
    names = (name for name in AcquisitionForm.base_fields if name not in ("languages", "acquired"))
    return {name: unless_erased(getattr(last, name)) for name in names} | {
        "languages": last.language_codes,
        "acquired": unless_erased(last.date_as_written),
    }


def _still(text: str) -> str:
    """The text with nothing hidden in it; nothing where it was erased: the word that it was is no source."""
    return "\n".join(map(visible_name, unless_erased(text).splitlines()))
