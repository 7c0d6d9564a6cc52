"""The report of a period and the proof of one entry: what they say, and that a stranger can check them in a shell."""

import csv
import io
import json
import re
import subprocess
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from accounts.roles import Role
from audit import report_csv
from audit.actions import Action
from audit.checkpoints import sign_checkpoint
from audit.keys import load_verifiers
from audit.log import Subject, append
from audit.models import Checkpoint, Entry
from audit.proof_file import CHECK_KEY, CHECK_SIGNATURE, CHECK_TREE
from audit.report_csv import COLUMNS, neutral
from audit.report_facts import Period
from audit.report_sheet import outcome_words
from audit.reporting import CHECK_PAPERS, make_report
from audit.signature_kinds import ED25519
from tests.audit.conftest import CLERK
from tests.audit.test_storage_check import write_past_the_index
from tests.audit.test_unindexed import written_again
from tests.tampering import as_owner, tamper

ClientFor = Callable[[User | None], Client]
Write = Callable[[int], list[Entry]]


@pytest.fixture
def desk(client_for: ClientFor, auditor: User, log_key: object) -> Client:
    return client_for(auditor)


def shell(commands: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """What a stranger does who copies the commands from the page."""
    return subprocess.run(
        ["bash", "-c", commands], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def asked(desk: Client, **period: str) -> Any:
    days = {
        "since": (timezone.now() - timedelta(days=1)).date().isoformat(),
        "until": (timezone.now() + timedelta(days=1)).date().isoformat(),
    }
    return desk.post(reverse("audit:report"), days | period)


def unpacked(answer: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "report"
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as packed:
        packed.extractall(folder)
    return folder


def rows_of(folder: Path) -> list[dict[str, str]]:
    content = (folder / "entries.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def text_of(pdf: Path) -> str:
    return subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.program("openssl")
def test_a_stranger_checks_a_report_with_the_commands_that_it_brings(
    desk: Client, write: Write, tmp_path: Path
) -> None:
    write(300)
    folder = unpacked(asked(desk), tmp_path)
    assert {path.name for path in folder.iterdir()} == {
        "report.pdf", "entries.csv", "checkpoint", "proof.json", "HOW-TO-CHECK.txt",
    }  # fmt: skip
    papers = shell(CHECK_PAPERS, folder)
    assert papers.stdout == "entries.csv: OK\nreport.pdf: OK\n", papers.stderr
    assert shell(CHECK_TREE, folder).stdout == "IN THE TREE\n"
    signed = shell(CHECK_SIGNATURE, folder)
    assert "Signature Verified Successfully" in signed.stdout, signed.stderr
    [own] = [key for key in load_verifiers() if key.kind is ED25519]
    assert shell(CHECK_KEY, folder).stdout.split()[0] == own.fingerprint.replace(" ", "")
    how = (folder / "HOW-TO-CHECK.txt").read_text()
    for commands in (CHECK_PAPERS, CHECK_TREE, CHECK_SIGNATURE, CHECK_KEY):
        assert commands in how
    assert (
        json.loads((folder / "proof.json").read_text())["checkpoint"] == (folder / "checkpoint").read_text()
    )


@pytest.mark.program("openssl")
def test_a_changed_report_and_a_changed_record_are_both_told(
    desk: Client, write: Write, tmp_path: Path
) -> None:
    write(5)
    folder = unpacked(asked(desk), tmp_path)
    with (folder / "entries.csv").open("ab") as file:
        file.write(b"one more\r\n")
    assert "entries.csv: FAILED" in shell(CHECK_PAPERS, folder).stdout
    proof = json.loads((folder / "proof.json").read_text())
    digest = json.loads(proof["body"])["facts"]["entries_sha256"]
    proof["body"] = proof["body"].replace(digest, "0" * 64)
    (folder / "proof.json").write_text(json.dumps(proof))
    forged = shell(CHECK_TREE, folder)
    assert (forged.stdout, forged.returncode) == ("NOT IN THE TREE\n", 1)
    proof["checkpoint"] = proof["checkpoint"].replace("\n3", "\n4", 1).replace("dadkhah", "dadkhaq", 1)
    (folder / "proof.json").write_text(json.dumps(proof))
    assert "Signature Verified Successfully" not in shell(CHECK_SIGNATURE, folder).stdout


def test_making_a_report_is_logged_with_the_digests_of_its_papers(
    desk: Client, auditor: User, write: Write, tmp_path: Path
) -> None:
    write(3)
    folder = unpacked(asked(desk), tmp_path)
    entry = Entry.objects.get(action=Action.LOG_REPORT_MADE.value)
    facts = json.loads(bytes(entry.body))["facts"]
    assert entry.actor == auditor.audit_name
    assert set(facts) == {"since", "until", "entries", "language", "entries_sha256", "report_sha256"}
    assert facts["entries"] == len(rows_of(folder))


def test_the_entries_stand_in_the_csv_in_words_and_in_the_log_s_own(
    desk: Client, write: Write, tmp_path: Path
) -> None:
    [entry] = write(1)
    rows = rows_of(unpacked(asked(desk), tmp_path))
    assert tuple(rows[0]) == COLUMNS
    row = next(row for row in rows if row["entry_id"] == str(entry.pk))
    assert row["actor"] == CLERK.audit_name
    assert row["sentence"] == "A person signed in."
    assert row["leaf_hash"] == bytes(entry.leaf_hash).hex()
    assert row["leaf_index"].isdecimal()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝"])
def test_no_cell_can_run_as_a_formula(start: str) -> None:
    assert neutral(f"{start}1+1") == f"'{start}1+1"
    assert neutral(f"1{start}") == f"1{start}"


def test_a_hostile_account_name_is_no_formula_in_the_csv(
    desk: Client, hire: Any, client_for: ClientFor, tmp_path: Path
) -> None:
    hostile = hire("mallory", Role.LAWYER, full_name='=HYPERLINK("http://evil")')
    append(Action.SIGNED_IN, subject=hostile, actor=hostile)
    content = (unpacked(asked(desk), tmp_path) / "entries.csv").read_text("utf-8-sig")
    assert "'=HYPERLINK" in content
    assert ',"=HYPERLINK' not in content


def test_a_longer_list_is_cut_and_the_report_says_so(
    desk: Client, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("report_csv", "report_sheet", "reporting"):
        monkeypatch.setattr(f"audit.{module}.MOST", 10)
    write(20)
    folder = unpacked(asked(desk), tmp_path)
    assert len(rows_of(folder)) == 10
    assert "holds the first 10 entries" in " ".join(text_of(folder / "report.pdf").split())
    assert report_csv.MOST == 10


@pytest.mark.program("pdftotext")
@pytest.mark.parametrize(("language", "mine", "other"), [("en", "Entries", "ثبت"), ("fa", "ثبت", "Entries")])
def test_the_paper_speaks_the_reader_s_language_alone(
    auditor: User, write: Write, log_key: object, tmp_path: Path, language: str, mine: str, other: str
) -> None:
    write(30)
    now = timezone.now()
    with translation.override(language):
        made = make_report(Period(now - timedelta(days=2), now + timedelta(minutes=1)), actor=auditor)
    with zipfile.ZipFile(made.archive) as packed:
        (tmp_path / "report.pdf").write_bytes(packed.read("report.pdf"))
    # The paper's Persian letters come back in their presentation forms.
    text = unicodedata.normalize("NFKC", text_of(tmp_path / "report.pdf"))
    assert mine in text
    assert other not in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"ok": True}, "Verified"),
        ({"ok": True, "not_compared": 2}, "Verified · 2 checkpoints that were given were not comparable"),
        ({"ok": False, "not_compared": 1}, "Broken · 1 checkpoint that was given was not comparable"),
        ({"ok": True, "not_compared": "many"}, "Verified"),
    ],
)
def test_the_report_says_which_checkpoints_said_nothing(facts: dict[str, Any], words: str) -> None:
    entry = append(Action.LOG_VERIFIED, subject=Subject("audit.log", "log"), actor=CLERK, facts=facts)
    assert outcome_words(entry) == words


@pytest.mark.parametrize(
    "period",
    [
        {"since": "", "until": ""},
        {"since": "2026-02-01", "until": "2026-01-01"},
        {"since": "x"},
        {"since": "1404-12-30"},
        {"since": "1250-08-01"},
        {"until": "9999-12-31T23:59:59-14:00"},
        {"since": "9999-12-01", "until": "9999-12-31"},
    ],
)
def test_a_period_that_is_none_makes_no_report_and_keeps_what_was_typed(desk: Client, period: Any) -> None:
    answer = asked(desk, **period)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert not Entry.objects.filter(action=Action.LOG_REPORT_MADE.value).exists()


def test_a_solar_hijri_period_is_reported_as_the_days_that_it_means(
    desk: Client, write: Write, tmp_path: Path
) -> None:
    write(2)
    answer = asked(desk, since="۱۴۰۵-۰۱-۰۱", until="1430-01-01")
    assert "log-report-2026-03-21-2051-03-21.zip" in answer["Content-Disposition"]
    folder = unpacked(answer, tmp_path)
    assert "2026-03-21 00:00 UTC" in text_of(folder / "report.pdf")
    assert len((folder / "entries.csv").read_text().splitlines()) > 2
    facts = json.loads(json.loads((folder / "proof.json").read_text())["body"])["facts"]
    assert facts["since"] == "2026-03-21T00:00:00.000000Z"


def test_each_file_of_a_report_bears_the_day_on_which_it_was_made(desk: Client, write: Write) -> None:
    write(1)
    with zipfile.ZipFile(io.BytesIO(b"".join(asked(desk).streaming_content))) as packed:
        assert {member.date_time[0] for member in packed.infolist()} == {timezone.now().year}
        assert all(member.compress_type == zipfile.ZIP_DEFLATED for member in packed.infolist())


def test_a_year_is_reported_without_nights_and_bursts(desk: Client, write: Write, tmp_path: Path) -> None:
    write(2)
    folder = unpacked(asked(desk, since="2020-01-01"), tmp_path)
    assert "longer than 92 days" in " ".join(text_of(folder / "report.pdf").split())


@pytest.mark.program("pdftotext")
def test_the_paper_counts_the_verifications_that_found_breaks_and_lists_them_though_many_came_after(
    desk: Client, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.report_facts.LISTED", 2)
    write(1)
    for ok in (False, True, True, True):
        append(
            Action.LOG_VERIFIED,
            subject=Subject("audit.log", "log"),
            actor=CLERK,
            facts={"ok": ok, "size": 1, "faults": 0 if ok else 3},
        )
    text = " ".join(text_of(unpacked(asked(desk), tmp_path) / "report.pdf").split())
    assert re.search(r"How many 4 Found breaks 1 ", text)
    assert text.count("Broken") == 1
    assert (
        "1 verification in the period found that the log is not what was recorded"
        in text.partition("Acts")[0]
    )


def test_no_report_is_signed_that_an_index_keeps_entries_from(desk: Client, write: Write) -> None:
    write(2)
    write_past_the_index(lambda: write(3))
    before = Checkpoint.objects.count()
    answer = asked(desk)
    assert answer.status_code == 409
    assert "No report was made: 3 entries of this period" in answer.content.decode()
    assert Checkpoint.objects.count() == before
    assert not Entry.objects.filter(action=Action.LOG_REPORT_MADE.value).exists()


def test_one_entry_that_an_index_hides_is_told_as_one(desk: Client, write: Write) -> None:
    write(2)
    write_past_the_index(lambda: write(1))
    answer = asked(desk)
    assert "No report was made: 1 entry of this period is in the log" in answer.content.decode()


@pytest.mark.sqlite
def test_where_an_index_is_gone_the_report_says_that_the_database_is_not_as_it_was_made(
    desk: Client, write: Write
) -> None:
    write(2)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DROP INDEX audit_entry_when")
    desk.raise_request_exception = False
    answer = asked(desk)
    assert answer.status_code == 503
    assert "not built as this program made it" in answer.content.decode()
    assert "busy" not in answer.content.decode()


@pytest.mark.sqlite
def test_no_report_is_signed_that_an_index_has_a_row_twice_in(desk: Client, write: Write) -> None:
    write(2)
    written_again("audit_entry_when", "recorded_at = substr(recorded_at, 1, 20) || '000000'")
    before = Checkpoint.objects.count()
    answer = asked(desk)
    assert answer.status_code == 409
    assert "does not agree with what is in it" in answer.content.decode()
    assert Checkpoint.objects.count() == before


def test_without_the_key_no_report_leaves(desk: Client, write: Write, settings: Any) -> None:
    write(1)
    for file in settings.DADKHAH_KEYS_DIR.iterdir():
        if file.name.startswith("log_signing"):
            file.unlink()
    assert asked(desk).status_code == 503
    assert not Entry.objects.filter(action=Action.LOG_REPORT_MADE.value).exists()


# One entry with its proof.


def taken(desk: Client, entry: Entry, folder: Path) -> Path:
    answer = desk.post(reverse("audit:proof", args=[entry.pk]))
    assert answer.status_code == 200
    (folder / "proof.json").write_bytes(answer.content)
    return folder


@pytest.fixture
def signed(write: Write, log_key: object) -> list[Entry]:
    entries = write(300)
    sign_checkpoint(actor=CLERK)
    return entries


@pytest.mark.program("openssl")
@pytest.mark.parametrize("number", [0, 1, 255, 256, 299])
def test_the_commands_on_an_entry_s_page_check_its_proof(
    desk: Client, signed: list[Entry], tmp_path: Path, number: int
) -> None:
    page = desk.get(reverse("audit:entry", args=[signed[number].pk]))
    assert page.context["check_tree"] == CHECK_TREE
    folder = taken(desk, signed[number], tmp_path)
    assert shell(CHECK_TREE, folder).stdout == "IN THE TREE\n"
    assert "Signature Verified Successfully" in shell(CHECK_SIGNATURE, folder).stdout


def test_taking_a_proof_is_logged(desk: Client, signed: list[Entry], auditor: User, tmp_path: Path) -> None:
    taken(desk, signed[7], tmp_path)
    entry = Entry.objects.get(action=Action.LOG_PROOF_TAKEN.value)
    assert (entry.actor, entry.subject_id) == (auditor.audit_name, str(signed[7].pk))


@pytest.mark.parametrize("body", [b"{}", b"\xff\xfe"])
def test_an_entry_that_was_changed_is_handed_out_to_nobody(
    desk: Client, signed: list[Entry], body: bytes
) -> None:
    key = signed[3].pk if connection.vendor == "postgresql" else signed[3].pk.hex
    tamper("UPDATE audit_entry SET body = %s WHERE id = %s", (body, key))
    assert desk.post(reverse("audit:proof", args=[signed[3].pk])).status_code == 409
    assert not Entry.objects.filter(action=Action.LOG_PROOF_TAKEN.value).exists()


def test_an_entry_that_no_checkpoint_covers_has_no_proof_yet(desk: Client, write: Write) -> None:
    [entry] = write(1)
    assert desk.post(reverse("audit:proof", args=[entry.pk])).status_code == 409
    sign_checkpoint(actor=CLERK)
    [young] = write(1)
    assert desk.post(reverse("audit:proof", args=[young.pk])).status_code == 409


def test_a_subject_without_words_is_shown_by_its_kind(desk: Client, db: None) -> None:
    append(Action.CASE_OPENED, subject=Subject("test.thing", "x"), actor=CLERK)
    assert "test.thing" in desk.get(reverse("audit:entries")).content.decode()
