import json
import os
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from audit.actions import Action
from audit.errors import BadInput, Broken, Conflict, DomainError, NotFound, Refused, Unavailable
from audit.models import Entry
from audit.resolving import facts_of
from config import command_line
from config.error_map import exit_code, http_status, kind_name
from config.people import in_words
from config.refusals import log_command_refusal
from tests.journeys.conftest import Command, command  # noqa: F401  the fixture

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (BadInput, 400, 2),
        (Refused, 403, 4),
        (NotFound, 404, 5),
        (Conflict, 409, 3),
        (Broken, 409, 3),
        (Unavailable, 503, 6),
    ],
)
def test_each_kind_of_failure_has_one_status_and_one_exit_code(kind, status, code):
    error = kind("What happened, and what to do.")
    assert (http_status(error), exit_code(error)) == (status, code)
    assert kind_name(error) != "failed"


def test_a_failure_of_no_kind_is_an_error_of_ours():
    assert (http_status(DomainError("?")), exit_code(DomainError("?"))) == (500, 70)


@pytest.mark.django_db(transaction=True)  # a command closes its connection at its end
def test_a_command_that_fails_says_one_sentence_and_its_code(capsys):
    code = command_line.run(["manage.py", "verify_evidence", "E-0000-0000", "--actor", "nobody-here"])
    said = capsys.readouterr()
    assert code == 5
    assert said.err.count("\n") == 1
    assert "nobody-here" in said.err
    assert Entry.objects.filter(
        action=Action.ACCESS_REFUSED.value, subject_id="verify_evidence", channel="command"
    ).exists()


@pytest.mark.django_db(transaction=True)  # a command closes its connection at its end
def test_with_json_a_failure_is_one_object(capsys):
    code = command_line.run(["manage.py", "verify_evidence", "--actor", "nobody-here", "--json"])
    assert code == 5
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert answer["kind"] == "not_found"


@pytest.mark.django_db(transaction=True)  # a command closes its connection at its end
def test_what_was_typed_does_not_command_the_terminal(capsys):
    command_line.run(["manage.py", "verify_evidence", "--actor", "a\nb\x1b[31m\u202ec"])
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "a<U+000A>b<U+001B>[31m<U+202E>c" in said


def test_whoever_goes_away_before_the_end_of_the_output_gets_no_traceback():
    reads, writes = os.pipe()
    os.close(reads)
    line = [sys.executable, str(ROOT / "manage.py"), "help"]
    ended = subprocess.run(line, stdout=writes, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    os.close(writes)
    assert ended.returncode == 141
    assert ended.stderr == (
        "Stopped: nobody reads the output any more. What was reported as done stays done; the rest may be undone.\n"
    )


def test_a_pipe_that_breaks_elsewhere_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch):
    def breaks(_argv: list[str]) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(command_line, "execute_from_command_line", breaks)
    with pytest.raises(BrokenPipeError):
        command_line.run(["manage.py", "check"])


def test_with_json_a_command_line_that_cannot_be_read_is_one_object_too(capsys):
    code = command_line.run(["manage.py", "verify_audit_log", "--json", "--nonsense"])
    said = capsys.readouterr()
    assert code == 2
    assert json.loads(said.out)["kind"] == "bad_input"
    assert "--nonsense" in said.err


@pytest.mark.django_db(transaction=True)  # a command closes its connection at its end
def test_with_json_an_answer_that_ends_with_the_code_of_bad_use_is_one_object_all_the_same(capsys, tmp_path):
    with pytest.raises(SystemExit) as ended:
        command_line.run(["manage.py", "verify_audit_log", "--against", str(tmp_path / "missing"), "--json"])
    assert ended.value.code == 2
    assert json.loads(capsys.readouterr().out)["verdict"] == "not_compared"
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("raised", "code", "word"),
    [
        (EOFError(), 2, "terminal"),
        (KeyboardInterrupt(), 130, "Stopped"),
        (OperationalError("server closed the connection"), 6, "DATABASE_URL"),
    ],
)
def test_what_ends_a_command_from_outside_is_one_sentence(monkeypatch, capsys, raised, code, word):
    def ends(_argv):
        raise raised

    monkeypatch.setattr(command_line, "execute_from_command_line", ends)
    assert command_line.run(["manage.py", "anything"]) == code
    said = capsys.readouterr().err
    assert word in said
    assert said.count("\n") == 1


@pytest.mark.django_db(transaction=True)
def test_tables_that_are_not_there_are_told_from_a_fault_of_ours(monkeypatch, capsys):
    def reads(_argv, table):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table}")

    for lacking in ("nowhere", "audit_entry WHERE away = 1"):
        monkeypatch.setattr(
            command_line, "execute_from_command_line", lambda argv, table=lacking: reads(argv, table)
        )
        assert command_line.run(["manage.py", "anything"]) == 6
        said = capsys.readouterr().err
        assert "migrate" in said
        assert "verify_audit_log" in said


def test_a_full_disk_of_the_database_is_said(monkeypatch, capsys):
    def fills(_argv):
        small = sqlite3.connect(":memory:")
        small.execute("PRAGMA max_page_count=2")
        try:
            small.execute("CREATE TABLE filler AS SELECT zeroblob(100000)")
        except sqlite3.OperationalError as error:
            raise OperationalError("full") from error  # as Django hands it on

    monkeypatch.setattr(command_line, "execute_from_command_line", fills)
    assert command_line.run(["manage.py", "anything"]) == 6
    assert "full" in capsys.readouterr().err


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("words", [("--actor", "{}"), ("--actor={}",), ("--act", "{}")])
def test_a_refused_command_names_the_account_in_whose_name_it_was_typed(
    command: Command,  # noqa: F811
    lawyer: User,
    auditor: User,
    client_for: Callable[[User], Client],
    words: tuple[str, ...],
):
    ended = command("sign_checkpoint", *(word.format(lawyer.username) for word in words))
    assert ended.code == 4
    entry = Entry.objects.get(action=Action.ACCESS_REFUSED.value, subject_id="sign_checkpoint")
    assert facts_of(entry) == {"kind": "refused", "in_the_name_of": lawyer.audit_name}
    page = client_for(auditor).get(reverse("audit:entry", args=[entry.pk])).content.decode()
    assert "In the name of" in page
    assert lawyer.full_name in page
    assert entry.actor == "system:command"
    assert "A command of this machine" in page
    assert "visitor" not in page


@pytest.mark.parametrize(
    ("language", "words"), [("en", "A command of this machine"), ("fa", "فرمانی از همین دستگاه")]
)
def test_a_refused_command_is_nobody_who_came_to_a_page(language: str, words: str):
    with translation.override(language):
        assert in_words("system:command") == words


@pytest.mark.django_db(transaction=True)
def test_a_word_that_is_no_account_is_not_written_into_the_log(
    command: Command,  # noqa: F811
    lawyer: User,
):
    assert command("sign_checkpoint", "--actor", "correct horse battery").code == 5
    entry = Entry.objects.get(action=Action.ACCESS_REFUSED.value)
    assert facts_of(entry) == {"kind": "not_found"}
    assert b"horse" not in bytes(entry.body)


@pytest.mark.django_db(transaction=True)
def test_bytes_that_are_no_text_do_not_keep_a_refusal_out_of_the_log():
    log_command_refusal("sign_checkpoint", kind="refused", typed=["--actor", "bad\udcffname", "--actor"])
    assert facts_of(Entry.objects.get(action=Action.ACCESS_REFUSED.value)) == {"kind": "refused"}


@pytest.mark.django_db(transaction=True)
def test_the_approver_of_a_refused_erasure_is_named_too(
    command: Command,  # noqa: F811
    paralegal: User,
    auditor: User,
):
    ended = command(
        "erase_private_values",
        "person",
        uuid.uuid4(),
        "--reason",
        "long enough a reason",
        "--yes",
        "--actor",
        paralegal.username,
        "--approved-by",
        auditor.username,
    )
    assert ended.code == 4
    entry = Entry.objects.get(action=Action.ACCESS_REFUSED.value, subject_id="erase_private_values")
    assert facts_of(entry) == {
        "kind": "refused",
        "in_the_name_of": paralegal.audit_name,
        "approved_by": auditor.audit_name,
    }
