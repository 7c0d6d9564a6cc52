"""Every damage is named; nothing sound is accused."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import User
from audit.models import Entry
from cases.models import Case, Person
from evidence import gone
from evidence.intake_checking import intake_faults
from evidence.linking import link_evidence
from evidence.models import CustodyEvent, EvidenceItem, EvidenceLink, Intake
from evidence.verification import EvidenceReport, verify_evidence
from tests.evidence.conftest import TakeIn
from tests.evidence.test_intake import stored_files
from tests.tampering import guards_lifted, tamper


def run() -> EvidenceReport:
    return verify_evidence(EvidenceItem.objects.order_by("pk"))


def kinds(report: EvidenceReport) -> list[tuple[str, str]]:
    return sorted((fault.item, fault.kind) for fault in report.faults)


def key(value: object) -> object:
    return value.hex if connection.vendor == "sqlite" else value


def test_sound_evidence_has_no_fault_and_nothing_is_written(take_in: TakeIn) -> None:
    take_in()
    take_in(source="another")
    take_in(b"more")
    before = Entry.objects.count()
    report = run()
    assert report.ok
    assert (report.items, report.objects, report.events) == (3, 2, 3)
    assert Entry.objects.count() == before


def test_one_changed_byte_accuses_every_receipt_of_these_bytes_and_no_other(
    take_in: TakeIn, house: Path
) -> None:
    first, second = take_in(), take_in(source="another")
    (path,) = stored_files(house)
    take_in(b"sound")
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert kinds(run()) == sorted([(first.reference, "altered_stored"), (second.reference, "altered_stored")])


def test_a_missing_object_is_named(take_in: TakeIn, house: Path) -> None:
    item = take_in()
    stored_files(house)[0].unlink()
    assert kinds(run()) == [(item.reference, "missing")]


def test_a_changed_custody_row_is_named(take_in: TakeIn) -> None:
    item = take_in()
    tamper("UPDATE evidence_custodyevent SET released_by = 'somebody else'")
    assert kinds(run()) == [(item.reference, "custody_altered")]


def test_a_custody_row_changed_beyond_reading_is_named(take_in: TakeIn) -> None:
    item = take_in()
    tamper("UPDATE evidence_custodyevent SET date_as_written = 'x', date_calendar = 'mayan'")
    assert kinds(run()) == [(item.reference, "custody_altered")]


def test_a_removed_custody_row_is_named_in_the_middle_and_at_the_end(
    take_in: TakeIn, paralegal: User
) -> None:
    from evidence.fixity import check_fixity

    item = take_in()
    check_fixity(item, actor=paralegal)
    check_fixity(item, actor=paralegal)
    tamper("DELETE FROM evidence_custodyevent WHERE seq = 3")
    assert kinds(run()) == [(item.reference, "custody_removed")]
    tamper("DELETE FROM evidence_custodyevent WHERE seq = 1")
    assert kinds(run()) == [
        (item.reference, "custody_gap"),
        (item.reference, "custody_removed"),
        (item.reference, "custody_removed"),
    ]


def test_a_custody_row_slipped_in_is_named(take_in: TakeIn) -> None:
    item = take_in()
    CustodyEvent.objects.create(item=item, seq=2, kind="moved", agent="user:x")
    assert kinds(run()) == [(item.reference, "custody_unlogged")]


def test_an_item_without_any_custody_is_named(take_in: TakeIn) -> None:
    item = take_in()
    tamper("DELETE FROM evidence_custodyevent")
    assert (item.reference, "custody_missing") in kinds(run())


@pytest.mark.parametrize("column", ["source", "title", "original_name"])
def test_a_changed_record_is_named(take_in: TakeIn, column: str) -> None:
    item = take_in(title="Letter")
    EvidenceItem.objects.filter(pk=item.pk).update(**{column: "something else"})
    report = run()
    assert kinds(report) == [(item.reference, "record_altered")]
    assert column in report.faults[0].sentence


def test_an_item_pointed_at_other_bytes_is_named(take_in: TakeIn) -> None:
    item, other = take_in(), take_in(b"other")
    EvidenceItem.objects.filter(pk=item.pk).update(object=other.object)
    assert (item.reference, "record_altered") in kinds(run())


def test_with_an_actor_each_check_goes_into_custody_and_log(take_in: TakeIn, paralegal: User) -> None:
    item = take_in()
    assert verify_evidence([item], record_as=paralegal).ok
    event = item.custody.get(kind="fixity_checked")
    assert (event.outcome, event.digest_found) == ("verified", item.object.sha256)
    assert Entry.objects.filter(action="evidence.fixity_checked").count() == 1
    assert run().ok


@pytest.fixture
def linked(take_in: TakeIn, case: Case, person: Person, lawyer: User) -> EvidenceLink:
    return link_evidence(take_in(), case=case, to=person, pinpoint="page 1", basis="As told.", actor=lawyer)


def test_a_sound_link_is_not_accused(linked: EvidenceLink) -> None:
    assert run().ok


@pytest.mark.parametrize(
    ("column", "value"), [("stance", "contradicts"), ("pinpoint", "page 9"), ("basis", "")]
)
def test_a_changed_link_is_named(linked: EvidenceLink, column: str, value: str) -> None:
    tamper(f"UPDATE evidence_evidencelink SET {column} = %s WHERE id = %s", (value, key(linked.pk)))
    assert kinds(run()) == [(linked.item.reference, "link_altered")]


def test_a_removed_link_and_one_that_was_slipped_in_are_named(linked: EvidenceLink) -> None:
    slipped = EvidenceLink.objects.get(pk=linked.pk)
    slipped.pk = uuid4()
    EvidenceLink.objects.bulk_create([slipped])
    tamper("DELETE FROM evidence_evidencelink WHERE id = %s", (key(linked.pk),))
    assert kinds(run()) == [(linked.item.reference, "link_removed"), (linked.item.reference, "link_unlogged")]


def whole() -> EvidenceReport:
    return verify_evidence(EvidenceItem.objects.order_by("pk"), whole=True)


@contextmanager
def deleted(*statements: tuple[str, object]) -> Iterator[None]:
    """Rows taken out past guards and foreign keys alike inside the block; then everything is as it was."""
    with transaction.atomic():
        with guards_lifted(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL session_replication_role = replica")
            for sql, parameter in statements:
                cursor.execute(sql, [key(parameter)])
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL session_replication_role = origin")
        yield
        transaction.set_rollback(True)


def test_sound_evidence_has_nothing_that_is_gone(linked: EvidenceLink, take_in: TakeIn) -> None:
    take_in(b"more")
    assert kinds(whole()) == []


def test_an_item_whose_row_is_gone_is_named_with_all_that_hangs_on_it(
    linked: EvidenceLink, take_in: TakeIn
) -> None:
    item, other = linked.item, take_in(b"more")
    with deleted(("DELETE FROM evidence_evidenceitem WHERE id = %s", item.pk)):
        report = whole()
        named = {(fault.item, fault.kind) for fault in report.faults}
        assert named == {
            (item.reference, "item_gone"),
            ("The register", "items_missing"),
            (item.reference, "row_orphaned"),
        }
        sentences = " ".join(fault.sentence for fault in report.faults)
        assert "The audit log tells of 2 items; of these the register lacks 1." in sentences
        for table in ("evidence_custodyevent", "evidence_evidencelink", "evidence_evidencecase"):
            assert table in sentences
        assert other.reference not in {fault.item for fault in report.faults}


def test_every_row_of_every_item_that_is_gone_is_named(
    take_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gone, "_AT_ONCE", 1)
    lost = [take_in(str(number).encode()) for number in range(3)]
    with deleted(*(("DELETE FROM evidence_evidenceitem WHERE id = %s", item.pk) for item in lost)):
        named = {fault.item for fault in whole().faults if fault.kind == "row_orphaned"}
    assert named == {item.reference for item in lost}


def test_the_command_names_an_item_that_is_gone(take_in: TakeIn, capsys: pytest.CaptureFixture[str]) -> None:
    item = take_in()
    with deleted(("DELETE FROM evidence_evidenceitem WHERE id = %s", item.pk)):
        with pytest.raises(SystemExit):
            call_command("verify_evidence")
        said = capsys.readouterr().out
    assert f"{item.reference}: The log has an item that is gone" in said


def test_a_delivery_and_an_object_whose_rows_are_gone_are_named(take_in: TakeIn) -> None:
    item = take_in()
    with deleted(
        ("DELETE FROM evidence_intake WHERE id = %s", item.intake_id),
        ("DELETE FROM evidence_storedobject WHERE id = %s", item.object_id),
    ):
        named = {fault.kind for fault in whole().faults}
        assert {"delivery_gone", "object_gone", "row_orphaned"} <= named


@pytest.mark.parametrize("column", ["source", "how_obtained", "consent_reference"])
def test_a_changed_delivery_is_named(take_in: TakeIn, column: str) -> None:
    item = take_in(how_obtained="By post.", consent_reference="Folder 3")
    assert run().ok
    tamper(f"UPDATE evidence_intake SET {column} = 'something else'")
    report = run()
    assert kinds(report) == [(item.intake.reference, "delivery_altered")]
    assert column in report.faults[0].sentence


def test_a_delivery_that_the_log_does_not_know_is_named(take_in: TakeIn) -> None:
    item = take_in()
    slipped = Intake.objects.create(source="x", started_by=item.received_by, channel="web")
    assert [fault.kind for fault in intake_faults([slipped])] == ["delivery_unlogged"]
