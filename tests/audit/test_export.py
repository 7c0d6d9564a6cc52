"""An export of the log is checked by its own program, which has never seen Dadkhah, and names what was done to it."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from audit.actions import Action
from audit.checkpoints import sign_checkpoint
from audit.cosignatures import TreeHead
from audit.entry_body import entry_body
from audit.errors import LogForked, LogKeyMissing, LogUnavailable, NotAReviewer, TargetExists
from audit.exporting import export_log
from audit.key_rotation import RotationReason, rotate_log_key
from audit.keys import PUBLIC_FILE, load_signer
from audit.log import Subject, append
from audit.merkle import leaf_hash, nodes_over, root
from audit.models import Entry
from audit.notes import Signer, sign_note
from audit.rotations import Rotation
from audit.verifier import verify_log
from dossiers.verifier import verify
from tests.audit.conftest import CLERK
from tests.audit.exports import called, check, checked_here, entries_of, listed, rebuilt, sign_with
from tests.tampering import tamper

ROOT = Path(__file__).resolve().parents[2]


def twice_the_same_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Append an entry as somebody would who writes past the log's own code."""
    with monkeypatch.context() as patch:
        patch.setattr(
            "audit.log.entry_body",
            lambda **values: entry_body(**values).replace(b'"facts":{"n":', b'"facts":{"n":0,"n":'),
        )
        append(Action.SIGNED_IN, subject=Subject("test.thing", "new"), actor=CLERK, facts={"n": 5})


def test_an_entry_that_could_be_read_in_two_ways_is_named(
    write: Callable[[int], list[Entry]], log_key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(3)
    twice_the_same_key(monkeypatch)
    write(1)
    folder = export_log(tmp_path / "export", actor=CLERK).path
    assert check(folder)["faults"] == [
        "entries.bin: leaf 3: its content is not written in the one canonical form of JSON"
    ]


def test_an_entry_whose_facts_are_a_list_is_named(
    write: Callable[[int], list[Entry]], log_key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(3)
    with monkeypatch.context() as patch:
        patch.setattr(
            "audit.log.entry_body",
            lambda **values: entry_body(**values).replace(b'"facts":{}', b'"facts":[]'),
        )
        append(Action.SIGNED_IN, subject=Subject("test.thing", "new"), actor=CLERK)
    write(1)
    folder = export_log(tmp_path / "export", actor=CLERK).path
    assert check(folder)["faults"] == [
        "entries.bin: leaf 3: its facts are no names with values, so they would be read as none"
    ]


@pytest.mark.parametrize(
    ("body", "canonical"),
    [
        (b'{"a":1,"b":"\xd9\x85"}', True),
        (b'{"a":1,"a":1}', False),
        (b'{"b":1,"a":1}', False),
        (b'{"a": 1}', False),
        (b'{"a":1.0}', False),
        (b'{"a":NaN}', False),
        (b'{"a":-0}', False),
        (b'{"a":"\\u0041"}', False),
        (b'{"a":"\xff"}', False),
        (b"[1]", False),
        (b"no json", False),
        (b"[" * 60_000, False),
    ],
)
def test_the_export_s_program_knows_canonical_json(body: bytes, canonical: bool) -> None:
    assert verify_log.is_canonical(body) is canonical


@pytest.fixture
def export(write: Callable[[int], list[Entry]], log_key: Path, tmp_path: Path) -> Path:
    """Three hundred entries, so that there is a full tile, and two checkpoints."""
    write(20)
    sign_checkpoint(actor=CLERK)
    write(280)
    return export_log(tmp_path / "export", actor=CLERK).path


def test_an_export_is_verified_by_its_own_program(export: Path) -> None:
    answer = check(export)
    assert answer["faults"] == []
    # 300, the first signing and the export; the last signing stands behind what it signed.
    assert answer["entries"] == answer["signed"] == 302


def test_the_export_is_an_act_and_stands_in_itself(export: Path) -> None:
    entry = Entry.objects.get(action=Action.LOG_EXPORTED.value)
    assert bytes(entry.body) in (export / "entries.bin").read_bytes()


def test_it_says_how_to_compare_the_key_and_compares_it(export: Path) -> None:
    line = (export / "keys").read_text().split("\n")[0]
    assert check(export, "--key", line)["ok"]
    stranger = Signer.generate("other.example/log").verifier.line
    assert any("the key that you gave" in fault for fault in check(export, "--key", stranger)["faults"])


def test_a_checkpoint_given_before_is_compared(export: Path, tmp_path: Path) -> None:
    old = export / "checkpoints" / "000000000020"
    assert check(export, "--against", str(old))["ok"]
    other = tmp_path / "other"
    other.write_text("no note")
    assert not check(export, "--against", str(other))["ok"]


@pytest.mark.parametrize("bytes_left", [0, 1, 3_000, -1, -200])
def test_an_export_cut_short_is_named(export: Path, bytes_left: int) -> None:
    path = export / "entries.bin"
    path.write_bytes(path.read_bytes()[:bytes_left])
    faults = check(export)["faults"]
    assert any("cut short" in fault for fault in faults)


def test_hashes_cut_short_are_named_once(export: Path) -> None:
    path = export / "tiles" / "0"
    path.write_bytes(path.read_bytes()[: 32 * 100])
    faults = check(export)["faults"]
    assert faults.count("tiles/0: is cut short: it ends before leaf 100") == 1
    assert len([fault for fault in faults if "cut short" in fault]) <= 2


def test_a_copy_with_a_fault_is_not_said_to_lack_the_entry_with_which_it_ends(export: Path) -> None:
    content = bytearray((export / "entries.bin").read_bytes())
    content[3_000] ^= 1
    (export / "entries.bin").write_bytes(content)
    answer = check(export)
    assert answer["faults"]
    assert not any("whether its end was cut" in one for one in answer["unchecked"])


def test_a_missing_and_an_added_file_are_named(export: Path) -> None:
    (export / "tiles" / "1").unlink()
    (export / "extra").write_text("x")
    faults = check(export)["faults"]
    assert "tiles/1: is missing" in faults
    assert any(fault.startswith("extra: is no part of an export; it was added") for fault in faults)


def test_a_changed_entry_is_named_by_its_leaf(export: Path) -> None:
    content = (export / "entries.bin").read_bytes()
    (export / "entries.bin").write_bytes(content.replace(b'"n":7', b'"n":8', 1))
    assert "entries.bin: leaf 7: its entry is not what the tree holds in its place" in check(export)["faults"]


def test_links_pipes_and_hostile_names_are_named_and_not_followed(export: Path) -> None:
    (export / "keys").unlink()
    (export / "keys").symlink_to("/dev/zero")
    (export / "evil\x1b[31m").write_text("x")
    faults = check(export)["faults"]
    assert "keys: is a symbolic link; an export holds none" in faults
    assert any(fault.startswith("evil\\x1b[31m") for fault in faults)


def test_both_verifiers_hold_the_same_ed25519() -> None:
    def shared(path: str) -> str:
        text = (ROOT / path).read_text(encoding="utf-8")
        keys = text[text.index("PRIME = 2**255") : text.index("    @property\n    def fingerprint")]
        return keys + text[text.index("def given_keys(") : text.index("def is_given(")]

    assert shared("audit/verifier/verify_log.py") == shared("dossiers/verifier/verify.py")


def test_a_broken_log_can_be_taken_out_as_it_is(
    write: Callable[[int], list[Entry]], log_key: Path, tmp_path: Path
) -> None:
    entries = write(5)
    tamper("DELETE FROM audit_entry WHERE subject_id = '2'")
    folder = export_log(tmp_path / "broken", actor=CLERK, sign=False).path
    assert "--unsigned-tail" in (folder / "README.txt").read_text()
    assert "entries.bin: leaf 2: its entry is missing" in check(folder)["faults"]
    assert len(entries) == 5


@pytest.mark.parametrize(
    "break_it",
    [
        "DELETE FROM audit_entry WHERE subject_id = '2'",
        "UPDATE audit_entry SET body = body_of_another WHERE subject_id = '2'",
        "DELETE FROM audit_leaf WHERE leaf_index = 2",
    ],
)
def test_a_broken_log_is_not_taken_out_as_a_whole_one(
    write: Callable[[int], list[Entry]], log_key: Path, tmp_path: Path, break_it: str
) -> None:
    write(5)
    sign_checkpoint(actor=CLERK)
    other = "(SELECT body FROM audit_entry WHERE subject_id = '3')"
    tamper(break_it.replace("body_of_another", other))
    with pytest.raises(LogForked):
        export_log(tmp_path / "broken", actor=CLERK)
    assert not list(tmp_path.glob("*broken*"))
    assert export_log(tmp_path / "broken", actor=CLERK, sign=False).path.is_dir()


def test_it_refuses_a_target_that_exists_and_leaves_no_trace(db: None, log_key: Path, tmp_path: Path) -> None:
    with pytest.raises(TargetExists):
        export_log(tmp_path, actor=CLERK)
    assert not Entry.objects.exists()
    (tmp_path / "file").write_text("x")
    with pytest.raises(LogUnavailable):
        export_log(tmp_path / "file" / "export", actor=CLERK)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


@pytest.mark.parametrize("sign", [True, False])
def test_without_the_public_keys_it_is_said_that_they_are_missing(
    db: None, log_key: Path, tmp_path: Path, sign: bool
) -> None:
    sign_checkpoint(actor=CLERK)
    (log_key.parent / PUBLIC_FILE).unlink()
    with pytest.raises(LogKeyMissing, match=PUBLIC_FILE):
        export_log(tmp_path / "export", actor=CLERK, sign=sign)
    assert not any(tmp_path.glob("*export*"))


def test_the_command_needs_a_reviewer(auditor: User, lawyer: User, tmp_path: Path, log_key: Path) -> None:
    with pytest.raises(NotAReviewer):
        call_command("export_audit_log", str(tmp_path / "no"), actor=lawyer.username)
    call_command("export_audit_log", str(tmp_path / "yes"), actor=auditor.username)
    assert check(tmp_path / "yes")["ok"]
    entry = Entry.objects.get(action=Action.LOG_EXPORTED.value)
    assert (entry.actor, entry.channel) == (auditor.audit_name, "command")


@pytest.fixture
def small(write: Callable[[int], list[Entry]], log_key: Path, tmp_path: Path) -> Path:
    write(3)
    return export_log(tmp_path / "small", actor=CLERK).path


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_byte_changed_in_any_file_is_noticed(small: Path, data: st.DataObject) -> None:
    files = sorted(path for path in small.rglob("*") if path.is_file())
    path = data.draw(st.sampled_from(files))
    content = path.read_bytes()
    at = data.draw(st.integers(0, len(content) - 1))
    flip = data.draw(st.integers(1, 255))
    path.write_bytes(content[:at] + bytes([content[at] ^ flip]) + content[at + 1 :])
    try:
        assert checked_here(small).count > 0
    finally:
        path.write_bytes(content)
    assert checked_here(small).faults == []


def test_a_log_invented_without_any_key_is_not_verified(export: Path) -> None:
    key = (export / "keys").read_text().split("\n")[0]
    shutil.rmtree(export / "checkpoints")
    rebuilt(export, [b'{"facts":{},"invented":1}'] * 4)
    for options in ((), ("--key", key), ("--key", key, "--unsigned-tail")):
        answer = check(export, *options)
        assert answer["verdict"] == "NOT VERIFIED"
        assert answer["faults"] == [
            "checkpoints: none fits the entries and is signed by the key that is trusted"
        ]


def test_entries_put_behind_the_last_checkpoint_are_not_verified(export: Path) -> None:
    rebuilt(export, [*entries_of(export), b'{"facts":{},"forged":1}'])
    answer = check(export)
    assert answer["verdict"] == "NOT VERIFIED"
    assert len(answer["faults"]) == 1
    assert "leaves 302 to 302 stand after the last checkpoint" in answer["faults"][0]
    assert check(export, "--unsigned-tail")["verdict"] == "VERIFIED UP TO 302"
    assert called(export)[1].count("1 fault:") == 1


def test_an_export_that_is_unsigned_on_purpose_is_verified_up_to_its_last_checkpoint(
    write: Callable[[int], list[Entry]], log_key: Path, tmp_path: Path
) -> None:
    write(5)
    sign_checkpoint(actor=CLERK)
    folder = export_log(tmp_path / "unsigned", actor=CLERK, sign=False).path
    assert check(folder)["verdict"] == "NOT VERIFIED"
    assert check(folder, "--unsigned-tail")["verdict"] == "VERIFIED UP TO 5"
    code, said = called(folder, "--unsigned-tail")
    assert (code, said.splitlines()[-1]) == (3, "VERIFIED UP TO 5")


def test_an_empty_log_that_is_signed_lacks_the_entry_about_its_copy_alone(
    export: Path, log_key: Path
) -> None:
    shutil.rmtree(export / "checkpoints")
    sign_with(load_signer(), export, 0, rebuilt(export, []))
    (fault,) = check(export)["faults"]
    assert "does not end with the entry about a copy" in fault


@pytest.fixture
def turned(
    write: Callable[[int], list[Entry]], log_key: Path, tmp_path: Path
) -> tuple[Path, list[Signer], list[int]]:
    """An export of a log whose keys were replaced twice; the three Ed25519 keys, and the sizes of the rotations."""
    signers, sizes = [load_signer()], []
    for _round in range(2):
        write(3)
        rotate_log_key(reason=RotationReason.EXPOSED, actor=CLERK)
        signers.append(load_signer())
    write(3)
    folder = export_log(tmp_path / "turned", actor=CLERK).path
    sizes = [int(path.read_text().split("\n")[2]) for path in sorted((folder / "rotations").iterdir())]
    return folder, signers, sizes


Turned = tuple[Path, list[Signer], list[int]]


def test_whoever_knows_any_key_of_the_log_can_check_it(turned: Turned) -> None:
    folder, signers, _sizes = turned
    assert check(folder)["faults"] == []
    for place, signer in enumerate(signers):
        answer = check(folder, "--key", signer.verifier.line)
        assert answer["verdict"] == "VERIFIED"
        assert answer["keys"] == [one.verifier.line for one in signers[place:]]


@pytest.mark.parametrize("thief", [0, 1])
def test_a_stolen_key_that_was_replaced_signs_nothing_any_more(turned: Turned, thief: int) -> None:
    folder, signers, sizes = turned
    bodies = [*entries_of(folder)[: sizes[-1]], b'{"facts":{},"forged":1}', b'{"facts":{},"forged":2}']
    for path in (folder / "checkpoints").iterdir():
        if int(path.name) > sizes[-1]:
            path.unlink()
    sign_with(signers[thief], folder, len(bodies), rebuilt(folder, bodies))
    for options in ((), *(("--key", one.verifier.line) for one in signers)):
        answer = check(folder, *options)
        assert answer["verdict"] == "NOT VERIFIED"
        assert any("was not in use at" in fault for fault in answer["faults"])


def test_a_stolen_key_cannot_take_back_the_rotation_that_ended_it(turned: Turned) -> None:
    folder, signers, sizes = turned
    shutil.rmtree(folder / "rotations")
    shutil.rmtree(folder / "checkpoints")
    (folder / "keys").write_text(signers[0].verifier.line + "\n")
    bodies = [*entries_of(folder)[: sizes[0]], b'{"facts":{},"forged":1}']
    sign_with(signers[0], folder, len(bodies), rebuilt(folder, bodies))
    for key in signers[1:]:
        assert check(folder, "--key", key.verifier.line)["verdict"] == "NOT VERIFIED"
    published = folder.parent / "log_signing.pub"
    published.write_text("".join(f"{one.verifier.line}\n" for one in signers))
    [aside] = check(folder, "--key", str(published))["incomparable"]
    assert "by somebody who has only an old key" in aside["detail"]


def test_a_stolen_key_cannot_name_a_successor_of_its_own(turned: Turned) -> None:
    folder, signers, sizes = turned
    mine = Signer.generate(signers[0].name)
    head = TreeHead(mine.name, sizes[0], bytes(32))
    (folder / "rotations/0002").write_text(sign_note(Rotation(head, (mine.verifier,)).text, [signers[0]]))
    listed(folder)
    assert check(folder)["verdict"] == "NOT VERIFIED"


def test_a_note_with_a_line_like_a_key_is_no_rotation(turned: Turned) -> None:
    folder, signers, _sizes = turned
    mine = Signer.generate(signers[0].name)
    text = f"{mine.name}\nsome note\n{mine.verifier.line}\n"
    (folder / "rotations/0002").write_text(sign_note(text, [signers[0]]))
    with (folder / "keys").open("a") as keys:
        keys.write(mine.verifier.line + "\n")
    listed(folder)
    faults = check(folder)["faults"]
    assert any(fault.startswith("rotations/0002: is no rotation of keys") for fault in faults)
    assert any("which no rotation introduced" in fault for fault in faults)


def test_the_past_before_a_rotation_is_bound_by_its_root(export: Path, log_key: Path) -> None:
    """One who has both keys, and rewrites what stood before the rotation, is betrayed by the rotation."""
    old, new = load_signer(), Signer.generate(load_signer().name)
    # Without what tells of other checkpoints, which would betray it too.
    bodies = [body for body in entries_of(export) if not body.startswith(b'{"action":"log.checkpoint')]
    bodies[-1] = re.sub(rb'"keys":\[[^]]*\],', b"", bodies[-1])
    head = TreeHead(old.name, 290, root(290, nodes_over([leaf_hash(body) for body in bodies[:290]])))
    (export / "keys").write_text(f"{old.verifier.line}\n{new.verifier.line}\n")
    (export / "rotations").mkdir()
    (export / "rotations/0000").write_text(sign_note(Rotation(head, (new.verifier,)).text, [old]))
    shutil.rmtree(export / "checkpoints")
    sign_with(new, export, len(bodies), rebuilt(export, bodies))
    assert check(export)["verdict"] == "VERIFIED"
    bodies[7] = b'{"facts":{},"forged":1}'
    sign_with(new, export, len(bodies), rebuilt(export, bodies))
    assert check(export)["faults"] == [
        "rotations/0000: the first 290 entries are not those under which the key was replaced"
    ]


def test_it_reads_every_form_in_which_the_key_is_handed_out(
    turned: Turned, tmp_path: Path, settings: Any
) -> None:
    folder, signers, _sizes = turned
    own = settings.DADKHAH_KEYS_DIR / PUBLIC_FILE
    assert len(own.read_text().splitlines()) == 6
    pem = tmp_path / "public-key.pem"
    pem.write_bytes(verify.LogKey(signers[-1].verifier.line).pem)
    for given_file in (own, folder / "keys", pem):
        assert check(folder, "--key", str(given_file))["verdict"] == "VERIFIED"
    other = tmp_path / "other.pem"
    other.write_bytes(verify.LogKey(Signer.generate("example/log").verifier.line).pem)
    assert check(folder, "--key", str(other))["verdict"] == "NOT VERIFIED"


def test_a_call_that_it_does_not_know_is_refused(export: Path) -> None:
    for words in (["--agianst", "x"], [str(export / "keys")]):
        code, said = called(export, *words)
        assert (code, "usage:" in said) == (2, True), said
        assert "VERIFIED" not in said.split("usage:")[0]


def test_a_file_of_keys_that_never_ends_is_not_read(export: Path) -> None:
    with (export / "keys").open("r+b") as file:
        file.truncate(40 << 30)
    assert "keys: is larger than any such file; it was not read" in check(export)["faults"]
