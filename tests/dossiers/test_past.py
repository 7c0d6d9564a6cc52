"""A dossier is tied to the ones before it: to earlier keys by rotations, to earlier checkpoints by proofs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from audit.checkpoints import sign_checkpoint
from audit.cosignatures import TreeHead
from audit.errors import LogForked
from audit.key_rotation import RotationReason, rotate_log_key
from audit.keys import PUBLIC_FILE, load_signer
from audit.notes import Signer, sign_note
from dossiers.compiling import compile_dossier
from dossiers.models import Dossier
from dossiers.sinks import DirectorySink
from dossiers.verifier import verify
from tests.dossiers.conftest import PURPOSE, Folder
from tests.dossiers.verifying import run_verifier

Compile = Callable[[], Path]


@pytest.fixture
def another(compiled: Folder, lawyer: User, tmp_path: Path) -> Compile:
    """Compiles one more dossier of the same case."""
    made = 0

    def compile_one() -> Path:
        nonlocal made
        made += 1
        path = tmp_path / f"another-{made}"
        compile_dossier(compiled.case, purpose=PURPOSE, sink=DirectorySink(path), actor=lawyer)
        return path

    return compile_one


def earlier(folder: Path) -> tuple[str, str]:
    return "--earlier", str(folder / "log/checkpoint")


def test_a_later_dossier_proves_that_the_log_goes_on(compiled: Folder, another: Compile) -> None:
    later = another()
    done = run_verifier(later, *earlier(compiled.path))
    assert done.returncode == 0, done.stdout
    assert "ok     The log goes on from the checkpoint that you gave" in done.stdout
    record = json.loads((later / "log/consistency.json").read_text())
    assert [item["size"] for item in record["earlier"]] == [compiled.dossier.checkpoint_size]
    assert run_verifier(later, *earlier(later)).returncode == 0


def test_a_dossier_of_another_case_carries_no_proof_for_it_and_says_so(
    compiled: Folder, another: Compile, lawyer: User
) -> None:
    between = compiled.path.parent / "between"
    between.write_text(sign_checkpoint(actor=lawyer).note)
    done = run_verifier(another(), "--earlier", str(between))
    assert done.returncode == 2
    assert "carries no proof for that size" in done.stdout
    assert "OPEN   The log goes on from the checkpoint that you gave" in done.stdout


@pytest.mark.parametrize(
    "sent",
    [
        lambda note: note.replace(b"\n", b"\r\n"),
        lambda note: b"\xef\xbb\xbf" + note,
        lambda note: b"\n" + note + b"\n",
    ],
)
def test_an_earlier_checkpoint_that_a_mail_changed_is_read_as_it_was_signed(
    compiled: Folder, another: Compile, tmp_path: Path, sent: Callable[[bytes], bytes]
) -> None:
    mailed = tmp_path / "mailed"
    mailed.write_bytes(sent((compiled.path / "log/checkpoint").read_bytes()))
    done = run_verifier(another(), "--earlier", str(mailed))
    assert done.returncode == 0, done.stdout


def test_the_checkpoint_of_a_changed_past_is_refused(
    compiled: Folder, another: Compile, tmp_path: Path
) -> None:
    """A checkpoint that the log's own key signed over another history: the log was forked."""
    later, signer = another(), load_signer()
    assert compiled.dossier.checkpoint_size is not None
    forked = TreeHead(signer.name, compiled.dossier.checkpoint_size, bytes(32))
    (tmp_path / "forked").write_text(sign_note(forked.text, [signer]))
    done = run_verifier(later, "--earlier", str(tmp_path / "forked"))
    assert (done.returncode, "changed or forked" in done.stdout) == (1, True)
    stranger = Signer.generate(signer.name)
    (tmp_path / "strange").write_text(sign_note(forked.text, [stranger]))
    assert (
        "not signed by any key of this log"
        in run_verifier(later, "--earlier", str(tmp_path / "strange")).stdout
    )


def test_a_good_dossier_is_not_condemned_for_the_checkpoint_that_was_laid_beside_it(
    compiled: Folder, another: Compile, tmp_path: Path
) -> None:
    signer, other = load_signer(), tmp_path / "other"
    head = TreeHead("another.example/log", 1, bytes(32))
    other.write_text(sign_note(head.text, [Signer.generate("another.example/log")]))
    nonsense = tmp_path / "nonsense"
    nonsense.write_bytes(b"\xff")
    for given, words in (
        (another() / "log/checkpoint", "is newer than this dossier"),
        (other, f"is of the log another.example/log, this dossier of {signer.name}"),
        (nonsense, "cannot be read"),
    ):
        done = run_verifier(compiled.path, "--earlier", str(given))
        assert (done.returncode, words in done.stdout) == (2, True), done.stdout
        assert "VERIFIED IN ITSELF, NOT COMPARED" in done.stdout


def test_a_dossier_is_not_compiled_over_a_past_that_an_earlier_one_contradicts(
    compiled: Folder, another: Compile
) -> None:
    Dossier.objects.filter(pk=compiled.dossier.pk).update(checkpoint_root=bytes(32))
    with pytest.raises(LogForked, match="earlier dossier"):
        another()


def test_whoever_trusts_an_earlier_key_is_led_to_the_one_in_use(
    compiled: Folder, another: Compile, administrator: User, tmp_path: Path
) -> None:
    old = tmp_path / "old.pub"
    old.write_bytes((compiled.path / "log/public-key").read_bytes())
    for _twice in range(2):
        rotate_log_key(reason=RotationReason.PLANNED, actor=administrator)
    later = another()
    assert (later / "log/public-key").read_bytes() != old.read_bytes()
    fingerprint = verify.LogKey(old.read_text()).fingerprint
    for key in (str(old), fingerprint):
        done = run_verifier(later, "--key", key, *earlier(compiled.path))
        assert done.returncode == 0, done.stdout
        assert "led on to the one in use" in done.stdout
    stranger = Signer.generate("dadkhah.example/log").verifier.line
    assert run_verifier(later, "--key", stranger).returncode == 1
    # Back from the new key to the dossier of before there is no way.
    assert run_verifier(compiled.path, "--key", (later / "log/public-key").read_text()).returncode == 1


def rewrite(folder: Path, name: str, change: Callable[[str], str]) -> "verify.Report":
    """Change one file of the log and read the faults, tag manifests aside."""
    path = folder / name
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    report = verify.Report()
    verify.check_folder(report, str(folder), None)
    return report


def checks(report: "verify.Report") -> dict[str, bool | None]:
    return dict(report.checks)


def test_a_key_that_no_rotation_introduced_is_named(compiled: Folder, copy_of: Callable[[], Path]) -> None:
    line = Signer.generate("dadkhah.example/log").verifier.line
    report = rewrite(copy_of(), "log/all-keys", lambda text: text + line + "\n")
    assert not checks(report)["Each key of the log was signed by the one before"]
    assert any("no rotation introduced" in fault for fault in report.faults)


def test_a_rotation_that_was_left_out_or_changed_is_named(
    another: Compile, administrator: User, compiled: Folder
) -> None:
    rotate_log_key(reason=RotationReason.PLANNED, actor=administrator)
    for change in (
        lambda _text: "[]\n",
        lambda text: text.replace("dadkhah/key-rotation/v1", "dadkhah/key-rotation/v2"),
    ):
        report = rewrite(another(), "log/rotations.json", change)
        assert not checks(report)["Each key of the log was signed by the one before"]


def test_a_changed_proof_is_named(another: Compile, compiled: Folder) -> None:
    folder = another()
    record = json.loads((folder / "log/consistency.json").read_text())
    record["earlier"][0]["root"] = "00" * 32
    report = rewrite(folder, "log/consistency.json", lambda _text: json.dumps(record))
    assert any("does not go on" in fault for fault in report.faults)


def test_it_says_which_signatures_it_does_not_check(compiled: Folder) -> None:
    done = run_verifier(compiled.path)
    assert done.returncode == 0
    assert "signed the checkpoint too, by a key or a kind that is not checked here" in done.stdout


def test_it_follows_consistency_as_the_log_proves_it() -> None:
    from audit import merkle

    leaves = [merkle.leaf_hash(bytes([n])) for n in range(40)]
    nodes = merkle.nodes_over(leaves)
    for new in range(41):
        for old in range(new + 1):
            proof = merkle.consistency_proof(old, new, nodes)
            roots = merkle.root(old, nodes), merkle.root(new, nodes)
            assert verify.tree_goes_on(old, new, *roots, proof)
            assert not verify.tree_goes_on(old, new, *roots, [*proof, bytes(32)])
            assert not verify.tree_goes_on(old, new, bytes(32), roots[1], proof)


def test_a_replaced_key_that_signs_on_is_not_followed(
    compiled: Folder, another: Compile, administrator: User, tmp_path: Path
) -> None:
    """Whoever stole the old key can hand out an "earlier" checkpoint of a size that was never that key's to sign."""
    stolen = load_signer()
    rotate_log_key(reason=RotationReason.EXPOSED, actor=administrator)
    later = another()
    lines = (later / "log/checkpoint.txt").read_text()
    (tmp_path / "earlier").write_text(sign_note(lines, [stolen]))
    done = run_verifier(later, "--earlier", str(tmp_path / "earlier"))
    assert done.returncode == 1
    assert "is signed by a key that was not in use when the log had" in done.stdout


def test_the_key_is_read_in_every_form_in_which_it_is_handed_out(
    compiled: Folder, another: Compile, administrator: User, settings: Any
) -> None:
    rotate_log_key(reason=RotationReason.PLANNED, actor=administrator)
    later = another()
    own = settings.DADKHAH_KEYS_DIR / PUBLIC_FILE
    for given in (own, later / "log/all-keys", later / "log/public-key", later / "log/public-key.pem"):
        assert run_verifier(later, "--key", str(given)).returncode == 0, given
    # A dossier that knows only the old one of them can be the work of whoever stole it, and it can be of before.
    done = run_verifier(compiled.path, "--key", str(own))
    assert done.returncode == 2
    assert done.stdout.splitlines()[-1] == "VERIFIED IN ITSELF, NOT COMPARED WITH ALL THAT WAS GIVEN"
    assert "by somebody who has only an old key" in done.stdout
    assert "FAULT" not in done.stdout
    old = own.read_text().splitlines()[0]
    assert f"the line that begins with {old[: old.index('+') + 9]}" in done.stdout
    assert run_verifier(compiled.path, "--key", old).returncode == 0


def test_a_dossier_whose_keys_went_another_way_than_those_that_were_given_is_of_a_fork(
    another: Compile, administrator: User, compiled: Folder, tmp_path: Path
) -> None:
    first = (compiled.path / "log/public-key").read_text()
    rotate_log_key(reason=RotationReason.PLANNED, actor=administrator)
    other = Signer.generate(verify.LogKey(first).name).verifier.line
    given = tmp_path / "given"
    given.write_text(f"{first}{other}\n")
    done = run_verifier(another(), "--key", str(given))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "NOT VERIFIED")
    assert "this log was forked" in done.stdout
    assert "key alone" not in done.stdout


def test_a_key_of_another_log_beside_the_right_one_disturbs_nothing(compiled: Folder, tmp_path: Path) -> None:
    given = tmp_path / "given"
    stranger = Signer.generate("other.example/log").verifier.line
    given.write_text((compiled.path / "log/public-key").read_text() + stranger + "\n")
    assert run_verifier(compiled.path, "--key", str(given)).returncode == 0


def test_a_call_without_a_key_or_a_file_is_refused(compiled: Folder, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    for options in (("--key", ""), ("--key", missing), ("--key", str(tmp_path)), ("--earlier", missing)):
        done = run_verifier(compiled.path, *options)
        assert done.returncode == 2, options
        assert "there is no such file" in done.stderr or "is no plain file" in done.stderr
