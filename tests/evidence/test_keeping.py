"""Seals, moves, check-outs and returns, what is remembered, and what is put right; the old rows stay."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from cases.dating import read_date
from evidence import keeping
from evidence.circumstances import Circumstances
from evidence.errors import AlreadyAnswered, BadCustody, NotTheHolder
from evidence.handing_over import accept, offer
from evidence.holding import holder_of, open_seals
from evidence.models import CustodyEvent, EvidenceItem
from evidence.verification import verify_evidence
from tests.evidence.conftest import TakeIn

ClientFor = Callable[[User | None], Client]
NUMBER = Circumstances(seal="seal no. 1042")
OPENED = Circumstances("For the reading of the letter", seal="seal no. 1042")
WHY = Circumstances("For the reading of the handwriting")
SOON = timezone.now().date() + timedelta(days=7)


def ledger(item: EvidenceItem) -> list[CustodyEvent]:
    return list(item.custody.order_by("seq"))


def test_a_seal_has_a_number_a_holder_and_a_second_person(
    take_in: TakeIn, paralegal: User, lawyer: User
) -> None:
    item, photograph = take_in(), take_in(b"a picture of the seal")
    with pytest.raises(BadCustody, match="number"):
        keeping.seal(item, facts=Circumstances(), actor=paralegal)
    with pytest.raises(NotTheHolder):
        keeping.seal(item, facts=NUMBER, actor=lawyer)
    sealed = keeping.seal(item, facts=NUMBER, photograph=photograph, actor=paralegal)
    assert (sealed.seal, sealed.document) == ("seal no. 1042", photograph)
    with pytest.raises(BadCustody, match="second person"):
        keeping.confirm(sealed, actor=paralegal)
    confirmed = keeping.confirm(sealed, note="seen", actor=lawyer)
    assert confirmed.refers_to == sealed
    with pytest.raises(BadCustody, match="already"):
        keeping.confirm(sealed, actor=lawyer)
    assert "no. 1042" not in str([bytes(entry.body) for entry in Entry.objects.all()])
    assert verify_evidence([item]).ok


def test_a_seal_is_opened_once_and_as_it_was_read(take_in: TakeIn, paralegal: User) -> None:
    item = take_in()
    sealed = keeping.seal(item, facts=NUMBER, actor=paralegal)
    with pytest.raises(BadCustody, match="Choose the seal"):
        keeping.open_seal(item, seal=None, facts=OPENED, actor=paralegal)
    with pytest.raises(BadCustody, match="why"):
        keeping.open_seal(item, seal=sealed, facts=NUMBER, actor=paralegal)
    opened = keeping.open_seal(item, seal=sealed, facts=OPENED, actor=paralegal)
    assert opened.answers == sealed
    assert open_seals(ledger(item)) == []
    with pytest.raises(AlreadyAnswered):
        keeping.open_seal(item, seal=sealed, facts=OPENED, actor=paralegal)
    keeping.open_seal(item, seal=None, facts=OPENED, actor=paralegal)


def test_a_move_says_where_to_and_only_the_holder_moves(
    take_in: TakeIn, paralegal: User, lawyer: User
) -> None:
    item = take_in()
    with pytest.raises(BadCustody, match="place"):
        keeping.move(item, facts=Circumstances(), actor=paralegal)
    with pytest.raises(NotTheHolder):
        keeping.move(item, facts=Circumstances(location="Box 4"), actor=lawyer)
    assert keeping.move(item, facts=Circumstances(location="Box 4"), actor=paralegal).location == "Box 4"


def test_what_is_checked_out_stays_with_its_holder_and_comes_back_once(
    take_in: TakeIn, paralegal: User, lawyer: User
) -> None:
    item = take_in()
    with pytest.raises(BadCustody, match="not out"):
        keeping.take_back(item, facts=Circumstances(), actor=paralegal)
    with pytest.raises(BadCustody, match="due back before"):
        keeping.check_out(item, to="Dr. Expert", due=date(2021, 12, 1), facts=WHY, actor=paralegal)
    out = keeping.check_out(item, to="Dr. Expert", due=SOON, facts=WHY, actor=paralegal)
    holder = holder_of(ledger(item))
    assert holder is not None
    assert holder.is_user(paralegal)
    for act in (
        lambda: offer(item, to=lawyer, facts=WHY, actor=paralegal),
        lambda: keeping.check_out(item, to="Another", due=SOON, facts=WHY, actor=paralegal),
    ):
        with pytest.raises(BadCustody, match="checked out"):
            act()
    with pytest.raises(NotTheHolder):
        keeping.take_back(item, facts=Circumstances(), actor=lawyer)
    back = keeping.take_back(item, facts=Circumstances(condition="whole"), actor=paralegal)
    assert (back.answers, back.released_by, back.outcome) == (out, "Dr. Expert", "verified")
    with pytest.raises(BadCustody, match="not out"):
        keeping.take_back(item, facts=Circumstances(), actor=paralegal)


def test_what_went_to_somebody_without_an_account_comes_back_with_a_paper(
    take_in: TakeIn, paralegal: User, lawyer: User
) -> None:
    item, paper, second = take_in(), take_in(b"signed when given"), take_in(b"signed when returned")
    given = accept(
        offer(item, to="An expert", facts=WHY, actor=paralegal),
        facts=Circumstances(),
        document=paper,
        actor=paralegal,
    )
    with pytest.raises(BadCustody, match="signed paper"):
        keeping.take_back(item, facts=Circumstances(), actor=lawyer)
    back = keeping.take_back(item, document=second, facts=Circumstances(), actor=lawyer)
    assert (back.answers, back.document, back.released_by) == (given, second, "An expert")
    holder = holder_of(ledger(item))
    assert holder is not None
    assert holder.is_user(lawyer)
    assert keeping.to_come_back(ledger(item)) is None


def test_a_collection_is_remembered_later_and_changes_no_holder(
    take_in: TakeIn, paralegal: User, lawyer: User
) -> None:
    item = take_in()
    with pytest.raises(BadCustody, match="when it was collected"):
        keeping.record_collection(item, collected_by="A cellmate", facts=Circumstances(), actor=lawyer)
    event = keeping.record_collection(
        item,
        collected_by="A cellmate",
        released_by="The guard",
        authority="Consent C-7",
        facts=Circumstances(happened=read_date("late Mordad 1367")),
        actor=lawyer,
    )
    assert event.seq == 2
    assert event.date_latest == date(1988, 8, 22)
    assert event.recorded_at.year > 2000
    holder = holder_of(ledger(item))
    assert holder is not None
    assert holder.is_user(paralegal)


def test_a_correction_leaves_the_old_row_and_the_page_shows_both(
    take_in: TakeIn, paralegal: User, lawyer: User, client_for: ClientFor
) -> None:
    item = take_in()
    moved = keeping.move(item, facts=Circumstances(location="Box 4"), actor=paralegal)
    with pytest.raises(BadCustody, match="10 characters"):
        keeping.correct(moved, reason="wrong", facts=Circumstances(), actor=lawyer)
    keeping.correct(
        moved, reason="It was box 5, not box 4", facts=Circumstances(location="Box 5"), actor=lawyer
    )
    moved.refresh_from_db()
    assert moved.location == "Box 4"
    page = client_for(lawyer).get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert "custody-corrected" in page
    assert "Corrected by event 3" in page
    assert "It was box 5, not box 4" in page


@pytest.mark.parametrize(
    ("name", "form", "kind"),
    [
        ("seal", {"seal": "A 1042"}, "sealed"),
        ("unseal", {"which": "unknown", "seal": "B 7", "purpose": "To read the letter"}, "unsealed"),
        ("move", {"location": "Box 4"}, "moved"),
        (
            "check_out",
            {"name": "Dr. Expert", "due": "2199-01-01", "purpose": "To read the letter"},
            "checked_out",
        ),
        ("collected", {"collected_by": "A cellmate", "happened": "مرداد ۱۳۶۷"}, "collected"),
    ],
)
def test_each_act_has_a_page_that_asks_for_what_it_needs(
    take_in: TakeIn, paralegal: User, client_for: ClientFor, name: str, form: dict[str, str], kind: str
) -> None:
    item, client = take_in(), client_for(paralegal)
    where = reverse(f"evidence:{name}", args=[item.pk])
    assert client.get(where).status_code == 200
    assert client.post(where, {"note": "nothing else"}).status_code == 422
    hidden = client.post(where, form | {"note": "turned\u202eround"})
    assert hidden.status_code == 422
    assert item.custody.count() == 1
    assert client.post(where, form).status_code == 302
    assert item.custody.get(seq=2).kind == kind


def test_the_pages_of_an_event_confirm_correct_and_take_back(
    take_in: TakeIn, paralegal: User, lawyer: User, client_for: ClientFor
) -> None:
    item = take_in()
    sealed = keeping.seal(item, facts=NUMBER, actor=paralegal)
    keeping.check_out(item, to="Dr. Expert", due=SOON, facts=WHY, actor=paralegal)
    first, second = client_for(paralegal), client_for(lawyer)
    confirm = reverse("evidence:confirm", args=[item.pk, sealed.pk])
    assert confirm in second.get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert first.post(confirm).status_code == 422
    assert second.post(confirm).status_code == 302
    correct = reverse("evidence:correct", args=[item.pk, sealed.pk])
    assert second.post(correct, {"reason": "short"}).status_code == 422
    assert second.post(correct, {"reason": "The number is A 1043"}).status_code == 302
    back = reverse("evidence:take_back", args=[item.pk])
    assert second.post(back, {}).status_code == 422
    assert second.post(back, {"note": "it is back"}).status_code == 422
    assert first.post(back, {"note": "it is back"}).status_code == 302
    other = take_in(b"another one")
    strange = reverse("evidence:confirm", args=[other.pk, sealed.pk])
    assert second.post(strange).status_code == 404
