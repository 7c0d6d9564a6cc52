"""Invented values for the gallery, so that it shows every component without a database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django import forms, template
from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from cases.dating import read_date
from cases.partial_date import PartialDate

register = template.Library()

_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_OTHER_DIGEST = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
_RECORDED = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)


class SampleForm(forms.Form):
    """One of each kind of field."""

    source = forms.CharField(label="Source", help_text="Who gave it to us. Only members of the case see it.")
    case = forms.ChoiceField(
        label="Case", choices=[("", "Choose a case"), ("1", "DK-1988-01")], required=False
    )
    stance = forms.ChoiceField(
        label="Stance",
        widget=forms.RadioSelect,
        choices=[("supports", "Supports"), ("contradicts", "Contradicts"), ("neutral", "Neutral")],
    )
    note = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    compared = forms.BooleanField(label="I have compared the digest with the receipt")


@dataclass(frozen=True, slots=True)
class SampleEvent:
    """A custody event as the custody line reads it."""

    seq: int
    kind: str
    get_kind_display: str
    agent: str
    recorded_at: datetime = _RECORDED
    facts: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        # A template asks for a key before an attribute, so the facts a sample leaves out read as nothing.
        return self.facts[name]


@register.simple_tag
def gallery_samples() -> dict[str, Any]:
    """Every value that the gallery's pieces are shown with."""
    return {
        "digest": _DIGEST,
        "moment": _RECORDED,
        "dates": _dates(),
        "file_name": "نامه‌ی زندان\u202efdp.exe\n",
        "form": SampleForm(auto_id="sample_%s"),
        "wrong_form": SampleForm({"note": "Kept as it was typed."}, auto_id="wrong_%s", prefix="wrong"),
        "page": _page(),
        "filters": _filters(),
        "events": _events(),
    }


def _dates() -> list[PartialDate]:
    return [read_date(text) for text in ("late Mordad 1367", "1988~", "28 July 1988", "۵ مرداد ۱۳۶۷")]


def _page() -> Page[int]:
    return Paginator(range(230), 50).get_page(2)


def _filters() -> list[dict[str, Any]]:
    return [
        {"label": _("All"), "href": "?", "active": True, "count": 230},
        {"label": _("Not yet checked"), "href": "?state=unchecked", "active": False, "count": 12},
        {"label": _("Broken"), "href": "?state=broken", "active": False, "count": 0},
    ]


def _events() -> list[SampleEvent]:
    clerk = "Mina Karimi"
    return [
        SampleEvent(
            1,
            "received",
            _("Received"),
            clerk,
            facts={
                "released_by": "A former prisoner's family",
                "received_by": clerk,
                "date": read_date("late Mordad 1367"),
                "digest_found": _DIGEST,
            },
        ),
        SampleEvent(
            2,
            "fixity_checked",
            _("Fixity checked"),
            "system:fixity",
            facts={
                "gap": _("Nobody is known to have held the item from 1367 to 1399."),
                "outcome": "verified",
                "tool": "vault",
                "digest_found": _DIGEST,
            },
        ),
        SampleEvent(
            3,
            "fixity_checked",
            _("Fixity checked"),
            "system:fixity",
            facts={"outcome": "broken", "digest_expected": _DIGEST, "digest_found": _OTHER_DIGEST},
        ),
    ]
