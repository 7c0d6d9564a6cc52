"""Cosignatures against those of public witnesses, and the second signature of our own log."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import UnsupportedAlgorithm

from audit import signature_kinds
from audit.checkpoints import sign_checkpoint
from audit.cosignatures import LATEST_TIME, TreeHead, ed25519_message, head_signed, subtree_message
from audit.errors import BadNote, LogKeyMissing, SignatureUnsupported
from audit.faults import FaultKind
from audit.keys import MLDSA_FILE, PUBLIC_FILE, load_signers, load_verifiers, missing_second_signature
from audit.models import CheckpointSignature, Entry
from audit.notes import Signer, Verifier, open_note, sign_note, signed_by, split_note
from audit.signature_kinds import ED25519, ED25519_COSIGNATURE, MLDSA44, moment_of
from audit.verification import verify_log
from config.checks import both_signatures_can_be_made
from config.key_making import KeyIsGone, make_missing_keys
from tests.audit.conftest import CLERK

Write = Callable[[int], list[Entry]]
CASES = json.loads((Path(__file__).parent.parent / "vectors" / "cosignatures.json").read_text())["cosigned"]
HEAD = TreeHead("example.com/log", 42, bytes(range(32)))


@pytest.fixture
def no_mldsa(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A machine whose cryptography library cannot do ML-DSA-44."""

    def refuse(_seed: bytes) -> None:
        raise UnsupportedAlgorithm("ML-DSA-44 is not supported by this backend")

    class Absent:
        from_seed_bytes = staticmethod(refuse)

    signature_kinds.mldsa_is_here.cache_clear()
    monkeypatch.setattr(signature_kinds.mldsa, "MLDSA44PrivateKey", Absent)
    yield
    signature_kinds.mldsa_is_here.cache_clear()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["verifier"].split("+")[0])
def test_it_accepts_the_cosignatures_of_public_witnesses(case: dict[str, str]) -> None:
    key = Verifier.parse(case["verifier"])
    assert key.line == case["verifier"]
    assert key.kind.label == case["kind"]
    note = f"{case['text']}\n{case['line']}"
    assert open_note(note, [key]) == case["text"]
    with pytest.raises(BadNote, match="does not belong"):
        open_note(note.replace("\n1", "\n2", 1), [key])


@pytest.mark.parametrize("kind", [ED25519, ED25519_COSIGNATURE, MLDSA44], ids=lambda kind: kind.label)
def test_what_one_kind_signs_no_other_text_key_or_name_bears(kind: signature_kinds.Kind) -> None:
    signer, other = Signer.generate("a.example/w", kind), Signer.generate("a.example/w", kind)
    assert Signer.parse(signer.line) == signer
    assert Verifier.parse(signer.verifier.line) == signer.verifier
    note = sign_note(HEAD.text, [signer])
    _text, [(_name, raw)] = split_note(note)
    assert signer.verifier.verifies(HEAD.text, raw)
    assert not other.verifier.verifies(HEAD.text, other.verifier.key_hash + raw[4:])
    assert not signer.verifier.verifies(TreeHead("example.com/log", 43, HEAD.root).text, raw)
    assert not signer.verifier.verifies(HEAD.text, raw[:-1])
    if kind is not ED25519:
        later = raw[:4] + (int.from_bytes(raw[4:12], "big") + 1).to_bytes(8, "big") + raw[12:]
        assert not signer.verifier.verifies(HEAD.text, later)
        assert not signer.verifier.verifies(HEAD.text, raw[:4] + b"\xff" * 8 + raw[12:])
        assert (moment_of(kind, raw[4:]) or 0) < LATEST_TIME


def test_the_messages_are_those_of_the_specification() -> None:
    assert ed25519_message("a\n", 1679315147) == b"cosignature/v1\ntime 1679315147\na\n"
    assert subtree_message("w", 1, HEAD) == (
        b"subtree/v1\n\0" b"\x01w" + b"\0" * 7 + b"\x01" b"\x0fexample.com/log"
        + b"\0" * 8 + b"\0" * 7 + b"\x2a" + bytes(range(32))
    )  # fmt: skip
    with pytest.raises(BadNote, match="255"):
        subtree_message("w" * 256, 1, HEAD)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1\n",
        f"\n1\n{base64.b64encode(bytes(32)).decode()}\n",
        f"a\n01\n{base64.b64encode(bytes(32)).decode()}\n",
        f"a\n-1\n{base64.b64encode(bytes(32)).decode()}\n",
        f"a\n1\n{base64.b64encode(bytes(31)).decode()}\n",
        f"a\n1\n{base64.b64encode(bytes(32)).decode()}\nextension\n",
        "a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
        "a\n1\n!\n",
    ],
)
def test_it_reads_no_checkpoint_of_another_form(text: str) -> None:
    with pytest.raises(BadNote):
        head_signed(text)


def test_a_note_with_seventeen_long_signatures_is_read() -> None:
    signers = [Signer.generate(f"w{number}", MLDSA44) for number in range(17)]
    note = sign_note(HEAD.text, signers)
    assert len(signed_by(note, [signer.verifier for signer in signers])) == 17


def test_a_note_with_control_characters_is_none() -> None:
    with pytest.raises(BadNote, match="control"):
        split_note(sign_note("a\tb\n", [Signer.generate("a")]))


def test_every_checkpoint_bears_both_signatures_and_each_opens_it_alone(write: Write, log_key: Path) -> None:
    write(3)
    note = sign_checkpoint(actor=CLERK).note
    ed25519, mldsa = load_verifiers()
    assert (ed25519.kind, mldsa.kind) == (ED25519, MLDSA44)
    assert open_note(note, [ed25519]) == open_note(note, [mldsa])
    assert verify_log().ok


def test_a_wrong_second_signature_is_named(write: Write, log_key: Path) -> None:
    from tests.tampering import tamper

    write(3)
    checkpoint = sign_checkpoint(actor=CLERK)
    row = CheckpointSignature.objects.order_by("-made_at").first()
    assert row is not None
    other = load_signers()[1].signature_line(TreeHead(checkpoint.origin, 2, bytes(32)).text)
    tamper("UPDATE audit_checkpointsignature SET line = %s WHERE key_hash = %s", (other, row.key_hash))
    assert [fault.kind for fault in verify_log().faults] == [FaultKind.BAD_SIGNATURE]


def test_an_older_installation_gets_its_second_key_and_goes_on(write: Write, settings: Any) -> None:
    folder = settings.DADKHAH_KEYS_DIR
    (folder / MLDSA_FILE).unlink()
    ed25519 = load_verifiers()[0]
    (folder / PUBLIC_FILE).write_text(ed25519.line + "\n")
    write(2)
    assert sign_checkpoint(actor=CLERK).signatures.count() == 1
    assert "Run make_keys" in missing_second_signature()
    assert make_missing_keys(folder, data=settings.DADKHAH_DATA_DIR) == [MLDSA_FILE]
    assert missing_second_signature() == ""
    assert load_verifiers()[0] == ed25519
    write(2)
    assert sign_checkpoint(actor=CLERK).signatures.count() == 2
    assert verify_log().ok


def test_a_lost_second_key_is_named_and_not_replaced(write: Write, settings: Any) -> None:
    folder = settings.DADKHAH_KEYS_DIR
    (folder / MLDSA_FILE).unlink()
    write(1)
    with pytest.raises(KeyIsGone, match=MLDSA_FILE):
        make_missing_keys(folder, data=settings.DADKHAH_DATA_DIR)
    with pytest.raises(LogKeyMissing, match=MLDSA_FILE):
        sign_checkpoint(actor=CLERK)


def test_a_public_file_that_a_crash_left_without_the_second_key_is_completed(settings: Any) -> None:
    folder = settings.DADKHAH_KEYS_DIR
    before = (folder / PUBLIC_FILE).read_text()
    (folder / PUBLIC_FILE).write_text(before.splitlines(keepends=True)[0])
    assert make_missing_keys(folder, data=settings.DADKHAH_DATA_DIR) == []
    assert (folder / PUBLIC_FILE).read_text() == before


def test_a_machine_without_ml_dsa_signs_with_ed25519_alone_and_says_so(
    write: Write, settings: Any, no_mldsa: None
) -> None:
    write(2)
    assert sign_checkpoint(actor=CLERK).signatures.count() == 1
    assert "Ed25519 alone" in missing_second_signature()
    assert [message.id for message in both_signatures_can_be_made()] == ["dadkhah.W014"]


def test_a_signature_that_this_machine_cannot_check_is_passed_over_and_named(
    write: Write, log_key: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    write(2)
    note = sign_checkpoint(actor=CLERK).note
    keys = load_verifiers()
    request.getfixturevalue("no_mldsa")
    assert [key.kind for key, _signature in signed_by(note, keys)] == [ED25519]
    with pytest.raises(BadNote, match="known keys"):
        open_note(note, keys[1:])
    with pytest.raises(SignatureUnsupported):
        keys[1].verifies(HEAD.text, keys[1].key_hash + bytes(MLDSA44.signature_bytes))
    assert [fault.kind for fault in verify_log().faults] == [FaultKind.UNCHECKED_SIGNATURE]
