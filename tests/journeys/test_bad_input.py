"""What commands say to what nobody should type: one sentence, one exit code, and no half of anything."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from accounts.models import User
from cases.membership import open_case
from cases.models import Case
from dossiers.models import Dossier, DossierState
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.models import EvidenceItem
from tests.journeys.conftest import REFERENCE, Command, Said
from witnesses.models import Custodian

INGEST = ("ingest_evidence", "{box}/letter.txt", "--source", "a family")
IN_CASE = (*INGEST, "--case", REFERENCE)
PURPOSE = ("--purpose", "For the prosecutor in Stockholm")
COMPILE = ("compile_dossier", REFERENCE, "--out", "{box}/out")
BY_LALEH = (*COMPILE, *PURPOSE, "--actor", "laleh")
VAULT_KEY, NAMES_KEY, LOG_KEY = "vault.agekey", "vault_names.key", "log_signing.key"
KINDS = {"bad_input": 2, "conflict": 3, "refused": 4, "not_found": 5, "unavailable": 6}


def missing(key: str) -> Callable[[], None]:
    def remove() -> None:
        (Path(settings.DADKHAH_KEYS_DIR) / key).unlink()

    return remove


def damaged(key: str) -> Callable[[], None]:
    def damage() -> None:
        path = Path(settings.DADKHAH_KEYS_DIR) / key
        path.chmod(0o600)
        path.write_text("not a key\n")

    return damage


def open_to_others(key: str) -> Callable[[], None]:
    return lambda: (Path(settings.DADKHAH_KEYS_DIR) / key).chmod(0o644)


# What is done first, what is typed, the kind of failure, and a word that its sentence holds.
TABLE = [
    (None, (*INGEST, "--case", "DK-0000-00", "--actor", "parvin"), "not_found", "case"),
    (None, (*INGEST, "--case", "", "--actor", "parvin"), "not_found", "case"),
    (None, (*IN_CASE, "--actor", "nobody"), "not_found", "nobody"),
    (None, (*IN_CASE, "--actor", "omid"), "not_found", "case"),
    (None, (*IN_CASE, "--actor", "arash"), "refused", "role"),
    (None, (*IN_CASE, "--actor", "parvin", "--collected-at", "the day after"), "bad_input", "date"),
    (None, ("ingest_evidence", "--case", REFERENCE, "--actor", "parvin"), "bad_input", "Name the files"),
    (
        None,
        ("ingest_evidence", "{box}", "--case", REFERENCE, "--actor", "parvin"),
        "bad_input",
        "--source",
    ),
    (
        None,
        ("ingest_evidence", "--manifest", "{box}/no.csv", "--actor", "parvin"),
        "bad_input",
        "no.csv",
    ),
    (None, ("ingest_evidence", "--manifest", "{box}", "--actor", "parvin"), "bad_input", "manifest"),
    (missing(VAULT_KEY), (*IN_CASE, "--actor", "parvin"), "unavailable", VAULT_KEY),
    (missing(NAMES_KEY), (*IN_CASE, "--actor", "parvin"), "unavailable", NAMES_KEY),
    (damaged(VAULT_KEY), (*IN_CASE, "--actor", "parvin"), "unavailable", VAULT_KEY),
    (damaged(NAMES_KEY), (*IN_CASE, "--actor", "parvin"), "unavailable", NAMES_KEY),
    (open_to_others(VAULT_KEY), (*IN_CASE, "--actor", "parvin"), "unavailable", "chmod"),
    (open_to_others(NAMES_KEY), (*IN_CASE, "--actor", "parvin"), "unavailable", "chmod"),
    (None, ("verify_evidence", "E-0000-0000"), "not_found", "E-0000-0000"),
    (None, ("verify_evidence", "--actor", "nobody"), "not_found", "nobody"),
    (None, ("verify_evidence", "--actor", "custodian_a"), "refused", "role"),
    (missing(VAULT_KEY), ("verify_evidence",), "unavailable", VAULT_KEY),
    (damaged(VAULT_KEY), ("verify_evidence",), "unavailable", VAULT_KEY),
    (
        None,
        ("compile_dossier", "DK-0000-00", *COMPILE[2:], *PURPOSE, "--actor", "laleh"),
        "not_found",
        "case",
    ),
    (None, (*COMPILE, *PURPOSE, "--actor", "nobody"), "not_found", "nobody"),
    (None, (*COMPILE, *PURPOSE, "--actor", "omid"), "not_found", "case"),
    (None, (*COMPILE, *PURPOSE, "--actor", "parvin"), "refused", "role"),
    (None, (*COMPILE, "--purpose", "short", "--actor", "laleh"), "bad_input", "10"),
    (None, (*BY_LALEH, "--recipient", "age1nonsense"), "bad_input", "age1"),
    (None, (*BY_LALEH, "--out", "{box}"), "bad_input", "box"),
    (None, (*BY_LALEH, "--out", "{box}/letter.txt"), "bad_input", "letter.txt"),
    (None, (*BY_LALEH, "--out", "{box}/letter.txt/out"), "bad_input", "letter.txt"),
    (
        None,
        ("compile_dossier", "DK-EMPTY", *COMPILE[2:], *PURPOSE, "--actor", "laleh"),
        "conflict",
        "evidence",
    ),
    (missing(VAULT_KEY), BY_LALEH, "unavailable", VAULT_KEY),
    (missing(LOG_KEY), BY_LALEH, "unavailable", "key"),
    (damaged(LOG_KEY), BY_LALEH, "unavailable", "key"),
    (open_to_others(LOG_KEY), BY_LALEH, "unavailable", "chmod"),
    (None, ("enrol_custodian", "nobody", "--passphrase-file", "{box}/letter.txt"), "not_found", "nobody"),
    (None, ("enrol_custodian", "parvin", "--passphrase-file", "{box}/long.txt"), "refused", "role"),
    (None, ("enrol_custodian", "custodian_a", "--passphrase-file", "{box}/no.txt"), "bad_input", "no.txt"),
    (None, ("enrol_custodian", "custodian_a", "--passphrase-file", "{box}/empty"), "bad_input", "14"),
    (
        None,
        (
            *("create_user", "new", "--full-name", "New", "--role", "lawyer"),
            "--password-file",
            "{box}/no.txt",
        ),
        "bad_input",
        "no.txt",
    ),
    (
        None,
        (*("create_user", "new", "--full-name", "New", "--role", "lawyer"), "--password-file", "{box}/empty"),
        "bad_input",
        "12",
    ),
    (
        None,
        (
            *("create_user", "laleh", "--full-name", "L", "--role", "lawyer"),
            "--password-file",
            "{box}/long.txt",
        ),
        "conflict",
        "laleh",
    ),
]


@pytest.fixture
def box(tmp_path: Path) -> Path:
    folder = tmp_path / "box"
    folder.mkdir()
    (folder / "letter.txt").write_text("نامه‌ای از اوین")
    (folder / "long.txt").write_text("heron lantern quarry velvet umbrella\n")
    (folder / "empty").write_bytes(b"")
    return folder


@pytest.fixture
def cast_and_cases(
    *, case: Case, lawyer: User, paralegal: User, outsider: User, auditor: User, custodian_a: User
) -> None:
    """One case with an item, one without any, and one of each who will be named."""
    open_case(reference="DK-EMPTY", title="Nothing in it yet", actor=lawyer)
    facts = IntakeFacts(source="a family", original_name="first.txt", case=case)
    ingest_evidence(Path(__file__), facts=facts, actor=paralegal)


def kept(house: Path, box: Path) -> tuple[object, ...]:
    """All that a failed command must leave as it was."""
    return (
        EvidenceItem.objects.count(),
        Dossier.objects.filter(state=DossierState.READY).count(),
        User.objects.count(),
        Custodian.objects.count(),
        sorted(path for path in (house / "data" / "vault").rglob("*") if path.is_file()),
        sorted(box.rglob("*")),
    )


def one_sentence(text: str) -> str:
    assert text.count("\n") == 0, text
    assert len(text.split()) >= 4, text
    # A command to be copied stands at the end without a full stop.
    assert text.rstrip("`»”").endswith(".") or ": chmod 600 /" in text, text
    return text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "words", "kind", "said"),
    TABLE,
    ids=[f"{n:02}-{row[1][0]}-{row[2]}" for n, row in enumerate(TABLE)],
)
def test_each_bad_word_gets_its_sentence_and_its_code_and_leaves_nothing(
    *,
    command: Command,
    cast_and_cases: None,
    house: Path,
    box: Path,
    before: Callable[[], None] | None,
    words: tuple[str, ...],
    kind: str,
    said: str,
) -> None:
    if before:
        before()
    was = kept(house, box)
    typed = [word.format(box=box) for word in words]
    plain = command(*typed)
    assert (plain.code, plain.out) == (KINDS[kind], ""), plain
    assert said in one_sentence(plain.err.removesuffix("\n"))
    structured = command(*typed, "--json")
    assert (structured.code, structured.err) == (KINDS[kind], "")
    assert structured.told == {"ok": False, "error": plain.err.removesuffix("\n"), "kind": kind}
    assert kept(house, box) == was


@pytest.fixture
def closed_door(box: Path) -> Iterator[Path]:
    """A file that nobody can read, root neither."""
    path = box / "door"
    here = Path.cwd()
    os.chdir(box)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind("door")
        os.chdir(here)
        yield path


@pytest.mark.django_db
def test_each_file_that_cannot_be_taken_in_is_named_and_the_others_are_in(
    command: Command, cast_and_cases: None, box: Path, closed_door: Path
) -> None:
    (box / "folder").mkdir()
    (box / "nowhere").symlink_to("/nowhere/at/all")
    os.mkfifo(box / "pipe")
    longest = "ش" * 127
    (box / longest).write_text("a letter with the longest name that there is")
    names = ["letter.txt", "no such file", "folder", "nowhere", "pipe", "door", "empty", longest]
    words = ("--case", REFERENCE, "--source", "a box", "--actor", "parvin")
    said: Said = command("ingest_evidence", *(box / name for name in names), *words, "--json")
    assert said.code == 1
    assert (said.told["taken_in"], said.told["empty"], said.told["failed"]) == (3, 1, 5)
    failures = {failure["path"]: failure["error"] for failure in said.told["failures"]}
    assert set(failures) == {"no such file", "folder", "nowhere", "pipe", "door"}
    for sentence in failures.values():
        one_sentence(sentence)
    assert EvidenceItem.objects.filter(original_name=longest).exists()
    plain = command("ingest_evidence", *(box / name for name in names), *words)
    assert plain.code == 1
    assert "3 already here, 5 failed" in plain.out
