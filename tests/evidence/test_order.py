"""What can follow what in a ledger: every act in every standing, and walks at random; late entries stay possible."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from audit.errors import DomainError
from cases.dating import read_date
from cases.folding import joined_key
from cases.membership import add_member
from cases.models import Case
from evidence import keeping
from evidence.circumstances import Circumstances
from evidence.disposal import dispose, request_disposal
from evidence.errors import AlreadyAnswered, BadCustody, NotTheHolder
from evidence.gap_report import gaps_of
from evidence.gaps.gap import GapKind
from evidence.handing_over import accept, offer, refuse, withdraw
from evidence.holding import checked_out, open_offer, open_seals
from evidence.holds import place_hold
from evidence.models import CustodyEvent, EvidenceItem
from evidence.vocabulary import CustodyKind
from tests.conftest import Hire
from tests.evidence.conftest import TakeIn
from tests.evidence.test_at_once import all_at_once
from tests.evidence.test_disposal import HOW, WHY

ClientFor = Callable[[User | None], Client]
GIVEN = Circumstances("For the reading of the handwriting")
SOON = timezone.now().date() + timedelta(days=7)
NUMBER = "A 1042"
CLOSED = "disposed of"

# What each act is answered with in each standing; an empty answer is that it is recorded.
TABLE: dict[str, dict[str, str]] = {
    "at hand": {
        "the same seal": "seal of this number is on it",
        "open an unknown seal": "Choose the seal",
        "accept": "-",
        "refuse": "-",
        "withdraw": "-",
        "take back": "not out",
    },
    "unsealed": {
        "open the seal": "-",
        "accept": "-",
        "refuse": "-",
        "withdraw": "-",
        "take back": "not out",
    },
    "offered": {
        "the same seal": "seal of this number is on it",
        "open an unknown seal": "Choose the seal",
        "check out": "offered to somebody already",
        "offer": "offered to somebody already",
        "take back": "not out",
        "ask for disposal": "offered to somebody already",
    },
    "out": {
        "move": "checked out since event 3",
        "the same seal": "seal of this number is on it",
        "open an unknown seal": "Choose the seal",
        "check out": "is checked out",
        "offer": "is checked out",
        "accept": "-",
        "refuse": "-",
        "withdraw": "-",
        "ask for disposal": "is checked out",
    },
    "outside": {
        "move": "is with An expert",
        "another seal": "is with An expert",
        "the same seal": "is with An expert",
        "open the seal": "is with An expert",
        "open an unknown seal": "Choose the seal",
        "check out": "is with An expert",
        "offer": "is with An expert",
        "accept": "somebody else was first",
        "refuse": "cannot refuse here",
        "withdraw": "somebody else was first",
    },
    "disposed of": {
        "move": CLOSED,
        "another seal": CLOSED,
        "the same seal": CLOSED,
        "open the seal": CLOSED,
        "open an unknown seal": "Choose the seal",
        "check out": CLOSED,
        "offer": CLOSED,
        "accept": "-",
        "refuse": "-",
        "withdraw": "-",
        "take back": "not out",
        "hold": CLOSED,
        "ask for disposal": CLOSED,
    },
}


@pytest.fixture
def second(case: Case, lawyer: User, hire: Hire) -> User:
    """Another lawyer of the case."""
    user = hire("soraya", Role.LAWYER)
    add_member(case, user=user, actor=lawyer)
    return user


@pytest.fixture
def item(take_in: TakeIn, lawyer: User) -> EvidenceItem:
    """An item under a seal, with its holder."""
    item = take_in(actor=lawyer)
    keeping.seal(item, facts=Circumstances(seal=NUMBER), actor=lawyer)
    return item


def ledger(item: EvidenceItem) -> list[CustodyEvent]:
    return list(item.custody.order_by("seq"))


def bring(item: EvidenceItem, standing: str, lawyer: User, second: User, paper: EvidenceItem) -> None:
    """Bring the item into a standing."""
    if standing == "unsealed":
        [put_on] = open_seals(ledger(item))
        opened = Circumstances("To read what is in it", seal=NUMBER)
        keeping.open_seal(item, seal=put_on, facts=opened, actor=lawyer)
    elif standing == "offered":
        offer(item, to=second, facts=GIVEN, actor=lawyer)
    elif standing == "out":
        keeping.check_out(item, to="An expert", due=SOON, facts=GIVEN, actor=lawyer)
    elif standing == "outside":
        offered = offer(item, to="An expert", facts=GIVEN, actor=lawyer)
        accept(offered, facts=Circumstances(), document=paper, actor=lawyer)
    elif standing == "disposed of":
        dispose(request_disposal(item, **WHY, actor=lawyer), **HOW, actor=second)


Act = Callable[[], object]


def acts(item: EvidenceItem, lawyer: User, second: User, paper: EvidenceItem) -> dict[str, Act | None]:
    """Everything that somebody could do next; None where there is nothing that it could be done to."""
    events = ledger(item)
    put_on = next(iter(open_seals(events)), None)
    offered = next((one for one in reversed(events) if one.kind == CustodyKind.TRANSFER_OFFERED), None)
    taker = second if offered is None or offered.party_id else lawyer
    signed = paper if offered is not None and offered.party_id is None else None
    opened = Circumstances("To read what is in it", seal=NUMBER)
    out = keeping.to_come_back(events)
    back = paper if out is not None and out.kind == CustodyKind.TRANSFER_ACCEPTED else None
    return {
        "move": lambda: keeping.move(item, facts=Circumstances(location="Box 4"), actor=lawyer),
        "another seal": lambda: keeping.seal(item, facts=Circumstances(seal="B 7"), actor=lawyer),
        "the same seal": lambda: keeping.seal(item, facts=Circumstances(seal="a1042"), actor=lawyer),
        "open the seal": (lambda: keeping.open_seal(item, seal=put_on, facts=opened, actor=lawyer))
        if put_on
        else None,
        "open an unknown seal": lambda: keeping.open_seal(item, seal=None, facts=opened, actor=lawyer),
        "check out": lambda: keeping.check_out(item, to="Dr. X", due=SOON, facts=GIVEN, actor=lawyer),
        "offer": lambda: offer(item, to=second, facts=GIVEN, actor=lawyer),
        "accept": (lambda: accept(offered, facts=Circumstances(), document=signed, actor=taker))
        if offered
        else None,
        "refuse": (lambda: refuse(offered, reason="Not today, please", actor=taker)) if offered else None,
        "withdraw": (lambda: withdraw(offered, reason="She is away this week", actor=lawyer))
        if offered
        else None,
        "take back": lambda: keeping.take_back(item, document=back, facts=Circumstances(), actor=lawyer),
        "hold": lambda: place_hold(item, reason="The trial goes on", actor=lawyer),
        "ask for disposal": lambda: request_disposal(item, **WHY, actor=lawyer),
        "collected": lambda: keeping.record_collection(
            item, collected_by="A cellmate", facts=Circumstances(happened=read_date("1367")), actor=lawyer
        ),
        "correct": lambda: keeping.correct(
            events[0], reason="It was another day", facts=Circumstances(), actor=lawyer
        ),
    }


@pytest.mark.parametrize("standing", TABLE)
def test_every_act_in_every_standing(
    item: EvidenceItem, take_in: TakeIn, lawyer: User, second: User, standing: str
) -> None:
    paper = take_in(b"signed when given", actor=lawyer)
    bring(item, standing, lawyer, second, paper)
    answers = {}
    before = len(ledger(item))
    for name, act in acts(item, lawyer, second, paper).items():
        if act is None:
            answers[name] = "-"
            continue
        answers[name] = ""
        with transaction.atomic():
            try:
                act()
            except DomainError as error:
                answers[name] = str(error)
            transaction.set_rollback(True)
    assert len(ledger(item)) == before
    for name, said in answers.items():
        wanted = TABLE[standing].get(name, "")
        assert (wanted.lower() in said.lower()) if wanted else said == "", (standing, name, said)


@pytest.mark.parametrize("seed", range(3))
def test_no_walk_leads_to_a_ledger_that_contradicts_itself(
    item: EvidenceItem, take_in: TakeIn, lawyer: User, second: User, seed: int
) -> None:
    paper, dice = take_in(b"signed when given", actor=lawyer), random.Random(seed)
    done = 0
    for _step in range(14):
        possible = {name: act for name, act in acts(item, lawyer, second, paper).items() if act}
        try:
            with transaction.atomic():
                possible[dice.choice(sorted(possible))]()
            done += 1
        except (BadCustody, NotTheHolder, AlreadyAnswered):
            continue
        events = ledger(item)
        assert [one.seq for one in events] == list(range(1, len(events) + 1))
        assert open_offer(events) is None or checked_out(events) is None
        on = [joined_key(one.seal) for one in open_seals(events)]
        assert len(on) == len(set(on))
        last_out = checked_out(events)
        if last_out is not None:
            assert not [one for one in events if one.kind == "moved" and one.seq > last_out.seq]
    assert done > 2


def test_what_is_remembered_late_is_recorded_and_named(item: EvidenceItem, lawyer: User) -> None:
    keeping.check_out(item, to="An expert", due=SOON, facts=GIVEN, actor=lawyer)
    for when in ("2199", "2199-01-01"):
        with pytest.raises(BadCustody, match=r"checked out since|not come yet"):
            late = Circumstances(location="Box 4", happened=read_date(when))
            keeping.move(item, facts=late, actor=lawyer)
    for when in ("1367", "about 1988", str(timezone.now().year)):
        late = Circumstances(location="Box 4", happened=read_date(when))
        moved = keeping.move(item, facts=late, actor=lawyer)
        named = {(gap.kind, gap.before) for gap in gaps_of(ledger(item), item)}
        assert (GapKind.ORDER, moved.seq) in named or (GapKind.TIME, moved.seq) in named


def test_what_the_one_who_has_it_did_is_recorded_and_named(item: EvidenceItem, lawyer: User) -> None:
    out = keeping.check_out(item, to="An expert", due=SOON, facts=GIVEN, actor=lawyer)
    [put_on] = open_seals(ledger(item))
    facts = Circumstances("The expert had to open it", seal=NUMBER)
    opened = keeping.open_seal(item, seal=put_on, facts=facts, actor=lawyer)
    found = [gap for gap in gaps_of(ledger(item), item) if gap.kind is GapKind.ORDER]
    assert [(gap.after, gap.before) for gap in found] == [(out.seq, opened.seq)]
    assert "Event 4 (Seal opened) stands where it was checked out since event 3." in found[0].sentence


def test_a_seal_is_put_on_once_and_a_number_that_comes_again_is_named(
    item: EvidenceItem, lawyer: User
) -> None:
    with pytest.raises(BadCustody, match="since event 2"):
        keeping.seal(item, facts=Circumstances(seal="a 1042"), actor=lawyer)
    [put_on] = open_seals(ledger(item))
    keeping.open_seal(item, seal=put_on, facts=Circumstances("To read it again", seal=NUMBER), actor=lawyer)
    keeping.seal(item, facts=Circumstances(seal=NUMBER), actor=lawyer)
    found = [gap.sentence for gap in gaps_of(ledger(item), item) if gap.kind is GapKind.SEAL]
    assert found == ["The seal put on at event 4 has the number of the one of event 2."]


def test_the_page_says_what_to_do(item: EvidenceItem, lawyer: User, client_for: ClientFor) -> None:
    keeping.check_out(item, to="An expert", due=SOON, facts=GIVEN, actor=lawyer)
    client, where = client_for(lawyer), reverse("evidence:move", args=[item.pk])
    refused = client.post(where, {"location": "Box 4"})
    assert refused.status_code == 422
    assert "Record its return first" in refused.content.decode()
    assert client.post(where, {"location": "Box 4", "happened": "1367"}).status_code == 302
    page = client.get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert "It does not fit what went before" in page or "Time runs backwards" in page


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_those_who_act_at_once_none_passes_the_other(item: EvidenceItem, lawyer: User) -> None:
    def act(number: int) -> None:
        try:
            if number % 3 == 0:
                keeping.check_out(item, to="An expert", due=SOON, facts=GIVEN, actor=lawyer)
            elif number % 3 == 1:
                keeping.move(item, facts=Circumstances(location=f"Box {number}"), actor=lawyer)
            else:
                keeping.seal(item, facts=Circumstances(seal="C 9"), actor=lawyer)
        except BadCustody:
            return

    numbers = iter(range(12))
    all_at_once(lambda: act(next(numbers)), times=12)
    events = ledger(item)
    out = checked_out(events)
    assert out is not None
    assert not [one for one in events if one.kind == "moved" and one.seq > out.seq]
    assert len([one for one in events if one.seal == "C 9"]) == 1
    assert len([one for one in events if one.kind == "checked_out"]) == 1
