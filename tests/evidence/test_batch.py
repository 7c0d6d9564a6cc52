"""Many files at once: exact counts, in their order, also where something fails in the middle."""

import io
import json
import os
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import OperationalError

from accounts.models import User
from audit.models import Entry
from cases.models import Case
from evidence.batch import Batch
from evidence.errors import VaultFull
from evidence.known import Known
from evidence.models import CustodyEvent, EvidenceItem, Intake, StoredObject
from evidence.progress_line import ProgressLine
from evidence.vault.objects import Vault
from evidence.verification import verify_evidence
from tests.evidence.conftest import LETTER
from tests.evidence.test_commands import counts, ingest
from tests.evidence.test_intake import stored_files

MANY = 300


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A folder of mixed files: every tenth is a copy, every fiftieth empty, two links, one folder below."""
    folder = tmp_path / "mixed"
    (folder / "below").mkdir(parents=True)
    for number in range(MANY):
        content = b"" if number % 50 == 0 else b"copy" if number % 10 == 0 else os.urandom(number * 7)
        (folder / ("below" if number % 3 else ".") / f"{number:05}.bin").write_bytes(content)
    for name in ("link", "other"):
        (folder / name).symlink_to(folder / "00000.bin")
    return folder


def test_many_mixed_files_are_counted_exactly_twice_in_a_row(
    mixed: Path, case: Case, capsys: pytest.CaptureFixture
) -> None:
    copies, empties = 24, 6
    code, told = ingest(capsys, mixed)
    assert (code, counts(told)) == (1, (MANY, copies - 1 + empties - 1, 0, 2))
    assert (told["empty"], told["not_tried"], len(told["items"])) == (empties, 0, MANY)
    code, told = ingest(capsys, mixed)
    assert (code, counts(told), told["empty"]) == (1, (0, 0, MANY, 2), 0)
    assert EvidenceItem.objects.count() == CustodyEvent.objects.filter(kind="received").count() == MANY
    assert Entry.objects.filter(action="evidence.received").count() == MANY
    assert StoredObject.objects.count() == MANY - (copies - 1 + empties - 1)
    assert Intake.objects.count() == 1
    assert verify_evidence(EvidenceItem.objects.all()).ok


def test_files_are_recorded_in_the_order_of_their_names(
    mixed: Path, case: Case, capsys: pytest.CaptureFixture
) -> None:
    ingest(capsys, mixed)
    paths = list(EvidenceItem.objects.order_by("received_at").values_list("original_path", flat=True))
    above, below = (
        [path for path in paths if "below" not in path],
        [path for path in paths if "below" in path],
    )
    assert (paths, sorted(above), sorted(below)) == ([*above, *below], above, below)


def test_a_file_that_is_named_twice_is_taken_in_once(
    mixed: Path, case: Case, capsys: pytest.CaptureFixture
) -> None:
    code, told = ingest(
        capsys, mixed / "00003.bin", mixed / "00006.bin", mixed / "00003.bin", mixed / "00006.bin"
    )
    assert (code, counts(told)) == (0, (2, 0, 2, 0))


def test_a_dry_run_says_what_the_run_then_does_and_writes_nothing(
    mixed: Path, case: Case, house: Path, capsys: pytest.CaptureFixture
) -> None:
    logged = Entry.objects.count()
    _code, planned = ingest(capsys, mixed, dry_run=True)
    assert (EvidenceItem.objects.count(), Intake.objects.count(), Entry.objects.count()) == (0, 0, logged)
    assert not (house / "data" / "vault").exists()
    _code, done = ingest(capsys, mixed)
    assert (planned.pop("dry_run"), done.pop("dry_run")) == (True, False)
    assert done.pop("items")
    assert planned.pop("items") == []
    assert planned == done
    assert counts(ingest(capsys, mixed, dry_run=True)[1]) == (0, 0, MANY, 2)


def test_a_dry_run_tells_each_line_in_words(
    box_of_three: Path, case: Case, capsys: pytest.CaptureFixture
) -> None:
    options = {"case": "DK-1988-01", "source": "a family", "actor": "parvin", "dry_run": True}
    call_command("ingest_evidence", str(box_of_three), **options)
    assert capsys.readouterr().out.splitlines() == [
        "would be taken in: box/a.txt",
        "would be a second receipt: box/b.txt",
        "would be taken in, empty file: box/c.txt",
        "3 would be taken in (1 second receipts, 1 empty), 0 already here, 0 failed, 0 not tried",
        "Nothing was taken in or written: this was a dry run.",
    ]


@pytest.fixture
def box_of_three(tmp_path: Path) -> Path:
    folder = tmp_path / "box"
    folder.mkdir()
    for name, content in (("a", LETTER), ("b", LETTER), ("c", b"")):
        (folder / f"{name}.txt").write_bytes(content)
    return folder


def test_a_dry_run_does_not_tell_what_other_cases_hold(
    box_of_three: Path, case: Case, other_case: Case, capsys: pytest.CaptureFixture
) -> None:
    ingest(capsys, box_of_three / "a.txt", case="DK-1988-02", actor="omid")
    told = ingest(capsys, box_of_three / "a.txt", dry_run=True)[1]
    assert counts(told) == (1, 0, 0, 0)


def test_a_dry_run_of_a_case_that_is_closed_to_the_actor_is_in_the_log(
    box_of_three: Path, case: Case, capsys: pytest.CaptureFixture
) -> None:
    manifest = box_of_three / "list.csv"
    manifest.write_text("path,case\na.txt,DK-9999-99\nb.txt,\n")
    code, told = ingest(capsys, manifest=manifest, dry_run=True)
    assert (code, counts(told)) == (1, (1, 0, 0, 1))
    assert Entry.objects.filter(action="access.refused").count() == 1


def test_a_full_disk_in_the_middle_leaves_the_rest_untried_and_the_next_run_goes_on(
    mixed: Path, case: Case, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, seen = Vault.commit, []

    def commit(self: Vault, received):
        seen.append(received)
        if len(seen) > 100:
            raise VaultFull("The disk is full.")
        return real(self, received)

    with monkeypatch.context() as patch:
        patch.setattr(Vault, "commit", commit)
        code, told = ingest(capsys, mixed)
    assert (code, told["failed"]) == (1, 1 + linked_before(told))
    assert told["taken_in"] + told["failed"] + told["not_tried"] == MANY + 2
    assert EvidenceItem.objects.count() == told["taken_in"] <= 100
    _code, again = ingest(capsys, mixed)
    assert (again["taken_in"], again["already_here"]) == (MANY - told["taken_in"], told["taken_in"])


def linked_before(told: dict) -> int:
    return sum("link" in failure["error"] for failure in told["failures"])


def test_a_database_that_cannot_be_written_stops_the_run_with_exact_counts(
    mixed: Path, case: Case, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = EvidenceItem.objects.create
    made = []

    def create(**columns):
        made.append(columns)
        if len(made) == 40:
            raise OperationalError("database or disk is full")
        return real(**columns)

    with monkeypatch.context() as patch:
        patch.setattr(EvidenceItem.objects, "create", create)
        code, told = ingest(capsys, mixed)
    assert (code, told["failures"][-1]["error"][:12]) == (1, "The database")
    assert EvidenceItem.objects.count() == told["taken_in"] < 40
    assert told["taken_in"] + told["failed"] + told["not_tried"] == MANY + 2


def test_one_that_cannot_be_recorded_does_not_take_its_neighbours_with_it(
    box_of_three: Path, case: Case, paralegal: User, capsys: pytest.CaptureFixture
) -> None:
    manifest = box_of_three / "list.csv"
    manifest.write_text(f"path,title\na.txt,\nb.txt,{'x' * 301}\nc.txt,\n")
    code, told = ingest(capsys, manifest=manifest)
    assert (code, counts(told)) == (1, (2, 0, 0, 1))
    assert "300" in told["failures"][0]["error"]


def test_looking_up_what_is_here_takes_one_question_for_many_files(
    mixed: Path, case: Case, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    real = Known.receipts
    monkeypatch.setattr(Known, "receipts", lambda self, facts: asked.append(len(facts)) or real(self, facts))
    ingest(capsys, mixed)
    assert len(asked) <= 3


def test_an_interrupted_batch_can_be_used_again(mixed: Path, case: Case, paralegal: User) -> None:
    batch = Batch(actor=paralegal, told=lambda what, of: None)
    assert batch.take_in([]).settled == 0
    assert batch.take_in(iter(())).ok


KILLED = """
import os, sys, django
django.setup()
from django.conf import settings
from django.core.management import call_command
from pathlib import Path
settings.DADKHAH_DATA_DIR, settings.DADKHAH_KEYS_DIR = Path(sys.argv[2]), Path(sys.argv[3])
import evidence.tally as tally
real, seen = tally.Tally.count_in, []
def count_in(self, *args, **options):
    real(self, *args, **options)
    seen.append(1)
    if len(seen) == 50:
        sys.stdout.flush()
        os.kill(os.getpid(), 9)
tally.Tally.count_in = count_in
call_command("ingest_evidence", sys.argv[1], case="DK-1988-01", source="s", actor="parvin")
"""


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_killed_run_loses_nothing_that_it_counted_and_doubles_nothing(
    mixed: Path, case: Case, house: Path, other_process, capsys: pytest.CaptureFixture
) -> None:
    killed = other_process(KILLED, mixed, house / "data", house / "keys")
    out, error = killed.communicate(timeout=120)
    assert killed.returncode == -9, error[-2000:]
    counted = [line for line in out.splitlines() if line.startswith(("taken in", "second"))]
    assert EvidenceItem.objects.count() >= len(counted) > 0
    before = EvidenceItem.objects.count()
    told = ingest(capsys, mixed, source="s")[1]
    assert (told["taken_in"], told["already_here"]) == (MANY - before, before)
    assert verify_evidence(EvidenceItem.objects.all()).ok


def test_progress_says_rate_and_time_left_once_both_are_known() -> None:
    now = [0.0]
    terminal = io.StringIO()
    line = ProgressLine(terminal, total=10_000, clock=lambda: now[0])
    line.show(10)
    assert terminal.getvalue().endswith("10 of 10,000 files")
    now[0] = 10.0
    line.show(1_000, failed=2)
    assert terminal.getvalue().endswith(
        "1,000 of 10,000 files · 100 a second · about 90 seconds left · 2 failed"
    ) or (
        terminal.getvalue().endswith("1,000 of 10,000 files · 100 a second · about 2 minutes left · 2 failed")
    )
    now[0] = 10.1
    written = terminal.getvalue()
    line.show(1_001)
    assert terminal.getvalue() == written
    line.clear()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_nothing_of_progress_is_written_where_the_output_goes_elsewhere(
    box_of_three: Path, case: Case, capsys: pytest.CaptureFixture
) -> None:
    call_command("ingest_evidence", str(box_of_three), case="DK-1988-01", source="s", actor="parvin")
    assert capsys.readouterr().err == ""


def test_what_a_run_stored_and_did_not_record_is_taken_up_by_the_next(
    box_of_three: Path,
    case: Case,
    house: Path,
    capsys: pytest.CaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(EvidenceItem.objects, "create", _fail)
        ingest(capsys, box_of_three)
    assert not EvidenceItem.objects.exists()
    stored = len(stored_files(house))
    assert counts(ingest(capsys, box_of_three)[1]) == (3, 1, 0, 0)
    assert len(stored_files(house)) == max(stored, 2)
    assert json.dumps(counts(ingest(capsys, box_of_three)[1])) == "[0, 0, 3, 0]"


def _fail(**_columns):
    raise OperationalError("database is gone")
