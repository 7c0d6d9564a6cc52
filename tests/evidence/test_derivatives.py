"""What is made of items: asked for once, made once, by one worker, and read by those alone who may see the item."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import NotPermitted
from accounts.models import User
from audit.actions import Action
from audit.models import Entry
from config.erasing import erase_private_values
from evidence.derivative_failures import Failure, sentence
from evidence.derivative_reading import derivatives_of, find_derivative, hand_out_derivative, open_derivative
from evidence.derivative_words import DerivativeKind, DerivativeState
from evidence.errors import BadDerivative, DisposedOf, UnknownEvidence
from evidence.inspecting.pending import requeue_derivatives
from evidence.inspecting.records import (
    MOST_TRIES,
    SILENT_AFTER,
    Found,
    Made,
    Maker,
    Output,
    ask_for_derivatives,
    beat,
    claim,
    record_made,
    record_nothing,
    record_without,
    retry_derivative,
)
from evidence.inspecting.work import make_derivative
from evidence.lineage import CopyFacts, add_copy
from evidence.models import Derivative, EvidenceItem, FoundValue, ImageHash, StoredObject
from evidence.store import vault
from evidence.verification import verify_evidence
from tests.evidence.conftest import TakeIn
from tests.evidence.test_looking import sealed_file

MAKER = Maker("a program", "1.0", {"pixels": 100})


def output(content: bytes, *, number: int = 1, media_type: str = "image/png") -> Output:
    store = vault()
    return Output(number, media_type, store.commit(store.receive(io.BytesIO(content))))


def asked(item: EvidenceItem, kind: DerivativeKind = DerivativeKind.PAGE_IMAGE) -> Derivative:
    with transaction.atomic():
        [lead] = ask_for_derivatives(item, [kind])
    return lead


def made(
    item: EvidenceItem, *contents: bytes, kind: DerivativeKind = DerivativeKind.PAGE_IMAGE
) -> Derivative:
    lead = claim(asked(item, kind).pk)
    assert lead is not None
    outputs = [output(content, number=number) for number, content in enumerate(contents, 1)]
    assert record_made(lead, Made(MAKER, outputs))
    lead.refresh_from_db()
    return lead


def facts(action: Action) -> list[dict[str, Any]]:
    entries = Entry.objects.filter(action=action).order_by("recorded_at")
    return [json.loads(bytes(entry.body))["facts"] for entry in entries]


def silence(lead: Derivative) -> None:
    Derivative.objects.filter(pk=lead.pk).update(beat_at=timezone.now() - SILENT_AFTER - timedelta(seconds=1))


def test_what_is_asked_for_twice_is_noted_once(take_in: TakeIn) -> None:
    item = take_in()
    with transaction.atomic():
        first = ask_for_derivatives(item, [DerivativeKind.TEXT, DerivativeKind.METADATA])
        again = ask_for_derivatives(item, [DerivativeKind.TEXT])
    assert (len(first), again) == (2, [])
    assert facts(Action.DERIVATIVES_ASKED) == [{"kinds": ["text", "metadata"]}]


def test_pages_are_kept_encrypted_in_the_vault_with_tool_version_and_parameters(take_in: TakeIn) -> None:
    item = take_in()
    lead = made(item, b"page one", b"page two")
    pages = list(item.derivatives.order_by("number"))
    assert [page.number for page in pages] == [1, 2]
    for page, content in zip(pages, (b"page one", b"page two"), strict=True):
        assert (page.state, page.tool, page.tool_version) == ("made", "a program", "1.0")
        assert page.parameters == '{"pixels":100}'
        assert vault().open(page.object.name).read() == content
    [entry] = facts(Action.DERIVATIVE_MADE)
    assert entry["derivative"] == str(lead.pk)
    assert entry["sha256"] == [page.object.sha256.hex for page in pages]


def test_of_two_workers_one_takes_the_work_and_one_record_is_made(take_in: TakeIn) -> None:
    lead = asked(take_in())
    first = claim(lead.pk)
    assert first is not None
    assert claim(lead.pk) is None
    silence(lead)
    second = claim(lead.pk)
    assert second is not None
    assert second.tries == 2
    assert not beat(first)
    assert beat(second)
    assert not record_made(first, Made(MAKER, [output(b"late")]))
    assert not record_nothing(first)
    assert record_made(second, Made(MAKER, [output(b"in time")]))
    assert not record_made(second, Made(MAKER, [output(b"twice")]))
    assert claim(lead.pk) is None
    assert len(facts(Action.DERIVATIVE_MADE)) == 1
    assert not StoredObject.objects.filter(size=len(b"late")).exists()


def test_a_store_that_is_away_is_waited_for_and_blamed_on_no_file(take_in: TakeIn, house: Path) -> None:
    lead = asked(take_in(), DerivativeKind.TEXT)
    EvidenceItem.objects.update(media_type="text/plain")
    vault_folder = house / "data" / "vault"
    vault_folder.rename(vault_folder.with_name("unmounted"))
    for _round in range(2 * MOST_TRIES):
        make_derivative(lead.pk)
        Derivative.objects.update(asked_at=timezone.now() - timedelta(hours=1), beat_at=None)
        # Nobody is sent to wait for it meanwhile.
        assert requeue_derivatives() == 0
    lead.refresh_from_db()
    assert (lead.state, lead.tries) == (DerivativeState.WAITING, 0)
    vault_folder.with_name("unmounted").rename(vault_folder)
    assert requeue_derivatives() == 1
    lead.refresh_from_db()
    assert lead.state == DerivativeState.MADE


def test_a_failure_says_why_in_the_readers_language_and_can_be_tried_again(
    take_in: TakeIn, paralegal: User, outsider: User, auditor: User
) -> None:
    lead = claim(asked(take_in()).pk)
    assert lead is not None
    assert record_without(lead, DerivativeState.MISSING, failure=Failure.PROGRAM_MISSING, detail="ffmpeg")
    lead.refresh_from_db()
    assert "ffmpeg is not on this machine" in sentence(lead.failure, lead.failure_detail)
    with pytest.raises(UnknownEvidence):
        retry_derivative(lead, actor=outsider)
    with pytest.raises(NotPermitted):
        retry_derivative(lead, actor=auditor)
    retry_derivative(lead, actor=paralegal)
    lead.refresh_from_db()
    assert (lead.state, lead.failure, lead.tries) == ("waiting", "", 0)
    with pytest.raises(BadDerivative):
        retry_derivative(lead, actor=paralegal)
    assert len(facts(Action.DERIVATIVE_RETRIED)) == 1
    [entry] = facts(Action.DERIVATIVE_NOT_MADE)
    assert (entry["failure"], entry["detail"]) == ("program_missing", "ffmpeg")


@pytest.mark.parametrize("failure", Failure)
def test_every_failure_has_a_sentence_that_says_what_to_do(failure: Failure) -> None:
    said = sentence(failure, "7")
    assert said.endswith(".")
    assert "%(" not in said


def test_what_was_found_is_sealed_in_the_log_and_shown_by_permission(
    take_in: TakeIn, lawyer: User, paralegal: User, outsider: User
) -> None:
    lead = claim(asked(take_in(), DerivativeKind.METADATA).pk)
    assert lead is not None
    found = [Found("position", "EXIF:GPSPosition", "35.646 N 51.567 E")]
    assert record_made(lead, Made(MAKER, [output(b"{}")], found=found, looks=0xFFFF0000FFFF0001))
    assert FoundValue.objects.visible_to(lawyer).get().value == "35.646 N 51.567 E"
    assert not FoundValue.objects.visible_to(paralegal).exists()
    assert not FoundValue.objects.visible_to(outsider).exists()
    [entry] = facts(Action.DERIVATIVE_MADE)
    assert entry["found"][0]["value"].startswith("sha256:")
    assert not any(b"35.646" in bytes(entry.body) for entry in Entry.objects.all())
    looks = ImageHash.objects.get()
    assert (looks.bits, looks.band_a, looks.band_d) == ("ffff0000ffff0001", 0xFFFF, 1)


def test_reading_is_logged_once_for_a_document_and_again_for_another(
    take_in: TakeIn, paralegal: User
) -> None:
    item = take_in()
    made(item, b"page one", b"page two")
    made(item, b"a still", kind=DerivativeKind.POSTER)
    for derivative in item.derivatives.order_by("kind", "number"):
        for _time in range(3):
            opened = open_derivative(derivative, actor=paralegal)
            assert opened.content.read().startswith((b"page", b"a still"))
            opened.content.close()
    assert [entry["reading"] for entry in facts(Action.DERIVATIVE_READ)] == ["page_image", "poster"]


def test_a_stranger_finds_and_opens_nothing(
    take_in: TakeIn, outsider: User, auditor: User, paralegal: User
) -> None:
    item = take_in()
    lead = made(item, b"page one")
    assert [one.pk for one in derivatives_of(item, user=paralegal)] == [lead.pk]
    assert derivatives_of(item, user=outsider) == []
    with pytest.raises(UnknownEvidence):
        find_derivative(lead.pk, user=outsider)
    with pytest.raises(UnknownEvidence):
        open_derivative(lead, actor=outsider)
    with pytest.raises(NotPermitted):
        open_derivative(lead, actor=auditor)
    assert facts(Action.DERIVATIVE_READ) == []


def test_what_is_not_made_yet_cannot_be_opened(take_in: TakeIn, paralegal: User) -> None:
    with pytest.raises(UnknownEvidence):
        open_derivative(asked(take_in()), actor=paralegal)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "page_image", "state": "made"},
        {"kind": "redaction", "state": "waiting"},
        {"kind": "something"},
        {"kind": "text", "state": "odd"},
        {"kind": "text", "number": 0},
    ],
)
def test_the_database_knows_what_a_derivative_is(take_in: TakeIn, wrong: dict[str, Any]) -> None:
    item = take_in()
    with pytest.raises(IntegrityError), transaction.atomic():
        Derivative.objects.create(item=item, **wrong)


def test_a_program_makes_each_thing_once(take_in: TakeIn) -> None:
    item = take_in()
    Derivative.objects.create(item=item, kind="text")
    with pytest.raises(IntegrityError), transaction.atomic():
        Derivative.objects.create(item=item, kind="text")


def dispose(item: EvidenceItem) -> None:
    EvidenceItem.objects.filter(pk=item.pk).update(disposed_at=timezone.now())


def test_what_is_made_while_the_item_is_disposed_of_goes_with_it(take_in: TakeIn, paralegal: User) -> None:
    item = take_in()
    lead, other = asked(item), asked(item, DerivativeKind.TEXT)
    taken = claim(lead.pk)
    assert taken is not None
    page = output(b"a page of what is gone")
    dispose(item)
    record_made(taken, Made(MAKER, [page]))
    make_derivative(other.pk)
    for row in (lead, other):
        row.refresh_from_db()
        assert (row.state, row.failure) == ("failed", Failure.DISPOSED)
    assert StoredObject.objects.get(sha256=page.stored.sha256).removal_asked_at is not None
    with pytest.raises(DisposedOf):
        add_copy(item, io.BytesIO(b"x"), facts=CopyFacts(DerivativeKind.REDACTION, "x.txt"), actor=paralegal)


def test_what_was_made_cannot_be_opened_once_the_item_was_disposed_of(
    take_in: TakeIn, paralegal: User
) -> None:
    lead = made(take_in(), b"page one")
    dispose(lead.item)
    for reading in (open_derivative, hand_out_derivative):
        with pytest.raises(DisposedOf):
            reading(lead, actor=paralegal)


def kinds_of_faults(item: EvidenceItem) -> set[str]:
    return {fault.kind for fault in verify_evidence([EvidenceItem.objects.get(pk=item.pk)]).faults}


def test_the_verification_misses_and_meets_what_was_made_past_the_log(
    take_in: TakeIn, paralegal: User
) -> None:
    item = take_in()
    pages = made(item, b"page one", b"page two")
    told = CopyFacts(DerivativeKind.TRANSLATION, "t.txt", language="en", title="As it is", note="whole")
    copy = add_copy(item, io.BytesIO(b"in English"), facts=told, actor=paralegal)
    assert kinds_of_faults(item) == set()
    for changes in (
        {"title": "another"},
        {"language": "sv"},
        {"object": pages.object},
        {"note": ""},
        {"parent": pages},
    ):
        with transaction.atomic():
            Derivative.objects.filter(pk=copy.pk).update(**changes)
            assert kinds_of_faults(item) == {"derivative_altered"}, changes
            transaction.set_rollback(True)
    with transaction.atomic():
        Derivative.objects.filter(item=item, kind="page_image", number=2).update(object=copy.object)
        assert kinds_of_faults(item) == {"derivative_altered"}
        Derivative.objects.filter(item=item, kind="page_image").delete()
        assert kinds_of_faults(item) == {"derivative_removed"}
        transaction.set_rollback(True)
    with transaction.atomic():
        copy.delete()
        assert kinds_of_faults(item) == {"derivative_removed"}
        transaction.set_rollback(True)
    Derivative.objects.create(
        item=item,
        kind="redaction",
        state="made",
        object=pages.object,
        made_at=timezone.now(),
        author=paralegal,
    )
    Derivative.objects.create(
        item=item, kind="text", state="made", object=pages.object, made_at=timezone.now()
    )
    assert kinds_of_faults(item) == {"derivative_unlogged"}


def test_the_verification_reads_the_bytes_of_what_was_made_too(
    take_in: TakeIn, paralegal: User, house: Path
) -> None:
    item = take_in()
    pages = made(item, b"page one", b"page two")
    told = CopyFacts(DerivativeKind.TRANSLATION, "t.txt", language="en", title="As it is")
    copy = add_copy(item, io.BytesIO(b"in English"), facts=told, actor=paralegal)
    report = verify_evidence([item])
    assert (report.objects, report.ok) == (4, True)
    stored = sealed_file(house, pages)
    stored.chmod(0o600)
    stored.write_bytes(stored.read_bytes()[:-1] + b"!")
    sealed_file(house, copy).unlink()
    faults = verify_evidence([EvidenceItem.objects.get(pk=item.pk)]).faults
    assert {fault.kind for fault in faults} == {"copy_altered_stored", "copy_missing"}
    assert len(faults) == 2


def test_what_was_erased_of_a_copy_is_no_fault(
    take_in: TakeIn, paralegal: User, lawyer: User, auditor: User
) -> None:
    item = take_in()
    told = CopyFacts(DerivativeKind.TRANSLATION, "t.txt", language="en", title="A name", note="another name")
    copy = add_copy(item, io.BytesIO(b"in English"), facts=told, actor=paralegal)
    erase_private_values(
        "derivative", copy.pk, names=["note"], reason="asked for in writing", actor=lawyer, approver=auditor
    )
    assert kinds_of_faults(item) == set()
    Derivative.objects.filter(pk=copy.pk).update(title="another")
    assert kinds_of_faults(item) == {"derivative_altered"}
