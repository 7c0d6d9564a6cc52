"""What people fill in about evidence."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.errors import BadInput
from cases.form_fields import PartialDateField
from cases.models import Case, Incident, Person, Place
from cases.queries import incidents_of, people_of
from evidence.digests import Digest, read_sha256
from evidence.intake import LONGEST_TITLE, IntakeFacts
from evidence.linking import LONGEST_PINPOINT
from evidence.models import Intake
from evidence.resumable.starting import Announced
from evidence.uploads import ReceivedUpload
from evidence.vocabulary import ReadingMethod, Stance


class FilesInput(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more uploaded files, empty ones too: an empty file is evidence that it was empty."""

    widget = FilesInput(attrs={"multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[ReceivedUpload]:
        """The files in their order. Raises ValidationError when there is none."""
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return [super(FilesField, self).clean(one, initial) for one in files]


class VerbatimField(forms.Field):
    """Text exactly as it was sent, whatever is in it: a file's name is evidence too."""

    def to_python(self, value: Any) -> str:
        """The text; empty where none was sent."""
        return "" if value is None else str(value)


class ArrivalForm(forms.Form):
    """What is known of files that are handed in. What is asked once holds for all that are sent together."""

    case = forms.ModelChoiceField(
        label=_("Case"),
        queryset=Case.objects.none(),
        required=False,
        empty_label=_("No case yet: only you will see it"),
        help_text=_("Everybody who works on the case will see these files."),
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=1000,
        help_text=_("Who or what they come from. Kept as written; only those who may see the file see it."),
    )
    how_obtained = forms.CharField(
        label=_("How they were obtained"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("How they came from the source to you: a court will ask."),
    )
    consent_reference = forms.CharField(
        label=_("Where their consent is kept"),
        required=False,
        max_length=300,
        help_text=_("The number or the place of the source's consent, never a name."),
    )
    collected_at = PartialDateField(
        label=_("When they were made or collected"),
        required=False,
        help_text=_("As far as it is known: late Mordad 1367, 1988-07, 1988~. What is not known stays open."),
    )
    title = forms.CharField(
        label=_("Title"),
        required=False,
        max_length=LONGEST_TITLE,
        help_text=_("A few words to find it by. Without one, the file's own name is shown."),
    )
    declared_sha256 = forms.CharField(
        label=_("SHA-256 that came with the file"),
        required=False,
        help_text=_("For one file. If the file that arrives has another one, it is refused."),
    )
    original_name = VerbatimField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cases = self.fields["case"]
        assert isinstance(cases, forms.ModelChoiceField)  # noqa: S101  declared so above
        cases.queryset = Case.objects.visible_to(user)

    def clean_declared_sha256(self) -> str:
        """The digest, when it can be one."""
        text: str = self.cleaned_data["declared_sha256"]
        try:
            return read_sha256(text).hex if text else ""
        except BadInput as error:
            raise forms.ValidationError(str(error)) from error

    def facts_of(self, *, original_name: str, original_path: str, intake: Intake | None) -> IntakeFacts:
        """The facts of one file."""
        return IntakeFacts(
            source=self.cleaned_data["source"],
            original_name=original_name,
            original_path=original_path,
            title=self.cleaned_data["title"],
            how_obtained=self.cleaned_data["how_obtained"],
            consent_reference=self.cleaned_data["consent_reference"],
            collected=self.cleaned_data["collected_at"],
            case=self.cleaned_data["case"],
            intake=intake,
            declared_sha256=self.cleaned_data["declared_sha256"] or None,
        )


class UploadForm(ArrivalForm):
    """Files, and what is known of them."""

    # The stubs take the name for a form's uploads; declared fields are collected and do not stay there.
    files = FilesField(  # type: ignore[assignment]
        label=_("Files"),
        allow_empty_file=True,
        max_length=None,
        error_messages={"required": _("No file arrived. Choose at least one and send it again.")},
    )
    field_order = ["files"]

    def clean(self) -> dict[str, Any]:
        """One announced digest cannot stand for several files."""
        cleaned = super().clean() or {}
        if cleaned.get("declared_sha256") and len(cleaned.get("files", [])) > 1:
            self.add_error(
                "declared_sha256", _("One digest cannot stand for several files. Send that file alone.")
            )
        return cleaned

    def facts(self, upload: ReceivedUpload, *, intake: Intake | None) -> IntakeFacts:
        """The facts of one of the files."""
        alone = len(self.cleaned_data["files"]) == 1
        # The multipart parser changes names: the true one comes in a field of its own where a script could send it.
        announced = self.cleaned_data["original_name"] if alone else ""
        return self.facts_of(original_name=announced or upload.name or "", original_path="", intake=intake)


class BeginUploadForm(ArrivalForm):
    """One file that is to come in parts: what is known of it, what it comes with, and how its sender knows it again."""

    original_path = VerbatimField(required=False)
    batch = forms.UUIDField(required=False)
    fingerprint = forms.RegexField(r"[0-9a-f]{64}", required=False)

    def facts(self) -> IntakeFacts:
        """The facts of the file."""
        path: str = self.cleaned_data["original_path"]
        name: str = self.cleaned_data["original_name"]
        return self.facts_of(original_name=name, original_path=path, intake=None)

    def announced(self, *, length: int, sent_sha256: Digest | None) -> Announced:
        """What is announced of the file itself."""
        return Announced(
            length=length,
            batch=self.cleaned_data["batch"],
            fingerprint=self.cleaned_data["fingerprint"],
            sent_sha256=sent_sha256 if not length else None,
        )


class LinkForm(forms.Form):
    """What an item says about a person, an incident or a place of a case, or only that it belongs to the case."""

    to = forms.ChoiceField(
        label=_("What it speaks to"),
        help_text=_("A person, incident or place of the case. It must be registered there first."),
    )
    stance = forms.ChoiceField(
        label=_("What it does for that"), choices=Stance, initial=Stance.SUPPORTS, widget=forms.RadioSelect
    )
    pinpoint = forms.CharField(
        label=_("Where in it"),
        required=False,
        max_length=LONGEST_PINPOINT,
        help_text=_("The page, paragraph or time, such as “page 2” or “00:03:10”."),
    )
    basis = forms.CharField(
        label=_("Why we say so"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._targets = {f"{kind}:{target.pk}": target for kind, target in _targets(case)}
        people, incidents, places = (
            [(key, str(target)) for key, target in self._targets.items() if key.startswith(kind)]
            for kind in ("person:", "incident:", "place:")
        )
        choices = [("case", _("The case as a whole"))]
        groups = [(_("People"), people), (_("Incidents"), incidents), (_("Places"), places)]
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared so above
        field.choices = [*choices, *(group for group in groups if group[1])]

    def target(self) -> Person | Incident | Place | None:
        """What was chosen; None for the case as a whole."""
        return self._targets.get(self.cleaned_data["to"])


class FindWordsForm(forms.Form):
    """Words to look for in a text."""

    words = forms.CharField(
        label=_("Words in the text"),
        max_length=200,
        help_text=_("Any spelling of the letters is found: ي and ی, with marks or without."),
    )


class LineForm(forms.Form):
    """With which line of a text to begin; what cannot be read is the first, never an error."""

    line = forms.IntegerField(required=False, min_value=1)

    def first(self) -> int:
        """The line."""
        return (self.cleaned_data["line"] or 1) if self.is_valid() else 1


class ChooseCaseForm(forms.Form):
    """In which case a link is to be made."""

    case = forms.UUIDField()

    def chosen(self) -> UUID | None:
        """The case's id, or None when none was chosen."""
        return self.cleaned_data["case"] if self.is_valid() else None


class RoundForm(forms.Form):
    """How every stored file is to be read again."""

    how = forms.ChoiceField(
        label=_("How to read"),
        choices=ReadingMethod,
        initial=ReadingMethod.FULL,
        widget=forms.RadioSelect,
        help_text=_(
            "In full compares the content with its digest and takes longest. Without a key only the stored, encrypted "
            "bytes are compared: faster, and enough to see a failing disk."
        ),
    )

    def method(self) -> ReadingMethod:
        """What was chosen."""
        return ReadingMethod(self.cleaned_data["how"])


class CloseAlarmForm(forms.Form):
    """Why an alarm is closed."""

    reason = forms.CharField(
        label=_("Why it is closed"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was found out and what was done about it, in at least 10 characters."),
    )


def _targets(case: Case) -> list[tuple[str, Person | Incident | Place]]:
    return [
        *(("person", person) for person in people_of(case)),
        *(("incident", incident) for incident in incidents_of(case)),
        *(("place", use.place) for use in case.place_uses.select_related("place")),
    ]
