"""What is disposed of, or gets another key, while it is read is accused of nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from accounts.models import User
from audit.models import Entry
from cases.models import Case
from dossiers import compiling, packaging
from dossiers.compiling import compile_dossier
from dossiers.errors import DossierBusy
from dossiers.models import Dossier
from dossiers.sinks import DirectorySink
from evidence import digest_migration, fixity, fixity_rounds, inspection, reading, verification
from evidence.digest_migration import migrate_digests
from evidence.disposal import dispose, request_disposal
from evidence.errors import DisposedOf
from evidence.fixity import check_fixity
from evidence.inspection import inspect
from evidence.models import EvidenceItem, FixityAlarm, FixityReading, FixityReport, StoredObject
from evidence.reading import hand_out
from evidence.removal import remove_asked
from evidence.rotation import rotate_vault_key
from evidence.verification import verify_evidence
from evidence.vocabulary import MoreDigest, ReadingMethod
from tests.dossiers.conftest import PURPOSE
from tests.evidence.conftest import TakeIn
from tests.evidence.test_disposal import HOW, WHY
from tests.evidence.test_disposal import second as second  # noqa: PLC0414  the fixture
from tests.evidence.test_fixity_rounds import BY_HAND, full_round

pytestmark = pytest.mark.django_db(transaction=True)
Dispose = Callable[[EvidenceItem], None]


@pytest.fixture
def dispose_of(lawyer: User, second: User) -> Dispose:
    """Disposes of an item and has its bytes removed."""

    def act(item: EvidenceItem) -> None:
        dispose(request_disposal(item, **WHY, actor=lawyer), **HOW, actor=second)
        remove_asked()

    return act


@pytest.fixture
def two(take_in: TakeIn) -> list[EvidenceItem]:
    return [take_in(f"letter {number}".encode()) for number in range(2)]


def once(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, act: Callable[[], object]) -> None:
    """Have `act` done in the moment before the first call of a function."""
    real, left = getattr(where, name), [act]

    def first_that(*args: Any, **named: Any) -> Any:
        while left:
            left.pop()()
        return real(*args, **named)

    monkeypatch.setattr(where, name, first_that)


def last_events(item: EvidenceItem) -> list[str]:
    return list(item.custody.order_by("seq").values_list("kind", flat=True))[-2:]


@pytest.mark.parametrize("method", ReadingMethod)
def test_a_round_that_took_up_what_is_disposed_of_meanwhile_raises_no_alarm(
    method: ReadingMethod,
    two: list[EvidenceItem],
    dispose_of: Dispose,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reads = "check_object" if method is ReadingMethod.FULL else "scrub_object"
    # Both are taken up before the first is read.
    once(monkeypatch, fixity_rounds, reads, lambda: dispose_of(two[1]))
    going_on = fixity_rounds.ask_for_round(method, actor=BY_HAND)
    assert fixity_rounds.work_on(going_on, actor=BY_HAND)
    going_on.refresh_from_db()
    assert (going_on.verified, going_on.faults) == (1, 0)
    assert not FixityAlarm.objects.exists()
    assert FixityReading.objects.filter(round=going_on).count() == 1
    assert FixityReport.objects.filter(round=going_on).exists()
    assert last_events(two[1]) == ["disposal_requested", "disposed"]


def test_a_round_reads_what_got_another_key_meanwhile_where_it_lies_now(
    two: list[EvidenceItem], administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    once(monkeypatch, fixity_rounds, "check_object", lambda: rotate_vault_key(actor=administrator, grace=0))
    ended = full_round()
    assert (ended.verified, ended.faults) == (2, 0)
    assert not FixityAlarm.objects.exists()


def test_a_check_of_what_is_disposed_of_meanwhile_says_so(
    two: list[EvidenceItem], dispose_of: Dispose, paralegal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    once(monkeypatch, fixity, "vault", lambda: dispose_of(two[0]))
    with pytest.raises(DisposedOf):
        check_fixity(two[0], actor=paralegal)
    assert not FixityAlarm.objects.exists()
    assert last_events(two[0]) == ["disposal_requested", "disposed"]


def test_nothing_is_entered_behind_the_end_of_custody_though_the_bytes_were_still_there(
    two: list[EvidenceItem], dispose_of: Dispose, paralegal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    once(monkeypatch, fixity, "record_outcome", lambda: dispose_of(two[0]))
    with pytest.raises(DisposedOf):
        check_fixity(two[0], actor=paralegal)
    EvidenceItem.objects.update(inspected_at=None)
    once(monkeypatch, inspection, "_record", lambda: dispose_of(two[1]))
    inspect(two[1].pk)
    assert [last_events(item) for item in two] == [["disposal_requested", "disposed"]] * 2


def test_no_copy_leaves_once_custody_has_ended(
    two: list[EvidenceItem], dispose_of: Dispose, paralegal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = reading.open_stored

    def opened(stored: StoredObject) -> BinaryIO:
        content = real(stored)
        dispose_of(two[0])
        return content

    monkeypatch.setattr(reading, "open_stored", opened)
    with pytest.raises(DisposedOf):
        hand_out(two[0], actor=paralegal)
    assert last_events(two[0]) == ["disposal_requested", "disposed"]


def test_a_verification_and_a_migration_pass_over_it(
    two: list[EvidenceItem], dispose_of: Dispose, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    once(monkeypatch, verification, "check_object", lambda: dispose_of(two[0]))
    report = verify_evidence(EvidenceItem.objects.order_by("pk"), whole=True)
    assert [fault.sentence for fault in report.faults] == []
    late = take_in(b"a late letter")
    going = StoredObject.objects.filter(removal_asked_at=None).order_by("-pk").first()
    once(monkeypatch, digest_migration, "check_object", lambda: dispose_of(going.receipts.get()))
    done = migrate_digests(MoreDigest.SHA512, actor=BY_HAND)
    assert (done.added, done.failed) == (1, [])
    assert not FixityAlarm.objects.exists()
    assert late.pk


def test_a_dossier_that_is_compiled_meanwhile_discloses_nothing_of_it(
    two: list[EvidenceItem],
    dispose_of: Dispose,
    case: Case,
    lawyer: User,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    once(monkeypatch, compiling, "_commit", lambda: dispose_of(two[0]))
    with pytest.raises(DossierBusy, match="disposed of"):
        compile_dossier(case, purpose=PURPOSE, sink=DirectorySink(tmp_path / "out"), actor=lawyer)
    assert not (tmp_path / "out").exists()
    assert Dossier.objects.get().state == "failed"
    assert last_events(two[0]) == ["disposal_requested", "disposed"]
    assert not Entry.objects.filter(action="evidence.disclosed").exists()


@pytest.mark.parametrize("what", ["disposed of", "key was changed"])
def test_a_dossier_does_not_call_what_went_meanwhile_broken(
    *,
    what: str,
    two: list[EvidenceItem],
    dispose_of: Dispose,
    case: Case,
    lawyer: User,
    administrator: User,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    act: dict[str, Callable[[], object]] = {
        "disposed of": lambda: dispose_of(two[0]),
        "key was changed": lambda: rotate_vault_key(actor=administrator, grace=0),
    }
    # After the row was looked up anew, before the object is opened.
    once(monkeypatch, packaging, "_chunks", act[what])
    with pytest.raises(DossierBusy, match=what):
        compile_dossier(case, purpose=PURPOSE, sink=DirectorySink(tmp_path / "out"), actor=lawyer)
