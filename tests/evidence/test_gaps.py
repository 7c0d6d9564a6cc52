"""What is missing in a ledger is named with the events that it lies between; a whole ledger accuses nobody."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from audit.models import Entry
from cases.dated import dated_columns
from cases.dating import read_date
from evidence import gap_report, keeping
from evidence.circumstances import Circumstances
from evidence.fixity import check_fixity
from evidence.gap_report import each_with_gaps, gaps_of, look_for_gaps
from evidence.gaps.gap import Gap, GapKind
from evidence.gaps.ledger import gaps_in
from evidence.handing_over import accept, offer
from evidence.models import CustodyEvent, EvidenceItem
from tests.evidence.conftest import TakeIn

ClientFor = Callable[[User | None], Client]
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
WHY = Circumstances("For the reading of the handwriting")


def event(seq: int, kind: str, *, when: str = "", days_ago: int = 1, **columns: Any) -> CustodyEvent:
    """An event that is in no table: what is found follows from it alone."""
    return CustodyEvent(
        seq=seq,
        kind=kind,
        agent="user:x",
        recorded_at=NOW - timedelta(days=days_ago),
        **dated_columns(read_date(when) if when else None),
        **columns,
    )


def found(*events: CustodyEvent, has_bytes: bool = False) -> list[tuple[str, int | None, int | None]]:
    return [(str(gap.kind), gap.after, gap.before) for gap in gaps_in(events, has_bytes=has_bytes, now=NOW)]


def gaps(item: EvidenceItem) -> list[Gap]:
    return gaps_of(list(item.custody.order_by("seq")), item)


@pytest.fixture
def parvin(paralegal: User) -> User:
    return paralegal


def receipt(user: User, **columns: Any) -> CustodyEvent:
    return event(
        1,
        "received",
        **{"released_by": "a family", "received_by": user.full_name, "actor": user} | columns,
    )


def test_a_whole_ledger_has_no_gap(take_in: TakeIn, paralegal: User, lawyer: User) -> None:
    item = take_in()
    accept(offer(item, to=lawyer, facts=WHY, actor=paralegal), facts=Circumstances(), actor=lawyer)
    sealed = keeping.seal(item, facts=Circumstances(seal="A 1"), actor=lawyer)
    keeping.confirm(sealed, actor=paralegal)
    keeping.move(item, facts=Circumstances(location="Box 4", seal="a1"), actor=lawyer)
    keeping.record_collection(
        item,
        collected_by="The family of a prisoner",
        facts=Circumstances(happened=read_date("1367")),
        actor=lawyer,
    )
    check_fixity(item, actor=lawyer)
    assert gaps(item) == []


def test_who_collected_it_is_not_who_gave_it_in(parvin: User) -> None:
    assert found(receipt(parvin), event(2, "collected", when="1367", received_by="a guard")) == [
        ("holder", 2, 1)
    ]
    assert found(receipt(parvin), event(2, "collected", when="1367", received_by="A  Family")) == []


def test_who_gave_it_is_not_who_had_it(parvin: User, lawyer: User) -> None:
    given = event(
        2,
        "transfer_offered",
        released_by="Somebody",
        received_by="An expert",
        purpose="for the reading",
        actor=lawyer,
    )
    assert ("holder", 1, 2) in found(receipt(parvin), given)
    assert ("holder", 1, None) in found(receipt(parvin, actor=None))


def test_it_was_on_the_way_for_days(parvin: User, lawyer: User) -> None:
    given = event(
        2,
        "transfer_offered",
        when="2026-10-01",
        days_ago=1,
        released_by=parvin.full_name,
        actor=parvin,
        party=lawyer,
    )
    taken = event(
        3, "transfer_accepted", when="2026-10-09", days_ago=1, answers=given, actor=lawyer, party=lawyer
    )
    early = event(1, "received", when="2026-09-01", received_by=parvin.full_name, actor=parvin)
    assert found(early, given, taken) == [("holder", 2, 3)]
    next_day = event(3, "transfer_accepted", when="2026-10-02", answers=given, actor=lawyer, party=lawyer)
    assert found(early, given, next_day) == []


@pytest.mark.parametrize(
    ("first", "second", "reversed_time"),
    [
        ("2026-10-05", "2026-10-04", True),
        ("2026-10", "2026-10-04", False),
        ("2026-10-05", "2026", False),
        ("2026-10-05", "1405-06", True),
        ("1367", "1366", True),
        ("مرداد ۱۳۶۷", "1988-08", False),
    ],
)
def test_time_runs_backwards_only_where_it_must(
    parvin: User, first: str, second: str, reversed_time: bool
) -> None:
    events = [
        event(1, "received", when="1360", received_by=parvin.full_name, actor=parvin),
        event(2, "moved", when=first, location="Box 1", actor=parvin),
        event(3, "moved", when=second, location="Box 2", actor=parvin),
    ]
    assert found(*events) == ([("time", 2, 3)] if reversed_time else [])


def test_an_event_between_that_is_known_widely_hides_no_contradiction(parvin: User) -> None:
    events = [
        event(1, "received", when="1370", received_by=parvin.full_name, actor=parvin),
        event(2, "moved", when="1360/1380", actor=parvin),
        event(3, "moved", when="1365", actor=parvin),
    ]
    assert found(*events) == [("time", 1, 3)]


def test_a_corrected_day_is_the_day_that_counts(parvin: User) -> None:
    wrong = event(2, "moved", when="1366", actor=parvin)
    events = [
        event(1, "received", when="1367", received_by=parvin.full_name, actor=parvin),
        wrong,
        event(3, "corrected", when="1368", refers_to=wrong, purpose="the year is wrong"),
    ]
    assert found(*events[:2]) == [("time", 1, 2)]
    assert found(*events) == []


def test_a_correction_of_a_correction_is_about_what_was_corrected_first(parvin: User) -> None:
    moved = event(2, "moved", when="1368", seal="A 1", actor=parvin)
    wrong = event(3, "corrected", when="1366", seal="B 2", refers_to=moved, purpose="the year is wrong")
    right = event(4, "corrected", when="1368", seal="A 1", refers_to=wrong, purpose="it was right before")
    received = event(1, "received", when="1367", seal="A 1", received_by=parvin.full_name, actor=parvin)
    assert found(received, moved) == []
    assert found(received, moved, wrong) == [("time", 1, 2), ("seal", 1, 2)]
    assert found(received, moved, wrong, right) == []
    again = event(5, "corrected", when="1366", refers_to=right, purpose="it was not, after all")
    assert found(received, moved, wrong, right, again) == [("time", 1, 2)]


def test_a_day_after_the_recording_and_a_collection_after_the_receipt(parvin: User) -> None:
    assert found(receipt(parvin), event(2, "moved", when="2026-11-30", actor=parvin)) == [("time", 2, None)]
    late = event(2, "collected", when="2026-11-25", received_by="a family")
    before = event(1, "received", when="1390", released_by="a family", received_by="P", actor=parvin)
    assert found(before, late) == [("time", 2, 1)]


def test_no_receipt_no_paper_and_a_hole(parvin: User) -> None:
    assert found(event(2, "moved", actor=parvin)) == [
        ("receipt", None, None),
        ("hole", 0, 2),
        ("holder", 2, None),
    ]
    given = event(2, "transfer_offered", released_by=parvin.full_name, received_by="An expert", actor=parvin)
    taken = event(3, "transfer_accepted", received_by="An expert", answers=given)
    assert found(receipt(parvin), given, taken) == [("receipt", 3, None)]


def test_seals_that_do_not_agree(parvin: User, lawyer: User) -> None:
    sealed = event(2, "sealed", seal="A 1", actor=parvin)
    seen = event(3, "confirmed", refers_to=sealed, actor=lawyer)
    opened = event(4, "unsealed", seal="A 2", answers=sealed, actor=parvin)
    also = event(5, "confirmed", refers_to=opened, actor=lawyer)
    assert found(receipt(parvin), sealed, seen, opened, also) == [("seal", 2, 4)]
    right = event(6, "corrected", refers_to=opened, seal="a1", purpose="misread it")
    assert found(receipt(parvin), sealed, seen, opened, also, right) == []
    assert found(receipt(parvin), sealed) == [("second", 2, None)]
    moved = event(4, "moved", seal="B 9", actor=parvin)
    assert found(receipt(parvin), sealed, seen, moved) == [("seal", 2, 4)]
    assert found(receipt(parvin), event(2, "moved", seal="B 9", actor=parvin)) == [("seal", None, 2)]
    alone = event(2, "unsealed", seal="B 9", actor=parvin)
    assert set(found(receipt(parvin), alone)) == {("seal", 2, None), ("second", 2, None)}
    assert found(receipt(parvin, seal="C 3"), event(2, "moved", seal="c3", actor=parvin)) == []


def test_what_waits_too_long(parvin: User, lawyer: User) -> None:
    given = event(
        2, "transfer_offered", days_ago=15, released_by=parvin.full_name, actor=parvin, party=lawyer
    )
    early = event(1, "received", days_ago=20, received_by="P", actor=parvin)
    assert found(early, given) == [("transfer", 2, None)]
    out = event(
        2, "checked_out", released_by="P", actor=parvin, due=(NOW - timedelta(days=1)).date(), days_ago=9
    )
    assert found(early, out) == [("return", 2, None)]


def test_bytes_that_nobody_compared(parvin: User) -> None:
    early = event(1, "received", days_ago=91, received_by="P", actor=parvin)
    assert found(early) == []
    assert found(early, has_bytes=True) == [("fixity", 1, None)]
    assert found(early, event(2, "fixity_checked", outcome="verified"), has_bytes=True) == []
    assert found(early, event(2, "fixity_checked", outcome="broken"), has_bytes=True) == [("fixity", 2, None)]


def test_no_sentence_says_what_somebody_wrote(parvin: User) -> None:
    events = [
        receipt(parvin, released_by="Secretname"),
        event(2, "collected", when="1367", received_by="Othersecret", seal="S 1"),
        event(3, "moved", location="Hiddenplace", seal="Z 99", actor=parvin),
    ]
    said = " ".join(gap.sentence for gap in gaps_in(events, has_bytes=True, now=NOW))
    for secret in ("Secretname", "Othersecret", "Hiddenplace", "Z 99"):
        assert secret not in said


def test_in_persian_it_counts_in_persian(parvin: User) -> None:
    with translation.override("fa"):
        [gap] = gaps_in([receipt(parvin), event(3, "moved", actor=parvin)], has_bytes=False, now=NOW)
    assert "۲" in gap.sentence
    assert "2" not in gap.sentence


def test_the_report_over_all_goes_on_where_it_ended_and_asks_no_more_for_more(
    take_in: TakeIn, paralegal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [take_in(b"%d" % number) for number in range(5)]
    for item in items[:3]:
        keeping.seal(item, facts=Circumstances(seal="A 1"), actor=paralegal)
    monkeypatch.setattr(gap_report, "SHOWN_AT_ONCE", 2)
    everything = EvidenceItem.objects.all()
    first = look_for_gaps(everything)
    assert len(first.found) == 2
    rest = look_for_gaps(everything, after=first.go_on_after)
    assert len(rest.found) == 1
    assert rest.go_on_after is None
    assert first.looked_at + rest.looked_at == 5
    assert list(each_with_gaps(everything, [GapKind.TIME])) == []
    with CaptureQueriesContext(connection) as asked:
        assert len(list(each_with_gaps(everything))) == 3
    assert len(asked) == 2


def test_the_auditor_reads_gaps_and_that_is_logged(
    take_in: TakeIn, paralegal: User, auditor: User, client_for: ClientFor
) -> None:
    item = take_in(title="A telling title")
    keeping.seal(item, facts=Circumstances(seal="A 1"), actor=paralegal)
    client = client_for(auditor)
    page = client.get(reverse("evidence:custody_gaps")).content.decode()
    assert item.reference in page
    assert "confirmed by no second person" in page
    assert "telling" not in page
    assert Entry.objects.filter(action="evidence.custody_gaps_read").count() == 1
    other = client.get(reverse("evidence:custody_gaps"), {"kind": "time", "after": "no id"})
    assert item.reference not in other.content.decode()
    assert "no second person" in client.get(reverse("evidence:custody_item", args=[item.pk])).content.decode()
    own = client_for(paralegal).get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert "no second person" in own


def test_the_command_names_every_gap_and_exits_one(take_in: TakeIn, paralegal: User, auditor: User) -> None:
    item = take_in()
    out = StringIO()
    call_command("report_custody_gaps", stdout=out)
    assert "1 items, no gap" in out.getvalue()
    keeping.seal(item, facts=Circumstances(seal="A 1"), actor=paralegal)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("report_custody_gaps", "--json", "--actor", auditor.username, stdout=out)
    assert json.loads(out.getvalue())["gaps"][0]["gap"] == "second"
    entry = Entry.objects.filter(action="evidence.custody_gaps_read").latest("recorded_at")
    assert entry.actor == auditor.audit_name


def test_a_gap_is_drawn_before_the_event_that_it_ends_at(
    take_in: TakeIn, paralegal: User, client_for: ClientFor
) -> None:
    item = take_in()
    keeping.record_collection(
        item, collected_by="A guard", facts=Circumstances(happened=read_date("1367")), actor=paralegal
    )
    page = client_for(paralegal).get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert "custody-gap" in page
