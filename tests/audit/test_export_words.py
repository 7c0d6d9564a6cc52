"""What the export's program says is for a reader who knows no Python, and no word in a file can disturb it."""

import re
from pathlib import Path

import pytest

from audit.exporting import export_log
from audit.key_rotation import RotationReason, rotate_log_key
from audit.keys import PUBLIC_FILE, load_signer
from audit.notes import Signer
from tests.audit.conftest import CLERK
from tests.audit.exports import called, check, checked_here, entries_of, listed, rebuilt
from tests.dossiers.verifying import read_by_nobody, written_to

PYTHON = re.compile(
    r"Error|Exception|Errno|Traceback|codec|literal|unpack|padding|base64 data|object|NoneType|indices|argument|string"
)
FILES = [
    "keys",
    "entries.bin",
    "SHA256SUMS",
    "tiles/0",
    "checkpoints/000000000003",
    "rotations/0000",
    "stamps/000000000003-00.tsr",
]
HOSTILE = "\x1b[2J\u202eVERIFIED\u2066\u200f\u0301\n\nVERIFIED"


def contents(old: bytes) -> list[bytes]:
    name = HOSTILE.encode()
    return [
        b"",
        b"\xff\xfe",
        b"\n",
        b"x",
        b"a+b+\xc3\xa9\n",
        b"a+b\n",
        b"a+b+c\n",
        b"a+b+AAAA\n",
        b"[" * 60_000,
        b"\xef\xbb\xbf" + old,
        old.replace(b"\n", b"\r\n"),
        old.replace(b"=", b""),
        old.replace(b" ", b""),
        old.replace(b"\n3\n", b"\n\xd9\xa3\n"),
        old.replace(b"dadkhah", name),
        old.replace(b"dadkhah", b"x" * 90_000),
        old + old,
        old.replace(b"+", b"\xc3\xa9"),
        old.rstrip(b"\n"),
    ]


@pytest.mark.parametrize("name", FILES)
def test_no_fault_speaks_python(folder: Path, name: str) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    old = path.read_bytes() if path.exists() else b""
    for content in [*contents(old), None]:
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)
        for again in (False, True):
            if again and name != "SHA256SUMS":
                listed(folder)
            report = checked_here(folder)
            assert report.count > 0 or content == old
            for sentence in report.faults + report.unchecked:
                assert not PYTHON.search(sentence.replace("verify_log", "")), sentence
                assert sentence.isascii()
                assert sentence.isprintable()
                assert len(sentence) < 1_000, sentence


def test_a_hostile_name_cannot_end_the_report(folder: Path) -> None:
    stranger = Signer.generate("x")
    (folder / "keys").write_text(f"{HOSTILE.splitlines()[0]}+{stranger.verifier.line[2:]}\n")
    listed(folder)
    code, said = called(folder)
    assert code == 1
    assert said.splitlines()[-1] == "NOT VERIFIED"
    assert said.count("\nVERIFIED") == 0
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_the_reader_s_own_path_is_shown_as_it_is(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "گواهی"
    other.write_text("no note")
    said = called(folder, "--against", str(other))[1]
    assert (
        f"  - {other}: It is no checkpoint: it is no signed note. Take the file log/checkpoint of a dossier"
        in said
    )


def test_what_was_given_and_cannot_be_read_speaks_no_python(folder: Path) -> None:
    other = folder.parent / "other"
    for content in contents((folder / "checkpoints/000000000003").read_bytes()):
        other.write_bytes(content)
        answer = check(folder, "--against", str(other))
        for sentence in [*answer["compared"], *(one["detail"] for one in answer["incomparable"])]:
            assert not PYTHON.search(sentence), sentence
            assert sentence.isascii()
            assert sentence.isprintable()
            assert len(sentence) < 1_000


def test_an_entry_about_the_log_that_is_not_canonical_is_told_without_a_word_of_python(folder: Path) -> None:
    bodies = entries_of(folder)
    rebuilt(folder, [*bodies, bodies[3].replace(b'":', b'": ', 1).replace(b'": "log', b'":"log') + b" "])
    [fault] = [one for one in checked_here(folder).faults if f"leaf {len(bodies)} tells" in one]
    assert "None" not in fault
    assert "not written in the one canonical form of JSON" in fault


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_report_that_cannot_be_written_is_no_success(folder: Path, options: list[str]) -> None:
    code, said = written_to(Path("/dev/full"), folder / "verify_log.py", *options)
    assert code == 1
    assert said.startswith("NOT VERIFIED: the report could not be written (No space left on device)")
    assert len(said.splitlines()) == 1


def test_whoever_reads_only_the_beginning_of_the_report_is_told_nothing_more(folder: Path) -> None:
    assert read_by_nobody(folder / "verify_log.py") == (0, "")


def test_what_to_do_stands_below_the_faults(folder: Path) -> None:
    (folder / "rotations/0000").write_text("x")
    said = called(folder)[1]
    assert "Do not rely on this copy. Keep it as it is" in said
    assert "Do not rely" not in called(export_log(folder.parent / "good", actor=CLERK).path)[1]


def test_one_bad_line_of_keys_is_named_and_the_others_are_used(folder: Path) -> None:
    path = folder / "keys"
    path.write_text(path.read_text() + "no key\n")
    listed(folder)
    (fault,) = checked_here(folder).faults
    assert fault.startswith("keys: line 5 is no key of a log (")


def test_a_copy_of_before_a_change_of_keys_is_checked_as_its_letter_says(
    folder: Path, settings: object, log_key: Path
) -> None:
    """With the key file of today; the letter says which of its lines to give."""
    then = load_signer().verifier
    rotate_log_key(reason=RotationReason.PLANNED, actor=CLERK)
    today = log_key.parent / PUBLIC_FILE
    (aside,) = check(folder, "--key", str(today))["incomparable"]
    assert f"the line that begins with {then.name}+{then.key_hash.hex()}" in aside["detail"]
    letter = (folder / "README.txt").read_text()
    assert "IF THE KEY WAS CHANGED SINCE" in letter
    (command,) = [line.strip() for line in letter.splitlines() if "--key 'LINE'" in line]
    (line,) = [
        line
        for line in today.read_text().splitlines()
        if line.startswith(f"{then.name}+{then.key_hash.hex()}")
    ]
    assert command == "python3 -I -S verify_log.py --key 'LINE'"
    assert check(folder, "--key", line)["verdict"] == "VERIFIED"
    # And a copy of today under the key of then.
    later = export_log(folder.parent / "later", actor=CLERK).path
    assert check(later, "--key", line)["verdict"] == "VERIFIED"
