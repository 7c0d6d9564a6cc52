"""Hand-overs: two rows by two people, the bytes read again between them, and one answer to each offer."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.errors import NotPermitted
from accounts.models import User
from accounts.roles import Role
from accounts.users import close_account
from audit.models import Entry
from cases.dating import read_date
from cases.membership import add_member
from cases.models import Case
from evidence import keeping
from evidence.circumstances import Circumstances
from evidence.errors import (
    AlreadyAnswered,
    BadCustody,
    CustodyBroken,
    NotTheHolder,
    UnknownEvidence,
    VaultUnavailable,
)
from evidence.gap_report import gaps_of
from evidence.gaps.gap import GapKind
from evidence.handing_over import accept, offer, possible_receivers, refuse, withdraw
from evidence.holding import holder_of, open_offer, with_holder
from evidence.models import CustodyEvent, EvidenceItem
from evidence.verification import verify_evidence
from tests.conftest import Hire
from tests.evidence.conftest import TakeIn
from tests.evidence.test_at_once import all_at_once
from tests.evidence.test_intake import stored_files
from tests.evidence.things import put_on_the_shelf

ClientFor = Callable[[User | None], Client]
WHY = Circumstances(
    "For the reading of the handwriting", location="The office", happened=read_date("2026-11-01")
)


def kinds(item: EvidenceItem) -> list[str]:
    return list(item.custody.order_by("seq").values_list("kind", flat=True))


def holder(item: EvidenceItem) -> str:
    found = holder_of(list(item.custody.order_by("seq")))
    return found.name if found else ""


def test_an_offer_and_its_acceptance_are_two_rows_by_two_people(
    take_in: TakeIn, paralegal: User, lawyer: User
) -> None:
    item = take_in()
    assert holder(item) == paralegal.full_name
    offered = offer(item, to=lawyer, facts=WHY, actor=paralegal)
    assert holder(item) == paralegal.full_name
    taken = accept(offered, facts=Circumstances("", condition="whole"), actor=lawyer)
    assert kinds(item) == ["received", "transfer_offered", "transfer_accepted"]
    assert (offered.actor, taken.actor, taken.answers) == (paralegal, lawyer, offered)
    assert (taken.outcome, taken.digest_found) == ("verified", item.object.sha256)
    assert (taken.released_by, taken.received_by) == (paralegal.full_name, lawyer.full_name)
    assert holder(item) == lawyer.full_name
    assert Entry.objects.filter(action="evidence.transfer_accepted").count() == 1
    assert verify_evidence([item]).ok


def test_only_the_holder_offers_and_only_once_at_a_time(
    take_in: TakeIn, paralegal: User, lawyer: User
) -> None:
    item = take_in()
    with pytest.raises(NotTheHolder, match="Parvin"):
        offer(item, to=paralegal, facts=WHY, actor=lawyer)
    offer(item, to=lawyer, facts=WHY, actor=paralegal)
    with pytest.raises(BadCustody, match="offered to somebody already"):
        offer(item, to=lawyer, facts=WHY, actor=paralegal)
    assert kinds(item) == ["received", "transfer_offered"]


def test_nobody_offers_to_themselves_or_accepts_their_own_offer(
    take_in: TakeIn, paralegal: User, lawyer: User
) -> None:
    item = take_in()
    with pytest.raises(BadCustody, match="not yourself"):
        offer(item, to=paralegal, facts=WHY, actor=paralegal)
    offered = offer(item, to=lawyer, facts=WHY, actor=paralegal)
    for act in (accept, refuse):
        given = {"facts": Circumstances("")} if act is accept else {"reason": "because it is so"}
        with pytest.raises(BadCustody, match="Only the person to whom"):
            act(offered, actor=paralegal, **given)


def test_an_offer_goes_to_members_of_a_shared_case_alone(
    take_in: TakeIn, paralegal: User, lawyer: User, outsider: User, auditor: User
) -> None:
    item = take_in()
    assert list(possible_receivers(item, user=paralegal)) == [lawyer]
    with pytest.raises(BadCustody, match="works on a case"):
        offer(item, to=outsider, facts=WHY, actor=paralegal)
    offered = offer(item, to=lawyer, facts=WHY, actor=paralegal)
    with pytest.raises(UnknownEvidence):
        accept(offered, facts=Circumstances(""), actor=outsider)
    with pytest.raises(NotPermitted):
        accept(offered, facts=Circumstances(""), actor=auditor)


@pytest.mark.parametrize("purpose", ["", "  short  "])
def test_an_offer_says_why(take_in: TakeIn, paralegal: User, lawyer: User, purpose: str) -> None:
    with pytest.raises(BadCustody, match="10 characters"):
        offer(take_in(), to=lawyer, facts=Circumstances(purpose), actor=paralegal)


def test_a_day_that_has_not_come_is_refused(take_in: TakeIn, paralegal: User, lawyer: User) -> None:
    later = Circumstances(WHY.purpose, happened=read_date("2199-01-01"))
    with pytest.raises(BadCustody, match="not come yet"):
        offer(take_in(), to=lawyer, facts=later, actor=paralegal)


def test_a_refusal_and_a_withdrawal_leave_the_item_where_it_was(
    take_in: TakeIn, paralegal: User, lawyer: User
) -> None:
    item = take_in()
    first = offer(item, to=lawyer, facts=WHY, actor=paralegal)
    with pytest.raises(BadCustody, match="10 characters"):
        refuse(first, reason="no", actor=lawyer)
    refuse(first, reason="The seal is broken", actor=lawyer)
    second = offer(item, to=lawyer, facts=WHY, actor=paralegal)
    with pytest.raises(BadCustody, match="Only the person who offered"):
        withdraw(second, reason="I changed my mind", actor=lawyer)
    withdraw(second, reason="She is away this week", actor=paralegal)
    assert holder(item) == paralegal.full_name
    assert open_offer(list(item.custody.all())) is None
    assert kinds(item)[1:] == [
        "transfer_offered",
        "transfer_refused",
        "transfer_offered",
        "transfer_withdrawn",
    ]


def test_damaged_bytes_block_the_acceptance_and_are_recorded(
    take_in: TakeIn, paralegal: User, lawyer: User, house: Path
) -> None:
    item = take_in()
    offered = offer(item, to=lawyer, facts=WHY, actor=paralegal)
    [stored] = stored_files(house)
    content = bytearray(stored.read_bytes())
    stored.chmod(0o600)
    content[-1] ^= 1
    stored.write_bytes(content)
    with pytest.raises(CustodyBroken, match="not what was received"):
        accept(offered, facts=Circumstances(""), actor=lawyer)
    assert kinds(item) == ["received", "transfer_offered", "fixity_checked"]
    assert item.custody.get(seq=3).outcome == "broken"
    assert holder(item) == paralegal.full_name
    content[-1] ^= 1
    stored.write_bytes(content)
    accept(offered, facts=Circumstances(""), actor=lawyer)
    assert holder(item) == lawyer.full_name


def test_bytes_that_cannot_be_read_accuse_nobody(
    take_in: TakeIn, paralegal: User, lawyer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = take_in()
    offered = offer(item, to=lawyer, facts=WHY, actor=paralegal)

    def away(*_given: object, **_named: object) -> int:
        raise OSError(5, "away")

    monkeypatch.setattr("evidence.vault.local_store.os.open", away)
    with pytest.raises(VaultUnavailable):
        accept(offered, facts=Circumstances(""), actor=lawyer)
    monkeypatch.undo()
    assert kinds(item) == ["received", "transfer_offered"]


def test_an_offer_is_answered_once_also_past_our_code(take_in: TakeIn, paralegal: User, lawyer: User) -> None:
    item = take_in()
    offered = offer(item, to=lawyer, facts=WHY, actor=paralegal)
    refuse(offered, reason="Not today, please", actor=lawyer)
    for late in (
        lambda: accept(offered, facts=Circumstances(""), actor=lawyer),
        lambda: withdraw(offered, reason="Not today, please", actor=paralegal),
    ):
        with pytest.raises(AlreadyAnswered):
            late()
    facts = {"kind": "transfer_refused", "agent": "x", "purpose": "because I say so", "answers": offered}
    with pytest.raises(DatabaseError), transaction.atomic():
        CustodyEvent.objects.create(item=item, seq=9, **facts)
    with pytest.raises(DatabaseError), transaction.atomic():
        CustodyEvent.objects.create(item=item, seq=9, **facts | {"answers": None})


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_those_who_answer_at_once_one_wins(take_in: TakeIn, paralegal: User, lawyer: User) -> None:
    item = take_in()
    offered = offer(item, to=lawyer, facts=WHY, actor=paralegal)
    won: list[str] = []

    def answer(number: int) -> None:
        try:
            if number % 2:
                accept(offered, facts=Circumstances(""), actor=lawyer)
            else:
                withdraw(offered, reason="I need it back", actor=paralegal)
            won.append("once")
        except AlreadyAnswered:
            return

    numbers = iter(range(16))
    all_at_once(lambda: answer(next(numbers)), times=16)
    assert won == ["once"]
    assert len([kind for kind in kinds(item) if kind.startswith("transfer")]) == 2


def test_somebody_without_an_account_signs_a_paper(take_in: TakeIn, paralegal: User, lawyer: User) -> None:
    item, paper = take_in(), take_in(b"a signed receipt", title="signed")
    offered = offer(item, to="Dr. Shirin Expert", facts=WHY, actor=paralegal)
    with pytest.raises(BadCustody, match="signed paper"):
        accept(offered, facts=Circumstances(""), actor=paralegal)
    with pytest.raises(BadCustody, match="signed paper"):
        accept(offered, facts=Circumstances(""), document=item, actor=paralegal)
    with pytest.raises(BadCustody, match="cannot refuse here"):
        refuse(offered, reason="They do not want it", actor=paralegal)
    taken = accept(offered, facts=Circumstances(""), document=paper, actor=paralegal)
    assert (taken.document, taken.party) == (paper, None)
    assert holder(item) == "Dr. Shirin Expert"
    with pytest.raises(NotTheHolder, match="Shirin Expert"):
        offer(item, to=lawyer, facts=WHY, actor=paralegal)
    assert "Shirin" not in str([bytes(entry.body) for entry in Entry.objects.all()])


def seconds(item: EvidenceItem) -> list[int | None]:
    found = gaps_of(list(item.custody.order_by("seq")), item)
    return [gap.after for gap in found if gap.kind is GapKind.SECOND]


def test_one_who_offers_and_enters_the_paper_alone_is_named_until_another_confirms(
    take_in: TakeIn, paralegal: User, lawyer: User
) -> None:
    item, paper = take_in(), take_in(b"a signed receipt")
    offered = offer(item, to="Dr. Shirin Expert", facts=WHY, actor=paralegal)
    taken = accept(offered, facts=Circumstances(""), document=paper, actor=paralegal)
    assert seconds(item) == [taken.seq]
    with pytest.raises(BadCustody, match="second person must confirm"):
        keeping.confirm(taken, actor=paralegal)
    with pytest.raises(BadCustody, match="one person alone"):
        keeping.confirm(offered, actor=lawyer)
    confirmed = keeping.confirm(taken, note="I was in the room", actor=lawyer)
    assert confirmed.refers_to == taken
    assert seconds(item) == []
    assert Entry.objects.get(action="evidence.hand_over_confirmed").actor == lawyer.audit_name
    assert not Entry.objects.filter(action="evidence.seal_confirmed").exists()
    back = keeping.take_back(item, document=paper, facts=Circumstances(), actor=paralegal)
    assert seconds(item) == [back.seq]
    keeping.confirm(back, actor=lawyer)
    assert seconds(item) == []
    assert verify_evidence([item]).ok


def test_where_another_enters_the_paper_or_an_account_takes_it_nobody_is_missing(
    take_in: TakeIn, paralegal: User, lawyer: User
) -> None:
    item, paper, other = take_in(), take_in(b"a signed receipt"), take_in(b"another")
    offered = offer(item, to="An expert", facts=WHY, actor=paralegal)
    taken = accept(offered, facts=Circumstances(""), document=paper, actor=lawyer)
    passed = accept(
        offer(other, to=lawyer, facts=WHY, actor=paralegal), facts=Circumstances(""), actor=lawyer
    )
    for one in (taken, passed):
        assert seconds(one.item) == []
        with pytest.raises(BadCustody, match="one person alone"):
            keeping.confirm(one, actor=paralegal)


def test_the_page_asks_for_the_second_person_of_a_hand_over_on_paper(
    take_in: TakeIn, client_for: ClientFor, paralegal: User, lawyer: User
) -> None:
    item, paper = take_in(), take_in(b"a signed receipt")
    offered = offer(item, to="An expert", facts=WHY, actor=paralegal)
    answer = reverse("evidence:answer_offer", args=[item.pk, offered.pk])
    giver = client_for(paralegal)
    assert "has acted alone" in giver.get(answer).content.decode()
    assert giver.post(answer, {"decision": "accept"}).status_code == 422
    done = giver.post(answer, {"decision": "accept", "document": paper.reference}, follow=True)
    assert "ask somebody else of the case to confirm it" in done.content.decode()
    taken = item.custody.get(kind="transfer_accepted")
    confirm = reverse("evidence:confirm", args=[item.pk, taken.pk])
    page = client_for(lawyer).get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert confirm in page
    assert "confirmed by no second person" in page
    assert client_for(lawyer).post(confirm, {}).status_code == 302
    assert confirm not in client_for(lawyer).get(reverse("evidence:item", args=[item.pk])).content.decode()


def test_a_lawyer_stands_in_for_a_holder_whose_account_is_closed(
    take_in: TakeIn, case: Case, lawyer: User, administrator: User, hire: Hire
) -> None:
    gone = hire("gone", Role.PARALEGAL)
    add_member(case, user=gone, actor=lawyer)
    item = take_in(actor=gone)
    successor = hire("successor", Role.PARALEGAL)
    add_member(case, user=successor, actor=lawyer)
    close_account(gone, actor=administrator)
    with pytest.raises(NotTheHolder):
        offer(item, to=lawyer, facts=WHY, actor=successor)
    offered = offer(item, to=successor, facts=WHY, actor=lawyer)
    assert (offered.released_by, offered.actor) == (gone.full_name, lawyer)
    accept(offered, facts=Circumstances(""), actor=successor)
    assert holder(item) == successor.full_name


def test_lists_know_the_holder_as_the_ledger_does(
    take_in: TakeIn, case: Case, paralegal: User, lawyer: User
) -> None:
    put_on_the_shelf(case, lawyer)
    with_her, outside = take_in(), take_in()
    paper = take_in(b"signed")
    accept(offer(with_her, to=lawyer, facts=WHY, actor=paralegal), facts=Circumstances(""), actor=lawyer)
    accept(
        offer(outside, to="An expert", facts=WHY, actor=paralegal),
        facts=Circumstances(""),
        document=paper,
        actor=paralegal,
    )
    with CaptureQueriesContext(connection) as asked:
        listed = {
            item.pk: (item.holder_id, item.holder_name) for item in with_holder(EvidenceItem.objects.all())
        }
    assert len(asked) == 1
    for item in EvidenceItem.objects.all():
        found = holder_of(list(item.custody.order_by("seq")))
        assert found is not None
        assert listed[item.pk] == (found.user_id, found.name)


def test_the_pages_do_it_and_desks_and_auditors_see_what_is_open(
    take_in: TakeIn, client_for: ClientFor, paralegal: User, lawyer: User, auditor: User
) -> None:
    item = take_in(title="A telling title")
    giver, taker, reviewer = client_for(paralegal), client_for(lawyer), client_for(auditor)
    form = {"to": str(lawyer.pk), "purpose": "For the reading of the handwriting", "location": "Office"}
    where = reverse("evidence:hand_over", args=[item.pk])
    assert giver.post(where, form | {"purpose": "short"}).status_code == 422
    assert giver.post(where, form).status_code == 302
    assert "offered to somebody already" in giver.get(where).content.decode()
    [offered] = item.custody.filter(kind="transfer_offered")
    answer = reverse("evidence:answer_offer", args=[item.pk, offered.pk])
    for page in (giver.get("/"), taker.get("/"), taker.get(reverse("evidence:transfers"))):
        assert answer in page.content.decode()
    seen = reviewer.get(reverse("evidence:all_transfers")).content.decode()
    assert item.reference in seen
    assert "handwriting" not in seen
    assert "telling" not in seen
    assert taker.post(answer, {"decision": "refuse"}).status_code == 422
    assert taker.post(answer, {"decision": "withdraw", "reason": "not mine to withdraw"}).status_code == 422
    assert taker.post(answer, {"decision": "accept"}).status_code == 302
    assert taker.post(answer, {"decision": "accept"}).status_code == 422
    page = taker.get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert "It is with" in page
    assert lawyer.full_name in page
    assert answer not in taker.get("/").content.decode()
    assert item.reference not in reviewer.get(reverse("evidence:all_transfers")).content.decode()


@pytest.mark.parametrize("withdrawn", [False, True])
def test_the_page_of_an_offer_says_who_turned_it_down_and_why(
    take_in: TakeIn, paralegal: User, lawyer: User, outsider: User, client: Client, withdrawn: bool
) -> None:
    item = take_in()
    offered = offer(item, to=lawyer, facts=WHY, actor=paralegal)
    if withdrawn:
        withdraw(offered, reason="It stays in the safe", actor=paralegal)
    else:
        refuse(offered, reason="The seal is broken", actor=lawyer)
    address = reverse("evidence:answer_offer", args=[item.pk, offered.pk])
    who, why = (paralegal, "It stays in the safe") if withdrawn else (lawyer, "The seal is broken")
    client.force_login(lawyer)
    for page in (client.get(address), client.get(reverse("evidence:item", args=[item.pk]))):
        told = " ".join(page.content.decode().split())
        assert f"<dt>Reason</dt><dd><bdi>{why}</bdi>" in told
        assert who.full_name in told
    client.force_login(outsider)
    assert client.get(address).status_code == 404


def test_whoever_cannot_hand_it_over_is_told_so_before_they_type_anything(
    take_in: TakeIn, client_for: ClientFor, paralegal: User, lawyer: User
) -> None:
    item = take_in()
    where = reverse("evidence:hand_over", args=[item.pk])
    assert 'name="purpose"' in client_for(paralegal).get(where).content.decode()
    other = client_for(lawyer)
    seen = other.get(where).content.decode()
    assert f"This item is with {paralegal.full_name}" in seen
    assert 'name="purpose"' not in seen
    typed = {"to": str(paralegal.pk), "purpose": "For the reading of the handwriting"}
    refused = other.post(where, typed)
    assert refused.status_code == 422
    assert typed["purpose"] in refused.content.decode()


def test_the_number_of_open_offers_costs_no_queries(
    take_in: TakeIn, client_for: ClientFor, paralegal: User, lawyer: User
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client_for(lawyer).get(reverse("evidence:transfers"))
        return len(asked)

    offer(take_in(), to=lawyer, facts=WHY, actor=paralegal)
    one = queries()
    for _number in range(4):
        offer(take_in(), to=lawyer, facts=WHY, actor=paralegal)
    assert queries() == one
