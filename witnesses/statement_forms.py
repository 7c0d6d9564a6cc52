"""What people say of an exhibit as the statement of a witness."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.digits import in_digits
from cases.form_fields import LineField, TextBlockField
from evidence.vocabulary import Language
from witnesses.interview_forms import ReadBefore
from witnesses.models import AccountKind, Answer, Interview, Statement
from witnesses.stating import StatementFacts

_OF_NONE = ("", _("Of no interview in the register"))
_NOT_KNOWN = ("", _("Not known"))
_LIST = "exhibits-of-the-case"


class StatementForm(ReadBefore):
    """One version of what is known of a statement."""

    kind = forms.ChoiceField(label=_("Kind of statement"), choices=AccountKind, widget=forms.RadioSelect)
    interview = forms.ChoiceField(label=_("It came of"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=[_NOT_KNOWN, *Language.choices], required=False)
    signed = forms.ChoiceField(
        label=_("Signed by the witness"), choices=Answer, initial=Answer.NOT_KNOWN, widget=forms.RadioSelect
    )
    read_back = forms.ChoiceField(
        label=_("Read back to the witness"),
        choices=Answer,
        initial=Answer.NOT_KNOWN,
        widget=forms.RadioSelect,
    )
    under_oath = forms.ChoiceField(
        label=_("Given under oath"), choices=Answer, initial=Answer.NOT_KNOWN, widget=forms.RadioSelect
    )
    remark = TextBlockField(
        label=_("Remark"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What a reader must know of it. Write no name here."),
    )

    def __init__(
        self, *args: Any, interviews: Sequence[Interview], may_take_full: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._interviews = {str(interview.pk): interview for interview in interviews}
        self.fields["interview"].choices = [  # type: ignore[attr-defined]
            _OF_NONE,
            *((key, _called(interview)) for key, interview in self._interviews.items()),
        ]
        if not may_take_full:
            kinds = [choice for choice in AccountKind.choices if choice[0] != AccountKind.FULL_STATEMENT]
            self.fields["kind"].choices = kinds  # type: ignore[attr-defined]

    def facts(self) -> StatementFacts:
        """What was filled in."""
        typed = self.cleaned_data
        return StatementFacts(
            kind=typed["kind"],
            interview=self._interviews.get(typed["interview"]),
            language=typed["language"],
            signed=typed["signed"],
            read_back=typed["read_back"],
            under_oath=typed["under_oath"],
            remark=typed["remark"],
            stands=not typed.get("taken_back", False),
        )


class NewStatementForm(StatementForm):
    """An exhibit of the case that is a statement."""

    item = LineField(
        label=_("Exhibit"),
        max_length=50,
        help_text=_("Its reference, as it stands at the top of the exhibit’s page. Take it in first."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "list": _LIST}),
    )
    field_order = ("item",)


class NextStatementForm(StatementForm):
    """A correction of what is known of a statement."""

    taken_back = forms.BooleanField(label=_("It is no statement of this witness"), required=False)
    correction = TextBlockField(label=_("Why it is changed"), widget=forms.Textarea(attrs={"rows": 2}))


def known_of(statement: Statement) -> dict[str, Any]:
    """What the form for the next version begins with."""
    names = ("kind", "language", "signed", "read_back", "under_oath", "remark")
    return {name: getattr(statement, name) for name in names} | {
        "interview": str(statement.interview_id or ""),
        "taken_back": not statement.stands,
        "seen": statement.version,
    }


def _called(interview: Interview) -> str:
    record = interview.now
    said = " · ".join(
        part for part in (record.date_as_written, str(record.get_kind_display()), record.organisation) if part
    )
    return f"{gettext('Interview %(number)s') % {'number': in_digits(interview.number)}}: {said}"
