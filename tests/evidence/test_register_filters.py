"""The register's filters by grading, custody and origin, each held against the page that shows one item."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from audit.actions import Action
from audit.models import Entry
from cases.membership import add_member
from cases.models import Case
from evidence import register
from evidence.acquiring import AcquisitionFacts, record_acquisition
from evidence.circumstances import Circumstances
from evidence.disposal import dispose, request_disposal
from evidence.handing_over import accept, offer
from evidence.holding import checked_out, holder_of, holds_on, open_offer, open_seals
from evidence.holds import place_hold, release_hold
from evidence.keeping import check_out, seal, take_back
from evidence.models import CustodyEvent, EvidenceItem, RegisterView
from evidence.physical import take_photograph
from evidence.register_forms import place_text
from evidence.register_rows import place_of
from tests.conftest import Hire
from tests.evidence.conftest import TakeIn
from tests.evidence.test_register import LIST, bulk, sight  # noqa: F401  the fixture
from tests.evidence.things import put_on_the_shelf

ClientFor = Callable[[User | None], Client]
Found = Callable[..., set[str]]
WHY = Circumstances(purpose="For an invented reason", seal="A-1")


@pytest.fixture
def found(lawyer: User, client_for: ClientFor) -> Found:
    client = client_for(lawyer)

    def look(**query: Any) -> set[str]:
        page = client.get(reverse(LIST), {name.strip("_"): value for name, value in query.items()})
        return {item.reference for item in page.context["page"].rows}

    return look


def grade(item: EvidenceItem, source: str, information: str, *, actor: User) -> None:
    facts = AcquisitionFacts("person", "W-1", reliability=source, credibility=information)
    record_acquisition(item, facts=facts, actor=actor)


def test_the_newest_grade_counts(sight: str, take_in: TakeIn, lawyer: User, found: Found) -> None:  # noqa: F811
    good, changed, never = take_in(b"1"), take_in(b"2"), take_in(b"3")
    grade(good, "A", "1", actor=lawyer)
    grade(changed, "A", "1", actor=lawyer)
    grade(changed, "", "5", actor=lawyer)
    assert found(source="A") == {good.reference}
    assert found(information="5") == {changed.reference}
    assert found(source="A", information="5") == set()
    assert found(source="none") == {changed.reference, never.reference}
    assert found(information="none") == {never.reference}
    assert len(found(source="Z")) == 3


@pytest.fixture
def in_every_state(
    take_in: TakeIn, case: Case, paralegal: User, lawyer: User, hire: Hire
) -> dict[str, EvidenceItem]:
    """One item in each state of custody, and one in which a state was and is no more."""
    second = hire("soraya", Role.LAWYER)
    add_member(case, user=second, actor=lawyer)
    names = ("plain", "offered", "out", "back", "sealed", "hold", "released", "disposed", "mine", "outside")
    items = {name: take_in(name.encode()) for name in names}
    offer(items["offered"], to=lawyer, facts=WHY, actor=paralegal)
    for name in ("out", "back"):
        check_out(items[name], to="A laboratory", due=date(2099, 1, 1), facts=WHY, actor=paralegal)
    take_back(items["back"], facts=WHY, actor=paralegal)
    seal(items["sealed"], facts=WHY, actor=paralegal)
    place_hold(items["hold"], reason="The trial goes on", actor=lawyer)
    hold = place_hold(items["released"], reason="The trial goes on", actor=lawyer)
    release_hold(hold, reason="The trial is over now", actor=lawyer)
    asked = request_disposal(items["disposed"], reason="The family asked", authority="A letter", actor=lawyer)
    dispose(asked, method="Removed", witnessed_by="A notary", actor=second)
    accept(offer(items["mine"], to=lawyer, facts=WHY, actor=paralegal), facts=WHY, actor=lawyer)
    given = offer(items["outside"], to="The prosecutor", facts=WHY, actor=paralegal)
    accept(given, facts=WHY, document=items["plain"], actor=paralegal)
    return items


def test_each_state_of_custody_is_what_the_ledger_says(
    sight: str,  # noqa: F811
    in_every_state: dict[str, EvidenceItem],
    case: Case,
    paralegal: User,
    lawyer: User,
    found: Found,
) -> None:
    put_on_the_shelf(case, paralegal)  # with a seal on it when it came
    items = EvidenceItem.objects.all()
    ledgers = {item: list(item.custody.select_related("actor", "party").order_by("seq")) for item in items}

    def those(fits: Callable[[list[CustodyEvent]], object]) -> set[str]:
        return {item.reference for item, ledger in ledgers.items() if fits(ledger)}

    assert found(custody="offered") == those(open_offer) == {in_every_state["offered"].reference}
    assert found(custody="out") == those(checked_out) == {in_every_state["out"].reference}
    assert found(custody="sealed") == those(open_seals)
    assert in_every_state["sealed"].reference in found(custody="sealed")
    assert found(custody="hold") == those(holds_on) == {in_every_state["hold"].reference}
    assert found(custody="disposed") == {in_every_state["disposed"].reference}

    def held_by(user: User) -> set[str]:
        return those(lambda ledger: (held := holder_of(ledger)) and held.is_user(user))

    assert found(holder=lawyer.pk) == held_by(lawyer) == {in_every_state["mine"].reference}
    assert found(holder=paralegal.pk) == held_by(paralegal)
    assert found(holder="outside") == {in_every_state["outside"].reference}
    assert len(found(custody="x", holder="x")) == len(items)


def test_nobody_is_named_who_shares_no_case_with_the_reader(
    take_in: TakeIn, lawyer: User, paralegal: User, outsider: User, client_for: ClientFor, other_case: Case
) -> None:
    page = client_for(lawyer).get(reverse(LIST)).content.decode()
    assert str(paralegal.pk) in page
    assert str(outsider.pk) not in page


def test_items_with_a_gap_are_looked_for_a_stretch_at_a_time_and_logged(
    sight: str,  # noqa: F811
    take_in: TakeIn,
    lawyer: User,
    client_for: ClientFor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    items = [take_in(str(number).encode()) for number in range(9)]
    whole = {items[1].pk, items[2].pk, items[7].pk}
    # What a gap is, `evidence.gaps` says and its tests ask; here some ledgers have one and some have none.
    monkeypatch.setattr(register, "gaps_of", lambda _events, item: item.pk not in whole)
    monkeypatch.setattr(register, "ROWS", 2)
    monkeypatch.setattr(register, "_LEDGERS", 2)
    monkeypatch.setattr(register, "LOOKED_AT_ONCE", 4)
    client, met, query = client_for(lawyer), [], {"custody": "gap"}
    for _turn in range(9):
        page = client.get(reverse(LIST), query)
        met += [item.pk for item in page.context["page"].rows]
        assert page.context["page"].count is None or not page.context["page"].after
        if not page.context["after"]:
            break
        query = {"custody": "gap", "after": page.context["after"]}
    assert met == [item.pk for item in reversed(items) if item.pk not in whole]
    assert Entry.objects.filter(action=Action.CUSTODY_GAPS_READ, actor=lawyer.audit_name).exists()
    page = bulk(client, act="export", which="all", query="custody=gap").content.decode()
    assert "page by page" in page


def test_a_page_on_which_no_gap_was_found_leads_on_and_back(
    take_in: TakeIn, lawyer: User, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [take_in(str(number).encode()) for number in range(12)]
    gaps = {items[11].pk, items[0].pk}
    monkeypatch.setattr(register, "gaps_of", lambda _events, item: item.pk in gaps)
    monkeypatch.setattr(register, "_LEDGERS", 2)
    monkeypatch.setattr(register, "LOOKED_AT_ONCE", 4)
    client = client_for(lawyer)

    def turn(**place: str) -> tuple[list[object], Any]:
        page = client.get(reverse(LIST), {"custody": "gap"} | place)
        return [item.pk for item in page.context["page"].rows], page

    first, page = turn()
    middle, page = turn(after=page.context["after"])
    assert (first, middle) == ([items[11].pk], [])
    back = page.context["before"]
    assert ">Previous<" in page.content.decode()
    last, page = turn(after=page.context["after"])
    assert last == [items[0].pk]
    assert turn(before=back)[0] == first
    met, page = turn(before=page.context["before"])
    assert met == []
    assert "go on with “Previous”" in page.content.decode()
    assert turn(after=page.context["after"])[0] == last
    past_all = turn(after=place_text(place_of(items[0])))[1]
    assert past_all.context["before"]
    assert ">Previous<" in past_all.content.decode()


def test_items_are_found_by_where_they_came_from(
    sight: str,  # noqa: F811
    case: Case,
    lawyer: User,
    found: Found,
) -> None:
    ring = put_on_the_shelf(case, lawyer)
    picture = take_photograph(ring, io.BytesIO(b"picture"), name="ring.jpg", actor=lawyer)
    assert found(from_="photograph") == {picture.reference}
    assert found(from_="own") == {ring.reference}
    assert found(from_="attachment") == set()


def test_a_saved_view_keeps_these_filters(
    take_in: TakeIn, lawyer: User, paralegal: User, client_for: ClientFor
) -> None:
    take_in()
    query = f"from=own&source=A&information=1&custody=hold&holder={paralegal.pk}"
    client_for(lawyer).post(reverse("evidence:view_save"), {"name": "Held", "query": query + "&page=2"})
    assert RegisterView.objects.get().query == query


def test_the_filters_are_worded_in_persian(take_in: TakeIn, lawyer: User, client_for: ClientFor) -> None:
    client = client_for(lawyer)
    take_in()
    client.cookies["language"] = "fa"
    page = client.get(reverse(LIST), {"custody": "gap"}).content.decode()
    for words in ("با گسستی در نگهداری", "درجهٔ منبع", "خودم", "۱ دفتر نگهداری خوانده شد"):
        assert words in page
