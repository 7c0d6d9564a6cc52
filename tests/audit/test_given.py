"""What is given to compare the log with and cannot be read is named, and the log is verified all the same."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import call_command, load_command_class
from django.db import connection, transaction
from django.utils import translation

from audit.checkpoints import sign_checkpoint
from audit.faults import FaultKind
from audit.given import checkpoint_to_start_from, read_several
from audit.models import Entry
from audit.outside import OutsideCheckpoint, SetAside
from audit.outside_words import aside_sentences
from tests.audit.conftest import CLERK
from tests.tampering import as_owner, tamper

Write = Callable[[int], list[Entry]]


@dataclass(frozen=True)
class Said:
    """What the command answered, and its exit code."""

    code: object
    text: str

    @property
    def answer(self) -> "dict[str, object]":
        """The one JSON object; fails where there is more."""
        return json.loads(self.text)


@pytest.fixture
def verify(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """`manage.py verify_audit_log` with these words."""

    def run(*words: object) -> Said:
        code: object = 0
        try:
            call_command("verify_audit_log", *map(str, words))
        except SystemExit as ended:
            code = ended.code
        return Said(code, capsys.readouterr().out)

    return run


Verify = Callable[..., Said]


@pytest.fixture
def signed(write: Write, log_key: Path, tmp_path: Path) -> Path:
    """The file of a checkpoint of a log of five entries."""
    write(5)
    file = tmp_path / "checkpoint"
    file.write_text(sign_checkpoint(actor=CLERK).note, encoding="utf-8")
    return file


def unreadable(folder: Path) -> dict[str, tuple[Path, str]]:
    """Files of each kind that no checkpoint can be read from, with a word of what is said of it."""
    made = {
        "missing": ("There is no such file", None),
        "below a file": ("There is no such file", None),
        "folder": ("It is a folder", None),
        "pipe": ("a device or a pipe", None),
        "empty": ("It is empty", b""),
        "huge": ("larger than any checkpoint", b"x" * 1_000_001),
        "bytes": ("not written as text", b"\xff\xfe"),
        "text": ("no signature after a blank line", b"no note\n"),
        "windows": ("no signature after a blank line", b"a\r\n1\r\n"),
        "control": ("holds control characters", b"a\x1b\n1\n"),
        "note": ("not the checkpoint of a log", b"a\nb\nc\n\n\xe2\x80\x94 k AAAAAAAA\n"),
    }
    found = {}
    for name, (word, content) in made.items():
        path = folder / "checkpoint" / "x" if name == "below a file" else folder / name
        if content is not None:
            path.write_bytes(content)
        found[name] = path, word
    found["folder"][0].mkdir()
    os.mkfifo(found["pipe"][0])
    return found


# What mail and editors do to a checkpoint on its way.
MAILED: list[Callable[[bytes], bytes]] = [
    lambda note: note.replace(b"\n", b"\r\n"),
    lambda note: b"\xef\xbb\xbf" + note.replace(b"\n", b"\r\n"),
    lambda note: note[:-1],
    lambda note: b"\n" + note + b"\r\n\r\n",
]


@contextmanager
def reading_forbidden(file: Path) -> Iterator[None]:
    """For the superuser no file is closed, so he is another one meanwhile."""
    user = os.geteuid()
    file.chmod(0)
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)
        file.chmod(0o600)


def test_each_file_that_cannot_be_read_is_told_with_what_to_do_and_the_log_is_verified(
    signed: Path, tmp_path: Path, verify: Verify
) -> None:
    files = unreadable(tmp_path)
    said = verify("--against", signed, *(path for path, _word in files.values()))
    assert said.code == 2
    assert "VERIFIED IN ITSELF, NOT COMPARED WITH ALL THAT WAS GIVEN: 6 entries" in said.text
    assert "VERIFIED: " not in said.text
    assert "Compared with checkpoint: up to entry 5 of 6." in said.text.splitlines()
    for path, word in files.values():
        [line] = [line for line in said.text.splitlines() if f"unreadable_file: {path}: " in line]
        assert line.startswith("NOT COMPARED: ")
        assert word in line
        assert line.count(". ") >= 2  # what it is, why, and what to do
    assert "run this again" in said.text
    assert "keys exchanged" not in said.text  # no key was looked at


def test_with_json_one_object_names_them_and_does_not_pass_for_agreement(
    signed: Path, tmp_path: Path, verify: Verify
) -> None:
    missing = tmp_path / "missing"
    said = verify("--against", signed, missing, "--json")
    assert said.code == 2
    answer = said.answer
    assert (answer["ok"], answer["verdict"], answer["against"]) == (False, "not_compared", 2)
    assert answer["entries"] == 6
    [aside] = answer["incomparable"]  # type: ignore[misc]  # JSON
    assert (aside["kind"], aside["place"]) == ("unreadable_file", str(missing))
    assert "There is no such file" in aside["detail"]
    whole = verify("--against", signed, "--json")
    assert (whole.code, whole.answer["ok"], whole.answer["verdict"]) == (0, True, "verified")


def test_it_is_said_up_to_which_entry_each_was_compared_and_what_nobody_outside_vouches_for(
    signed: Path, tmp_path: Path, write: Write, verify: Verify
) -> None:
    write(2)
    newer = tmp_path / "newer"
    newer.write_text(sign_checkpoint(actor=CLERK).note, encoding="utf-8")
    write(1)
    said = verify("--against", signed, newer)
    assert said.code == 0
    compared = [line for line in said.text.splitlines() if line.startswith("Compared with ")]
    assert compared == [
        "Compared with checkpoint: up to entry 5 of 10.",
        "Compared with newer: up to entry 8 of 10.",
    ]
    assert said.text.count("nobody outside") == 1
    assert "What comes after entry 8, or was cut off there, nobody outside vouches for" in said.text
    answer = verify("--against", signed, newer, "--json").answer
    assert answer["compared"] == [
        {"place": "checkpoint", "up_to": 5, "of": 10},
        {"place": "newer", "up_to": 8, "of": 10},
    ]


def test_a_log_cut_back_to_what_an_older_checkpoint_covers_is_not_passed_without_a_word(
    signed: Path, write: Write, verify: Verify
) -> None:
    """Its end is gone with every trace of it, so all that is left agrees."""
    write(4)
    tamper("DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_leaf WHERE leaf_index >= 6)")
    tamper("DELETE FROM audit_leaf WHERE leaf_index >= 6")
    said = verify("--against", signed)
    assert "BROKEN" not in said.text
    assert "Compared with checkpoint: up to entry 5 of 6." in said.text
    assert "What comes after entry 5, or was cut off there, nobody outside vouches for" in said.text


def test_nobody_outside_is_spoken_of_only_where_the_log_agrees_with_what_was_given(
    signed: Path, tmp_path: Path, verify: Verify
) -> None:
    assert "nobody outside" not in verify().text
    assert "nobody outside" not in verify("--against", tmp_path / "missing").text
    tamper("UPDATE audit_entry SET actor = 'user:x' WHERE subject_id = '3'")
    said = verify("--against", signed)
    assert "Compared with checkpoint: up to entry 5 of 6." in said.text
    assert "nobody outside" not in said.text


def test_a_log_that_is_broken_is_told_though_a_file_cannot_be_read(
    signed: Path, tmp_path: Path, verify: Verify
) -> None:
    tamper("UPDATE audit_entry SET actor = 'user:x' WHERE subject_id = '3'")
    said = verify("--against", tmp_path / "missing")
    assert said.code == 1
    assert "BROKEN: 1 fault among" in said.text
    assert "NOT COMPARED: unreadable_file" in said.text
    assert verify("--against", tmp_path / "missing", "--json").answer["verdict"] == "broken"


def test_a_file_that_this_user_may_not_read_is_told_as_that(signed: Path) -> None:
    with reading_forbidden(signed):
        [one] = read_several([signed])
    assert not isinstance(one, OutsideCheckpoint)
    assert "may not read it" in one.reason


@pytest.mark.parametrize("given", ["", "77", "missing"])
def test_without_the_checkpoint_to_start_from_the_whole_log_is_read_and_nothing_is_written(
    signed: Path, tmp_path: Path, verify: Verify, given: str
) -> None:
    entries = Entry.objects.count()
    tamper("UPDATE audit_entry SET actor = 'user:x' WHERE subject_id = '3'")
    said = verify("--since", tmp_path / given if given == "missing" else given)
    assert said.code == 1
    assert "BROKEN: 1 fault among" in said.text
    assert "NOT COMPARED: " in said.text
    assert "The whole log was read instead." in said.text
    assert Entry.objects.count() == entries


def test_a_size_at_which_the_log_was_never_signed_is_named_with_one_at_which_it_was(
    signed: Path, verify: Verify
) -> None:
    said = verify("--since", "77", "--json")
    assert said.code == 2
    [aside] = said.answer["incomparable"]  # type: ignore[misc]  # JSON
    assert (aside["kind"], aside["place"]) == ("unknown_checkpoint", "checkpoint of size 77")
    assert "of size 5" in aside["detail"]
    assert (said.answer["since"], said.answer["read"]) == (0, 6)


@pytest.mark.parametrize("written", ["5", "۵", "\u200f٥"])
def test_a_size_may_be_written_in_persian_digits(signed: Path, verify: Verify, written: str) -> None:
    assert verify("--since", written, "--json").answer["since"] == 5


def test_nobody_is_sent_to_sign_a_log_whose_checkpoints_are_gone(signed: Path, verify: Verify) -> None:
    """Signing it would put a fresh signature over whatever stands there, or lead back here."""
    tamper("DELETE FROM audit_checkpointsignature")
    tamper("DELETE FROM audit_checkpoint")
    [aside] = verify("--since", "5", "--json").answer["incomparable"]  # type: ignore[misc]  # JSON
    assert aside["kind"] == "unknown_checkpoint"
    assert "sign_checkpoint" not in aside["detail"]
    assert "leave --since out" in aside["detail"]


@pytest.mark.parametrize("table", ["audit_checkpoint", "audit_checkpointsignature"])
def test_where_the_table_of_checkpoints_is_gone_it_is_said_how_to_start_all_the_same(
    signed: Path, table: str
) -> None:
    with as_owner(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} RENAME TO away")
        given = checkpoint_to_start_from("5")
        transaction.set_rollback(True)
    assert isinstance(given, SetAside)
    assert (given.kind, given.place) == (FaultKind.UNREADABLE, "checkpoint of size 5")
    assert table in given.reason
    assert "Name a checkpoint's file, or leave --since out" in given.reason
    assert not any("keys exchanged" in said for said in aside_sentences({given.kind}, whole=True))


def test_the_help_says_that_reading_starts_at_a_whole_tile(capsys: pytest.CaptureFixture[str]) -> None:
    load_command_class("audit", "verify_audit_log").print_help("manage.py", "verify_audit_log")
    assert "reading starts at a whole tile of 256 entries" in " ".join(capsys.readouterr().out.split())


def test_the_file_to_start_from_is_compared_too_and_counted(signed: Path, verify: Verify) -> None:
    said = verify("--against", signed, "--since", signed, "--json")
    assert (said.code, said.answer["against"], said.answer["since"]) == (0, 2, 5)


@pytest.mark.parametrize("change", MAILED)
def test_a_checkpoint_whose_line_ends_a_mail_changed_is_read_as_it_was_signed(
    signed: Path, verify: Verify, change: Callable[[bytes], bytes]
) -> None:
    signed.write_bytes(change(signed.read_bytes()))
    said = verify("--against", signed, "--since", signed, "--json")
    assert (said.code, said.answer["since"], said.answer["incomparable"]) == (0, 5, [])


@pytest.mark.parametrize("change", MAILED)
def test_changed_line_ends_hide_no_other_change(
    signed: Path, verify: Verify, change: Callable[[bytes], bytes]
) -> None:
    signed.write_bytes(change(signed.read_bytes().replace(b"\n5\n", b"\n4\n", 1)))
    said = verify("--against", signed, "--json")
    [aside] = said.answer["incomparable"]  # type: ignore[misc]  # JSON
    assert (said.code, aside["kind"]) == (2, "bad_signature")


@pytest.mark.parametrize("option", ["--against", "--since"])
def test_where_no_file_was_named_that_is_said(signed: Path, verify: Verify, option: str) -> None:
    said = verify(option, "", "--json")
    [aside] = said.answer["incomparable"]  # type: ignore[misc]  # JSON
    assert (said.code, aside["kind"], aside["place"]) == (2, "unreadable_file", option)
    assert "No file was named" in aside["detail"]


def test_two_of_one_name_are_told_apart(signed: Path, tmp_path: Path) -> None:
    files = [tmp_path / name / "checkpoint" for name in ("first", "second")]
    for file in files:
        file.parent.mkdir()
        file.write_bytes(signed.read_bytes())
    assert [one.place for one in read_several(files)] == [str(file) for file in files]
    assert [one.place for one in read_several(files[:1])] == ["checkpoint"]


def test_a_persian_reader_is_told_in_persian(signed: Path, tmp_path: Path, verify: Verify) -> None:
    files = [path for path, _word in unreadable(tmp_path).values()]
    with translation.override("fa"):
        for one in read_several([*files, ""]):
            assert not isinstance(one, OutsideCheckpoint)
            assert "There is" not in one.reason
            assert "No file" not in one.reason
            assert any("آ" <= sign <= "ی" for sign in one.reason)
