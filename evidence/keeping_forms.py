"""What people fill in about seals, moves, check-outs, returns, collections and corrections."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from audit.digits import in_digits
from cases.dating import Precision
from cases.form_fields import LineField, PartialDateField, TextBlockField
from evidence.custody_forms import CircumstancesForm, ReasonField, ReferenceField
from evidence.models import CustodyEvent, EvidenceItem

UNKNOWN = "unknown"


class DayField(PartialDateField):
    """One whole day, in either calendar; cleans to a date."""

    default_help = _("A whole day, such as 2026-12-01 or 10 Azar 1405.")

    def clean(self, value: Any) -> Any:
        """The day. A ValidationError says that a month or a year is not enough."""
        read = super().clean(value)
        if read is None:
            return None
        if read.precision is not Precision.DAY or read.earliest is None:
            raise forms.ValidationError(_("Write one whole day."))
        day: date = read.earliest
        return day


class SealForm(CircumstancesForm):
    """A seal that was put on."""

    photograph = ReferenceField(
        label=_("Reference of a photograph of the seal"),
        required=False,
        help_text=_("An item of the same case, taken in before, such as E-4KQ7-2M9D."),
    )

    field_order = ("seal", "photograph", "location", "happened", "condition", "note")

    def __init__(self, *args: Any, papers: "QuerySet[EvidenceItem]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seal"].required = True
        photograph = self.fields["photograph"]
        assert isinstance(photograph, ReferenceField)  # noqa: S101  declared so above
        photograph.among = papers


class UnsealForm(CircumstancesForm):
    """A seal that was opened, and as what it was read before."""

    which = forms.ChoiceField(label=_("Which seal"), widget=forms.RadioSelect)
    purpose = ReasonField(label=_("Why it was opened"))

    field_order = ("which", "seal", "purpose", "location", "happened", "condition", "note")

    def __init__(self, *args: Any, seals: Sequence[CustodyEvent], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._seals = {str(event.pk): event for event in seals}
        self.fields["seal"].required = True
        which = self.fields["which"]
        assert isinstance(which, forms.ChoiceField)  # noqa: S101  declared so above
        # By the event alone: whoever reads the number off the seal should not read it off this page.
        known = [
            (key, in_digits(_("The seal of event %(number)d") % {"number": event.seq}))
            for key, event in self._seals.items()
        ]
        which.choices = known or [(UNKNOWN, _("A seal of which nothing is recorded"))]
        if len(which.choices) == 1:
            which.initial = known[0][0] if known else UNKNOWN

    def chosen(self) -> CustodyEvent | None:
        """The event since which the seal was on."""
        return self._seals.get(self.cleaned_data["which"])


class MoveForm(CircumstancesForm):
    """Where the item lies from now on."""

    field_order = ("location", "happened", "condition", "seal", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["location"].required = True
        self.fields["location"].label = _("Where to")
        self.fields["location"].help_text = _("The room, the shelf and the box, as they are called here.")


class CheckOutForm(CircumstancesForm):
    """To whom the item is given for a time, why, and until when."""

    name = LineField(label=_("Who takes it"))
    due = DayField(label=_("Due back"))
    purpose = ReasonField(label=_("Purpose"), help_text=_("Why it is handed over. A court will read it."))

    field_order = ("name", "purpose", "due", "location", "happened", "condition", "seal", "note")


class ReturnForm(CircumstancesForm):
    """That the item is back, and from whom."""

    name = LineField(
        label=_("Brought by"), required=False, help_text=_("Leave it empty if it is who had it.")
    )
    document = ReferenceField(
        label=_("Reference of the signed paper"),
        required=False,
        help_text=_("An item of the same case, taken in before, such as E-4KQ7-2M9D."),
    )

    field_order = ("name", "document", "location", "happened", "condition", "seal", "note")

    def __init__(self, *args: Any, papers: "QuerySet[EvidenceItem] | None", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        document = self.fields["document"]
        assert isinstance(document, ReferenceField)  # noqa: S101  declared so above
        document.among = papers
        if papers is None:
            del self.fields["document"]


class CollectedForm(CircumstancesForm):
    """Who collected the item before it came here, as it is remembered."""

    collected_by = LineField(
        label=_("Collected by"),
        help_text=_("As it may stand in a certificate. Of a witness write the pseudonym alone."),
    )
    released_by = LineField(label=_("From whom"), required=False)
    authority = TextBlockField(
        label=_("On what ground"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The consent, order or law on which it was collected."),
    )

    field_order = (
        "collected_by",
        "released_by",
        "happened",
        "location",
        "authority",
        "condition",
        "seal",
        "note",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["happened"].required = True
        self.fields["happened"].help_text = _("As far as it is known: late Mordad 1367, 1988-07, 1988~.")


class ConfirmForm(forms.Form):
    """That a second person saw it."""

    note = TextBlockField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class CorrectForm(CircumstancesForm):
    """What is wrong with an event, and what is right."""

    reason = ReasonField(label=_("What is wrong with it"), help_text=_("And how you know what is right."))

    field_order = ("reason", "happened", "location", "condition", "seal", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["happened"].help_text = _("The right day, if the day is wrong.")
        self.fields["location"].help_text = _("The right place, if the place is wrong.")
        self.fields["seal"].help_text = _("The right number, if the number is wrong.")
