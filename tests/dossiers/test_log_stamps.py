"""Time-stamps in a dossier: there if there are any, checkable with openssl, and never waited for."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from audit import merkle
from audit.checkpoints import sign_checkpoint
from audit.models import TimeStamp
from audit.stamping.authorities import FILE
from audit.stamping.rounds import stamp_pending
from cases.models import Case
from dossiers.compiling import compile_dossier
from dossiers.models import Dossier
from dossiers.sinks import DirectorySink
from dossiers.verifier import verify
from evidence.models import EvidenceItem
from tests.audit.stamping.local_authority import Desk, LocalAuthority, hanging, honest, write_list
from tests.conftest import SET_UP
from tests.dossiers.conftest import PURPOSE
from tests.dossiers.verifying import run_verifier

pytestmark = [pytest.mark.django_db, pytest.mark.program("openssl")]

Compile = Callable[..., Path]


@pytest.fixture
def authority(tmp_path: Path) -> LocalAuthority:
    return LocalAuthority.found(tmp_path / "authority")


@pytest.fixture
def desk(authority: LocalAuthority, house: Path, settings: Any) -> Any:
    desk = Desk(honest(authority))
    write_list(settings.DADKHAH_KEYS_DIR / FILE, authority.entry("local", desk.url))
    yield desk
    desk.close()


@pytest.fixture
def compile_to(case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path) -> Compile:
    def make(name: str = "handed over") -> Path:
        compile_dossier(case, purpose=PURPOSE, sink=DirectorySink(tmp_path / name), actor=lawyer)
        return tmp_path / name

    return make


@pytest.fixture
def stamped(desk: Desk, compile_to: Compile) -> Path:
    """A dossier of a log that was stamped some entries before."""
    sign_checkpoint(actor=SET_UP)
    assert stamp_pending() == 1
    return compile_to()


def openssl(folder: Path, name: str = "local") -> "subprocess.CompletedProcess[str]":
    """As data/README.txt says."""
    base = f"log/stamps/{name}"
    command = f"openssl ts -verify -in {base}.tsr -data {base}.txt"
    command += f" -CAfile {base}.certificates.pem -untrusted {base}.certificates.pem"
    assert "openssl ts -verify -in log/stamps/NAME.tsr -data log/stamps/NAME.txt" in letter(folder)
    return subprocess.run(command.split(), cwd=folder, capture_output=True, text=True, check=False)


def letter(folder: Path) -> str:
    return (folder / "data/README.txt").read_text(encoding="utf-8")


def test_a_dossier_of_a_log_that_was_never_stamped_has_no_stamps(compile_to):
    folder = compile_to()
    assert not (folder / "log/stamps").exists()
    assert "Time-stamps" not in run_verifier(folder).stdout


def test_openssl_accepts_the_stamp_as_the_letter_says(stamped):
    ended = openssl(stamped)
    assert ended.returncode == 0, ended.stderr
    assert "Verification: OK" in ended.stdout


def test_the_verifier_finds_it_in_order_and_says_what_it_cannot_check(stamped):
    ended = run_verifier(stamped)
    assert ended.returncode == 0, ended.stdout
    assert "ok     The time-stamps are for this very log" in ended.stdout
    assert "This program cannot check their signatures" in ended.stdout
    size = (stamped / "log/stamps/local.txt").read_text().split("\n")[1]
    assert f"log/stamps/local.tsr, for the first {size} entries of the log" in ended.stdout


def test_an_earlier_stamp_is_led_to_the_checkpoint_of_the_dossier(stamped):
    _origin, size, _root = (stamped / "log/stamps/local.txt").read_text().split("\n")[:3]
    way = json.loads((stamped / "log/stamps/local.consistency.json").read_bytes())
    now = verify.Checkpoint((stamped / "log/checkpoint").read_bytes())
    then = verify.Checkpoint((stamped / "log/stamps/local.txt").read_bytes() + b"\n\xe2\x80\x94 a b\n")
    assert 0 < int(size) < now.size
    proof = [bytes.fromhex(node) for node in way["proof"]]
    assert merkle.verify_consistency(int(size), now.size, then.root, now.root, proof)


def test_the_newest_stamp_that_the_dossier_covers_is_taken(stamped, desk, compile_to):
    assert stamp_pending() == 1
    second = compile_to("second")
    newest = TimeStamp.objects.order_by("-checkpoint__size").first()
    assert (second / "log/stamps/local.tsr").read_bytes() == bytes(newest.response)
    assert run_verifier(second).returncode == 0


def test_a_dossier_does_not_wait_for_an_authority(desk, compile_to):
    desk.behaviour = hanging(60)
    folder = compile_to()
    assert desk.asked == []
    assert not (folder / "log/stamps").exists()


def test_a_list_that_cannot_be_used_costs_the_certificates_and_no_more(desk, settings, compile_to):
    sign_checkpoint(actor=SET_UP)
    stamp_pending()
    write_list(settings.DADKHAH_KEYS_DIR / FILE, {"name": "broken"})
    folder = compile_to()
    assert sorted(path.name for path in (folder / "log/stamps").iterdir()) == [
        "local.consistency.json",
        "local.tsq",
        "local.tsr",
        "local.txt",
    ]
    assert run_verifier(folder).returncode == 0


def faults(folder: Path) -> list[str]:
    report = verify.Report()
    verify.check_folder(report, str(folder), None)
    return [fault for fault in report.faults if "tagmanifest" not in fault]


@pytest.mark.parametrize("name", ["local.tsq", "local.tsr", "local.txt", "local.consistency.json"])
def test_a_stamp_without_a_part_of_it_is_named(stamped, name):
    (stamped / "log/stamps" / name).unlink()
    assert any(fault.startswith("log/stamps/local: is no time-stamp") for fault in faults(stamped))


def test_a_stamp_for_another_state_is_named(stamped):
    text = stamped / "log/stamps/local.txt"
    text.write_text(text.read_text().replace("\n", "\n1", 1))
    found = faults(stamped)
    assert any("local.txt: is not the beginning of the log" in fault for fault in found)
    assert any("local.tsr: is for other bytes" in fault for fault in found)


def test_a_stamp_of_another_log_is_named(stamped):
    text = stamped / "log/stamps/local.txt"
    text.write_text("other.example/log" + text.read_text()[text.read_text().index("\n") :])
    assert any("local.txt: is not the beginning of the log" in fault for fault in faults(stamped))


@pytest.mark.parametrize(
    "change", [{"from": 1}, {"proof": []}, {"proof": ["00" * 32]}, {"proof": "x"}, {"to": 3}]
)
def test_a_wrong_proof_is_named(stamped, change):
    path = stamped / "log/stamps/local.consistency.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), **change}))
    assert any(fault.startswith("log/stamps/local") for fault in faults(stamped))


def test_a_file_of_another_name_among_the_stamps_is_named(stamped):
    (stamped / "log/stamps/local.exe").write_bytes(b"x")
    assert "log/stamps/local.exe: is no part of a dossier; it was added" in faults(stamped)


def test_it_follows_consistency_proofs_as_the_log_makes_them():
    leaves = [merkle.leaf_hash(bytes([number])) for number in range(20)]
    nodes = merkle.nodes_over(leaves)
    checked = 0
    for new in range(1, 21):
        for old in range(1, new):
            old_root, new_root = merkle.root(old, nodes), merkle.root(new, nodes)
            proof = merkle.consistency_proof(old, new, nodes)
            path = [old_root, *proof] if old & (old - 1) == 0 else proof
            assert verify.roots_from_consistency(old, new, path) == (old_root, new_root)
            assert verify.roots_from_consistency(old, new, [*path, bytes(32)]) is None
            assert verify.roots_from_consistency(old, new, path[:-1]) != (old_root, new_root)
            checked += 1
    assert checked == 190


def test_the_row_of_the_dossier_stays_what_it_was(stamped):
    assert Dossier.objects.get().checkpoint_note.encode() == (stamped / "log/checkpoint").read_bytes()
