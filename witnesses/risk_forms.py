"""What people type about danger, threats and help. Nobody is named by it: people by circle, pseudonym or office."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.erased import unless_erased
from cases.form_fields import LineField, PartialDateField, TextBlockField
from evidence.models import EvidenceItem
from witnesses.assessing import LONGEST_LINE, MeasureFacts, RiskFacts
from witnesses.kept_forms import PLAIN, SEALED, KeptForm, usual_keeping
from witnesses.models import RiskAssessment, ThreatIncident, Witness
from witnesses.referring import ReferralFacts
from witnesses.risk_words import (
    Circle,
    Contact,
    Disclosure,
    Level,
    Measure,
    ReferralAnswer,
    ReferralKind,
    Threat,
)
from witnesses.rows_field import MORE, Column, RowsField
from witnesses.sealed import SealedMap
from witnesses.threats import ThreatFacts

_NO_NAME = _("Write no name here.")
_OFF = {"autocomplete": "off", "spellcheck": "false"}
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _level(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=Level)


def _words(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "dir": "auto", **_OFF})


def _kept() -> forms.ChoiceField:
    return forms.ChoiceField(
        initial=usual_keeping,
        label=_("How the words are kept"),
        choices=[
            (SEALED, _("Sealed: only the custodians together let them be read again, you included")),
            (PLAIN, _("Plain: lawyers of the case read them here, and so does whoever steals the database")),
        ],
        widget=forms.RadioSelect,
        help_text=_("Whatever could lead to the witness, to family or to others is better sealed."),
    )


class RiskForm(KeptForm):
    """One assessment of the danger."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    to_witness = _level(_("Danger to the witness"))
    to_family = _level(_("Danger to family inside the country"))
    to_third = _level(_("Danger to third persons"))
    threats = forms.MultipleChoiceField(
        label=_("Threats to reckon with"),
        choices=Threat,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    kept = _kept()
    grounds = TextBlockField(label=_("On what it rests"), help_text=_NO_NAME, widget=_words(4))
    contact = forms.ChoiceField(
        label=_("Contact"),
        choices=Contact,
        widget=forms.RadioSelect,
        help_text=_("“None for now” refuses every new interview until a lawyer assesses anew."),
    )
    disclosure = forms.ChoiceField(
        label=_("Disclosure"),
        choices=Disclosure,
        widget=forms.RadioSelect,
        help_text=_("“None for now” holds back every exhibit that rests on the witness, at once."),
    )
    measures = RowsField(
        label=_("Protective measures"),
        help_text=_("List those that still hold too: the newest assessment counts. A day as 2027-01-31."),
        row=_("Measure"),
        columns=(
            Column("kind", _("Kind"), dict(Measure.choices)),
            Column("text", _("What is done")),
            Column("by_whom", _("By whom")),
            Column("until", _("Until")),
            Column("done", _("State"), {"no": _("to be done"), "yes": _("done")}),
        ),
    )
    due_on = forms.DateField(
        label=_("Look at it again on"),
        help_text=_("Within twelve months."),
        widget=_DAY,
    )

    def show_as_seen(self, number: int) -> None:
        """Let the form that is sent back, with nothing typed lost, have seen what its page shows now."""
        if self.is_bound:
            data = QueryDict("", mutable=True)
            data.update(self.data)
            data["seen"] = str(number)
            self.data = data

    def clean_measures(self) -> list[MeasureFacts]:
        """The measures. A ValidationError says which day cannot be read."""
        return [_measure(row) for row in self.cleaned_data["measures"]]

    def facts(self) -> RiskFacts:
        """What was filled in."""
        typed = self.cleaned_data | {"sealed": self.cleaned_data["kept"] == SEALED}
        return RiskFacts(**{name: typed[name] for name in RiskFacts.__dataclass_fields__})


class ThreatForm(KeptForm):
    """An incident."""

    kind = forms.ChoiceField(label=_("What was done"), choices=Threat)
    against = forms.ChoiceField(
        label=_("Against whom"), choices=Circle, widget=forms.RadioSelect, help_text=_("Never by name.")
    )
    kept = _kept()
    what = TextBlockField(label=_("What happened"), help_text=_NO_NAME, widget=_words(5))
    happened = PartialDateField(label=_("When"), required=False)
    place = LineField(
        label=_("Where"),
        required=False,
        max_length=LONGEST_LINE,
        help_text=_("The country, and the place as exactly as is safe."),
    )
    known_how = TextBlockField(label=_("How it is known"), required=False, widget=_words(2))
    answered_by = TextBlockField(label=_("What was done about it"), required=False, widget=_words(2))
    items = forms.CharField(
        label=_("Exhibits that show it"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "ltr", **_OFF}),
        help_text=_("By reference, one on each line; each has to be in this case."),
    )

    def __init__(self, *args: Any, witness: Witness, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._witness, self._user = witness, user

    def clean_items(self) -> list[Any]:
        """The ids of the exhibits. A ValidationError names the first that is not there."""
        typed = {line.strip().upper() for line in self.cleaned_data["items"].splitlines() if line.strip()}
        seen = EvidenceItem.objects.visible_to(self._user).filter(placements__case=self._witness.case_id)
        found = dict(seen.filter(reference__in=typed).values_list("reference", "pk"))
        for reference in sorted(typed - found.keys()):
            raise ValidationError(_("No exhibit of this case is called %s.") % reference)
        return list(found.values())

    def facts(self) -> ThreatFacts:
        """What was filled in."""
        typed = self.cleaned_data | {"sealed": self.cleaned_data.get("kept", SEALED) == SEALED}
        return ThreatFacts(**{name: typed[name] for name in ThreatFacts.__dataclass_fields__})


class NextThreatForm(ThreatForm):
    """What was recorded wrongly of an incident."""

    correction = TextBlockField(label=_("Why it is changed"), help_text=_NO_NAME, widget=_words(2))

    def __init__(self, *args: Any, threat: ThreatIncident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if threat.words.is_sealed:
            # What was sealed stays sealed.
            del self.fields["kept"]


class ReferralAnswerForm(forms.Form):
    """What became of an offer of help."""

    answer = forms.ChoiceField(label=_("What became of it"), choices=ReferralAnswer, widget=forms.RadioSelect)
    on = forms.DateField(label=_("On"), widget=_DAY)


class ReferralForm(forms.Form):
    """An offer of help."""

    kind = forms.ChoiceField(label=_("Which help"), choices=ReferralKind, widget=forms.RadioSelect)
    organisation = LineField(
        label=_("To whom"), max_length=LONGEST_LINE, help_text=_("The organisation or office.")
    )
    offered_on = forms.DateField(label=_("Offered on"), widget=_DAY)
    answer = forms.ChoiceField(label=_("What became of it"), choices=ReferralAnswer, widget=forms.RadioSelect)
    note = TextBlockField(label=_("Note"), required=False, help_text=_NO_NAME, widget=_words(2))

    def facts(self) -> ReferralFacts:
        """What was filled in."""
        return ReferralFacts(**{name: self.cleaned_data[name] for name in ReferralFacts.__dataclass_fields__})


def typed_risk(request: HttpRequest, last: RiskAssessment | None) -> RiskForm:
    """The form as it was sent; unchecked and with more rows where these were asked for; else as last assessed."""
    if request.method != "POST":
        return RiskForm(initial=known_of(last))
    if MORE not in request.POST:
        return RiskForm(request.POST)
    return RiskForm(
        initial={
            name: field.widget.value_from_datadict(request.POST, request.FILES, name)
            for name, field in RiskForm.base_fields.items()
        }
    )


def known_of(last: RiskAssessment | None) -> dict[str, Any]:
    """What the form for the next assessment begins with. Its day, gates and grounds are thought through anew.

    Of what is sealed nothing can be shown: of a measure its kind, day and state.
    """
    if last is None:
        return {"seen": 0}
    return {
        "seen": last.version,
        "to_witness": last.to_witness,
        "to_family": last.to_family,
        "to_third": last.to_third,
        "threats": [str(one) for one in last.threatened_with],
        "contact": last.contact,
        "disclosure": last.disclosure,
        "measures": [
            {
                "kind": one.kind,
                "text": unless_erased(one.text),
                "by_whom": unless_erased(one.by_whom),
                "until": one.until.isoformat() if one.until else "",
                "done": "yes" if one.done else "no",
            }
            for one in last.measures.all()
        ],
    }


def known_of_threat(threat: ThreatIncident) -> dict[str, Any]:
    """What the form for the next version of an incident begins with; of sealed words nothing."""
    words = threat.words
    return {
        "kind": threat.kind,
        "against": threat.against,
        "what": unless_erased(words.what),
        "happened": unless_erased(words.date_as_written),
        "place": unless_erased(words.place),
        "known_how": unless_erased(words.known_how),
        "answered_by": unless_erased(words.answered_by),
        "items": "\n".join(threat.exhibits.values_list("item__reference", flat=True)),
    }


def _measure(row: SealedMap) -> MeasureFacts:
    until = row["until"]
    try:
        day = date.fromisoformat(until) if until else None
    except ValueError:
        raise ValidationError(_("Write the day of a measure as 2027-01-31.")) from None
    return MeasureFacts(
        str.__str__(row["kind"]),
        str.__str__(row["text"]),
        str.__str__(row["by_whom"]),
        day,
        str.__str__(row["done"]) == "yes",
    )
