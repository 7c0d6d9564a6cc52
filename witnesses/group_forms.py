"""What lawyers type about the sizes of groups."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.form_fields import LineField
from cases.models import Case, Place
from witnesses.assessing import LONGEST_LINE
from witnesses.grouping import FIRST_YEAR, LAST_YEAR, GroupFacts


class GroupForm(forms.Form):
    """How many people at least were in a place, and in a ward or a role there."""

    place = forms.ModelChoiceField(label=_("Place"), queryset=Place.objects.none())
    ward = LineField(label=_("Ward"), required=False, max_length=LONGEST_LINE)
    role = LineField(
        label=_("Role"),
        required=False,
        max_length=LONGEST_LINE,
        help_text=_("Such as cook or nurse; leave it open for prisoners."),
    )
    first_year = forms.IntegerField(
        label=_("From the year"),
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        help_text=_("Of the Gregorian calendar."),
    )
    last_year = forms.IntegerField(label=_("To the year"), min_value=FIRST_YEAR, max_value=LAST_YEAR)
    at_least = forms.IntegerField(
        label=_("How many people at least, at any time of these years"), min_value=1, max_value=1_000_000
    )
    source = LineField(
        label=_("From where it is known"), max_length=LONGEST_LINE, help_text=_("Write no name here.")
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = Place.objects.filter(uses__case=case)  # type: ignore[attr-defined]

    def facts(self) -> GroupFacts:
        """What was filled in."""
        return GroupFacts(**{name: self.cleaned_data[name] for name in GroupFacts.__dataclass_fields__})
