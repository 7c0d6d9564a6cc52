"""Who a witness is, as it is typed: sealed when the form is sent, never read back by the server."""

from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from witnesses.deciding import LONGEST_REASON
from witnesses.errors import BadIdentity
from witnesses.forms import SealedField, line, lines
from witnesses.identity import IdentityFacts, SealedName, SealedRow
from witnesses.identity_words import CONTACT_KINDS, DOCUMENT_KINDS, FIELD_LABELS, NAME_KINDS, SCRIPTS
from witnesses.photographs import Photograph, read_photograph
from witnesses.rows_field import MORE, Column, RowsField

_FORGOTTEN: Final = ("photograph",)


class IdentityForm(forms.Form):
    """Everything that is sealed of a person."""

    name_fa = SealedField(label=_("Full name in Persian"), max_length=300, required=False, widget=line())
    name_latin = SealedField(
        label=_("Full name in Latin letters"), max_length=300, required=False, widget=line()
    )
    name_kind = forms.ChoiceField(
        label=_("What kind of name this is"),
        choices=list(NAME_KINDS.items()),
        initial="birth",
        required=False,
    )
    other_names = RowsField(
        label=_("Other names and spellings"),
        help_text=_(
            "One in each row, in any script: other spellings, a married name, what they were called."
        ),
        row=_("Name"),
        columns=(
            Column("text", _("Name")),
            Column("script", _("Script"), SCRIPTS),
            Column("kind", _("Kind of name"), NAME_KINDS),
        ),
    )
    date_of_birth = SealedField(
        label=FIELD_LABELS["date_of_birth"],
        help_text=_("As they say it, in either calendar: 1339, spring 1340, 12 March 1961."),
        max_length=200,
        required=False,
        widget=line(),
    )
    place_of_birth = SealedField(
        label=FIELD_LABELS["place_of_birth"], max_length=300, required=False, widget=line()
    )
    contacts = RowsField(
        label=FIELD_LABELS["contacts"],
        row=_("Contact"),
        columns=(Column("kind", _("Kind"), CONTACT_KINDS), Column("text", _("Number or address"))),
    )
    kin = RowsField(
        label=FIELD_LABELS["kin"],
        help_text=_("Family inside the country is at risk too; write only what is needed."),
        row=_("Relative"),
        columns=(Column("kind", _("Relation")), Column("text", _("Name and what matters"))),
    )
    documents = RowsField(
        label=FIELD_LABELS["documents"],
        row=_("Document"),
        columns=(Column("kind", _("Kind"), DOCUMENT_KINDS), Column("text", _("Number and issuer"))),
    )
    how_to_reach_safely = SealedField(
        label=FIELD_LABELS["how_to_reach_safely"],
        help_text=_("When, by which way, and what must never be done."),
        max_length=4000,
        required=False,
        widget=lines(),
    )
    photograph = forms.FileField(
        label=FIELD_LABELS["photograph"],
        help_text=_("JPEG, PNG or WebP, at most 2 MB. Choose it last: a page that comes back forgets it."),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    def __init__(self, *args: Any, lost_file: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lost_file = lost_file

    def clean_photograph(self) -> Photograph | None:
        """The image, or the sentence that says why it is none."""
        sent = self.cleaned_data["photograph"]
        if self._lost_file:
            raise ValidationError(
                _("The photograph is larger than 2 MB. Make it smaller, and choose it again.")
            )
        if sent is None:
            return None
        try:
            return read_photograph(sent.read())
        except BadIdentity as error:
            raise ValidationError(str(error)) from error

    def facts(self) -> IdentityFacts:
        """What was typed, ready to be sealed."""
        data = self.cleaned_data
        kind = data["name_kind"] or "birth"
        first = [SealedName(data["name_fa"], "fa", kind), SealedName(data["name_latin"], "latin", kind)]
        others = [SealedName(row["text"], row["script"], row["kind"]) for row in data["other_names"]]
        return IdentityFacts(
            full_names=tuple(name for name in (*first, *others) if name.text.strip()),
            date_of_birth=data["date_of_birth"],
            place_of_birth=data["place_of_birth"],
            contacts=_rows(data["contacts"]),
            kin=_rows(data["kin"]),
            documents=_rows(data["documents"]),
            photograph=data["photograph"],
            how_to_reach_safely=data["how_to_reach_safely"],
        )


class RevisionForm(IdentityForm):
    """The whole identity typed anew, and why."""

    reason = forms.CharField(
        label=_("Reason of the change"),
        help_text=_("Those who open the identity later read it. Write no name here."),
        max_length=LONGEST_REASON,
        widget=lines(),
    )
    field_order = ("reason",)


def typed_identity(request: HttpRequest, kind: type[IdentityForm] = IdentityForm) -> IdentityForm:
    """The form as it was sent; an empty one, or one with more rows and unchecked, where nothing is to be sealed yet."""
    if request.method != "POST":
        return kind()
    if MORE in request.POST:
        typed = {
            name: field.widget.value_from_datadict(request.POST, request.FILES, name)
            for name, field in kind().fields.items()
            if name not in _FORGOTTEN
        }
        return kind(initial=typed)
    # What is larger than memory is given to this kind of page is let go unread, and must not go unnoticed.
    too_large = int(request.META.get("CONTENT_LENGTH") or 0) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    return kind(request.POST, request.FILES, lost_file=too_large and "photograph" not in request.FILES)


def _rows(rows: list[Any]) -> tuple[SealedRow, ...]:
    return tuple(SealedRow(row["text"], row["kind"]) for row in rows)
