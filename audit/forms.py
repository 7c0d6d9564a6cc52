"""What an auditor types: filters of the list of entries, checkpoints from outside, and the period of a report."""

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import jdatetime
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from audit.action_groups import Group
from audit.actions import Action
from audit.actors import Channel
from audit.digits import latin
from audit.errors import BadInput
from audit.log import Subject
from audit.names import Found, Names
from audit.queries import Filters, is_named

LARGEST_NOTE = 64 * 1024
MOST_NOTES = 10
# No log is older; what names an earlier year was meant in another calendar. The last of all has no year after it.
YEARS = range(1900, 9999)
SOLAR_HIJRI_YEARS = range(1300, 1500)
_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")
_LONGEST_DATE = 100
_WHEN = _(
    "A date in UTC, with or without a time, of the Gregorian or the Solar Hijri calendar: 2026-11-22 or 1405-09-01."
)
_NO_DATE = _(
    "This is no date that the log can have. Write one such as 2026-11-22, or 1405-09-01 of the Solar Hijri calendar."
)
_LONG_DATE = _(
    "This is too long to be a date. Leave the day alone, such as 2026-11-22 or 1405-09-01, or the day and the time: "
    "2026-11-22 14:30."
)


class MomentField(forms.DateTimeField):
    """A moment in UTC, written in Latin, Persian or Arabic digits.

    The years 1300 to 1499 are those of the Solar Hijri calendar; a day of either calendar begins at midnight in UTC.
    """

    widget = forms.TextInput(attrs={"placeholder": "2026-11-22", "dir": "ltr"})
    default_error_messages = {"invalid": _NO_DATE, "long": _LONG_DATE}

    def to_python(self, value: Any) -> datetime | None:
        if isinstance(value, str) and len(value) > _LONGEST_DATE:
            raise ValidationError(self.error_messages["long"], code="long")
        try:
            moment = super().to_python(_gregorian(value) if isinstance(value, str) else value)
            moment = moment.astimezone(UTC) if moment else None
        except (
            OverflowError,
            ValueError,
        ):  # an offset that leads out of the calendar; a day that no month has
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if moment is not None and moment.year not in YEARS:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


class WordField(forms.CharField):
    """A name or id of one line. A character that no database takes is an error, for without it all would be listed."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        if "\x00" in text:
            raise ValidationError(_("This holds a character that nobody can type. Write it anew."))
        return text


class FilterForm(forms.Form):
    """All optional. A value that cannot be read is an error; then nothing is to be listed, for it was not asked for."""

    action = forms.ChoiceField(label=_("What"), required=False)
    actor = WordField(label=_("Who"), required=False, max_length=200, widget=forms.Select)
    subject = WordField(
        label=_("About"),
        required=False,
        max_length=200,
        help_text=_(
            "A reference of an exhibit or delivery, a pseudonym, a dossier, a numbered exhibit with its case, or an id."
        ),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    case = WordField(
        label=_("Case"),
        required=False,
        max_length=100,
        help_text=_("Its reference or its id."),
        widget=forms.TextInput(attrs={"dir": "auto", "list": "known-cases"}),
    )
    channel = forms.ChoiceField(label=_("Through"), required=False)
    since = MomentField(label=_("From"), required=False, help_text=_WHEN)
    until = MomentField(label=_("Until"), required=False, help_text=_("Up to but not including this moment."))

    def __init__(self, data: Mapping[str, Any], *, names: Names) -> None:
        super().__init__(data)
        self._names = names
        self._choose("action", [("", _("Any action")), *_actions()])
        self._choose("channel", [("", _("Any way")), *((one.value, one.label) for one in Channel)])
        self.fields["actor"].widget.choices = [("", _("Anybody")), *self._actors()]
        self.about: Subject | None = None
        self.case_used = False

    @property
    def known_cases(self) -> list[str]:
        """References to choose from while typing."""
        return list(self._names.cases().values())[:200]

    def clean_actor(self) -> str:
        """Somebody whom the house knows, or whom an entry names: for anybody else an empty list would say nothing."""
        actor: str = self.cleaned_data["actor"]
        if actor and actor not in self._names.actors() and not is_named(actor=actor):
            raise ValidationError(
                _(
                    "Nobody of this name is known here, and no entry names them. Choose somebody from the list."
                )
            )
        return actor

    def clean_case(self) -> uuid.UUID | None:
        """The case's id, from its id or its reference."""
        text = latin(self.cleaned_data["case"])
        if not text:
            return None
        known = {latin(reference).casefold(): key for key, reference in self._names.cases().items()}
        found = known.get(text.casefold()) or _as_id(text)
        if found is None or (found not in self._names.cases() and not is_named(case_id=found)):
            raise ValidationError(_("No case has this reference or id. Check it."))
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        _in_order(self, data)
        text = data.get("subject") or ""
        if text.strip():
            try:
                found = self._found(text, data.get("case"))
            except BadInput as error:
                self.add_error("subject", str(error))
            else:
                self.about, self.case_used = found.subject, found.case_used
        return data

    def _found(self, text: str, case_id: uuid.UUID | None) -> Found:
        """What the house calls so; else what entries call so, such as the log itself. Raises BadInput."""
        try:
            return self._names.find(text, case_id)
        except BadInput:
            if is_named(subject_id=text.strip()):
                return Found(Subject("", text.strip()))
            raise

    def filters(self) -> Filters:
        """The filters of every field that could be read."""
        self.full_clean()
        data = self.cleaned_data
        return Filters(
            actions=_chosen(data.get("action") or ""),
            actor=data.get("actor") or "",
            case_id=None if self.case_used else data.get("case"),
            channel=data.get("channel") or "",
            subject=self.about,
            since=data.get("since"),
            until=data.get("until"),
        )

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker what the class says
        field.choices = choices

    def _actors(self) -> list[tuple[str, str]]:
        known = dict(self._names.actors())
        asked = str(self.data.get("actor", ""))[:200].replace("\x00", "")
        # Somebody whom the house does not list can still be asked for in the address, as a link on a page does.
        return list((known if not asked or asked in known else {asked: asked} | known).items())


class NotesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class NotesField(forms.FileField):
    """One or more small files, read into memory as text and written nowhere."""

    widget = NotesInput

    def clean(self, data: Any, initial: Any = None) -> list[str]:
        files = [super(NotesField, self).clean(one, initial) for one in data or [None]]
        if len(files) > MOST_NOTES:
            raise ValidationError(_("Choose at most ten files at a time."))
        return [_note(file) for file in files]


class OutsideForm(forms.Form):
    """Checkpoints that left the house and came back."""

    notes = NotesField(
        label=_("Checkpoint files"),
        help_text=_(
            "The file “checkpoint” from the folder “log” of a dossier, or one that somebody outside kept. "
            "Its text is compared and kept with this verification; no file is written."
        ),
        error_messages={"required": _("Choose a checkpoint file. A file of more than 2 MB is not taken.")},
    )


class PeriodForm(forms.Form):
    """The period of a report."""

    since = MomentField(label=_("From"), help_text=_WHEN)
    until = MomentField(label=_("Until"), help_text=_("Up to but not including this moment."))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        _in_order(self, data)
        return data


def _as_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _in_order(form: forms.Form, data: Mapping[str, Any]) -> None:
    since, until = data.get("since"), data.get("until")
    if since and until and since >= until:
        form.add_error("until", _("The end must be later than the beginning."))


def _gregorian(text: str) -> str:
    """The text with its day in the Gregorian calendar. Raises ValueError for a day that no Solar Hijri year has.

    So it does for one that does not begin with its year: 01/12/2026 is in January to some and in December to others.
    """
    plain = latin(text)
    found = _DAY.match(plain)
    if found is None:
        if plain:
            raise ValueError("no year first")
        return plain
    year, month, day = (int(number) for number in found.groups())
    if year in SOLAR_HIJRI_YEARS:
        written: str = jdatetime.date(year, month, day).togregorian().isoformat()
    else:
        written = f"{year:04}-{month:02}-{day:02}"
    return written + plain[found.end() :]


def _note(file: "UploadedFile[Any]") -> str:
    if (file.size or 0) > LARGEST_NOTE:
        raise ValidationError(_("A checkpoint is a small file of text; this one is too large to be one."))
    try:
        content: bytes = file.read()
        return content.decode()
    except UnicodeDecodeError:
        raise ValidationError(_("This file is no text, so it is no checkpoint.")) from None


def _actions() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """The vocabulary by group; each group can be chosen as a whole."""
    return [
        (
            group.label,
            [
                (f"group:{group.value}", _("Everything: %(group)s") % {"group": group.label}),
                *((action.value, action.sentence) for action in Action if action.group is group),
            ],
        )
        for group in Group
    ]


def _chosen(value: str) -> frozenset[Action]:
    if value.startswith("group:"):
        group = Group(value.removeprefix("group:"))
        return frozenset(action for action in Action if action.group is group)
    return frozenset({Action(value)}) if value else frozenset()
