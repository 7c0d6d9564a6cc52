"""Two houses, each with its own keys and database: one publishes its log, the other is its witness."""

import contextlib
import json
import os
import re
import runpy
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.cosignatures import TreeHead
from audit.merkle import root
from audit.notes import Verifier, open_note
from audit.published_files import FolderSource
from audit.published_tiles import PublishedNodes
from audit.signature_kinds import ED25519
from config.environment import read_environment
from config.log_keeping import TextUnreadable, read_small_text
from tests.browser.houses import PASSWORD, ROOT, House, build

ORIGIN = "prague.example/log"
VERIFIER = ROOT / "audit/verifier/verify_log.py"
KEY_FILE = "keys/log_signing.pub"
# The program that dies, without any clearing up, at the moment when it would make a file durable for the n-th time.
DYING = """
import itertools, os, sys
stop, real, calls = int(sys.argv[1]), os.fsync, itertools.count(1)
def fsync(descriptor):
    if next(calls) == stop:
        os._exit(9)
    return real(descriptor)
os.fsync = fsync
from config.command_line import run
sys.exit(run(["manage.py", *sys.argv[2:]]))
"""

Make = Callable[[str], House]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """An installation with an administrator: `make("prague.example/log")`."""

    def one(origin: str) -> House:
        home = tmp_path_factory.mktemp("house")
        before = os.environ.get("DADKHAH_LOG_ORIGIN")
        house = build(home, settings="tests.config.quick_settings")
        assert before is None
        house.environment["DADKHAH_LOG_ORIGIN"] = origin
        for name in (home / "keys").glob("log_signing*"):
            name.unlink()
        house.manage("make_keys")
        (home / "password").write_text(PASSWORD)
        for user, role in (("ada", "administrator"), ("arash", "auditor"), ("laleh", "lawyer")):
            house.manage(
                "create_user", user, "--full-name", user, "--role", role,
                "--password-file", str(home / "password"),
            )  # fmt: skip
        return house

    return one


@pytest.fixture(scope="module")
def prague(make: Make) -> House:
    return make(ORIGIN)


@pytest.fixture(scope="module")
def berlin(make: Make) -> House:
    house = make("berlin.example/log")
    house.manage("make_witness_key")
    return house


@pytest.fixture
def folder(prague: House, tmp_path: Path) -> Path:
    """Where Prague has published its log."""
    sign(prague)
    prague.manage("publish_log", str(tmp_path / "log"), "--actor", "ada")
    return tmp_path / "log"


def sign(house: House) -> "dict[str, object]":
    return json.loads(house.manage("sign_checkpoint", "--actor", "arash", "--json").stdout)


def keys(house: House) -> list[Verifier]:
    return [Verifier.parse(line) for line in (house.home / KEY_FILE).read_text().splitlines()]


def read_as_stranger(folder: Path, known: list[Verifier]) -> TreeHead:
    head = TreeHead.parse(open_note((folder / "checkpoint").read_text(), known))
    assert root(head.size, PublishedNodes(FolderSource(folder), head.size)) == head.root
    return head


def witness(
    berlin: House, place: Path, prague: House, *words: str, check: bool = True
) -> "subprocess.CompletedProcess[str]":
    return berlin.manage(
        "witness_log",
        str(place),
        "--origin",
        ORIGIN,
        "--key",
        str(prague.home / KEY_FILE),
        *words,
        check=check,
    )


def test_one_house_publishes_the_other_cosigns_and_the_first_publishes_that(
    prague: House, berlin: House, folder: Path, tmp_path: Path
) -> None:
    first = witness(berlin, folder, prague, check=False)
    assert (first.returncode, "--first" in first.stderr) == (3, True)
    seen = witness(berlin, folder, prague, "--first", "--out", str(tmp_path / "cosigned"))
    assert "for the first time" in seen.stderr
    stranger = prague.manage("add_cosignature", str(tmp_path / "cosigned"), "--actor", "ada", check=False)
    assert (stranger.returncode, "log_witnesses.pub" in stranger.stderr) == (2, True)
    witness_keys = (berlin.home / "keys/witness_signing.pub").read_text()
    (prague.home / "keys/log_witnesses.pub").write_text(witness_keys)
    told = prague.manage("add_cosignature", str(tmp_path / "cosigned"), "--actor", "ada")
    added = told.stdout
    assert "Run publish_log before" in told.stderr
    again = prague.manage("add_cosignature", str(tmp_path / "cosigned"), "--actor", "ada")
    assert (again.stdout, "there already" in again.stderr, "publish_log" in again.stderr) == ("", True, False)
    assert re.findall(r"berlin\.example/log/witness\+\w+ \((.*)\)", added) == ["Ed25519, timed", "ML-DSA-44"]
    prague.manage("publish_log", str(folder))
    for line in witness_keys.splitlines():
        open_note((folder / "checkpoint").read_text(), [Verifier.parse(line)])
    prague.manage("verify_audit_log")
    sign(prague)
    prague.manage("publish_log", str(folder))
    later = json.loads(witness(berlin, folder, prague, "--json").stdout)
    assert later["ok"]
    assert later["size"] > later["seen_size"]
    berlin.manage("verify_audit_log")
    witness(berlin, folder, prague, "--out", str(tmp_path / "late"))
    newest = sign(prague)["size"]
    late = prague.manage("add_cosignature", str(tmp_path / "late"), "--actor", "ada").stderr
    assert ("Run publish_log" in late, f"at {newest} entries" in late) == (False, True)


def test_a_rotation_of_the_key_is_followed_by_the_witness(
    prague: House, berlin: House, folder: Path, tmp_path: Path
) -> None:
    old = tmp_path / "old.pub"
    old.write_text(f"{keys(prague)[0].line}\n")
    prague.manage("rotate_log_key", "--actor", "ada", "--reason", "planned")
    sign(prague)
    prague.manage("publish_log", str(folder))
    seen = berlin.manage(
        "witness_log", str(folder), "--origin", ORIGIN, "--key", str(old), "--first", "--json"
    )
    assert json.loads(seen.stdout)["size"] == read_as_stranger(folder, keys(prague)[-2:]).size
    prague.manage("verify_audit_log")


def test_a_log_from_an_old_backup_is_refused_by_its_witness_and_by_its_own_publisher(
    make: Make, berlin: House, tmp_path: Path
) -> None:
    vienna, folder = make("vienna.example/log"), tmp_path / "log"
    say = ("--origin", "vienna.example/log", "--key", str(vienna.home / KEY_FILE))
    sign(vienna)
    database = vienna.home / "data/dadkhah.sqlite3"
    old = database.read_bytes()
    assert not database.with_name("dadkhah.sqlite3-wal").exists()
    for _twice in range(2):
        sign(vienna)
    vienna.manage("publish_log", str(folder))
    berlin.manage("witness_log", str(folder), *say, "--first")
    database.write_bytes(old)
    refused = vienna.manage("publish_log", str(folder), check=False)
    assert (refused.returncode, "restored from an old copy" in refused.stderr) == (3, True)
    vienna.manage("publish_log", str(tmp_path / "elsewhere"))
    refused = berlin.manage("witness_log", str(tmp_path / "elsewhere"), *say, check=False)
    assert (refused.returncode, "rolled back" in refused.stderr) == (3, True)
    # It goes on growing from the old copy, past the size that was seen: another history under the same key.
    for _ in range(3):
        sign(vienna)
    vienna.manage("publish_log", str(tmp_path / "elsewhere"))
    refused = berlin.manage("witness_log", str(tmp_path / "elsewhere"), *say, "--json", check=False)
    assert (refused.returncode, json.loads(refused.stdout)["kind"]) == (3, "broken")
    assert "does not begin with what was seen" in json.loads(refused.stdout)["error"]


def test_a_publication_that_is_killed_is_whole_after_the_next(prague: House, tmp_path: Path) -> None:
    for stop in (1, 6):
        folder = tmp_path / f"log-{stop}"
        sign(prague)
        killed = prague.run("-c", DYING, str(stop), "publish_log", str(folder), check=False)
        assert killed.returncode == 9
        assert not (folder / "checkpoint").exists() or read_as_stranger(folder, keys(prague))
        prague.manage("publish_log", str(folder))
        read_as_stranger(folder, keys(prague))
        assert json.loads(prague.manage("publish_log", str(folder), "--json").stdout)["written"] == 0
    prague.manage("verify_audit_log")


def test_signers_that_are_killed_or_run_at_once_leave_one_history(prague: House) -> None:
    command = [sys.executable, "manage.py", "sign_checkpoint", "--actor", "ada"]

    def begin() -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            command, cwd=ROOT, env=prague.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    at_once = [begin() for _ in range(3)]
    assert [signer.wait(timeout=60) for signer in at_once] == [0, 0, 0]
    for delay in (0.8, 1.2):
        victim = begin()
        time.sleep(delay)
        victim.send_signal(signal.SIGKILL)
        victim.wait(timeout=60)
    sign(prague)
    prague.manage("verify_audit_log")


def test_witness_keys_that_are_there_are_shown_where_they_lie(berlin: House) -> None:
    again = berlin.manage("make_witness_key", check=False)
    assert again.returncode != 0
    assert str(berlin.home / "keys/witness_signing.pub") in again.stderr


def test_the_fingerprint_of_the_key_is_said_as_the_verifier_prints_it(make: Make) -> None:
    house = make("fingerprint.example/log")

    def newest() -> str:
        line = [key.line for key in keys(house) if key.kind is ED25519][-1]
        return runpy.run_path(str(VERIFIER))["LogKey"](line).fingerprint

    first = newest()
    assert first in house.manage("make_keys").stdout
    assert first in house.manage("sign_checkpoint", "--actor", "ada").stderr
    assert sign(house)["fingerprint"] == first
    rotated = house.manage("rotate_log_key", "--actor", "ada", "--reason", "planned").stderr
    assert first != newest()
    assert newest() in rotated
    assert newest() in house.manage("sign_checkpoint", "--actor", "ada").stderr


def test_signing_and_publishing_say_which_guards_are_missing(make: Make, tmp_path: Path) -> None:
    house = make("unguarded.example/log")
    assert "restore_guards" not in house.manage("sign_checkpoint", "--actor", "ada").stderr
    with contextlib.closing(sqlite3.connect(house.home / "data/dadkhah.sqlite3")) as database:
        [name] = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry' LIMIT 1"
        ).fetchone()
        database.execute(f'DROP TRIGGER "{name}"')
        database.commit()
    for words in (("sign_checkpoint", "--actor", "ada"), ("publish_log", str(tmp_path / "log"))):
        ended = house.manage(*words, "--json")
        assert json.loads(ended.stdout)["ok"] is True
        assert name in ended.stderr
        assert "restore_guards" in ended.stderr


def test_a_server_that_does_not_answer_is_named_in_a_sentence(prague: House, berlin: House) -> None:
    ended = berlin.manage(
        "witness_log", "http://127.0.0.1:9/", "--origin", ORIGIN, "--key", str(prague.home / KEY_FILE),
        check=False,
    )  # fmt: skip
    assert ended.returncode != 0
    assert "The server at 127.0.0.1:9 does not answer." in ended.stderr
    assert "Errno" not in ended.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("sign_checkpoint", "--actor", "laleh"), 4, "role"),
        (("sign_checkpoint", "--actor", "nobody"), 5, "nobody"),
        (("rotate_log_key", "--actor", "arash", "--reason", "planned"), 4, "role"),
        (("publish_log", "/proc/log"), 6, "cannot be written"),
        (("publish_log", "log", "--actor", "laleh"), 4, "role"),
        (("witness_log", "https://a.example/?x", "--origin", "a", "--key", "a+b"), 2, "key"),
        (("witness_log", "/no/where", "--origin", "a", "--key", "/no/where"), 2, "/no/where"),
        (("witness_log", "/no/where", "--origin", "a", "--key", ""), 2, "what --key names"),
        (("witness_log", "/proc", "--origin", "a", "--key", f"a+0+{'A' * 1750}"), 2, "key"),
        (("add_cosignature", "/no/where", "--actor", "ada"), 2, "/no/where"),
        (("add_cosignature", "manage.py", "--actor", "ada"), 2, "note"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_an_exit_code(
    prague: House, words: tuple[str, ...], code: int, said: str
) -> None:
    ended = prague.manage(*words, check=False)
    assert (ended.returncode, ended.stderr.count("\n"), said in ended.stderr) == (code, 1, True), ended.stderr


def test_a_pipe_keeps_nobody_waiting(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(TextUnreadable):
        read_small_text(pipe, most=100)


def test_a_note_that_cannot_be_written_is_said_before_anything_is_done(prague: House, tmp_path: Path) -> None:
    """Whoever reads only that a file could not be written runs the command again: then there were newer keys still."""
    before = keys(prague)
    for words in (("rotate_log_key", "--reason", "planned"), ("sign_checkpoint",)):
        for place in ("/no/where", str(tmp_path), "/proc/note"):
            ended = prague.manage(*words, "--actor", "ada", "--note", place, check=False)
            assert (ended.returncode, ended.stderr.count("\n"), place in ended.stderr) == (6, 1, True)
    assert keys(prague) == before
    prague.manage("sign_checkpoint", "--actor", "ada", "--note", str(tmp_path / "note"))
    assert open_note((tmp_path / "note").read_text(), before)


def test_the_house_says_how_often_it_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    from django.core.exceptions import ImproperlyConfigured

    assert read_environment().checkpoint_every == timedelta(hours=24)
    monkeypatch.setenv("DADKHAH_CHECKPOINT_EVERY", "6")
    assert read_environment().checkpoint_every == timedelta(hours=6)
    for wrong in ("0", "-1", "often", "99999"):
        monkeypatch.setenv("DADKHAH_CHECKPOINT_EVERY", wrong)
        with pytest.raises(ImproperlyConfigured, match="DADKHAH_CHECKPOINT_EVERY"):
            read_environment()
