"""What the log's own entries tell of must lie in an export of it, and nothing that no entry tells of."""

import base64
import hashlib
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from audit.actions import Action
from audit.checkpoints import _promise, sign_checkpoint
from audit.cosigning import add_cosignatures
from audit.exporting import export_log
from audit.key_rotation import RotationReason, rotate_log_key
from audit.keys import MLDSA_FILE, PUBLIC_FILE, lines_of
from audit.log import append
from audit.models import Checkpoint, Entry, TimeStamp
from audit.notes import Signer
from audit.sequencing import sequence_pending
from audit.signature_kinds import ED25519_COSIGNATURE
from audit.stamping.checking import GenuineStamp
from audit.stamping.keeping import stamp_facts, stamped_text
from audit.witness_keys import WITNESSES_FILE
from tests.audit.conftest import CLERK
from tests.audit.exports import check, checked_here, entries_of, listed, rebuilt
from tests.tampering import tamper

Write = Callable[[int], list[Entry]]
WITNESS = Signer.generate("w.example", ED25519_COSIGNATURE)
STAMP = "stamps/000000000003-00"


def cosign(checkpoint: Checkpoint, settings: Any) -> str:
    """Take in a witness's signature and return its line."""
    (settings.DADKHAH_KEYS_DIR / WITNESSES_FILE).write_text(lines_of([WITNESS.verifier]))
    line = WITNESS.signature_line(checkpoint.text)
    add_cosignatures(checkpoint.note + line, actor=CLERK)
    return line


def stamp(checkpoint: Checkpoint, authority: str = "clock") -> TimeStamp:
    """Keep a stamp as one that was checked is kept; all that the export's program can see of it is here."""
    now = datetime.now(UTC)
    text = hashlib.sha256(stamped_text(checkpoint)).digest()
    genuine = GenuineStamp(now, "sha256", "1", "1.2.3")
    with transaction.atomic():
        row = TimeStamp.objects.create(
            checkpoint=checkpoint,
            authority=authority,
            algorithm="sha256",
            request=b"asked " + text,
            response=b"answered by " + authority.encode() + text,
            generated_at=now,
            serial="1",
            policy="1.2.3",
            received_at=now,
        )
        append(Action.LOG_STAMPED, subject=checkpoint, actor=CLERK, facts=stamp_facts(row, genuine))
    sequence_pending()
    return row


@pytest.fixture
def folder(write: Write, log_key: Path, tmp_path: Path, settings: Any) -> Path:
    """A log with a cosigned and stamped checkpoint of size 3, a change of keys at 7, and a last one over all."""
    write(3)
    first = sign_checkpoint(actor=CLERK)
    cosign(first, settings)
    stamp(first)
    write(1)
    rotate_log_key(reason=RotationReason.PLANNED, actor=CLERK)
    write(1)
    return export_log(tmp_path / "export", actor=CLERK).path


def parts(path: Path) -> tuple[str, list[str]]:
    """The text and the signature lines of a note."""
    text, block = path.read_text(encoding="utf-8").rsplit("\n\n", 1)
    return text + "\n\n", block.splitlines(keepends=True)


def blob(line: str) -> bytes:
    return base64.b64decode(line.split(" ")[2])


def key_of(line: str) -> str:
    """The key of a signature line as the log names it."""
    return f"{line.split(' ')[1]}+{blob(line)[:4].hex()}"


def unsigned_by(path: Path, wanted: Callable[[str], bool]) -> str:
    """Take the signature away whose line is wanted, and return its key."""
    text, signed = parts(path)
    gone = next(line for line in signed if wanted(line))
    path.write_text(text + "".join(line for line in signed if line != gone), encoding="utf-8")
    return key_of(gone)


def is_mldsa(line: str) -> bool:
    return len(blob(line)) > 2_000


def faults(folder: Path) -> list[str]:
    """What is said of the copy when its list of files was made anew."""
    listed(folder)
    return checked_here(folder).faults


def test_an_export_holds_all_that_its_entries_tell_of(folder: Path) -> None:
    assert sorted(path.name for path in (folder / "checkpoints").iterdir()) == [
        f"{size:012}" for size in (3, 7, 11)
    ]
    assert check(folder)["faults"] == []


def test_a_checkpoint_that_was_taken_away_is_named(folder: Path) -> None:
    (folder / "checkpoints/000000000007").unlink()
    (fault,) = faults(folder)
    assert fault.startswith("checkpoints/000000000007: is missing; leaf 7 says that it was signed by ")


@pytest.mark.parametrize("size", [3, 7, 11])
def test_a_signature_of_the_second_kind_that_was_taken_away_is_named(folder: Path, size: int) -> None:
    path = folder / f"checkpoints/{size:012}"
    key = unsigned_by(path, is_mldsa)
    (fault,) = faults(folder)
    assert fault.startswith(f"checkpoints/{size:012}: lacks the signature of {key}, ")


def test_a_cosignature_that_was_taken_away_is_named(folder: Path) -> None:
    key = unsigned_by(folder / "checkpoints/000000000003", lambda line: " w.example " in line)
    (fault,) = faults(folder)
    assert fault == f"checkpoints/000000000003: lacks the signature of {key}, of which leaf 4 tells"


def test_a_cosignature_that_was_exchanged_for_one_of_another_time_is_named(folder: Path) -> None:
    path = folder / "checkpoints/000000000003"
    text, signed = parts(path)
    own = next(line for line in signed if " w.example " in line)
    raw = blob(own)
    other = raw[:4] + (7).to_bytes(8, "big") + raw[12:]
    dash, name, _encoded = own.split(" ")
    signed[signed.index(own)] = f"{dash} {name} {base64.b64encode(other).decode()}\n"
    path.write_text(text + "".join(signed), encoding="utf-8")
    (fault,) = faults(folder)
    assert "states another time than leaf 4 tells" in fault


def test_a_stamp_that_was_taken_away_is_named_with_its_authority(folder: Path) -> None:
    shutil.rmtree(folder / "stamps")
    (fault,) = faults(folder)
    assert fault == "stamps: leaf 5 tells of a time-stamp by clock for 3 entries, and it is not here"


def test_a_stamp_in_the_place_of_another_is_named(folder: Path) -> None:
    for kind in ("tsq", "tsr"):
        path = folder / f"{STAMP}.{kind}"
        path.write_bytes(path.read_bytes() + b" by somebody else")
    found = faults(folder)
    assert "stamps: leaf 5 tells of a time-stamp by clock for 3 entries, and it is not here" in found
    assert any(fault.startswith(f"{STAMP}.tsr: no entry tells of this time-stamp") for fault in found)


def test_a_stamp_that_no_entry_tells_of_is_named(folder: Path) -> None:
    text = hashlib.sha256(parts(folder / "checkpoints/000000000003")[0][:-1].encode()).digest()
    for kind in ("tsq", "tsr"):
        (folder / f"stamps/000000000003-01.{kind}").write_bytes(b"backdated" + text)
    (fault,) = faults(folder)
    assert fault.startswith("stamps/000000000003-01.tsr: no entry tells of this time-stamp")


def test_a_question_that_was_exchanged_is_named(folder: Path) -> None:
    path = folder / f"{STAMP}.tsq"
    path.write_bytes(path.read_bytes() + b"!")
    (fault,) = faults(folder)
    assert fault == f"{STAMP}.tsq: is not what was asked, of which leaf 5 tells"


def test_a_cosignature_that_no_entry_tells_of_is_named(folder: Path) -> None:
    stranger = Signer.generate("famous.example", ED25519_COSIGNATURE)
    for size in (3, 11):
        path = folder / f"checkpoints/{size:012}"
        text, signed = parts(path)
        line = stranger.signature_line(text[:-1])
        path.write_text(text + "".join([*signed, line]), encoding="utf-8")
    key = f"famous.example+{stranger.verifier.key_hash.hex()}"
    assert [fault.split(";")[0] for fault in faults(folder)] == [
        f"checkpoints/{size:012}: bears a signature of {key} that no entry tells of" for size in (3, 11)
    ]


def test_a_second_signature_by_one_key_is_named(folder: Path) -> None:
    path = folder / "checkpoints/000000000003"
    text, signed = parts(path)
    own = next(line for line in signed if is_mldsa(line))
    other = base64.b64encode(blob(own)[:4] + bytes(2428)).decode()
    signed.append(" ".join([*own.split(" ")[:2], other]) + "\n")
    path.write_text(text + "".join(signed), encoding="utf-8")
    assert faults(folder) == [f"checkpoints/000000000003: bears two signatures of {key_of(own)}"]


def test_a_signature_of_the_second_kind_that_is_too_short_is_named(folder: Path) -> None:
    path = folder / "checkpoints/000000000003"
    text, signed = parts(path)
    own = next(line for line in signed if is_mldsa(line))
    short = base64.b64encode(blob(own)[:40]).decode()
    signed[signed.index(own)] = " ".join([*own.split(" ")[:2], short]) + "\n"
    path.write_text(text + "".join(signed), encoding="utf-8")
    (fault,) = faults(folder)
    assert fault.startswith(f"checkpoints/000000000003: its signature by {key_of(own)} is not as long")


def test_a_key_of_the_second_kind_that_was_taken_away_is_named(folder: Path) -> None:
    path = folder / "keys"
    kept = path.read_text().splitlines(keepends=True)
    gone = kept.pop(1)
    path.write_text("".join(kept))
    key = "+".join(gone.split("+")[:2])
    (fault,) = [fault for fault in faults(folder) if fault.startswith("keys: ")]
    assert fault == f"keys: lacks {key}, which signed by the word of leaf 3"


def test_a_change_of_keys_that_was_taken_away_is_named(folder: Path) -> None:
    shutil.rmtree(folder / "rotations")
    found = faults(folder)
    assert any(
        fault.startswith("rotations: leaf 8 tells of a change of keys at 7 entries to ") for fault in found
    )


def test_a_thousand_forged_tales_are_counted_and_not_kept(folder: Path) -> None:
    body = entries_of(folder)[3]
    rebuilt(folder, [*entries_of(folder), *[body.replace(b'"size":3', b'"size":2')] * 3_000])
    report = checked_here(folder)
    assert report.count > 3_000
    assert len(report.faults) == 1_000


def test_tales_in_a_form_that_none_has_are_named_and_end_nothing(folder: Path) -> None:
    bodies = entries_of(folder)
    for facts in (
        b'{"size":true}',
        b'{"size":-1}',
        b'{"size":"3"}',
        b'{"keys":[{}],"size":3}',
        b'{"keys":{},"root":7,"size":3}',
        b'{"size":9999999999999999999999}',
    ):
        head = bodies[3][: bodies[3].index(b'"facts":') + 8]
        tail = bodies[3][bodies[3].index(b',"id":') :]
        for action in (b"checkpoint_signed", b"cosignature_added", b"stamped", b"key_rotated", b"exported"):
            bodies.append(head.replace(b"checkpoint_signed", action) + facts + tail)
    bodies.append(b'{"action":"log.checkpoint_signed"')
    rebuilt(folder, bodies)
    report = checked_here(folder)
    named = [fault for fault in report.faults if "tells of it in a form" in fault]
    assert len(named) >= 25
    assert all(passed for sentence, passed in report.checks if "place in the tree" in sentence)


def test_an_entry_that_only_quotes_another_tells_of_nothing(folder: Path) -> None:
    bodies = entries_of(folder)
    quoted = bodies[3].replace(b'"size":3', b'"size":2')
    nested = b'{"action":"account.signed_in","facts":{"x":' + quoted + b"}}"
    rebuilt(folder, [*bodies, nested, bodies[3]])
    assert not any("missing" in fault for fault in checked_here(folder).faults)


@pytest.mark.parametrize("taken", ["stamp", "cosignature"])
def test_what_only_unsigned_entries_tell_of_is_said_to_be_unsigned(
    write: Write, log_key: Path, tmp_path: Path, settings: Any, taken: str
) -> None:
    write(3)
    checkpoint = sign_checkpoint(actor=CLERK)
    stamp(checkpoint) if taken == "stamp" else cosign(checkpoint, settings)
    folder = export_log(tmp_path / "export", actor=CLERK, sign=False).path
    answer = check(folder, "--unsigned-tail")
    assert answer["verdict"] == "VERIFIED UP TO 3"
    assert any("of which only leaf 4 tells, which nobody signed" in one for one in answer["unchecked"])


def test_a_broken_log_that_lost_what_its_entries_tell_of_is_taken_out_and_named(
    write: Write, log_key: Path, tmp_path: Path, settings: Any
) -> None:
    write(3)
    first = sign_checkpoint(actor=CLERK)
    key = key_of(cosign(first, settings))
    stamp(first)
    write(1)
    sign_checkpoint(actor=CLERK)
    tamper("DELETE FROM audit_timestamp")
    tamper("DELETE FROM audit_checkpointsignature WHERE key_name = 'w.example'")
    folder = export_log(tmp_path / "export", actor=CLERK, sign=False).path
    assert checked_here(folder).faults[1:] == [
        f"checkpoints/000000000003: lacks the signature of {key}, of which leaf 4 tells",
        "stamps: leaf 5 tells of a time-stamp by clock for 3 entries, and it is not here",
    ]


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("audit_checkpointsignature", "line"),
        ("audit_timestamp", "authority"),
        ("audit_timestamp", "generated_at"),
        ("audit_keyrotation", "note"),
        ("audit_keyrotation", "made_at"),
    ],
)
def test_a_row_that_cannot_be_read_is_taken_out_and_ends_nothing(
    folder: Path, tmp_path: Path, table: str, column: str
) -> None:
    if connection.vendor == "sqlite":
        never = "CAST(x'ff' AS TEXT)"
    else:
        never = "'infinity'" if column.endswith("_at") else "'x'"
    assert tamper(f"UPDATE {table} SET {column} = {never}") > 0
    later = export_log(tmp_path / "later", actor=CLERK, sign=False).path
    assert (check(later, "--unsigned-tail")["fault_count"] == 0) == (
        table == "audit_timestamp" or column == "made_at"
    )
    for kind in ("checkpoints", "rotations", "stamps"):
        assert {path.name for path in (folder / kind).iterdir()} == {
            path.name for path in (later / kind).iterdir()
        }


def test_a_log_whose_end_was_cut_is_taken_out_with_the_checkpoint_that_says_so(
    write: Write, log_key: Path, tmp_path: Path
) -> None:
    write(10)
    sign_checkpoint(actor=CLERK)
    tamper("DELETE FROM audit_leaf WHERE leaf_index >= 5")
    tamper("DELETE FROM audit_entry WHERE id NOT IN (SELECT entry_id FROM audit_leaf)")
    folder = export_log(tmp_path / "export", actor=CLERK, sign=False).path
    assert any(
        fault.startswith("checkpoints/000000000010: signs 10 entries, and only 6 are here")
        for fault in checked_here(folder).faults
    )


def test_signings_of_before_the_second_kind_of_key_are_understood(
    write: Write, log_key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their entries name one key, as `key`."""

    def as_before(action: Action, **words: Any) -> Entry:
        words["facts"]["key"] = words["facts"].pop("keys")[0]
        return append(action, **words)

    (log_key.parent / MLDSA_FILE).unlink()
    published = log_key.parent / PUBLIC_FILE
    published.write_text(published.read_text().splitlines(keepends=True)[0])
    write(3)
    with monkeypatch.context() as patch:
        patch.setattr("audit.checkpoints.append", as_before)
        sign_checkpoint(actor=CLERK)
    write(1)
    folder = export_log(tmp_path / "export", actor=CLERK).path
    assert check(folder)["faults"] == []
    (folder / "checkpoints/000000000003").unlink()
    (fault,) = faults(folder)
    assert fault.startswith("checkpoints/000000000003: is missing; leaf 3 says")


def test_what_comes_between_the_signing_and_the_copy_is_left_to_the_next_copy(
    write: Write, log_key: Path, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(3)

    def signed_and_overtaken(**words: Any) -> Checkpoint:
        last = sign_checkpoint(**words)
        cosign(last, settings)
        stamp(last)
        return last

    with monkeypatch.context() as patch:
        patch.setattr("audit.exporting.sign_checkpoint", signed_and_overtaken)
        folder = export_log(tmp_path / "export", actor=CLERK).path
    assert check(folder)["faults"] == []
    assert not (folder / "stamps").exists()
    later = export_log(tmp_path / "later", actor=CLERK).path
    assert check(later)["faults"] == []
    assert (later / "stamps/000000000004-00.tsr").is_file()


def test_a_signing_that_a_crash_broke_off_is_no_fault_of_the_copy(
    write: Write, log_key: Path, tmp_path: Path
) -> None:
    """The entry that tells of it comes after the checkpoint that the copy ends with."""
    write(3)
    _promise()
    write(1)
    folder = export_log(tmp_path / "export", actor=CLERK).path
    assert (folder / "checkpoints/000000000003").is_file()
    assert check(folder)["faults"] == []


def test_a_key_of_the_second_kind_that_came_later_is_no_fault(
    write: Write, log_key: Path, tmp_path: Path
) -> None:
    second = log_key.parent / MLDSA_FILE
    published = log_key.parent / PUBLIC_FILE
    both, secret = published.read_text(), second.read_bytes()
    published.write_text(both.splitlines(keepends=True)[0])
    second.unlink()
    write(3)
    sign_checkpoint(actor=CLERK)
    published.write_text(both)
    second.write_bytes(secret)
    second.chmod(0o600)
    write(1)
    assert check(export_log(tmp_path / "export", actor=CLERK).path)["faults"] == []
