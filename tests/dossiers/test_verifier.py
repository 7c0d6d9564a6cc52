"""The verifier finds and names every change, and its cryptography agrees with the published vectors and with ours."""

import ast
import base64
import hashlib
import json
import os
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import merkle
from audit.canonical import canonical_json
from audit.commitments import commit, new_salt
from audit.notes import Signer
from dossiers.verifier import verify
from tests.dossiers.conftest import Folder
from tests.dossiers.verifying import VERIFIER, read_by_nobody, run_verifier, written_to

# RFC 8032 section 7.1, tests 1 to 3: public key, message, signature.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


def in_process(folder: Path) -> tuple[list[str], list[str]]:
    """The faults that the verifier names, and the sentences of the checks that failed."""
    report = verify.Report()
    verify.check_folder(report, str(folder), None)
    return report.faults, [sentence for sentence, passed in report.checks if not passed]


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032)
def test_it_accepts_the_signatures_of_rfc_8032(key: str, message: str, signature: str):
    assert verify.ed25519_verify(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature))


@settings(max_examples=8, deadline=None)
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200), data=st.data())
def test_it_judges_ed25519_as_cryptography_does(seed: bytes, message: bytes, data: st.DataObject):
    key = Ed25519PrivateKey.from_private_bytes(seed)
    signature = bytearray(key.sign(message))
    public = key.public_key().public_bytes_raw()
    assert verify.ed25519_verify(public, message, bytes(signature))
    at = data.draw(st.integers(0, 63))
    signature[at] ^= 1 << data.draw(st.integers(0, 7))
    assert not verify.ed25519_verify(public, message, bytes(signature))
    assert not verify.ed25519_verify(public, message + b"x", bytes(key.sign(message)))


def test_it_refuses_a_signature_whose_scalar_is_not_reduced():
    key, message, signature = (bytes.fromhex(part) for part in RFC_8032[1])
    scalar = int.from_bytes(signature[32:], "little") + verify.ORDER
    assert not verify.ed25519_verify(key, message, signature[:32] + scalar.to_bytes(32, "little"))


@pytest.mark.parametrize(
    ("key", "signature"), [(b"", b""), (b"\xff" * 32, bytes(64)), (bytes(32), bytes(63))]
)
def test_it_refuses_what_is_no_key_or_signature(key: bytes, signature: bytes):
    assert not verify.ed25519_verify(key, b"", signature)


@settings(max_examples=60, deadline=None)
@given(size=st.integers(1, 70), data=st.data())
def test_it_follows_inclusion_proofs_as_the_log_makes_them(size: int, data: st.DataObject):
    leaves = [merkle.leaf_hash(bytes([n])) for n in range(size)]
    nodes = merkle.nodes_over(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof, root = merkle.inclusion_proof(index, size, nodes), merkle.root(size, nodes)
    assert verify.root_from_proof(index, size, leaves[index], proof) == root
    other = data.draw(st.integers(0, size))
    if other != index:
        assert verify.root_from_proof(other, size, leaves[index], proof) != root
    assert verify.root_from_proof(index, size, leaves[index], [*proof, bytes(32)]) != root
    if proof:
        assert verify.root_from_proof(index, size, leaves[index], proof[:-1]) != root


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**53) + 1, 2**53 - 1)
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text("abcXYZ_09", max_size=8), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_it_writes_canonical_json_as_the_log_does(value: object):
    assert verify.canonical_json(value) == canonical_json(value)


def test_it_makes_commitments_as_the_log_does():
    salt = new_salt()
    assert verify.commitment("شاهد ۱", salt) == commit("شاهد ۱", salt=salt)


# The eight points of small order (RFC 7748 section 7 speaks of their likes); two of the y have two signs of x.
SMALL_ORDER = [
    *(y.to_bytes(32, "little") for y in (0, 1, verify.PRIME - 1, 1 << 255)),
    *(
        bytes.fromhex(head + tail)
        for head, tail in (
            ("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc", "05"),
            ("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc", "85"),
            ("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03", "7a"),
            ("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03", "fa"),
        )
    ),
]


@pytest.mark.parametrize("public", SMALL_ORDER, ids=bytes.hex)
def test_it_refuses_a_key_under_which_anything_is_signed(public: bytes):
    blob = b"\x01" + public
    short = hashlib.sha256(b"example/log\n" + blob).digest()[:4].hex()
    with pytest.raises(ValueError, match="nobody's key"):
        verify.LogKey(f"example/log+{short}+{base64.b64encode(blob).decode()}")


def test_it_reads_the_logs_public_key_line():
    signer = Signer.generate("dadkhah.example/log")
    key = verify.LogKey(signer.verifier.line + "\n")
    assert (key.name, key.public) == (signer.name, signer.verifier.public)
    with pytest.raises(ValueError, match="short hash"):
        verify.LogKey(signer.verifier.line.replace("+", "+0", 1))


def test_it_is_written_for_python_3_8():
    tree = ast.parse(VERIFIER.read_text(encoding="utf-8"), feature_version=(3, 8))
    assert any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body)


def test_it_imports_nothing_but_the_standard_library():
    tree = ast.parse(VERIFIER.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names)


def test_one_changed_byte_anywhere_is_found_and_its_file_is_named(compiled: Folder):
    dice = random.Random(1988)
    files = sorted(path for path in compiled.path.rglob("*") if path.is_file() and path.stat().st_size)
    assert len(files) > 25
    for path in files:
        content = path.read_bytes()
        name = path.relative_to(compiled.path).as_posix()
        for at in {0, len(content) - 1, dice.randrange(len(content))}:
            path.write_bytes(
                content[:at] + bytes([content[at] ^ (1 << dice.randrange(8))]) + content[at + 1 :]
            )
            faults, _checks = in_process(compiled.path)
            assert any(fault.startswith(f"{name}:") for fault in faults), (name, at, faults)
        path.write_bytes(content)
    assert in_process(compiled.path) == ([], [])


def test_every_single_byte_of_the_tag_manifests_counts(compiled: Folder):
    for name in verify.TAG_MANIFESTS:
        path = compiled.path / name
        content = path.read_bytes()
        for at in range(0, len(content), 29):
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            faults, _checks = in_process(compiled.path)
            assert any(name in fault for fault in faults), (name, at)
        path.write_bytes(content)


def _append(folder: Path) -> str:
    with (folder / "data/originals/DK-1988-01-0001.txt").open("ab") as file:
        file.write(b"x")
    return "data/originals/DK-1988-01-0001.txt"


def _cut(folder: Path) -> str:
    path = folder / "log/entries.jsonl"
    path.write_bytes(path.read_bytes().rsplit(b"\n", 2)[0] + b"\n")
    return "log/entries.jsonl"


def _remove(folder: Path) -> str:
    (folder / "data/certificates/DK-1988-01-0002.json").unlink()
    return "data/certificates/DK-1988-01-0002.json"


def _rename(folder: Path) -> str:
    (folder / "data/persons.json").rename(folder / "data/people.json")
    return "data/people.json"


def _add(folder: Path) -> str:
    (folder / "data/originals/extra.txt").write_text("x")
    return "data/originals/extra.txt"


def _add_beside(folder: Path) -> str:
    (folder / ".hidden").write_text("x")
    return ".hidden"


def _add_folder(folder: Path) -> str:
    (folder / "log/more").mkdir()
    return "log/more"


def _fetch(folder: Path) -> str:
    (folder / "fetch.txt").write_text("http://127.0.0.1/ 1 data/x\n")
    return "fetch.txt"


def _link(folder: Path) -> str:
    path = folder / "data/witnesses.json"
    path.rename(folder.parent / "elsewhere.json")
    path.symlink_to(folder.parent / "elsewhere.json")
    return "data/witnesses.json"


def _empty(folder: Path) -> str:
    (folder / "log/checkpoint").write_bytes(b"")
    return "log/checkpoint"


def _nonsense(folder: Path) -> str:
    (folder / "data/index.json").write_bytes(b"[" * 100_000)
    return "data/index.json"


def _pipe(folder: Path) -> str:
    (folder / "log/checkpoint").unlink()
    os.mkfifo(folder / "log/checkpoint")
    return "log/checkpoint"


def _endless(folder: Path) -> str:
    (folder / "data/index.json").unlink()
    (folder / "data/index.json").symlink_to("/dev/zero")
    return "data/index.json"


DAMAGES = [
    _pipe,
    _endless,
    _append,
    _cut,
    _remove,
    _rename,
    _add,
    _add_beside,
    _add_folder,
    _fetch,
    _link,
    _empty,
    _nonsense,
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_files_added_removed_renamed_or_replaced_are_found_and_named(
    damage: Callable[[Path], str], copy_of: Callable[[], Path]
):
    folder = copy_of()
    name = damage(folder)
    faults, checks = in_process(folder)
    assert checks
    assert any(fault.startswith(f"{name}:") for fault in faults), faults


@pytest.mark.parametrize("content", [b"{}\n", b"[" * 100_000, b"\xff\n", b"[1]\n", None])
def test_it_says_in_words_what_is_wrong_with_a_file_and_never_by_the_name_of_an_exception(
    content: bytes | None, copy_of: Callable[[], Path]
):
    folder = copy_of()
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        before = path.read_bytes()
        path.unlink()
        if content is not None:
            path.write_bytes(content)
        faults, _checks = in_process(folder)
        assert faults, path
        for fault in faults:
            assert not re.search(r"[a-z]Error|Exception|Expecting|codec|subscript|recursion", fault), fault
        path.write_bytes(before)


@pytest.mark.parametrize("number", [None, [], {}, "", True, "absent"])
def test_a_custody_event_without_its_number_is_told_in_words(number: object, copy_of: Callable[[], Path]):
    folder = copy_of()
    path = next((folder / "data/certificates").glob("*.json"))
    certificate = json.loads(path.read_text(encoding="utf-8"))
    for event in certificate["events"]:
        event["seq"] = number
        if number == "absent":
            del event["seq"]
    path.write_text(json.dumps(certificate), encoding="utf-8")
    faults, _checks = in_process(folder)
    assert any(f"{path.name}: custody event 1 bears no number" in fault for fault in faults), faults
    for fault in faults:
        assert not re.search(r"None|True|\[\]|\{\}", fault), fault


def test_a_report_that_cannot_be_written_is_no_success(compiled: Folder):
    code, said = written_to(Path("/dev/full"), compiled.path / "verify.py")
    assert code == 1
    assert said.startswith("NOT VERIFIED: the report could not be written (No space left on device)")
    assert len(said.splitlines()) == 1


def test_whoever_reads_only_the_beginning_of_the_report_is_told_nothing_more(compiled: Folder):
    assert read_by_nobody(compiled.path / "verify.py") == (0, "")


def test_it_names_every_fault_and_not_only_the_first(copy_of: Callable[[], Path]):
    folder = copy_of()
    names = {_append(folder), _remove(folder), _add(folder), _empty(folder)}
    ended = run_verifier(folder, program=VERIFIER)
    assert ended.returncode == 1
    assert ended.stdout.rstrip().endswith("NOT VERIFIED")
    assert all(name in ended.stdout for name in names)


def test_manifests_rewritten_to_fit_a_changed_original_do_not_fool_it(copy_of: Callable[[], Path]):
    folder = copy_of()
    _append(folder)
    _rebag(folder)
    faults, _checks = in_process(folder)
    assert any("manifest-sha256.txt: is not the file that the log bound" in fault for fault in faults)


def test_a_bag_info_rewritten_with_its_tag_manifests_does_not_fool_it(copy_of: Callable[[], Path]):
    folder = copy_of()
    path = folder / "bag-info.txt"
    path.write_bytes(path.read_bytes().replace(b"prosecutor", b"prosecutrix"))
    _rebag(folder)
    faults, _checks = in_process(folder)
    assert any(fault.startswith("bag-info.txt:") for fault in faults)


def test_another_log_key_is_refused_when_the_right_one_is_given(compiled: Folder, tmp_path: Path):
    line = (compiled.path / "log/public-key").read_text()
    fingerprint = verify.LogKey(line).fingerprint
    own = tmp_path / "key-by-letter.txt"
    own.write_text(line)
    for right in (fingerprint, fingerprint.upper(), fingerprint.replace(" ", ""), line.strip(), str(own)):
        assert run_verifier(compiled.path, "--key", right).returncode == 0, right
    other = Signer.generate("dadkhah.example/log").verifier.line
    ended = run_verifier(compiled.path, "--key", other)
    assert ended.returncode == 1
    assert "log/public-key: is not the key that you gave" in ended.stdout


def test_a_wrong_call_exits_with_2(compiled: Folder):
    assert run_verifier(compiled.path / "missing", program=VERIFIER).returncode == 2
    assert run_verifier(compiled.path, "--nonsense").returncode == 2


def test_it_leaves_nothing_behind_in_the_folder(compiled: Folder):
    before = sorted(compiled.path.rglob("*"))
    run_verifier(compiled.path)
    assert sorted(compiled.path.rglob("*")) == before


def _rebag(folder: Path) -> None:
    """What a forger without the log's key can do: make every list fit again."""
    for manifests, inside in ((verify.MANIFESTS, True), (verify.TAG_MANIFESTS, False)):
        found = verify.hash_folder(
            verify.Report(), str(folder), verify.list_files(verify.Report(), str(folder))
        )
        for name, algorithm in manifests.items():
            listed = sorted(
                p for p in found if p.startswith("data/") is inside and p not in verify.TAG_MANIFESTS
            )
            (folder / name).write_text("".join(f"{found[p].digest(algorithm)}  {p}\n" for p in listed))
