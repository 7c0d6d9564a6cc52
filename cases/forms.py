"""What people type about cases, persons, places and incidents."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.facts import Coordinates, NameFacts, PostFacts
from cases.form_fields import LineField, PartialDateField, TextBlockField
from cases.models import NameKind, Part, Person, Place, PlaceKind

ROMANISATIONS = [
    ("", _("As the source spells it")),
    ("ALA-LC 1997", "ALA-LC 1997"),
    ("BGN/PCGN 1958", "BGN/PCGN 1958"),
    ("ICS-630-01", "ICS-630-01"),
]
_PERSIAN = forms.TextInput(attrs={"lang": "fa", "dir": "auto"})


class CaseForm(forms.Form):
    """A new case."""

    reference = LineField(
        label=_("Reference"),
        max_length=32,
        help_text=_(
            "Latin letters, digits, dots and hyphens, for example DK-1988-01. It is printed on every page."
        ),
    )
    title = LineField(label=_("Title"))
    summary = TextBlockField(label=_("Summary"), required=False)


class MemberForm(forms.Form):
    """Somebody to let into the case."""

    user = forms.ModelChoiceField(
        label=_("User"),
        queryset=User.objects.none(),
        help_text=_("Active paralegals and lawyers. They see everything in the case from this moment."),
    )


class NameForm(forms.Form):
    """Another name of a person."""

    text = LineField(label=_("Name"), help_text=_("Exactly as the source writes it, in any script."))
    kind = forms.ChoiceField(label=_("Kind of name"), choices=NameKind.choices, initial=NameKind.VARIANT)
    romanisation = forms.ChoiceField(label=_("Romanisation"), choices=ROMANISATIONS, required=False)
    source = LineField(label=_("Source of the name"), required=False)

    def facts(self) -> NameFacts:
        """What was typed, as the register takes it."""
        typed = self.cleaned_data
        return NameFacts(typed["text"], NameKind(typed["kind"]), typed["romanisation"], typed["source"])


class InvolvementForm(forms.Form):
    """A part in this case for a person of another of one's cases."""

    person = forms.ModelChoiceField(label=_("Person"), queryset=Person.objects.none())
    role = forms.ChoiceField(label=_("Part in the case"), choices=Part.choices)
    basis = TextBlockField(label=_("Basis"), required=False, help_text=_("On what ground we say so."))


class PersonForm(forms.Form):
    """A new person with a part in the case."""

    role = forms.ChoiceField(label=_("Part in the case"), choices=Part.choices)
    name_fa = LineField(
        label=_("Name in Persian"),
        required=False,
        widget=_PERSIAN,
        help_text=_("As the source writes it. Witnesses are never entered here: register them as witnesses."),
    )
    name_latin = LineField(
        label=_("Name in Latin script"),
        required=False,
        help_text=_(
            "Only if a source gives it or you romanise by a system; it is never made from the Persian."
        ),
    )
    romanisation = forms.ChoiceField(label=_("Romanisation"), choices=ROMANISATIONS, required=False)
    source = LineField(label=_("Source of the names"), required=False)
    basis = TextBlockField(label=_("Basis"), required=False, help_text=_("On what ground we say so."))
    post_title = LineField(
        label=_("Post held"), required=False, help_text=_("For example deputy prosecutor.")
    )
    post_organisation = LineField(label=_("Organisation"), required=False)
    post_when = PartialDateField(label=_("Held when"), required=False)
    notes = TextBlockField(label=_("Notes"), required=False)

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        wrong = {"name_fa", "name_latin"} & set(self.errors)
        if not wrong and not (typed.get("name_fa") or typed.get("name_latin")):
            raise ValidationError(_("Give the person a name, in Persian or in Latin script."))
        if not typed.get("post_title") and (typed.get("post_organisation") or typed.get("post_when")):
            self.add_error(
                "post_title", _("Say which post was held, or clear the organisation and the date.")
            )
        return typed

    def facts(self) -> dict[str, Any]:
        """What was typed, as `registry.register_person` takes it."""
        typed = self.cleaned_data
        written = ((typed["name_fa"], ""), (typed["name_latin"], typed["romanisation"]))
        names = [
            NameFacts(text, NameKind.PREFERRED, system, typed["source"]) for text, system in written if text
        ]
        post = PostFacts(typed["post_title"], typed["post_organisation"], typed["post_when"])
        return {
            "role": Part(typed["role"]),
            "names": names,
            "basis": typed["basis"],
            "posts": [post] if post.title else [],
            "notes": typed["notes"],
        }


class IncidentForm(forms.Form):
    """Something that happened."""

    title = LineField(label=_("What happened"))
    when = PartialDateField(label=_("When"), required=False)
    place = forms.ModelChoiceField(
        label=_("Where"),
        queryset=Place.objects.none(),
        required=False,
        help_text=_("A place that is missing here is registered first, on the page of places."),
    )
    description = TextBlockField(label=_("Description"), required=False)

    def facts(self) -> dict[str, Any]:
        """What was typed, as `registry.record_incident` takes it."""
        return dict(self.cleaned_data)


class PlaceForm(forms.Form):
    """A new place, used by the case."""

    kind = forms.ChoiceField(label=_("Kind of place"), choices=PlaceKind.choices)
    name_fa = LineField(label=_("Name in Persian"), required=False, widget=_PERSIAN)
    name_latin = LineField(label=_("Name in Latin script"), required=False)
    latitude = forms.DecimalField(
        label=_("Latitude"),
        required=False,
        help_text=_(
            "Degrees, for example 35.646. Only members of the cases that use the place can see the position."
        ),
    )
    longitude = forms.DecimalField(label=_("Longitude"), required=False)
    coordinates_source = LineField(label=_("Source of the position"), required=False)

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        wrong = set(self.errors)
        if not wrong & {"name_fa", "name_latin"} and not (typed.get("name_fa") or typed.get("name_latin")):
            raise ValidationError(_("Give the place a name, in Persian or in Latin script."))
        given = [typed.get("latitude") is not None, typed.get("longitude") is not None]
        if any(given) and not wrong & {"latitude", "longitude"}:
            if not all(given):
                self.add_error(
                    "longitude" if given[0] else "latitude", _("Give both latitude and longitude.")
                )
            if not typed.get("coordinates_source"):
                self.add_error("coordinates_source", _("Say where the position comes from."))
        return typed

    def facts(self) -> dict[str, Any]:
        """What was typed, as `registry.register_place` takes it."""
        typed = self.cleaned_data
        position = None
        if typed["latitude"] is not None:
            position = Coordinates(typed["latitude"], typed["longitude"], typed["coordinates_source"])
        return {
            "kind": PlaceKind(typed["kind"]),
            "name_fa": typed["name_fa"],
            "name_latin": typed["name_latin"],
            "coordinates": position,
        }
