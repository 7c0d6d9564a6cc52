"""What people fill in about consent."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cases.form_fields import LineField, PartialDateField, TextBlockField
from evidence.custody_forms import ReferenceField
from evidence.models import EvidenceItem
from evidence.vocabulary import Language
from witnesses.consent_state import State
from witnesses.consent_words import (
    Answer,
    ConsentForm,
    ConsentGiver,
    ConsentMethod,
    Purpose,
    WithdrawalWay,
)
from witnesses.consenting import ConsentFacts
from witnesses.models import Witness
from witnesses.pseudonyms import read_pseudonym
from witnesses.withdrawing import WithdrawalFacts

_NO_NAME = _("By a pseudonym or a reference, never by a name.")
_ANSWER = "answer_"


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "dir": "auto"})


class ConsentVersionForm(forms.Form):
    """Every purpose with its own answer, then how the consent was given. Nothing is filled in from before."""

    prosecutors = TextBlockField(
        label=_("Prosecutors whom the witness named"),
        required=False,
        help_text=_("One on each line, as they will be written when a dossier goes to them."),
        widget=_lines(2),
    )
    contact_by = LineField(
        label=_("Who may contact the witness again"),
        required=False,
        max_length=300,
        help_text=_("An office or a colleague."),
    )
    conditions = TextBlockField(
        label=_("Conditions"),
        required=False,
        help_text=_(
            "What the witness asks for wherever the answer is “yes, on conditions”. Write no name here."
        ),
        widget=_lines(3),
    )
    expires_on = forms.DateField(
        label=_("Last day on which it holds"),
        required=False,
        help_text=_("Leave it empty if the witness set no end."),
        widget=forms.DateInput(attrs={"type": "date", "dir": "ltr"}),
    )
    given = PartialDateField(label=_("When it was given"))
    given_by = forms.ChoiceField(label=_("Who gave it"), choices=ConsentGiver, widget=forms.RadioSelect)
    minor = forms.BooleanField(label=_("The witness is a minor"), required=False)
    guardian = LineField(
        label=_("Parent, guardian or representative"),
        required=False,
        max_length=300,
        help_text=_("In which relation they stand to the witness; no name."),
    )
    method = forms.ChoiceField(label=_("How"), choices=ConsentMethod, widget=forms.RadioSelect)
    heard_by = LineField(
        label=_("Who heard it"),
        required=False,
        max_length=300,
        help_text=_("For a consent that was spoken: the second person. By a pseudonym or a reference."),
    )
    form = forms.ChoiceField(label=_("By which form"), choices=ConsentForm, widget=forms.RadioSelect)
    language = forms.ChoiceField(
        label=_("Language in which it was read to the witness"),
        choices=[one for one in Language.choices if one[0] != Language.NONE],
    )
    taken_by = LineField(label=_("Who took it"), max_length=300, help_text=_("The colleague or partner."))
    interpreter = LineField(label=_("Interpreter"), required=False, max_length=300, help_text=_NO_NAME)
    capacity_note = TextBlockField(
        label=_("Did the witness understand, and decide freely?"),
        required=False,
        help_text=_(
            "What you saw that speaks for it or against it: state of health, pressure, who was present."
        ),
        widget=_lines(2),
    )
    signed_form = ReferenceField(
        label=_("The signed form"),
        required=False,
        max_length=40,
        help_text=_(
            "The reference of the scan, which is taken in as an exhibit of this case. It bears no name."
        ),
    )

    def __init__(self, *args: Any, among: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for purpose in Purpose:
            self.fields[f"{_ANSWER}{purpose.value}"] = forms.ChoiceField(
                label=purpose.label, choices=Answer, widget=forms.RadioSelect
            )
        signed = self.fields["signed_form"]
        if isinstance(signed, ReferenceField):
            signed.among = among
        self.order_fields([*(f"{_ANSWER}{purpose.value}" for purpose in Purpose), *self.base_fields])

    def facts(self) -> ConsentFacts:
        """What was filled in."""
        typed: dict[str, Any] = self.cleaned_data
        answers = {purpose.value: typed[f"{_ANSWER}{purpose.value}"] for purpose in Purpose}
        return ConsentFacts(answers=answers, **{name: typed[name] for name in self.base_fields})


def forms_of(witness: Witness, user: Any) -> Any:
    """The items that may be named as the signed form: those of the witness's case."""
    return EvidenceItem.objects.visible_to(user).filter(placements__case=witness.case_id)


class WithdrawalForm(forms.Form):
    """What is taken back; everything that stands unless somebody unticks it."""

    purposes = forms.MultipleChoiceField(
        label=_("What the witness takes back"),
        help_text=_("Everything is ticked. Untick only what the witness said may stay."),
        widget=forms.CheckboxSelectMultiple,
    )
    when = PartialDateField(label=_("When the witness said so"))
    received = forms.ChoiceField(
        label=_("How it reached you"), choices=WithdrawalWay, widget=forms.RadioSelect
    )
    note = TextBlockField(
        label=_("Note"),
        required=False,
        help_text=_("No reason is needed. Write no name here."),
        widget=_lines(2),
    )
    confirmation = forms.CharField(
        label=_("Type the pseudonym to confirm"),
        max_length=16,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, pseudonym: str, states: list[State], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pseudonym = pseudonym
        offered = [(one.purpose.value, one.purpose.label) for one in states]
        chosen: Any = self.fields["purposes"]
        chosen.choices = offered
        chosen.initial = [value for value, _label in offered]

    def clean_confirmation(self) -> str:
        """Is this witness's pseudonym, however it is spaced."""
        typed: str = self.cleaned_data["confirmation"]
        if read_pseudonym(typed) != self._pseudonym:
            raise ValidationError(_("Type the pseudonym exactly as it stands above."))
        return typed

    def facts(self) -> WithdrawalFacts:
        """What was filled in."""
        typed = self.cleaned_data
        return WithdrawalFacts(
            purposes=typed["purposes"], when=typed["when"], received=typed["received"], note=typed["note"]
        )
