"""What the inspection passed over is looked into because a person wants it: with wider limits, or as text."""

import json
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils import timezone
from environ import Env

from accounts.errors import NotPermitted
from accounts.models import User
from audit.models import Entry
from config.environment import read_environment
from evidence.derivative_words import DerivativeKind, DerivativeState
from evidence.errors import BadDerivative, UnknownEvidence
from evidence.inspecting import subject
from evidence.inspecting.all_the_same import may_be_read_as_text, read_as_text, widen
from evidence.inspecting.box import Limits
from evidence.inspecting.records import claim, retry_derivative
from evidence.inspecting.subject import Work
from evidence.inspecting.work import make_derivative
from evidence.models import Derivative, EvidenceItem
from tests.evidence.conftest import LETTER, TakeIn


def identified(item: EvidenceItem, media_type: str) -> EvidenceItem:
    EvidenceItem.objects.filter(pk=item.pk).update(media_type=media_type, inspected_at=timezone.now())
    item.refresh_from_db()
    return item


@pytest.fixture
def too_large(take_in: TakeIn, monkeypatch: pytest.MonkeyPatch) -> Derivative:
    """The text of a file that is larger than what is looked into here."""
    monkeypatch.setattr(subject.Work.copy.__wrapped__, "__kwdefaults__", {"largest": len(LETTER) - 1})
    lead = Derivative.objects.create(item=identified(take_in(), "text/plain"), kind=DerivativeKind.TEXT)
    make_derivative(lead.pk)
    lead.refresh_from_db()
    assert lead.failure == "too_large"
    return lead


def test_a_file_that_is_too_large_is_looked_into_when_somebody_wants_it(
    too_large: Derivative, paralegal: User
) -> None:
    retry_derivative(too_large, actor=paralegal)
    make_derivative(too_large.pk)
    too_large.refresh_from_db()
    assert (too_large.state, too_large.failure) == ("failed", "too_large")
    widen(too_large, actor=paralegal)
    make_derivative(too_large.pk)
    too_large.refresh_from_db()
    assert (too_large.state, too_large.widened) == ("made", 4)
    assert json.loads(too_large.parameters)["limits_times"] == 4
    facts = json.loads(bytes(Entry.objects.get(action="evidence.derivative_widened").body))["facts"]
    assert (facts["limits_times"], facts["was"]) == (4, "too_large")


def test_the_limits_are_bounded_by_the_setting_and_widened_once(
    too_large: Derivative, paralegal: User, settings: Any
) -> None:
    settings.DADKHAH_WIDER_LIMITS = 1
    with pytest.raises(BadDerivative):
        widen(too_large, actor=paralegal)
    settings.DADKHAH_WIDER_LIMITS = 2
    widen(too_large, actor=paralegal)
    Derivative.objects.update(state=DerivativeState.FAILED, failure="too_slow")
    too_large.refresh_from_db()
    with pytest.raises(BadDerivative):
        widen(too_large, actor=paralegal)
    settings.DADKHAH_WIDER_LIMITS = 8
    widen(too_large, actor=paralegal)
    assert Derivative.objects.get().widened == 8


def test_every_limit_of_a_tool_is_wider(too_large: Derivative, paralegal: User) -> None:
    widen(too_large, actor=paralegal)
    lead = claim(too_large.pk)
    assert lead is not None
    assert Work(lead).times == 4
    assert Limits(seconds=10, memory=20, output=30, file=40, folder=50, processes=6).widened(4) == Limits(
        40, 80, 120, 160, 200, 6
    )


@pytest.mark.parametrize("failure", ["unreadable", "locked", "disposed"])
def test_what_no_wider_limit_helps_is_not_offered_one(
    too_large: Derivative, paralegal: User, failure: str
) -> None:
    Derivative.objects.update(failure=failure)
    too_large.refresh_from_db()
    with pytest.raises(BadDerivative):
        widen(too_large, actor=paralegal)


def test_only_who_may_try_again_may_widen(too_large: Derivative, auditor: User, outsider: User) -> None:
    with pytest.raises(NotPermitted):
        widen(too_large, actor=auditor)
    with pytest.raises(UnknownEvidence):
        widen(too_large, actor=outsider)


def test_a_file_of_an_unknown_kind_is_read_as_text_when_somebody_wants_it(
    take_in: TakeIn, paralegal: User, auditor: User
) -> None:
    item = identified(take_in(), "application/x-invented")
    assert may_be_read_as_text(item)
    with pytest.raises(NotPermitted):
        read_as_text(item, actor=auditor)
    row = read_as_text(item, actor=paralegal)
    make_derivative(row.pk)
    row.refresh_from_db()
    assert row.state == "made"
    assert not may_be_read_as_text(item)
    with pytest.raises(BadDerivative):
        read_as_text(item, actor=paralegal)
    assert not may_be_read_as_text(identified(take_in(source="another"), "text/plain"))


def test_the_page_offers_both_and_does_them(
    client_for: Any, too_large: Derivative, take_in: TakeIn, paralegal: User
) -> None:
    client = client_for(paralegal)
    page = client.get(reverse("evidence:item", args=[too_large.item_id])).content.decode()
    assert "Look into it all the same, with 4 times the limits" in page
    assert client.post(reverse("evidence:copy_widen", args=[too_large.pk])).status_code == 302
    page = client.get(reverse("evidence:item", args=[too_large.item_id])).content.decode()
    assert "Look into it all the same" not in page
    unknown = identified(take_in(source="another family"), "application/x-invented")
    page = client.get(reverse("evidence:item", args=[unknown.pk])).content.decode()
    assert "look for text in it all the same" in page
    assert client.post(reverse("evidence:read_all_the_same", args=[unknown.pk])).status_code == 302
    assert client.post(reverse("evidence:read_all_the_same", args=[unknown.pk])).status_code == 400


def test_the_setting_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DADKHAH_WIDER_LIMITS", "17")
    with pytest.raises(ImproperlyConfigured, match="at most 16"):
        read_environment(Env())
