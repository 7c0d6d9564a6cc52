"""Published tokens of other houses, genuine and damaged (tests/vectors/rfc3161/README.md)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from rfc3161_client import VerifierBuilder, decode_timestamp_response

from audit.stamping import tokens
from audit.stamping.authorities import authority_named
from audit.stamping.checking import Asked, check_answer
from audit.stamping.flaws import Flaw, StampRefused
from tests.audit.stamping.local_authority import as_pem

VECTORS = Path(__file__).parents[2] / "vectors" / "rfc3161"
HELLO = b"hello"


@pytest.fixture
def pin(tmp_path, house, listed):
    """Pins the first certificate of a published chain."""

    def make(folder):
        leaf, *chain = x509.load_pem_x509_certificates((VECTORS / folder / "ts_chain.pem").read_bytes())
        (tmp_path / "leaf.pem").write_bytes(as_pem(leaf))
        (tmp_path / "chain.pem").write_bytes(as_pem(*chain))
        files = {"certificate": str(tmp_path / "leaf.pem"), "chain": str(tmp_path / "chain.pem")}
        listed({"name": "pinned", "url": "http://127.0.0.1:9/", **files})
        return authority_named("pinned")

    return make


def check(path, authority, monkeypatch, *, text=HELLO):
    """As if we had asked for this very token: by its algorithm, with its nonce, at its time."""
    answer = (VECTORS / path).read_bytes()
    info = decode_timestamp_response(answer).tst_info
    oid = info.message_imprint.hash_algorithm
    algorithm = next(name for name, known in tokens.ALGORITHMS.items() if known == oid)
    monkeypatch.setattr(tokens.secrets, "randbits", lambda bits: info.nonce)
    request = tokens.write_request(text, algorithm=algorithm, policy=None)
    then = info.gen_time.astimezone(UTC)
    asked = Asked(text, request, not_before=then, not_after=then + timedelta(seconds=1))
    return check_answer(answer, asked=asked, authority=authority)


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_genuine_tokens_are_taken_in_every_algorithm(pin, monkeypatch, algorithm):
    stamp = check(f"sigstage/response-{algorithm}.tsr", pin("sigstage"), monkeypatch)
    assert (stamp.algorithm, stamp.generated_at.year) == (algorithm, 2025)


def test_a_genuine_token_answers_the_request_that_was_published_with_it(pin):
    answer, request = (VECTORS / "test_tsa" / name for name in ("response.tsr", "request.der"))
    then = datetime(2024, 10, 8, 15, 40, tzinfo=UTC)
    asked = Asked(HELLO, request.read_bytes(), not_before=then, not_after=then)
    assert check_answer(answer.read_bytes(), asked=asked, authority=pin("test_tsa")).algorithm == "sha512"


def test_a_token_without_certificates_is_taken_by_the_pinned_one(pin, monkeypatch):
    assert check("sigstage/response-no-embedded-cert.tsr", pin("sigstage"), monkeypatch)


def test_a_token_whose_certificate_has_ended_since_is_taken(pin, monkeypatch):
    text = (VECTORS / "sigstore.mock/payload").read_bytes()
    pinned = pin("sigstore.mock")
    assert pinned.valid_until < datetime.now(UTC)
    assert check("sigstore.mock/response-expired.tsr", pinned, monkeypatch, text=text)


def test_slipped_in_certificates_are_a_spoof_though_the_client_library_takes_them(pin, monkeypatch):
    path = "test_tsa/response-injected-certs.tsr"
    pinned = pin("test_tsa")
    verifier = VerifierBuilder(roots=[pinned.chain[-1]], intermediates=[pinned.chain[0]]).build()
    assert verifier.verify_message(decode_timestamp_response((VECTORS / path).read_bytes()), HELLO)
    with pytest.raises(StampRefused) as refused:
        check(path, pinned, monkeypatch)
    assert refused.value.flaw is Flaw.SPOOFED


@pytest.mark.parametrize(
    ("path", "pinned", "flaw"),
    [
        ("sigstage/response-invalid-signature.tsr", "sigstage", Flaw.WRONG_KEY),
        ("sigstage/response-sha256.tsr", "test_tsa", Flaw.WRONG_KEY),
        ("test_tsa/response.tsr", "sigstage", Flaw.WRONG_KEY),
        ("test_tsa/response.tsr", "sigstore.mock", Flaw.WRONG_KEY),
    ],
)
def test_damaged_and_foreign_tokens_are_refused(pin, monkeypatch, path, pinned, flaw):
    with pytest.raises(StampRefused) as refused:
        check(path, pin(pinned), monkeypatch)
    assert refused.value.flaw is flaw


def test_an_earlier_certificate_of_the_same_name_is_not_the_pinned_one(pin):
    request = (VECTORS / "test_tsa/request.der").read_bytes()
    answer = (VECTORS / "test_tsa/other_response.tsr").read_bytes()
    then = datetime(2024, 10, 31, 13, 31, tzinfo=UTC)
    with pytest.raises(StampRefused) as refused:
        check_answer(
            answer, asked=Asked(HELLO, request, not_before=then, not_after=then), authority=pin("test_tsa")
        )
    assert refused.value.flaw is Flaw.SPOOFED


def test_the_vectors_are_all_used():
    used = Path(__file__).read_text(encoding="utf-8")
    names = {path.name for path in VECTORS.rglob("*.tsr")} - {f"response-sha{n}.tsr" for n in (256, 384, 512)}
    assert [name for name in sorted(names) if name not in used] == []
