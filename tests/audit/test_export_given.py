"""What is given to compare an export with can be bad, of another log or newer, and the export good all the same."""

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit.checkpoints import sign_checkpoint
from audit.cosignatures import TreeHead
from audit.exporting import export_log
from audit.key_rotation import RotationReason, rotate_log_key
from audit.keys import PUBLIC_FILE, load_signer
from audit.models import Entry
from audit.notes import Signer, sign_note
from audit.verifier import verify_log
from tests.audit.conftest import CLERK
from tests.audit.exports import NOT_COMPARED, called, check, entries_of, rebuilt, sign_with
from tests.audit.test_given import MAILED, reading_forbidden, unreadable

Write = Callable[[int], list[Entry]]
NOT_ALL = f"VERIFIED{NOT_COMPARED}"


def given(folder: Path, content: str | bytes) -> Path:
    """Write what somebody gives, beside the export."""
    path = folder.parent / "given"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def first(folder: Path) -> str:
    """The checkpoint of size 3 as it lies in the export."""
    return (folder / "checkpoints/000000000003").read_text(encoding="utf-8")


def set_aside(answer: dict[str, Any], path: object) -> tuple[str, str]:
    """Kind and reason of the one thing that was not compared, in a copy that is good by itself."""
    assert answer["faults"] == []
    assert (answer["verdict"], answer["ok"]) == (NOT_ALL, False)
    [aside] = answer["incomparable"]
    assert aside["place"] == str(path)
    return aside["kind"], aside["detail"]


WORDS = {
    "missing": "There is no such file",
    "below a file": "There is no such file",
    "folder": "It is a folder",
    "pipe": "a device or a pipe",
    "empty": "It is empty",
    "huge": "larger than any checkpoint",
    "bytes": "It is no checkpoint: it is no text",
    "text": "It is no checkpoint: it is no signed note",
    "windows": "It is no checkpoint: it is no signed note",
    "control": "It is no checkpoint: it is no signed note",
    "note": "It is no checkpoint: its size is no plain number",
}


def agreed(answer: dict[str, Any]) -> list[str]:
    """What each comparison showed, without what follows from it."""
    return [re.split("[;,]", one.split(": ", 1)[1])[0] for one in answer["compared"]]


def test_each_file_that_cannot_be_read_is_named_with_what_to_do_and_the_copy_is_checked(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "checkpoint").write_text(first(folder), encoding="utf-8")
    files = {name: path for name, (path, _word) in unreadable(tmp_path).items()}
    files["huge"].write_bytes(b"x" * (verify_log.SMALL + 1))
    code, said = called(folder, "--against", *map(str, files.values()))
    assert code == 2
    assert said.splitlines()[-1] == NOT_ALL
    assert f"{NOT_ALL} (exit 2)" in (folder / "README.txt").read_text()
    assert "Do not rely on this copy" not in said
    assert "FAULT" not in said
    for name, path in files.items():
        [line] = [line for line in said.splitlines() if line.startswith(f"  - {path}: ")]
        assert WORDS[name] in line
        assert line.count(". ") >= 1  # why, and what to do


def test_where_no_file_was_named_that_is_said(folder: Path) -> None:
    kind, detail = set_aside(check(folder, "--against", ""), "--against")
    assert kind == "unreadable_file"
    assert "No file was named" in detail


def test_a_file_that_this_user_may_not_read_is_named_as_that(tmp_path: Path) -> None:
    path = tmp_path / "given"
    path.touch()
    report = verify_log.Report()
    with reading_forbidden(path):
        assert verify_log.read_against(report, [str(path)]) == []
    [(kind, place, detail)] = report.aside
    assert (kind, place) == ("unreadable_file", str(path))
    assert "may not read it" in detail


def test_what_was_compared_is_told_beside_what_was_not(folder: Path) -> None:
    old, missing = folder / "checkpoints/000000000003", folder.parent / "missing"
    answer = check(folder, "--against", str(old), str(missing))
    assert set_aside(answer, missing)[0] == "unreadable_file"
    assert agreed(answer) == ["agrees up to entry 3 of 7"]


def test_it_says_how_far_each_checkpoint_was_compared(folder: Path) -> None:
    files = [str(path) for path in sorted((folder / "checkpoints").iterdir())]
    answer = check(folder, "--against", *files)
    assert answer["verdict"] == "VERIFIED"
    assert answer["entries"] == 7
    assert agreed(answer) == [f"agrees up to entry {int(Path(path).name)} of 7" for path in files]
    said = called(folder, "--against", *files)[1]
    assert f"  - {files[0]}: agrees up to entry 3 of 7; of those after it" in said
    assert f"  - {files[-1]}: agrees up to entry 7 of 7, which is all" in said


def test_a_copy_with_a_break_stays_broken_whatever_was_given(folder: Path) -> None:
    content = (folder / "entries.bin").read_bytes()
    (folder / "entries.bin").write_bytes(content.replace(b'"n":1', b'"n":8', 1))
    missing = str(folder.parent / "missing")
    answer = check(folder, "--against", missing, "--key", missing)
    assert answer["verdict"] == "NOT VERIFIED"
    assert [aside["place"] for aside in answer["incomparable"]] == [missing, missing]
    code, said = called(folder, "--against", missing)
    assert code == 1
    assert "Do not rely on this copy" in said
    assert "There is no such file" in said


def test_a_copy_without_its_end_signed_and_something_not_compared_says_both(
    write: Write, log_key: Path, tmp_path: Path
) -> None:
    write(5)
    sign_checkpoint(actor=CLERK)
    folder = export_log(tmp_path / "unsigned", actor=CLERK, sign=False).path
    answer = check(folder, "--unsigned-tail", "--against", str(tmp_path / "missing"))
    assert answer["verdict"] == f"VERIFIED UP TO 5{NOT_COMPARED}"


@pytest.mark.parametrize("change", MAILED)
def test_a_checkpoint_whose_line_ends_a_mail_changed_is_read_as_it_was_signed(
    folder: Path, change: Callable[[bytes], bytes]
) -> None:
    path = given(folder, change(first(folder).encode()))
    answer = check(folder, "--against", str(path))
    assert answer["verdict"] == "VERIFIED"
    [compared] = answer["compared"]
    assert "agrees up to entry 3 of" in compared
    assert "its line ends were changed on its way" in compared


def test_changed_line_ends_hide_no_contradiction(folder: Path) -> None:
    other = sign_note(TreeHead(load_signer().name, 6, bytes(32)).text, [load_signer()])
    path = given(folder, other.replace("\n", "\r\n"))
    answer = check(folder, "--against", str(path))
    assert answer["verdict"] == "NOT VERIFIED"
    assert "does not begin with what this checkpoint signs" in answer["faults"][0]


def test_a_checkpoint_of_another_log_is_not_compared(folder: Path) -> None:
    stranger = Signer.generate("other.example/log")
    path = given(folder, sign_note(TreeHead(stranger.name, 3, bytes(32)).text, [stranger]))
    kind, detail = set_aside(check(folder, "--against", str(path)), path)
    assert kind == "other_log"
    assert "of the log other.example/log" in detail
    assert load_signer().name in detail


def test_a_checkpoint_under_a_key_that_the_copy_does_not_hold_is_not_compared(folder: Path) -> None:
    stranger = Signer.generate(load_signer().name)
    path = given(folder, sign_note(TreeHead(stranger.name, 3, bytes(32)).text, [stranger]))
    kind, detail = set_aside(check(folder, "--against", str(path)), path)
    assert kind == "foreign_key"
    assert "by no key that this copy holds" in detail
    assert "fingerprint" in detail


def test_a_checkpoint_that_was_damaged_is_not_compared(folder: Path) -> None:
    path = given(folder, first(folder).replace("\n3\n", "\n4\n"))
    kind, detail = set_aside(check(folder, "--against", str(path)), path)
    assert kind == "bad_signature"
    assert "was changed or damaged" in detail


def test_a_checkpoint_that_is_newer_than_the_copy_is_not_compared_and_both_reasons_are_told(
    folder: Path, write: Write
) -> None:
    write(5)
    newer = sign_checkpoint(actor=CLERK)
    size = check(folder)["entries"]
    path = given(folder, newer.note)
    kind, detail = set_aside(check(folder, "--against", str(path)), path)
    assert kind == "newer"
    assert f"signs {newer.size} entries, and this copy ends at {size}" in detail
    assert "the checkpoint was signed after the copy was made, or the copy was cut back" in detail
    assert "Ask for a copy made after the checkpoint" in detail
    assert f"of at most {size} entries" in detail


def test_a_newer_checkpoint_under_a_newer_key_is_not_compared(folder: Path, write: Write) -> None:
    rotate_log_key(reason=RotationReason.PLANNED, actor=CLERK)
    write(1)
    path = given(folder, sign_checkpoint(actor=CLERK).note)
    kind, detail = set_aside(check(folder, "--against", str(path)), path)
    assert kind == "foreign_key"
    assert "Ask for a copy made after the checkpoint" in detail


def test_a_checkpoint_under_a_key_that_was_replaced_before_is_a_fault(
    folder: Path, write: Write, tmp_path: Path
) -> None:
    old = load_signer()
    rotate_log_key(reason=RotationReason.PLANNED, actor=CLERK)
    write(1)
    later = export_log(tmp_path / "later", actor=CLERK).path
    for size in (check(later)["entries"], 999):
        path = given(folder, sign_note(TreeHead(old.name, size, bytes(32)).text, [old]))
        answer = check(later, "--against", str(path))
        assert answer["verdict"] == "NOT VERIFIED"
        [fault] = answer["faults"]
        assert "which was not in use at" in fault


def test_a_checkpoint_that_contradicts_the_copy_is_a_fault_that_no_damage_explains(folder: Path) -> None:
    path = given(folder, sign_note(TreeHead(load_signer().name, 6, bytes(32)).text, [load_signer()]))
    code, said = called(folder, "--against", str(path))
    assert code == 1
    assert "the log does not begin with what this checkpoint signs" in said
    assert "Keep both" in said
    assert "the transport may have damaged" not in said
    # Where the copy itself is broken, the checkpoint is not to blame.
    content = (folder / "entries.bin").read_bytes()
    (folder / "entries.bin").write_bytes(content.replace(b'"n":1', b'"n":8', 1))
    code, said = called(folder, "--against", str(path))
    assert code == 1
    assert "forked" not in said
    assert "the faults of the copy itself may be why" in said
    assert "the transport may have damaged" in said


def test_a_checkpoint_with_its_second_signature_alone_is_told_as_that(folder: Path) -> None:
    text, block = first(folder).split("\n\n")
    [second] = [line for line in block.splitlines() if len(base64.b64decode(line.split(" ")[2])) > 2_000]
    path = given(folder, f"{text}\n\n{second}\n")
    kind, detail = set_aside(check(folder, "--against", str(path)), path)
    assert kind == "unsupported_signature"
    assert "ML-DSA-44" in detail
    assert "checks Ed25519 alone" in detail
    assert "verify_audit_log --against" in detail
    assert "other" not in detail.split("ML-DSA-44")[0]


def test_the_checkpoint_of_an_empty_log_shows_nothing_and_says_so(
    db: None, log_key: Path, write: Write, tmp_path: Path
) -> None:
    empty = sign_checkpoint(actor=CLERK).note
    write(2)
    folder = export_log(tmp_path / "export", actor=CLERK).path
    path = given(folder, empty)
    [compared] = check(folder, "--against", str(path))["compared"]
    assert "signs no entry at all" in compared


# Keys


def test_a_key_that_cannot_be_read_is_not_compared(folder: Path, log_key: Path, tmp_path: Path) -> None:
    empty, missing = tmp_path / "empty", tmp_path / "missing.pub"
    empty.touch()
    dsa = tmp_path / "second.pub"
    dsa.write_text((folder / "keys").read_text().splitlines(keepends=True)[1])
    for key, sentence in (
        ("", "There is no such file"),
        (missing, "There is no such file, and it is no key line"),
        (empty, "It holds no Ed25519 key"),
        (dsa, "It holds no Ed25519 key"),
        (tmp_path, "It is no plain file"),
        (log_key, "private key"),
    ):
        kind, detail = set_aside(check(folder, "--key", str(key)), key or "--key")
        assert kind == "unreadable_key"
        assert sentence in detail
        assert detail.count(". ") >= 1
    code, said = called(folder, "--key", str(missing))
    assert (code, said.splitlines()[-1]) == (2, NOT_ALL)
    assert "Compare it with the fingerprint" in said


def test_a_file_of_keys_that_is_newer_than_the_copy_is_not_compared_to_its_end(
    folder: Path, log_key: Path
) -> None:
    then = load_signer().verifier
    rotate_log_key(reason=RotationReason.PLANNED, actor=CLERK)
    today = log_key.parent / PUBLIC_FILE
    kind, detail = set_aside(check(folder, "--key", str(today)), today)
    assert kind == "newer_key"
    assert f"the line that begins with {then.name}+{then.key_hash.hex()}" in detail
    assert "by somebody who has only an old key" in detail


def ed25519_lines(folder: Path) -> list[str]:
    return [line for line in (folder / "keys").read_text().splitlines() if len(line) < 500]


def test_a_copy_whose_keys_went_another_way_than_those_that_were_given_is_a_fork(folder: Path) -> None:
    """Whoever had the first key named a successor of their own; the true ones stand in what was given."""
    first_key, alien = ed25519_lines(folder)
    others = [Signer.generate(load_signer().name).verifier.line for _time in range(2)]
    path = given(folder, "".join(f"{line}\n" for line in (first_key, *others)))
    answer = check(folder, "--key", str(path))
    assert (answer["verdict"], answer["incomparable"]) == ("NOT VERIFIED", [])
    [fault] = answer["faults"]
    assert f"this copy goes on with {'+'.join(alien.split('+', 2)[:2])}, which is not among the keys" in fault
    assert all("+".join(line.split("+", 2)[:2]) in fault for line in others)
    assert "forked" in fault
    assert "(cut)" not in fault
    said = called(folder, "--key", str(path))[1]
    assert "key alone" not in said
    assert "whose key" in said


def test_what_was_given_says_nothing_of_the_order_of_keys_where_it_is_not_their_lines(folder: Path) -> None:
    first_key, last_key = ed25519_lines(folder)
    other = Signer.generate(load_signer().name).verifier
    print_of_first = verify_log.LogKey(first_key).fingerprint
    for lines in (
        (first_key, other.fingerprint),
        (print_of_first, other.line),
        (print_of_first, other.fingerprint),
        # Keys that were dropped from the beginning.
        (last_key, other.line),
    ):
        path = given(folder, "".join(f"{line}\n" for line in lines))
        assert set_aside(check(folder, "--key", str(path)), path)[0] == "newer_key"


def test_keys_of_other_logs_beside_the_right_one_disturb_nothing(folder: Path) -> None:
    path = given(
        folder, f"{Signer.generate('other.example/log').verifier.line}\n{load_signer().verifier.line}\n"
    )
    answer = check(folder, "--key", str(path))
    assert answer["verdict"] == "VERIFIED"


@pytest.mark.parametrize("named", ["other.example/log", ""])
def test_a_key_of_another_house_is_told_as_that(folder: Path, named: str) -> None:
    own = load_signer().name
    stranger = Signer.generate(named or own).verifier
    answer = check(folder, "--key", stranger.line)
    assert answer["verdict"] == "NOT VERIFIED"
    [fault] = answer["faults"]
    assert "the key that you gave is no key of this copy" in fault
    assert ("is a key of the log other.example/log" in fault) == bool(named)
    failed = [one["check"] for one in answer["checks"] if not one["ok"]]
    assert failed == ["The key that you gave is a key of this log"]
    said = called(folder, "--key", stranger.line)[1]
    assert "the transport may have damaged" not in said
    assert "whose key" in said


def test_a_former_key_is_told_as_that(folder: Path, log_key: Path) -> None:
    first_key, last_key = [
        line for line in (folder / "keys").read_text().splitlines() if "+" in line and len(line) < 500
    ]
    answer = check(folder, "--key", first_key)
    assert answer["verdict"] == "VERIFIED"
    [told] = answer["compared"]
    assert "a former key of this log, number 1 of 2" in told
    assert "Compare the fingerprint of the newest" in told
    [told] = check(folder, "--key", last_key)["compared"]
    assert "former" not in told
    assert "the key in use at the end of this copy" in told


def test_a_whole_copy_forged_under_another_key_is_never_verified_against_the_true_one(folder: Path) -> None:
    true = load_signer().verifier.line
    forger = Signer.generate(load_signer().name)
    bodies = entries_of(folder)
    for name in ("checkpoints", "rotations"):
        for path in (folder / name).iterdir():
            path.unlink()
    (folder / "rotations").rmdir()
    (folder / "keys").write_text(forger.verifier.line + "\n")
    kept = [body for body in bodies if not body.startswith(b'{"action":"log.')]
    kept.append(bodies[-1].replace(b'"keys":[', b'"keyz":['))
    sign_with(forger, folder, len(kept), rebuilt(folder, kept))
    answer = check(folder, "--key", true)
    assert answer["verdict"] == "NOT VERIFIED"
