"""The forms for things: what is seen of one as it is handed over, and photographs of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.form_fields import LineField, PartialDateField, TextBlockField
from cases.models import Case
from evidence.circumstances import Circumstances
from evidence.forms import FilesField
from evidence.intake import LONGEST_TITLE
from evidence.physical import MOST_PIECES, ThingFacts


class ThingForm(forms.Form):
    """A thing that somebody hands over."""

    title = LineField(
        label=_("What it is"),
        max_length=LONGEST_TITLE,
        help_text=_("A few words to find it by: a ring, a letter on paper, a telephone."),
    )
    description = TextBlockField(
        label=_("Description"),
        required=False,
        help_text=_("Marks, inscriptions, make: what tells it from others."),
    )
    quantity = forms.IntegerField(label=_("Number of pieces"), min_value=1, max_value=MOST_PIECES, initial=1)
    serial_number = LineField(label=_("Serial number"), required=False, max_length=100)
    condition = TextBlockField(
        label=_("Condition"),
        help_text=_("How it is now, as it comes into your hands: damage, stains, what is missing."),
    )
    seal = LineField(
        label=_("Seal number"),
        required=False,
        help_text=_("The number on the seal that it came under, if there is one."),
    )
    location = LineField(
        label=_("Shelf or box"), required=False, help_text=_("Where you put it, so that it is found again.")
    )
    case = forms.ModelChoiceField(
        label=_("Case"),
        queryset=Case.objects.none(),
        required=False,
        empty_label=_("No case yet: only you will see it"),
        help_text=_("Everybody who works on the case will see it."),
    )
    source = LineField(
        label=_("Source"),
        max_length=1000,
        help_text=_("Who or what it comes from. Kept as written; only those who may see the item see it."),
    )
    how_obtained = TextBlockField(
        label=_("How it was obtained"),
        required=False,
        help_text=_("How it came from the source to you: a court will ask."),
    )
    consent_reference = LineField(
        label=_("Where the consent is kept"),
        required=False,
        max_length=300,
        help_text=_("The number or the place of the source's consent, never a name."),
    )
    collected_at = PartialDateField(label=_("When it was made or collected"), required=False)
    happened = PartialDateField(
        label=_("When it was handed over"), required=False, help_text=_("Leave open if it was just now.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cases = self.fields["case"]
        assert isinstance(cases, forms.ModelChoiceField)  # noqa: S101  declared so above
        cases.queryset = Case.objects.visible_to(user)

    def facts(self) -> ThingFacts:
        """What was filled in."""
        typed = self.cleaned_data
        return ThingFacts(
            title=typed["title"],
            source=typed["source"],
            circumstances=Circumstances(
                location=typed["location"],
                happened=typed["happened"],
                condition=typed["condition"],
                seal=typed["seal"],
            ),
            description=typed["description"],
            quantity=typed["quantity"],
            serial_number=typed["serial_number"],
            how_obtained=typed["how_obtained"],
            consent_reference=typed["consent_reference"],
            collected=typed["collected_at"],
            case=typed["case"],
        )


class PhotographsForm(forms.Form):
    """Photographs of a thing, and who took them."""

    # The stubs take the name for a form's uploads; declared fields are collected and do not stay there.
    files = FilesField(  # type: ignore[assignment]
        label=_("Photographs"),
        max_length=None,
        allow_empty_file=True,
        error_messages={"required": _("No file arrived. Choose at least one and send it again.")},
    )
    taken_by = LineField(label=_("Who took them"), required=False, help_text=_("Leave open if it was you."))
