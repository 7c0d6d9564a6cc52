"""What people type about interviews. Nobody is named in it: people by pseudonym or office."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.form_fields import LineField, PartialDateField, TextBlockField
from evidence.vocabulary import Language
from witnesses.interviewing import LONGEST_LINE, InterviewFacts
from witnesses.models import AccountKind, InterviewRecord, InterviewState, Recording

_NOT_KNOWN = ("", _("Not known"))


class ReadBefore(forms.Form):
    """A form that says how much of the register its writer had before their eyes."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def show_as_seen(self, number: int) -> None:
        """Let the form that is sent back, with nothing typed lost, have seen what its page shows now."""
        if self.is_bound:
            self.data = {**dict(self.data.items()), "seen": str(number)}


class InterviewForm(ReadBefore):
    """One record of an interview."""

    state = forms.ChoiceField(label=_("State"), choices=InterviewState, widget=forms.RadioSelect)
    kind = forms.ChoiceField(
        label=_("Kind of interview"),
        choices=AccountKind,
        widget=forms.RadioSelect,
        help_text=_("Where an authority can take the full statement, a first account is enough here."),
    )
    organisation = LineField(
        label=_("Organisation"),
        required=False,
        max_length=LONGEST_LINE,
        help_text=_("Which organisation, authority or medium took it. Leave open where it was us."),
    )
    interviewer = LineField(
        label=_("Who took it"),
        required=False,
        max_length=LONGEST_LINE,
        help_text=_("By office or pseudonym; write no name that must not be read here."),
    )
    held = PartialDateField(label=_("When"), required=False)
    where_held = LineField(
        label=_("Where"),
        required=False,
        max_length=LONGEST_LINE,
        help_text=_("As exactly as is safe: “at our office” is enough."),
    )
    recording = forms.ChoiceField(
        label=_("Recording"), choices=Recording, initial=Recording.NOT_KNOWN, widget=forms.RadioSelect
    )
    language = forms.ChoiceField(label=_("Language"), choices=[_NOT_KNOWN, *Language.choices], required=False)
    interpreter = LineField(
        label=_("Interpreter"),
        required=False,
        max_length=LONGEST_LINE,
        help_text=_("By pseudonym or register number, never by name. Leave open where there was none."),
    )
    setting = TextBlockField(
        label=_("Setting"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Who was in the room, how long it took, by which line if it was at a distance."),
    )
    care = TextBlockField(
        label=_("Care taken of the witness"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "What was said of the limits of confidentiality, pauses, signs of distress, what must not be asked again."
        ),
    )
    supported_by = LineField(
        label=_("Who supported the witness"),
        required=False,
        max_length=LONGEST_LINE,
        help_text=_("Such as a counsellor or a person of trust; by office or pseudonym."),
    )
    why_ended = TextBlockField(
        label=_("Why it was broken off or withdrawn"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Asked for only where it was."),
    )

    def __init__(self, *args: Any, ours: bool, may_take_full: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if ours and not may_take_full:
            kinds = [choice for choice in AccountKind.choices if choice[0] != AccountKind.FULL_STATEMENT]
            self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        if not ours:
            states = [choice for choice in InterviewState.choices if choice[0] != InterviewState.PLANNED]
            self.fields["state"].choices = states  # type: ignore[attr-defined]

    def facts(self) -> InterviewFacts:
        """What was filled in about the interview itself."""
        names = InterviewFacts.__dataclass_fields__
        return InterviewFacts(**{name: self.cleaned_data[name] for name in names})


class NewInterviewForm(InterviewForm):
    """An interview for the register; where the witness was interviewed before, why they are asked again."""

    justification = TextBlockField(
        label=_("Why the witness must be asked again"),
        help_text=_(
            "Every telling can hurt, and every difference between two tellings is used in court. Say what is asked "
            "that the interviews above do not answer. Write no name here."
        ),
    )
    field_order = ("justification",)

    def __init__(self, *args: Any, justified: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not justified:
            del self.fields["justification"]


class NextRecordForm(InterviewForm):
    """What became of an interview, or what was recorded wrongly."""

    correction = TextBlockField(
        label=_("Why it is changed"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Asked for where something recorded before was wrong or incomplete."),
    )
    field_order = ("state",)


def known_of(record: InterviewRecord) -> dict[str, Any]:
    """What the form for the next record begins with."""
    names = (name for name in InterviewForm.base_fields if name not in ("held", "seen"))
    return {name: getattr(record, name) for name in names} | {
        "held": record.date_as_written,
        "seen": record.version,
    }
