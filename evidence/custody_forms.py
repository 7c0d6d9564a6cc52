"""What people fill in about the custody of an item."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.form_fields import LineField, PartialDateField, TextBlockField
from evidence.circumstances import Circumstances
from evidence.errors import UnknownEvidence
from evidence.models import EvidenceItem
from evidence.queries import find_items
from evidence.vocabulary import SHORTEST_PURPOSE

OUTSIDE = "outside"


class ReasonField(TextBlockField):
    """Why, in words that a court can read."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"widget": forms.Textarea(attrs={"rows": 3}), **options})

    def validate(self, value: Any) -> None:
        """At least ten characters, where anything was typed."""
        super().validate(value)
        if value and len(value) < SHORTEST_PURPOSE:
            raise forms.ValidationError(_("Say it in at least 10 characters."))


class ReferenceField(LineField):
    """Another item, by its reference; cleans to the item. `among` are those that may be named here."""

    among: "QuerySet[EvidenceItem] | None" = None

    def clean(self, value: Any) -> Any:
        """The item, or None where nothing was typed."""
        text = super().clean(value)
        if not text or self.among is None:
            return None
        try:
            return find_items([text], among=self.among)[0]
        except UnknownEvidence as error:
            raise forms.ValidationError(str(error)) from error


class CircumstancesForm(forms.Form):
    """What is known of a hand-over beside who gives and who takes."""

    location = LineField(label=_("Where"), required=False, help_text=_("The place of the hand-over."))
    happened = PartialDateField(
        label=_("When it happened"),
        required=False,
        help_text=_("Leave it empty if it happens now. When it was recorded is kept apart."),
    )
    condition = TextBlockField(
        label=_("Condition"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What can be seen of it: whole, torn, damp, sealed."),
    )
    seal = LineField(
        label=_("Seal number"), required=False, help_text=_("As it is read on the seal at this moment.")
    )
    note = TextBlockField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def circumstances(self, purpose: str = "") -> Circumstances:
        """What was typed, as the work takes it."""
        typed = self.cleaned_data
        return Circumstances(
            purpose=typed.get("purpose", purpose),
            location=typed["location"],
            happened=typed["happened"],
            condition=typed["condition"],
            seal=typed["seal"],
            note=typed["note"],
        )


class OfferForm(CircumstancesForm):
    """To whom an item is offered, and why."""

    to = forms.ChoiceField(
        label=_("To whom"),
        help_text=_("Members of a case of this item. They hold it once they have accepted."),
    )
    name = LineField(
        label=_("Name, for somebody without an account"),
        required=False,
        help_text=_("They sign a paper; it is taken in as an item of the case and completes the hand-over."),
    )
    purpose = ReasonField(label=_("Purpose"), help_text=_("Why it is handed over. A court will read it."))

    field_order = ("to", "name", "purpose", "location", "happened", "condition", "seal", "note")

    def __init__(self, *args: Any, receivers: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._receivers = {str(user.pk): user for user in receivers}
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared so above
        people = [(key, user.full_name) for key, user in self._receivers.items()]
        field.choices = [*people, (OUTSIDE, _("Somebody without an account"))]

    def clean(self) -> dict[str, Any]:
        """A name stands for somebody without an account, and for nobody else."""
        typed: dict[str, Any] = super().clean() or {}
        outside = typed.get("to") == OUTSIDE
        if outside and not typed.get("name") and "name" not in self.errors:
            self.add_error("name", _("Write the name of the person who takes it."))
        if not outside and typed.get("to") and typed.get("name"):
            self.add_error("name", _("Leave this empty, or choose “Somebody without an account”."))
        return typed

    def receiver(self) -> User | str:
        """The user, or the name of somebody without an account."""
        name: str = self.cleaned_data["name"]
        return self._receivers.get(self.cleaned_data["to"], name)


class AnswerForm(CircumstancesForm):
    """The answer to an offer: what this reader may say, and what belongs to it."""

    decision = forms.ChoiceField(label=_("Your answer"), widget=forms.RadioSelect)
    document = ReferenceField(
        label=_("Reference of the signed paper"),
        required=False,
        help_text=_("An item of the same case, taken in before, such as E-4KQ7-2M9D."),
    )
    reason = ReasonField(
        label=_("Reason"), required=False, help_text=_("Needed to refuse an offer or to take it back.")
    )

    field_order = ("decision", "document", "location", "happened", "condition", "seal", "note", "reason")

    def __init__(
        self,
        *args: Any,
        choices: Sequence[tuple[str, Any]],
        papers: "QuerySet[EvidenceItem] | None" = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        decision, document = self.fields["decision"], self.fields["document"]
        assert isinstance(decision, forms.ChoiceField)  # noqa: S101  declared so above
        assert isinstance(document, ReferenceField)  # noqa: S101  declared so above
        decision.choices = list(choices)
        names = {name for name, _words in choices}
        if len(choices) == 1:
            decision.initial = choices[0][0]
        if papers is None:
            del self.fields["document"]
        else:
            document.among = papers
        if "accept" not in names:
            for name in ("location", "happened", "condition", "seal", "note"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Whoever does not accept says why; whoever enters a paper chooses it."""
        typed: dict[str, Any] = super().clean() or {}
        decision = typed.get("decision")
        if decision in ("refuse", "withdraw") and not typed.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Say why."))
        if decision == "accept" and "document" in self.fields and not typed.get("document"):
            self.add_error("document", _("Take the signed paper in first, then write its reference here."))
        return typed
