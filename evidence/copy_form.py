"""What people fill in about what they made of an item."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from evidence.derivative_words import BY_PEOPLE, DerivativeKind, DerivativeState
from evidence.intake import LONGEST_TITLE
from evidence.lineage import LONGEST_NOTE, CopyFacts
from evidence.models import Derivative, EvidenceItem
from evidence.uploads import ReceivedUpload
from evidence.vault.receiving import Received

LANGUAGES = (
    ("", _("Not in words")),
    ("fa", _("Persian")),
    ("en", _("English")),
    ("ar", _("Arabic")),
    ("ku", _("Kurdish")),
    ("az", _("Azerbaijani")),
    ("bal", _("Baluchi")),
    ("tk", _("Turkmen")),
    ("de", _("German")),
    ("fr", _("French")),
    ("sv", _("Swedish")),
    ("nl", _("Dutch")),
    ("es", _("Spanish")),
)


class _ParentField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Chooses what it was made from, by kind and title."""

    def label_from_instance(self, obj: Any) -> str:
        """The derivative in words."""
        kind = str(obj.get_kind_display())
        return f"{kind} · {obj.title or obj.original_name}" if obj.author_id else kind


class CopyForm(forms.Form):
    """A file, what it is, and what it was made from."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        max_length=None,
        error_messages={"required": _("No file arrived. Choose one and send it again.")},
    )
    kind = forms.ChoiceField(
        label=_("Kind of copy"), choices=[(kind.value, kind.label) for kind in BY_PEOPLE]
    )
    parent = _ParentField(
        label=_("Made from"),
        queryset=Derivative.objects.none(),
        required=False,
        empty_label=_("The original itself"),
        help_text=_("A translation is often made from a transcript, and a redacted copy from a translation."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=LANGUAGES,
        required=False,
        help_text=_("Asked for translations and transcripts."),
    )
    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE, required=False)
    note = forms.CharField(
        label=_("Note"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "How it was made, and what a reader must know of it: what was left out, what is uncertain."
        ),
    )

    def __init__(self, *args: Any, item: EvidenceItem, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        made = Derivative.objects.visible_to(user).filter(item=item, state=DerivativeState.MADE, number=1)
        self.fields["parent"].queryset = made  # type: ignore[attr-defined]

    def received(self) -> Received:
        """The bytes, which the vault has received already."""
        upload: ReceivedUpload = self.cleaned_data["file"]
        return upload.received

    def facts(self) -> CopyFacts:
        """What was filled in."""
        given = self.cleaned_data
        return CopyFacts(
            kind=DerivativeKind(given["kind"]),
            original_name=given["file"].name,
            parent=given["parent"],
            language=given["language"],
            title=given["title"],
            note=given["note"],
        )
