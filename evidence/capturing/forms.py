"""The forms for how an item was captured online, begun with what is recorded or what its file states."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.digits import in_digits
from audit.erased import unless_erased
from audit.errors import BadInput
from cases.dating import PartialDate
from cases.form_fields import LineField, PartialDateField, TextBlockField
from evidence.capturing.addresses import LONGEST_URL, clean_ip, clean_url
from evidence.capturing.recording import MOST_PARTS, CaptureFacts, parts_seen
from evidence.capturing.stated import Stated
from evidence.capturing.times import read_captured
from evidence.circumstances import papers_for
from evidence.models import EvidenceItem, OnlineCapture
from evidence.references import read_reference

_Read = TypeVar("_Read")


class UrlField(LineField):
    """The address of a page, checked by its form alone: nothing is looked up."""

    def __init__(self, **options: Any) -> None:
        left_to_right = forms.TextInput(attrs={"dir": "ltr", "inputmode": "url", "autocomplete": "off"})
        super().__init__(**{"widget": left_to_right, "max_length": LONGEST_URL, **options})

    def validate(self, value: Any) -> None:
        """A sentence says what to write instead."""
        super().validate(value)
        _checked(lambda: clean_url(value, label=str(self.label), required=False))


class MomentField(PartialDateField):
    """A moment with its time zone, or a date as it is written; cleans to a PartialDate or None."""

    default_help = _(
        "A moment with its time zone, such as 2024-05-01T12:30Z, or as much of the date as is known: 2024-05, "
        "12 Ordibehesht 1403."
    )

    def clean(self, value: Any) -> PartialDate | None:
        """The date. A ValidationError says what to write instead."""
        text = forms.CharField.clean(self, value)
        return _checked(lambda: read_captured(text)) if text else None


class PartsField(forms.CharField):
    """Other items of the same case, by their references. `among` are those that may be named here."""

    widget = forms.Textarea(attrs={"rows": 3, "dir": "ltr"})
    among: "QuerySet[EvidenceItem] | None" = None

    def clean(self, value: Any) -> list[EvidenceItem]:
        """The items, each once. Names the first reference that is none of them."""
        text = super().clean(value).replace(",", " ").replace("،", " ")
        wanted = list(dict.fromkeys(map(read_reference, text.split())))
        if not wanted or self.among is None:
            return []
        if len(wanted) > MOST_PARTS:
            raise forms.ValidationError(
                in_digits(gettext("Name at most %(most)d items that belong to it.") % {"most": MOST_PARTS})
            )
        found = {item.reference: item for item in self.among.filter(reference__in=wanted)}
        for reference in wanted:
            if reference not in found:
                raise forms.ValidationError(
                    gettext("“%(text)s” is no other item of this case. Check the reference.")
                    % {"text": reference[:60]}
                )
        return [found[reference] for reference in wanted]


class CaptureForm(forms.Form):
    """How the item was captured online."""

    url = UrlField(label=_("Address of the page"), help_text=_("Where it was captured, whole."))
    final_url = UrlField(
        label=_("Address in the end"),
        required=False,
        help_text=_("Where the page led, if it sent the reader on to another address."),
    )
    captured = MomentField(label=_("When it was captured"), required=False)
    collector = LineField(
        label=_("Who captured it"),
        required=False,
        max_length=300,
        help_text=_(
            "The colleague or partner, by name or pseudonym. An invented name that they used on the net has a "
            "page of its own."
        ),
    )
    tool = LineField(
        label=_("Tool"), required=False, max_length=300, help_text=_("The program that made it.")
    )
    tool_version = LineField(label=_("Version of the tool"), required=False, max_length=300)
    parts = PartsField(
        label=_("What belongs to it"),
        required=False,
        help_text=_(
            "The references of other items of this case, with spaces between: the page’s source, screenshots, "
            "embedded pictures, sound and film. Take them in first."
        ),
    )
    context = TextBlockField(
        label=_("Context"),
        required=False,
        help_text=_(
            "What stood around it: the thread, the comments, who had posted it and how it was found."
        ),
    )

    def __init__(
        self, *arguments: Any, item: EvidenceItem, user: User, stated: Stated, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        parts = self.fields["parts"]
        assert isinstance(parts, PartsField)  # noqa: S101  declared above
        parts.among = papers_for(item, user=user)
        for name, value in stated.shown.items():
            field = self.fields[name]
            field.help_text = " ".join([_statement(value, self.initial.get(name)), str(field.help_text)])

    def facts(self) -> CaptureFacts:
        """What was filled in."""
        return CaptureFacts(**self.cleaned_data)


class TraceForm(forms.Form):
    """What leads to who captured it."""

    collector_ip = LineField(
        label=_("The collector’s IP address"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        help_text=_("The address that the other side saw, of a proxy too."),
    )
    persona_used = LineField(
        label=_("Persona"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("The invented name or account that was used to see the page."),
    )

    def clean_collector_ip(self) -> str:
        """The address, or a sentence that says what to write instead."""
        return _checked(
            lambda: clean_ip(self.cleaned_data["collector_ip"], label=gettext("The collector’s IP address"))
        )


def known_so_far(last: OnlineCapture | None, stated: Stated, *, user: User) -> dict[str, Any]:
    """What the form begins with: the newest version, or what the file states where there is none."""
    if last is None:
        return dict(stated.usable)
    names = ("url", "final_url", "collector", "tool", "tool_version", "context")
    parts = parts_seen(last, user=user).values_list("reference", flat=True)
    return {name: unless_erased(getattr(last, name)) for name in names} | {
        "captured": unless_erased(last.date_as_written),
        "parts": " ".join(parts),
    }


def _statement(stated: str, begun: Any) -> str:
    if begun == stated:
        return gettext("Stated by the file itself.")
    return gettext("The file states: “%(value)s”.") % {"value": f"\u2068{stated[:300]}\u2069"}


def _checked(read: Callable[[], _Read]) -> _Read:
    try:
        return read()
    except BadInput as error:
        raise forms.ValidationError(str(error)) from error
