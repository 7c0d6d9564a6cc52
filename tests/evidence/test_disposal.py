"""Legal holds and disposals: two people, nobody past a hold, rows before bytes, and bytes that go after a kill."""

import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.errors import NotPermitted
from accounts.models import User
from accounts.roles import Role
from audit.digits import persian_digits
from audit.erasing import erase_values, names_to_erase
from audit.guards import missing_guards
from audit.models import Entry
from cases.membership import add_member
from cases.models import Case
from config.reconciling import reconcile
from dossiers.exhibits import exhibits_of, number_exhibits
from evidence import removal
from evidence.circumstances import Circumstances
from evidence.derivative_reading import open_derivative
from evidence.derivative_words import DerivativeKind
from evidence.disposal import dispose, open_request, request_disposal, turn_down_disposal
from evidence.errors import (
    AlreadyAnswered,
    BadCustody,
    DisposedOf,
    EvidenceRefused,
    NotTheHolder,
    OnHold,
    StoreHolds,
    VaultUnavailable,
)
from evidence.fixity import check_fixity
from evidence.fixity_rounds import ask_for_round, work_on
from evidence.handing_over import accept, offer
from evidence.holding import holder_of, holds_on
from evidence.holds import place_hold, release_hold
from evidence.inspecting.records import Found, Made, Maker, Output, record_made
from evidence.keeping import take_back
from evidence.lineage import CopyFacts, add_copy
from evidence.linking import add_to_case
from evidence.models import (
    CustodyEvent,
    Derivative,
    EvidenceItem,
    FoundValue,
    ImageHash,
    Removal,
    StoredObject,
)
from evidence.reading import hand_out
from evidence.removal import give_up, remove_asked
from evidence.store import vault
from evidence.unpacking.asking import ask_for_contents
from evidence.unpacking.work import carry_out
from evidence.verification import verify_evidence
from evidence.vocabulary import ReadingMethod
from tests.config.test_erasing import text_in_tables
from tests.conftest import Hire
from tests.evidence.conftest import LETTER, TakeIn
from tests.evidence.containers.makers import zip_of
from tests.evidence.derived import taken_up
from tests.evidence.test_intake import stored_files
from tests.evidence.test_store import name_a_bucket
from tests.evidence.things import put_on_the_shelf
from tests.tampering import as_owner

ClientFor = Callable[[User | None], Client]
WHY = {"reason": "The family asked for it back", "authority": "The family's letter of 3 Azar"}
HOW = {"method": "Removed from the store", "witnessed_by": "The office's notary"}


@pytest.fixture
def second(case: Case, lawyer: User, hire: Hire) -> User:
    """Another lawyer of the case."""
    user = hire("soraya", Role.LAWYER)
    add_member(case, user=user, actor=lawyer)
    return user


def ledger(item: EvidenceItem) -> list[CustodyEvent]:
    return list(item.custody.order_by("seq"))


def disposed(item: EvidenceItem, one: User, other: User) -> EvidenceItem:
    with transaction.atomic():
        dispose(request_disposal(item, **WHY, actor=one), **HOW, actor=other)
    return EvidenceItem.objects.get(pk=item.pk)


def test_nobody_steps_over_a_hold(take_in: TakeIn, lawyer: User, second: User, paralegal: User) -> None:
    item = take_in()
    asked = request_disposal(item, **WHY, actor=lawyer)
    with pytest.raises(NotPermitted):
        place_hold(item, reason="The trial goes on", actor=paralegal)
    with pytest.raises(BadCustody, match="10 characters"):
        place_hold(item, reason="trial", actor=lawyer)
    first = place_hold(item, reason="The trial goes on", actor=lawyer)
    place_hold(item, reason="The appeal goes on too", actor=second)
    release_hold(first, reason="The trial is over now", actor=lawyer)
    assert len(holds_on(ledger(item))) == 1
    with pytest.raises(OnHold, match="event 4"):
        dispose(asked, **HOW, actor=second)
    with pytest.raises(AlreadyAnswered):
        release_hold(first, reason="The trial is over now", actor=lawyer)
    assert EvidenceItem.objects.get(pk=item.pk).disposed_at is None


def test_the_database_refuses_it_too(take_in: TakeIn, lawyer: User, second: User, paralegal: User) -> None:
    item = take_in()
    asked = request_disposal(item, **WHY, actor=lawyer)
    hold = place_hold(item, reason="The trial goes on", actor=lawyer)
    facts = {
        "item": item,
        "seq": 9,
        "kind": "disposed",
        "agent": "x",
        "purpose": "because I say so",
        "actor": second,
        "answers": asked,
    }
    with pytest.raises(DatabaseError, match="hold"), transaction.atomic():
        CustodyEvent.objects.create(**facts)
    release_hold(hold, reason="The trial is over now", actor=lawyer)
    other = request_disposal(take_in(), **WHY, actor=lawyer)
    for wrong in ({"actor": lawyer}, {"answers": other}, {"actor": None}, {"answers": hold}):
        with pytest.raises(DatabaseError), transaction.atomic():
            CustodyEvent.objects.create(**facts | wrong)
    CustodyEvent.objects.create(**facts)


def test_a_guard_that_is_gone_is_a_fault(db: None) -> None:

    assert missing_guards(connection) == []
    on = " ON evidence_custodyevent" if connection.vendor == "postgresql" else ""
    with transaction.atomic():
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER evidence_custodyevent_guard_held{on}")
        assert missing_guards(connection) == ["evidence_custodyevent_guard_held"]
        transaction.set_rollback(True)


def test_a_hold_of_one_case_is_not_lifted_from_another(
    take_in: TakeIn, lawyer: User, outsider: User, other_case: Case
) -> None:
    item = take_in()
    add_member(other_case, user=lawyer, actor=outsider)
    add_to_case(item, other_case, actor=lawyer)
    hold = place_hold(item, reason="The trial goes on", actor=lawyer)
    with pytest.raises(NotTheHolder):
        release_hold(hold, reason="My case is over now", actor=outsider)
    with pytest.raises(EvidenceRefused):
        request_disposal(item, **WHY, actor=outsider)


def test_one_asks_and_another_decides(take_in: TakeIn, lawyer: User, second: User, paralegal: User) -> None:
    item = take_in()
    with pytest.raises(NotPermitted):
        request_disposal(item, **WHY, actor=paralegal)
    with pytest.raises(BadCustody, match="authority"):
        request_disposal(item, reason=WHY["reason"], authority=" ", actor=lawyer)
    asked = request_disposal(item, **WHY, actor=lawyer)
    with pytest.raises(BadCustody, match="already"):
        request_disposal(item, **WHY, actor=second)
    with pytest.raises(BadCustody, match="Another lawyer"):
        dispose(asked, **HOW, actor=lawyer)
    turn_down_disposal(asked, reason="It is needed still", actor=lawyer)
    with pytest.raises(AlreadyAnswered):
        dispose(asked, **HOW, actor=second)
    gone = disposed(item, second, lawyer)
    event = gone.custody.get(kind="disposed")
    assert (event.note, event.witnessed_by) == (HOW["method"], HOW["witnessed_by"])
    assert event.authority == WHY["authority"]
    assert holder_of(ledger(gone)) is None
    assert "notary" not in str([bytes(entry.body) for entry in Entry.objects.all()])


def test_what_is_offered_or_out_is_not_disposed_of(
    take_in: TakeIn, lawyer: User, paralegal: User, second: User
) -> None:
    item = take_in()
    offer(item, to=lawyer, facts=Circumstances("For the reading of it"), actor=paralegal)
    with pytest.raises(BadCustody, match="offered"):
        request_disposal(item, **WHY, actor=lawyer)


def test_a_thing_that_was_disposed_of_elsewhere_does_not_come_back(
    take_in: TakeIn, case: Case, lawyer: User, second: User
) -> None:
    item, paper = put_on_the_shelf(case, lawyer), take_in(b"signed when given")
    accept(
        offer(item, to="An expert", facts=Circumstances("For the reading of it"), actor=lawyer),
        facts=Circumstances(),
        document=paper,
        actor=lawyer,
    )
    gone = disposed(item, lawyer, second)
    with pytest.raises(BadCustody, match="disposed of"):
        take_back(gone, document=paper, facts=Circumstances(), actor=lawyer)


def test_its_bytes_go_and_its_record_stays(
    take_in: TakeIn, lawyer: User, second: User, house: Path, case: Case
) -> None:
    item, other = take_in(), take_in(b"another letter")
    number_exhibits(case, actor=lawyer)
    gone = disposed(item, lawyer, second)
    assert remove_asked() == 1
    assert len(stored_files(house)) == 1
    assert Entry.objects.filter(action="vault.object_removed").count() == 1
    assert remove_asked() == 0
    gone.refresh_from_db()
    assert gone.stored.sha256.hex
    for read in (hand_out, check_fixity):
        with pytest.raises(DisposedOf):
            read(gone, actor=lawyer)
    assert verify_evidence(EvidenceItem.objects.all()).ok
    assert [exhibit.item for exhibit in exhibits_of(case)] == [other]
    with pytest.raises(BadCustody, match="disposed of"):
        place_hold(gone, reason="It comes too late now", actor=lawyer)


def test_no_round_accuses_what_was_disposed_of(take_in: TakeIn, lawyer: User, second: User) -> None:
    disposed(take_in(), lawyer, second)
    take_in(b"another letter")
    remove_asked()
    going_on = ask_for_round(ReadingMethod.FULL, actor=lawyer)
    work_on(going_on)
    going_on.refresh_from_db()
    assert going_on.due == 1
    assert going_on.ended_at is not None


def test_bytes_that_another_receipt_rests_on_stay(
    take_in: TakeIn, lawyer: User, second: User, house: Path
) -> None:
    item, other = take_in(), take_in(source="another family")
    gone = disposed(item, lawyer, second)
    assert remove_asked() == 0
    assert hand_out(other, actor=lawyer).content.read() == LETTER
    with pytest.raises(DisposedOf):
        hand_out(gone, actor=lawyer)
    disposed(other, lawyer, second)
    assert remove_asked() == 1
    assert stored_files(house) == []


def test_the_same_bytes_may_come_again(take_in: TakeIn, lawyer: User, second: User) -> None:
    gone = disposed(take_in(), lawyer, second)
    assert StoredObject.objects.get().is_going
    again = take_in()
    assert not StoredObject.objects.get().is_going
    assert remove_asked() == 0
    disposed(again, lawyer, second)
    assert remove_asked() == 1
    once_more = take_in()
    row = StoredObject.objects.get()
    assert (row.removal_asked_at, row.removed_at) == (None, None)
    assert hand_out(once_more, actor=lawyer).content.read() == LETTER
    assert gone.stored == once_more.stored
    assert verify_evidence(EvidenceItem.objects.all()).ok


@pytest.mark.parametrize("when", ["before the bytes went", "after they went"])
def test_a_kill_is_made_good_by_the_next_round(
    take_in: TakeIn, lawyer: User, second: User, house: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    disposed(take_in(), lawyer, second)
    real = type(vault()).remove_disposed

    def killed(self: Any, name: str) -> bool:
        if when == "after they went":
            real(self, name)
        raise KeyboardInterrupt

    monkeypatch.setattr(type(vault()), "remove_disposed", killed)
    with pytest.raises(KeyboardInterrupt):
        remove_asked()
    monkeypatch.undo()
    assert StoredObject.objects.get().removed_at is None
    assert Entry.objects.filter(action="vault.object_removed").count() == 0
    reconcile()
    assert StoredObject.objects.get().removed_at is not None
    assert stored_files(house) == []


@pytest.fixture
def going(take_in: TakeIn, lawyer: User, second: User) -> StoredObject:
    """Bytes that are to go."""
    return disposed(take_in(), lawyer, second).stored


def at_the_store(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Do something while the store is removing bytes."""
    real = type(vault()).remove_disposed

    def removing(self: Any, name: str) -> bool:
        act()
        return real(self, name)

    monkeypatch.setattr(type(vault()), "remove_disposed", removing)


def test_no_transaction_waits_for_the_store(going: StoredObject, monkeypatch: pytest.MonkeyPatch) -> None:
    depths: list[int] = []
    at_the_store(monkeypatch, lambda: depths.append(len(connection.savepoint_ids)))
    assert remove_asked() == 1
    assert depths == [0]


def test_bytes_that_come_while_they_are_being_removed_are_put_there_anew(
    going: StoredObject, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch, house: Path
) -> None:
    came: list[EvidenceItem] = []
    at_the_store(monkeypatch, lambda: came.append(take_in()))
    assert remove_asked() == 1
    assert came[0].stored.name != going.name
    assert not came[0].stored.is_going
    assert vault().open(came[0].stored.name).read() == LETTER
    assert [path.name for path in stored_files(house)] == [came[0].stored.name]


def test_one_removes_at_a_time_and_a_silent_one_is_taken_over(
    going: StoredObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[int] = []
    at_the_store(monkeypatch, lambda: counts.append(remove_asked()))
    assert (remove_asked(), counts) == (1, [0])
    monkeypatch.undo()
    assert Entry.objects.filter(action="vault.object_removed").count() == 1


def test_a_remover_that_was_killed_is_taken_over_when_it_has_been_silent(going: StoredObject) -> None:
    give_up(going)
    rows = Removal.objects.filter(object=going)
    rows.update(taken_up_at=timezone.now())
    assert remove_asked() == 0
    rows.update(taken_up_at=timezone.now() - removal.SILENT_AFTER)
    assert remove_asked() == 1


def test_a_remover_that_was_killed_under_a_clock_that_ran_ahead_is_taken_over(going: StoredObject) -> None:
    give_up(going)
    Removal.objects.update(taken_up_at=timezone.now() + timedelta(days=9999))
    assert remove_asked() == 1


def test_a_store_that_is_away_leaves_the_removal_to_the_next_round(
    going: StoredObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise VaultUnavailable("away")

    at_the_store(monkeypatch, away)
    assert remove_asked() == 0
    assert Removal.objects.get().taken_up_at is None
    monkeypatch.undo()
    assert remove_asked() == 1


def test_what_the_stores_lock_holds_is_said_and_nothing_is_half_done(
    moto_url: str, settings: Any, take_in: TakeIn, lawyer: User, second: User
) -> None:
    name_a_bucket(moto_url, settings)
    item = take_in()
    asked = request_disposal(item, **WHY, actor=lawyer)
    before = Entry.objects.count()
    with pytest.raises(StoreHolds, match=r"before \d+ \w+ 20\d\d \(\d+ \w+ 14\d\d\)"):
        dispose(asked, **HOW, actor=second)
    with translation.override("fa"), pytest.raises(StoreHolds, match=r"۱۴[۰-۹]{2} \([۰-۹]+ \w+ ۲۰[۰-۹]{2}\)"):
        dispose(asked, **HOW, actor=second)
    assert Entry.objects.count() == before
    assert open_request(ledger(item)) == asked
    assert hand_out(item, actor=lawyer).content.read() == LETTER


def test_a_receipt_whose_bytes_stay_waits_for_no_lock(
    moto_url: str, settings: Any, take_in: TakeIn, lawyer: User, second: User
) -> None:
    name_a_bucket(moto_url, settings)
    item, other = take_in(), take_in(source="another family")
    disposed(item, lawyer, second)
    assert remove_asked() == 0
    with pytest.raises(StoreHolds):
        disposed(other, lawyer, second)


def test_the_pages_of_a_disposal_say_of_the_lock_before_anybody_types(
    moto_url: str, settings: Any, take_in: TakeIn, lawyer: User, second: User, client_for: ClientFor
) -> None:
    name_a_bucket(moto_url, settings)
    item = take_in()
    ask = reverse("evidence:dispose", args=[item.pk])
    assert "own lock keeps its bytes" in client_for(lawyer).get(ask).content.decode()
    asked = request_disposal(item, **WHY, actor=lawyer)
    decide = reverse("evidence:decide_disposal", args=[item.pk, asked.pk])
    assert "own lock keeps its bytes" in client_for(second).get(decide).content.decode()
    settings.DADKHAH_STORE_ENDPOINT = "http://127.0.0.1:1"
    page = client_for(second).get(decide)
    assert (page.status_code, "own lock" in page.content.decode()) == (200, False)


def test_a_lock_that_came_later_is_waited_for(
    take_in: TakeIn, lawyer: User, second: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    disposed(take_in(), lawyer, second)
    monkeypatch.setattr(type(vault()), "remove_disposed", lambda _self, _name: False)
    assert remove_asked() == 0
    assert StoredObject.objects.get().removed_at is None
    monkeypatch.undo()
    assert remove_asked() == 1


def test_a_thing_is_disposed_of_without_bytes(case: Case, lawyer: User, second: User) -> None:
    gone = disposed(put_on_the_shelf(case, lawyer), lawyer, second)
    assert gone.disposed_at is not None
    assert gone.custody.get(kind="disposed").tool == ""
    assert removal.objects_of(gone, lock=False) == []


def test_the_pages_ask_decide_and_say_what_became_of_it(
    take_in: TakeIn, lawyer: User, second: User, paralegal: User, client_for: ClientFor
) -> None:
    item = take_in()
    asking, deciding = client_for(lawyer), client_for(second)
    hold = reverse("evidence:hold", args=[item.pk])
    assert asking.post(hold, {"reason": "The trial goes on"}).status_code == 302
    page = client_for(paralegal).get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert "Legal hold" in page
    ask = reverse("evidence:dispose", args=[item.pk])
    form = WHY | {"confirmation": item.reference}
    assert "A legal hold is on this item" in asking.post(ask, form).content.decode()
    [event] = item.custody.filter(kind="hold_placed")
    release = reverse("evidence:release_hold", args=[item.pk, event.pk])
    assert asking.post(release, {"reason": "The trial is over now"}).status_code == 302
    assert asking.post(ask, form | {"confirmation": "E-0000"}).status_code == 422
    assert "cannot be undone" in asking.get(ask).content.decode()
    assert asking.post(ask, form).status_code == 302
    [asked] = item.custody.filter(kind="disposal_requested")
    decide = reverse("evidence:decide_disposal", args=[item.pk, asked.pk])
    decision = HOW | {"decision": "dispose", "confirmation": item.reference}
    assert asking.post(decide, decision).status_code == 422
    assert deciding.post(decide, decision | {"witnessed_by": ""}).status_code == 422
    assert deciding.post(decide, decision).status_code == 302
    shown = deciding.get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert "Disposed of" in shown
    assert "Download the original" not in shown
    assert "decided; nothing is left" in deciding.get(decide).content.decode()
    assert deciding.post(reverse("evidence:download", args=[item.pk])).status_code == 409


def test_an_item_of_no_case_cannot_be_disposed_of(take_in: TakeIn, lawyer: User) -> None:
    item = take_in(actor=lawyer, case=None)
    with pytest.raises(EvidenceRefused):
        request_disposal(item, **WHY, actor=lawyer)


def test_what_was_made_of_it_goes_with_it_and_nobody_adds_to_it(
    take_in: TakeIn, lawyer: User, second: User, house: Path
) -> None:
    item = take_in()
    facts = CopyFacts(DerivativeKind.TRANSLATION, "translation.txt", language="en")
    copy = add_copy(item, io.BytesIO(b"a translation"), facts=facts, actor=lawyer)
    gone = disposed(item, lawyer, second)
    assert remove_asked() == 2
    assert stored_files(house) == []
    for act in (
        lambda: open_derivative(copy, actor=lawyer),
        lambda: add_copy(gone, io.BytesIO(b"x"), facts=facts, actor=lawyer),
    ):
        with pytest.raises(DisposedOf):
            act()


FOUND, TAG, TITLE, NOTE, INSIDE = (
    "Shahrzad Inventedova",
    "Inventedtag",
    "Inventedtitle",
    "Inventednote",
    "Inventedname",
)


@pytest.fixture
def read_through(take_in: TakeIn, lawyer: User) -> EvidenceItem:
    """An archive in which something was found, of which somebody made a copy, and whose members are listed."""
    item = take_in(zip_of((f"{INSIDE}.txt", b"x")), original_name="a.zip")
    lead = taken_up(item, DerivativeKind.METADATA)
    output = Output(1, "application/json", vault().commit(vault().receive(io.BytesIO(b"{}"))))
    found = [Found("person", TAG, FOUND)]
    assert record_made(lead, Made(Maker("exiftool", "1"), [output], found=found, looks=7))
    facts = CopyFacts(DerivativeKind.TRANSLATION, "t.txt", language="en", title=TITLE, note=NOTE)
    add_copy(item, io.BytesIO(b"a translation"), facts=facts, actor=lawyer)
    carry_out(ask_for_contents(item, actor=lawyer).pk)
    return item


def test_the_words_that_were_read_in_it_go_with_it(
    read_through: EvidenceItem, lawyer: User, second: User
) -> None:
    words = (FOUND, TAG, TITLE, NOTE, INSIDE)
    assert [word for word in words if not text_in_tables(word)] == []
    salts = {
        bytes(row.salt) for row in [*FoundValue.objects.all(), *Derivative.objects.filter(author=lawyer)]
    }
    disposed(read_through, lawyer, second)
    assert {word: text_in_tables(word) for word in words if text_in_tables(word)} == {}
    rows = [*FoundValue.objects.all(), *Derivative.objects.filter(author=lawyer)]
    assert salts.isdisjoint(bytes(row.salt) for row in rows)
    assert not ImageHash.objects.exists()
    assert verify_evidence(EvidenceItem.objects.all()).ok
    entry = Entry.objects.get(action="evidence.disposed")
    facts = json.loads(bytes(entry.body))["facts"]
    assert (facts["found_values_erased"], facts["member_names_erased"]) == (1, 1)
    [erased] = Entry.objects.filter(action="log.values_erased")
    assert json.loads(bytes(erased.body))["facts"]["approved_by"] == lawyer.audit_name


def test_a_tag_goes_even_where_its_value_had_gone_before(
    read_through: EvidenceItem, lawyer: User, second: User
) -> None:
    row = FoundValue.objects.get()
    erase_values(row, names=names_to_erase(row), at=timezone.now())
    assert text_in_tables(TAG)
    disposed(read_through, lawyer, second)
    assert not text_in_tables(TAG)


def test_what_was_read_in_other_items_stays(
    read_through: EvidenceItem, take_in: TakeIn, lawyer: User, second: User
) -> None:
    disposed(take_in(b"another"), lawyer, second)
    assert FoundValue.objects.get().value == FOUND
    assert ImageHash.objects.exists()


def test_a_copy_whose_words_were_filled_in_again_is_found(
    read_through: EvidenceItem, lawyer: User, second: User
) -> None:
    disposed(read_through, lawyer, second)
    Derivative.objects.filter(author=lawyer).update(title="Another title")
    assert [fault.kind for fault in verify_evidence(EvidenceItem.objects.all()).faults] == [
        "derivative_altered"
    ]


def test_a_refusal_in_persian_names_the_event_in_persian_digits(take_in: TakeIn, lawyer: User) -> None:
    item = take_in()
    hold = place_hold(item, reason="The trial goes on", actor=lawyer)
    with translation.override("fa"), pytest.raises(OnHold) as refused:
        request_disposal(item, **WHY, actor=lawyer)
    assert persian_digits(str(hold.seq)) in str(refused.value)
    assert not re.search("[0-9]", str(refused.value))
