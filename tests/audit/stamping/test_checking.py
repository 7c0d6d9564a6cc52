"""Every kind of token told from every other, with tokens that `openssl ts` made."""

import hashlib
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat import asn1

from audit.stamping import tokens
from audit.stamping.authorities import Authority, authority_named
from audit.stamping.checking import Asked, check_answer
from audit.stamping.flaws import Flaw, StampRefused
from audit.stamping.tokens import ALGORITHMS, write_request
from tests.audit.stamping.local_authority import (
    DAY,
    OTHER_POLICY,
    POLICY,
    LocalAuthority,
    as_pem,
    certify,
    new_key,
)

TEXT = b"dadkhah.example/log\n7\nabcd\n"
URL = "http://127.0.0.1:9/"

pytestmark = pytest.mark.program("openssl")


@pytest.fixture
def pin(listed: Any) -> Any:
    """Lists an authority and reads it back as it is trusted."""

    def make(local: LocalAuthority, **fields: Any) -> Authority:
        listed(local.entry("local", URL, **fields))
        return authority_named("local")

    return make


def asked(request: bytes, *, text: bytes = TEXT, at: datetime | None = None) -> Asked:
    now = at or datetime.now(UTC)
    return Asked(text, request, not_before=now, not_after=now)


def flaw(answer: bytes, request: bytes, authority: Authority, **how: Any) -> Flaw:
    with pytest.raises(StampRefused) as refused:
        check_answer(answer, asked=asked(request, **how), authority=authority)
    return refused.value.flaw


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
@pytest.mark.parametrize("key", ["ec", "rsa2048"])
def test_a_genuine_stamp_is_taken_in_every_algorithm(tmp_path, pin, algorithm, key):
    local = LocalAuthority.found(tmp_path / "tsa", key=key, signer_digest=algorithm, ess=algorithm)
    request = write_request(TEXT, algorithm=algorithm, policy=None)
    stamp = check_answer(local.reply(request), asked=asked(request), authority=pin(local))
    assert (stamp.algorithm, stamp.policy) == (algorithm, POLICY)
    assert abs(stamp.generated_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert stamp.serial.isdigit()


def test_a_signer_that_names_its_certificate_in_the_old_way_is_taken(tmp_path, pin):
    local = LocalAuthority.found(tmp_path / "tsa", ess="sha1")
    request = write_request(TEXT, algorithm="sha256", policy=None)
    assert check_answer(local.reply(request), asked=asked(request), authority=pin(local))


def test_a_pinned_policy_is_asked_for_and_given(authority, pin):
    request = write_request(TEXT, algorithm="sha256", policy=OTHER_POLICY)
    stamp = check_answer(
        authority.reply(request), asked=asked(request), authority=pin(authority, policy=OTHER_POLICY)
    )
    assert stamp.policy == OTHER_POLICY


def test_a_token_under_another_policy_is_refused(authority, pin):
    request = write_request(TEXT, algorithm="sha256", policy=None)
    pinned = pin(authority, policy=OTHER_POLICY)
    assert flaw(authority.reply(request), request, pinned) is Flaw.WRONG_POLICY


def test_a_token_for_other_bytes_is_refused(authority, pin):
    pinned = pin(authority)
    request = write_request(TEXT, algorithm="sha256", policy=None)
    for_others = write_request(b"other bytes", algorithm="sha256", policy=None)
    assert flaw(authority.reply(for_others), request, pinned) is Flaw.WRONG_IMPRINT
    assert flaw(authority.reply(for_others), for_others, pinned) is Flaw.WRONG_IMPRINT


def test_a_token_by_another_algorithm_than_was_asked_is_refused(authority, pin):
    request = write_request(TEXT, algorithm="sha256", policy=None)
    other = write_request(TEXT, algorithm="sha512", policy=None)
    assert flaw(authority.reply(other), request, pin(authority)) is Flaw.WRONG_IMPRINT


def test_an_answer_to_another_request_for_the_same_bytes_is_refused(authority, pin):
    earlier = write_request(TEXT, algorithm="sha256", policy=None)
    request = write_request(TEXT, algorithm="sha256", policy=None)
    assert flaw(authority.reply(earlier), request, pin(authority)) is Flaw.WRONG_NONCE


def test_a_token_of_another_authority_is_refused(tmp_path, authority, pin):
    other = LocalAuthority.found(tmp_path / "other", subject="Another TSA", root="Another root")
    request = write_request(TEXT, algorithm="sha256", policy=None)
    assert flaw(other.reply(request), request, pin(authority)) is Flaw.WRONG_KEY


def test_another_authority_below_the_same_root_is_refused(tmp_path, authority, pin):
    other = LocalAuthority.found(tmp_path / "other", subject="Another TSA")
    other.certificate = certify(
        "Another TSA", other.key, issuer=authority.root, issuer_key=authority.root_key
    )
    other.folder.joinpath("certificate.pem").write_bytes(as_pem(other.certificate))
    other.folder.joinpath("chain.pem").write_bytes(as_pem(authority.root))
    request = write_request(TEXT, algorithm="sha256", policy=None)
    assert flaw(other.reply(request), request, pin(authority)) is Flaw.WRONG_KEY


def test_a_stranger_under_the_name_of_the_authority_is_a_spoof(tmp_path, authority, pin):
    stranger = LocalAuthority.found(tmp_path / "stranger")
    assert stranger.certificate.subject == authority.certificate.subject
    request = write_request(TEXT, algorithm="sha256", policy=None)
    assert flaw(stranger.reply(request), request, pin(authority)) is Flaw.SPOOFED


def twin_of(authority: LocalAuthority, folder: Path) -> LocalAuthority:
    """The same names and the same number, so that the signer looks like the pinned one; another key."""
    twin = LocalAuthority.found(folder)
    twin.certificate = certify(
        "Local TSA",
        twin.key,
        issuer=twin.root,
        issuer_key=twin.root_key,
        serial=authority.certificate.serial_number,
    )
    twin.folder.joinpath("certificate.pem").write_bytes(as_pem(twin.certificate))
    return twin


def test_a_twin_with_the_same_names_and_number_is_a_spoof(tmp_path, authority, pin):
    twin = twin_of(authority, tmp_path / "twin")
    request = write_request(TEXT, algorithm="sha256", policy=None)
    assert flaw(twin.reply(request), request, pin(authority)) is Flaw.SPOOFED


def test_a_twin_that_shows_no_certificate_is_a_spoof(tmp_path, authority, pin):
    twin = twin_of(authority, tmp_path / "twin")
    request = write_request(TEXT, algorithm="sha256", policy=None)
    silent = request[:1] + bytes([request[1] - 3]) + request[2:-3]  # without certReq TRUE
    assert flaw(twin.reply(silent), request, pin(authority)) is Flaw.SPOOFED


def test_a_renewed_certificate_over_the_same_key_is_not_the_pinned_one(tmp_path, authority, pin):
    pinned = pin(authority)
    authority.certificate = certify(
        "Local TSA",
        authority.key,
        issuer=authority.root,
        issuer_key=authority.root_key,
        serial=authority.certificate.serial_number,
        ends=datetime.now(UTC) + 900 * DAY,
    )
    authority.folder.joinpath("certificate.pem").write_bytes(as_pem(authority.certificate))
    request = write_request(TEXT, algorithm="sha256", policy=None)
    assert flaw(authority.reply(request), request, pinned) is Flaw.SPOOFED


def test_a_foreign_certificate_slipped_into_a_genuine_token_is_a_spoof(authority, pin):
    pinned = pin(authority)
    foreign = certify("Spoofed TSA", new_key())
    authority.folder.joinpath("chain.pem").write_bytes(as_pem(authority.root, foreign))
    request = write_request(TEXT, algorithm="sha256", policy=None)
    assert flaw(authority.reply(request), request, pinned) is Flaw.SPOOFED


def test_a_stranger_who_shows_the_pinned_certificate_is_a_spoof(tmp_path, authority, pin):
    stranger = LocalAuthority.found(tmp_path / "stranger", subject="Stranger", root="No one")
    stranger.folder.joinpath("chain.pem").write_bytes(as_pem(authority.certificate))
    request = write_request(TEXT, algorithm="sha256", policy=None)
    assert flaw(stranger.reply(request), request, pin(authority)) is Flaw.SPOOFED


def test_a_token_with_a_changed_signature_is_refused(authority, pin):
    pinned = pin(authority)
    request = write_request(TEXT, algorithm="sha256", policy=None)
    answer = bytearray(authority.reply(request))
    answer[-1] ^= 1
    assert flaw(bytes(answer), request, pinned) in {Flaw.WRONG_KEY, Flaw.MALFORMED}


def test_a_certificate_that_had_ended_at_the_time_of_the_stamp_is_refused(tmp_path, pin):
    ended = datetime.now(UTC) - DAY
    local = LocalAuthority.found(tmp_path / "tsa", begins=ended - 30 * DAY, ends=ended)
    request = write_request(TEXT, algorithm="sha256", policy=None)
    assert flaw(local.reply(request), request, pin(local)) is Flaw.EXPIRED


def test_a_certificate_that_begins_tomorrow_is_refused(tmp_path, pin):
    local = LocalAuthority.found(tmp_path / "tsa", begins=datetime.now(UTC) + DAY)
    request = write_request(TEXT, algorithm="sha256", policy=None)
    assert flaw(local.reply(request), request, pin(local)) is Flaw.EXPIRED


@pytest.mark.program("faketime")
def test_a_certificate_that_ended_after_the_stamp_is_no_fault(tmp_path, pin):
    ended = datetime.now(UTC) - DAY
    local = LocalAuthority.found(tmp_path / "tsa", begins=ended - 30 * DAY, ends=ended)
    request = write_request(TEXT, algorithm="sha256", policy=None)
    then = ended - 10 * DAY
    answer = local.reply(request, at=then)
    assert (
        check_answer(answer, asked=asked(request, at=then), authority=pin(local)).generated_at.date()
        == then.date()
    )


@pytest.mark.program("faketime")
@pytest.mark.parametrize("off", [-3 * DAY / 4, DAY / 2, 300 * DAY])
def test_an_authority_that_lies_about_the_time_is_refused(authority, pin, off):
    request = write_request(TEXT, algorithm="sha256", policy=None)
    answer = authority.reply(request, at=datetime.now(UTC) + off)
    assert flaw(answer, request, pin(authority)) is Flaw.WRONG_TIME


@pytest.mark.program("faketime")
@pytest.mark.parametrize("off", [timedelta(minutes=-8), timedelta(minutes=8)])
def test_clocks_that_differ_by_minutes_are_no_fault(authority, pin, off):
    request = write_request(TEXT, algorithm="sha256", policy=None)
    answer = authority.reply(request, at=datetime.now(UTC) + off)
    assert check_answer(answer, asked=asked(request), authority=pin(authority))


def test_a_signature_over_a_forgeable_digest_is_refused(tmp_path, pin):
    local = LocalAuthority.found(tmp_path / "tsa", key="rsa2048", signer_digest="sha1")
    request = write_request(TEXT, algorithm="sha256", policy=None)
    assert flaw(local.reply(request), request, pin(local)) is Flaw.WEAK


def test_a_refusal_of_the_authority_is_named_with_its_words(authority, pin):
    unknown_policy = write_request(TEXT, algorithm="sha256", policy="1.2.3.99")
    with pytest.raises(StampRefused, match=r"status 2 .*policy") as refused:
        check_answer(authority.reply(unknown_policy), asked=asked(unknown_policy), authority=pin(authority))
    assert refused.value.flaw is Flaw.REJECTED


@pytest.mark.parametrize(
    "answer", [b"", b"\0", b"<html>busy</html>", b"0\x80", bytes(5000), b"\x30\x03\x02\x01\x00"]
)
def test_an_answer_that_is_no_token_is_malformed(authority, pin, answer):
    request = write_request(TEXT, algorithm="sha256", policy=None)
    assert flaw(answer, request, pin(authority)) is Flaw.MALFORMED


def test_a_token_cut_short_anywhere_is_malformed(authority, pin):
    pinned = pin(authority)
    request = write_request(TEXT, algorithm="sha256", policy=None)
    answer = authority.reply(request)
    for length in range(0, len(answer), 7):
        assert flaw(answer[:length], request, pinned) is Flaw.MALFORMED
    assert flaw(answer + b"\0", request, pinned) is Flaw.MALFORMED


def test_no_damage_to_a_token_crashes_the_check_or_changes_what_it_says(authority, pin):
    pinned = pin(authority)
    request = write_request(TEXT, algorithm="sha256", policy=None)
    answer = authority.reply(request)
    said = check_answer(answer, asked=asked(request), authority=pinned)
    chance = random.Random(3161)
    refused = 0
    for _round in range(2000):
        damaged = bytearray(answer)
        for _flip in range(chance.choice([1, 1, 1, 2, 8])):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        try:
            assert check_answer(bytes(damaged), asked=asked(request), authority=pinned) == said
        except StampRefused:
            refused += 1
    assert refused > 1900


def test_a_changed_request_is_not_taken_for_ours(authority, pin):
    pinned = pin(authority)
    request = write_request(TEXT, algorithm="sha256", policy=None)
    answer = authority.reply(request)
    assert flaw(answer, b"no request", pinned) is Flaw.WRONG_IMPRINT
    assert (
        flaw(answer, request.replace(hashlib.sha256(TEXT).digest(), bytes(32)), pinned) is Flaw.WRONG_IMPRINT
    )


def test_what_a_server_says_reaches_no_terminal_as_it_is():
    refused = StampRefused(Flaw.REJECTED, "\x1b[2J\u202e" + "x" * 1000)
    assert refused.detail.startswith("?[2J?x")
    assert len(refused.note) <= 300


@asn1.sequence
class Response:
    status: asn1.TLV
    token: tokens._Token


def signed_by_both(answer: bytes, other: bytes) -> bytes:
    """The first answer with the signer of the other added to its own."""
    first, second = (asn1.decode_der(Response, tokens.sort_certificates(one)) for one in (answer, other))
    both = [*first.token.content.signers.as_list(), *second.token.content.signers.as_list()]
    data = replace(first.token.content, signers=asn1.SetOf(sorted(both, key=asn1.encode_der)))
    return asn1.encode_der(Response(status=first.status, token=replace(first.token, content=data)))


def test_a_second_signer_beside_the_pinned_one_is_refused(tmp_path, authority, pin):
    stranger = LocalAuthority.found(tmp_path / "stranger", subject="Stranger", root="No one")
    request = write_request(TEXT, algorithm="sha256", policy=None)
    answer = authority.reply(request)
    assert flaw(signed_by_both(answer, stranger.reply(request)), request, pin(authority)) is Flaw.SPOOFED
    assert flaw(signed_by_both(answer, answer), request, pin(authority)) is Flaw.SPOOFED
