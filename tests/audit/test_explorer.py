"""Finding entries: every filter, chips and periods in the address, and bounded work however long the log is."""

import io
import random
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.models import User
from audit import explorer
from audit.action_groups import Group
from audit.actions import Action
from audit.actors import Channel, SystemActor
from audit.explorer import page_of
from audit.forms import MomentField
from audit.log import Subject, append
from audit.models import Entry
from audit.queries import Filters
from cases.models import Case
from dossiers.exhibits import number_exhibits
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.models import EvidenceItem
from evidence.reading import open_page
from tests.audit.conftest import CLERK
from tests.tampering import tamper
from witnesses.models import Witness

ClientFor = Callable[[User | None], Client]
Write = Callable[[int], list[Entry]]


@pytest.fixture
def exhibits(case: Case, lawyer: User) -> list[EvidenceItem]:
    """Three exhibits of the case, numbered from one; the lawyer opened the third."""
    items = [ingest(f"letter {number}", case, lawyer) for number in (1, 2, 3)]
    number_exhibits(case, actor=lawyer)
    open_page(items[2], actor=lawyer)
    return items


def ingest(text: str, case: Case, user: User) -> EvidenceItem:
    facts = IntakeFacts(source="a source", original_name=f"{text}.txt", title=text, case=case)
    return ingest_evidence(io.BytesIO(text.encode()), facts=facts, actor=user)


def found(desk: Client, **query: str) -> Any:
    answer = desk.get(reverse("audit:entries"), query)
    assert answer.status_code == 200
    return answer


def actions(answer: Any) -> set[str]:
    return {row.entry.action for row in answer.context["rows"]}


def test_an_auditor_finds_who_opened_exhibit_three(
    desk: Client, exhibits: list[EvidenceItem], case: Case, lawyer: User
) -> None:
    week = (timezone.now() - timedelta(days=6)).date().isoformat()
    for about, of in (
        ("3", case.reference),
        ("۳", case.reference),
        ("exhibit 3", str(case.pk)),
        (f"{case.reference}-0003", ""),
        (exhibits[2].reference, ""),
        (exhibits[2].reference.lower().replace("0", "o"), ""),
        (str(exhibits[2].pk), ""),
    ):
        answer = found(desk, subject=about, case=of, since=week, action="evidence.viewed")
        [row] = answer.context["rows"]
        assert row.who == lawyer.full_name, about
        assert exhibits[2].reference in row.about
    assert exhibits[2].title not in answer.content.decode()


def test_what_cannot_be_found_is_said_and_nothing_is_listed(
    desk: Client, exhibits: list[EvidenceItem], case: Case, other_case: Case, outsider: User
) -> None:
    ingest("another", other_case, outsider)
    number_exhibits(other_case, actor=outsider)
    for about, words in (
        ("E-ZZZZ-ZZZZ", "No exhibit has the reference"),
        ("9", "Nothing is called"),
        ("nonsense and more", "Nothing is called"),
        ("NO-CASE-0001", "Nothing is called"),
        ("1", "Several cases have an exhibit"),
        ("9" * 150, "Nothing is called"),
    ):
        answer = found(desk, subject=about)
        assert words in answer.content.decode(), about
        assert not answer.context["rows"]
        assert "Nothing is listed" in answer.content.decode()
        assert "No entry was found" not in answer.content.decode()


WAYS = (
    "{0}-{1}-{2}",
    "{0}-{1} {2}",
    "{0} {1}{2}",
    "{0}{1}{2}",
    "\u2066{0}‑{1}‑{2}\u2069",
    "Exhibit {0}-{1}-{2}",
    "مدرک {0}-{1}-{2}",
)


@pytest.mark.parametrize("way", WAYS)
def test_a_reference_is_read_however_it_is_written(
    desk: Client, exhibits: list[EvidenceItem], way: str
) -> None:
    item = exhibits[2]
    written = way.format(*item.reference.split("-"))
    for typed in (written, written.lower(), written.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))):
        rows = found(desk, subject=typed).context["rows"]
        assert rows, typed
        assert {row.entry.subject_id for row in rows} == {str(item.pk)}


@pytest.mark.parametrize("way", ["{1}-{2}", "{1} {2}", "{1}{2}"])
def test_an_exhibit_s_reference_may_come_without_its_letter(
    desk: Client, exhibits: list[EvidenceItem], way: str
) -> None:
    typed = way.format(*exhibits[2].reference.split("-"))
    assert {row.entry.subject_id for row in found(desk, subject=typed).context["rows"]} == {
        str(exhibits[2].pk)
    }


def test_eight_digits_are_no_reference_where_no_exhibit_has_it(
    desk: Client, exhibits: list[EvidenceItem]
) -> None:
    assert "Nothing is called" in found(desk, subject="1988-0003").content.decode()
    assert found(desk, subject="00000003").context["rows"]


def test_a_delivery_is_called_and_found_by_its_reference(desk: Client, exhibits: list[EvidenceItem]) -> None:
    intake = exhibits[2].intake
    [row] = found(desk, subject=intake.reference.lower(), action="intake.started").context["rows"]
    assert row.entry.subject_id == str(intake.pk)
    assert row.about == f"Delivery of evidence {intake.reference}"
    assert found(desk, subject=row.about).context["rows"]
    assert "No delivery has the reference" in found(desk, subject="D-ZZZZ-ZZZZ").content.decode()


def test_a_witness_is_found_by_the_pseudonym_that_the_list_shows(
    desk: Client, case: Case, lawyer: User
) -> None:
    witness = Witness.objects.create(case=case, pseudonym="W-7K3Q-M", registered_by=lawyer)
    append(Action.WITNESS_VIEWED, subject=witness, actor=lawyer, case_id=case.pk)
    for typed in ("W-7K3Q-M", "w-7k3q-m", "Witness W-7K3Q-M", "W-۷K۳Q-M"):
        [row] = found(desk, subject=typed).context["rows"]
        assert row.about == "Witness W-7K3Q-M"
    assert "No witness has the pseudonym" in found(desk, subject="W-ZZZZ-Z").content.decode()


def test_of_two_witnesses_of_one_pseudonym_the_case_tells_which(
    desk: Client, case: Case, other_case: Case, lawyer: User
) -> None:
    for one in (case, other_case):
        witness = Witness.objects.create(case=one, pseudonym="W-7K3Q-M", registered_by=lawyer)
        append(Action.WITNESS_VIEWED, subject=witness, actor=lawyer, case_id=one.pk)
    assert "Several cases have a witness" in found(desk, subject="W-7K3Q-M").content.decode()
    [row] = found(desk, subject="W-7K3Q-M", case=case.reference).context["rows"]
    assert row.case == case.reference


def test_an_actor_whom_nobody_knows_is_no_filter_that_found_nothing(desk: Client, write: Write) -> None:
    write(1)
    for nobody in ("user:00000000-0000-4000-8000-000000000000", "system:nothing", "Nobody"):
        answer = found(desk, actor=nobody)
        page = answer.content.decode()
        assert "Nobody of this name is known here" in page
        assert not answer.context["chips"]
        assert "Nothing is listed" in page


def test_a_case_id_that_neither_the_house_nor_an_entry_knows_is_said(desk: Client, write: Write) -> None:
    write(1)
    answer = found(desk, case=str(uuid.uuid4()))
    assert "No case has this reference or id" in answer.content.decode()
    assert not answer.context["chips"]
    gone = uuid.uuid4()
    append(Action.CASE_OPENED, subject=Subject("cases.case", str(gone)), actor=CLERK, case_id=gone)
    assert len(found(desk, case=str(gone)).context["rows"]) == 1


def test_somebody_whom_entries_alone_name_is_called_in_the_chip_as_in_the_list(
    desk: Client, write: Write
) -> None:
    write(1)
    answer = found(desk, actor=CLERK.audit_name)
    [chip] = answer.context["chips"]
    assert chip["value"] == answer.context["rows"][0].who == "Dadkhah itself (clerk)"


@pytest.mark.parametrize(
    "subject",
    [
        Subject("audit.log", "queue"),
        Subject("accounts.sign_in", "-"),
        Subject("page", "audit:state"),
        Subject("audit.report", "R-0123456789ab"),
        Subject("command", "harden_database"),
        Subject("accounts.sign_in", "ABCD-1234"),
    ],
)
def test_the_way_from_an_entry_to_all_that_was_done_with_its_subject_finds_it(
    desk: Client, subject: Subject
) -> None:
    entry = append(Action.LOG_QUEUE_CLEANED, subject=subject, actor=CLERK)
    page = desk.get(reverse("audit:entry", args=[entry.pk])).content.decode()
    [href] = re.findall(r'href="([^"]+\?subject=[^"]+)"', page)
    answer = desk.get(href)
    assert [row.entry.pk for row in answer.context["rows"]] == [entry.pk]
    [chip] = answer.context["chips"]
    assert subject.id in chip["value"]


def test_what_an_id_alone_is_of_is_said_in_its_chip(desk: Client, exhibits: list[EvidenceItem]) -> None:
    for exact, words in (
        (str(exhibits[2].pk), f"Exhibit {exhibits[2].reference} · {exhibits[2].pk}"),
        ("00000000-0000-4000-8000-000000000000", "00000000-0000-4000-8000-000000000000"),
    ):
        [chip] = found(desk, subject=exact).context["chips"]
        assert chip["value"] == words


def test_a_date_that_is_too_long_is_told_what_to_leave_of_it(desk: Client) -> None:
    page = found(desk, since="2026-11-22 " * 20).content.decode()
    assert "This is too long to be a date." in page


@pytest.mark.parametrize("name", ["actr", "Actor", "subject ", "page", "\x00", "<b>", "x" * 500])
def test_a_filter_that_the_list_does_not_know_is_told_and_nothing_is_listed(
    desk: Client, write: Write, name: str
) -> None:
    write(2)
    answer = found(desk, **{name: "user:x", "action": "account.signed_in"})
    page = answer.content.decode()
    assert not answer.context["rows"]
    assert "Nothing is listed" in page
    assert "The address asks for what this page cannot look for:" in page
    assert "No entry was found" not in page
    assert "<b>:" not in page
    assert "\x00" not in page
    assert "x" * 100 not in page.partition('id="not-understood"')[2].partition("</p>")[0]
    [way_on] = re.findall(r'href="([^"]+)">Show the page without it', page)
    assert len(desk.get(way_on).context["rows"]) == 2


def test_a_filter_that_is_given_twice_is_told_and_nothing_is_listed(desk: Client, write: Write) -> None:
    write(2)
    answer = desk.get(f"{reverse('audit:entries')}?action=account.signed_in&action=case.opened&actor=")
    assert not answer.context["rows"]
    assert answer.context["not_understood"] == ["action=account.signed_in action=case.opened"]
    assert "Nothing is listed" in answer.content.decode()


def test_a_page_s_mark_and_a_field_that_was_left_empty_are_known(desk: Client, write: Write) -> None:
    write(1)
    assert found(desk, actor="", strange="").context["rows"]
    newest = found(desk).context["rows"][0].entry
    mark = f"{newest.recorded_at.isoformat()}_{newest.pk}"
    for name in ("older", "newer"):
        assert "not-understood" not in found(desk, **{name: mark}).content.decode()


def test_a_case_is_found_by_its_reference(desk: Client, exhibits: list[EvidenceItem], case: Case) -> None:
    rows = found(desk, case=case.reference.lower()).context["rows"]
    assert rows
    assert {row.entry.case_id for row in rows} == {case.pk}
    assert {row.case for row in rows} == {case.reference}
    assert "No case has this reference" in found(desk, case="DK-NONE").content.decode()


def test_a_group_of_actions_and_a_channel_can_be_chosen(desk: Client, exhibits: list[EvidenceItem]) -> None:
    chosen = actions(found(desk, action="group:evidence"))
    assert chosen
    assert {Action(action).group for action in chosen} == {Group.EVIDENCE}
    append(Action.SIGNED_OUT, subject=Subject("test.thing", "1"), actor=SystemActor("x", Channel.COMMAND))
    assert "account.signed_out" in actions(found(desk, channel="command"))
    assert "account.signed_out" not in actions(found(desk, channel="page"))


def test_chips_say_what_is_looked_for_and_take_it_out(
    desk: Client, exhibits: list[EvidenceItem], case: Case, lawyer: User
) -> None:
    query = {
        "actor": lawyer.audit_name,
        "case": case.reference,
        "action": "evidence.linked",
        "channel": "program",
    }
    answer = found(desk, **query)
    chips = {chip["name"]: chip for chip in answer.context["chips"]}
    assert chips["Who"]["value"].startswith(lawyer.full_name)
    assert chips["Case"]["value"] == case.reference
    assert chips["What"]["value"] == str(Action.EVIDENCE_LINKED.sentence)
    assert chips["Through"]["value"] == "a program"
    assert "actor=" not in chips["Who"]["href"]
    assert "case=" in chips["Who"]["href"]


def test_a_chosen_period_is_marked_and_keeps_the_other_filters(desk: Client, write: Write) -> None:
    write(1)
    answer = found(desk, actor=CLERK.audit_name)
    week = next(one for one in answer.context["periods"] if one["label"] == "Last 7 days")
    assert urlencode({"actor": CLERK.audit_name}) in week["href"]
    again = desk.get(reverse("audit:entries") + week["href"])
    assert [one["label"] for one in again.context["periods"] if one["active"]] == ["Last 7 days"]
    assert len(again.context["rows"]) == 1


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1405-08-01", "2026-10-23T00:00"),
        ("۱۴۰۵/۸/۱", "2026-10-23T00:00"),
        ("١٤٠٥-٠٨-٠١", "2026-10-23T00:00"),
        ("1405-09-01 14:30", "2026-11-22T14:30"),
        ("1405-09-01T14:30:00+03:30", "2026-11-22T11:00"),
        ("1403-12-30", "2025-03-20T00:00"),
        ("2026-11-22", "2026-11-22T00:00"),
        ("۲۰۲۶-۱۱-۲۲", "2026-11-22T00:00"),
        ("2026-11-22T14:05:06.000007Z", "2026-11-22T14:05"),
    ],
)
def test_a_day_of_either_calendar_is_read_in_any_digits(typed: str, meant: str) -> None:
    read = MomentField().clean(typed)
    assert read is not None
    assert read.isoformat(timespec="minutes") == f"{meant}+00:00"


@pytest.mark.parametrize(
    "typed",
    [
        *("1404-12-30", "1405-13-01", "1250-01-01", "0622-01-01", "1500-01-01", "1899-12-31"),
        *("01/12/2026", "۰۵/۰۹/۰۷", "1/12/26 14:30"),  # which of the numbers is the day, nobody can know
    ],
)
def test_a_day_that_no_log_can_have_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(ValidationError, match="such as 2026-11-22, or 1405-09-01"):
        MomentField().clean(typed)


def test_a_solar_hijri_day_filters_and_its_chip_says_how_it_was_read(desk: Client, write: Write) -> None:
    write(1)
    before = found(desk, since="1405-01-01", until="۱۴۹۹-۰۱-۰۱", actor=CLERK.audit_name)
    assert len(before.context["rows"]) == 1
    assert {chip["value"] for chip in before.context["chips"]} >= {"1405-01-01 = 2026-03-21"}
    assert not found(desk, since="1498-01-01").context["rows"]


def test_an_actor_whom_nobody_lists_can_be_asked_for_in_the_address(desk: Client, write: Write) -> None:
    write(2)
    answer = found(desk, actor=CLERK.audit_name)
    assert len(answer.context["rows"]) == 2
    assert f'<option value="{CLERK.audit_name}" selected>' in answer.content.decode()


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "' OR 1=1 --", "%s%s", "😀" * 50])
@pytest.mark.parametrize("name", ["actor", "subject", "case", "since", "channel", "action"])
def test_odd_words_in_the_address_are_harmless(desk: Client, write: Write, name: str, text: str) -> None:
    write(1)
    assert found(desk, **{name: text}).status_code == 200


@pytest.mark.parametrize("name", ["actor", "subject", "case"])
def test_a_character_that_no_name_has_lists_nothing_and_says_why(
    desk: Client, write: Write, name: str
) -> None:
    write(2)
    for text in ("\x00", "a\x00"):
        answer = found(desk, **{name: text})
        assert not answer.context["rows"]
        assert "nobody can type" in answer.content.decode()


def test_the_page_takes_few_queries_whatever_is_asked(
    desk: Client, exhibits: list[EvidenceItem], case: Case, lawyer: User
) -> None:
    for query in (
        {},
        {
            "subject": "3",
            "case": case.reference,
            "actor": lawyer.audit_name,
            "action": "group:evidence",
            "channel": "program",
            "since": "2020-01-01",
        },
    ):
        with CaptureQueriesContext(connection) as asked:
            found(desk, **query)
        assert len(asked) < 20


# What the explorer promises, however it reads: the same answer as reading everything and looking at each entry.


@pytest.fixture
def mixed(db: None, monkeypatch: pytest.MonkeyPatch) -> list[Entry]:
    """Entries in which no column follows another; some share a moment."""
    chance, began = random.Random(1988), timezone.now()
    for number in range(400):
        now = began + timedelta(milliseconds=number // 3)
        monkeypatch.setattr("audit.log.timezone", SimpleNamespace(now=lambda now=now: now))
        append(
            chance.choice(
                [Action.SIGNED_IN, Action.EVIDENCE_VIEWED, Action.CASE_OPENED, Action.EVIDENCE_LINKED]
            ),
            subject=Subject("test.thing", str(number % 7)),
            actor=SystemActor(f"part-{chance.randrange(4)}", chance.choice([Channel.TASK, Channel.COMMAND])),
            case_id=chance.choice([None, uuid.UUID(int=1), uuid.UUID(int=2)]),
        )
    return list(Entry.objects.order_by("-recorded_at", "-id"))


def walked(filters: Filters) -> list[Entry]:
    """Every entry that the pages show, from the newest page to the oldest."""
    shown: list[Entry] = []
    page = page_of(filters)
    while True:
        shown += page.entries
        if not page.older:
            return shown
        page = page_of(filters, older_than=page.older)


def fits(entry: Entry, filters: Filters) -> bool:
    return (
        (not filters.actions or entry.action in {action.value for action in filters.actions})
        and filters.actor in ("", entry.actor)
        and filters.channel in ("", entry.channel)
        and filters.case_id in (None, entry.case_id)
        and (filters.subject is None or filters.subject.id == entry.subject_id)
        and (filters.since is None or entry.recorded_at >= filters.since)
        and (filters.until is None or entry.recorded_at < filters.until)
    )


@pytest.mark.parametrize("looked", [10_000, 90, 60])
def test_pages_show_exactly_what_fits_whether_read_whole_or_walked(
    mixed: list[Entry], monkeypatch: pytest.MonkeyPatch, looked: int
) -> None:
    monkeypatch.setattr(explorer, "LOOKED", looked)
    chance = random.Random(looked)
    for _ in range(25):
        filters = Filters(
            actions=chance.choice(
                [
                    frozenset(),
                    frozenset({Action.SIGNED_IN}),
                    frozenset({Action.CASE_OPENED, Action.EVIDENCE_LINKED}),
                ]
            ),
            actor=chance.choice(["", "system:part-1"]),
            channel=chance.choice(["", "", "task"]),
            case_id=chance.choice([None, uuid.UUID(int=1)]),
            subject=chance.choice([None, None, Subject("", "3")]),
            since=chance.choice([None, mixed[300].recorded_at]),
            until=chance.choice([None, mixed[30].recorded_at]),
        )
        expected = [entry.pk for entry in mixed if fits(entry, filters)]
        assert [entry.pk for entry in walked(filters)] == expected
        page = page_of(filters)
        assert page.count <= len(expected) if page.more else page.count == len(expected)


def test_the_way_back_shows_the_same_entries(mixed: list[Entry], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explorer, "LOOKED", 90)
    filters = Filters(actions=frozenset({Action.SIGNED_IN}), channel="task")
    page = page_of(filters)
    while page.older:
        page = page_of(filters, older_than=page.older)
    shown = [entry.pk for entry in page.entries]
    while page.newer:
        page = page_of(filters, newer_than=page.newer)
        shown = [entry.pk for entry in page.entries] + shown
    assert shown == [entry.pk for entry in mixed if fits(entry, filters)]


@pytest.mark.parametrize("same_moment", [True, False])
def test_pages_go_on_at_entries_of_a_whole_second_both_ways(
    write: Write, monkeypatch: pytest.MonkeyPatch, same_moment: bool
) -> None:
    began = datetime(2026, 11, 22, 10, tzinfo=UTC)
    for number in range(60):
        now = began if same_moment else began + timedelta(seconds=number)
        monkeypatch.setattr("audit.log.timezone", SimpleNamespace(now=lambda now=now: now))
        write(1)
    everything = [entry.pk for entry in Entry.objects.order_by("-recorded_at", "-id")]
    first = page_of(Filters())
    second = page_of(Filters(), older_than=first.older)
    assert [entry.pk for entry in (*first.entries, *second.entries)] == everything
    assert not second.older
    back = page_of(Filters(), newer_than=second.newer)
    assert [entry.pk for entry in back.entries] == [entry.pk for entry in first.entries]
    assert not back.newer


def test_a_period_ends_before_its_end_though_that_is_a_whole_second(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = datetime(2026, 11, 22, 10, tzinfo=UTC)
    for number in range(3):
        now = began + timedelta(seconds=number)
        monkeypatch.setattr("audit.log.timezone", SimpleNamespace(now=lambda now=now: now))
        write(1)
    first, second = began, began + timedelta(seconds=1)
    page = page_of(Filters(since=first, until=second))
    assert [entry.recorded_at for entry in page.entries] == [first]
    assert page_of(Filters(since=second)).count == 2
    assert Entry.objects.filter(recorded_at=second).count() == 1
    assert Entry.objects.filter(recorded_at__lte=first).count() == 1


@pytest.mark.parametrize("number", range(2))
def test_rows_dated_as_no_calendar_has_it_end_a_walk_and_no_page(
    desk: Client, write: Write, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(explorer, "LOOKED", 20)
    write(30)
    for _ in range(30):
        append(Action.CASE_OPENED, subject=Subject("test.thing", "z"), actor=SystemActor("other"))
    moments = {
        "sqlite": ["9999-99-99 99:99:99.999999", "0001-01-01 00:00:00.000000"],
        "postgresql": ["infinity", "-infinity"],
    }
    tamper("UPDATE audit_entry SET recorded_at = %s", (moments[connection.vendor][number],))
    answer = found(desk, actor=CLERK.audit_name, action="case.opened")
    assert list(answer.context["page"].entries) == []


def test_two_common_values_that_never_meet_are_looked_for_no_further_than_said(
    desk: Client, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explorer, "LOOKED", 20)
    write(30)
    for _ in range(30):
        append(Action.CASE_OPENED, subject=Subject("test.thing", "z"), actor=SystemActor("other"))
    answer = found(desk, actor=CLERK.audit_name, action="case.opened")
    assert answer.context["page"].looked_to is not None
    page = answer.content.decode()
    assert "Looked through as far as" in page
    assert "No entry was found" not in page
    onward = found(desk, actor=CLERK.audit_name, action="case.opened", older=answer.context["page"].older)
    assert "No entry was found" in onward.content.decode()
