"""Judging an authority's answer against the certificate that was pinned for it. Trusts nothing that the answer brings.

The client library verifies the signature and the chain at the time of the stamp. What it leaves open when certificates
are slipped into the token is closed here first: every certificate in the token must be a pinned one, the one signer
must be the pinned certificate by issuer and number, and must name it under its signature by its digest (ESSCertID).
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from rfc3161_client import (
    PKIStatus,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from audit.stamping.authorities import Authority
from audit.stamping.flaws import Flaw, StampRefused
from audit.stamping.tokens import ALGORITHMS, Question, read_request, read_signer, sort_certificates

TOLERANCE = timedelta(minutes=10)
"""How far our clock and the authority's may differ. A laptop's drifts by minutes; nobody needs hours."""

SERIAL_BITS = 160
"""RFC 3161 section 2.4.2: users must be ready for serial numbers of 160 bits."""
LONGEST_POLICY = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What was stamped and asked: the bytes, our request in DER, and the moments between which the stamp must lie."""

    text: bytes
    request: bytes
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class GenuineStamp:
    """What a token that was found genuine says. `policy` is a dotted OID, `serial` the decimal number."""

    generated_at: datetime
    algorithm: str
    serial: str
    policy: str


def check_answer(answer: bytes, *, asked: Asked, authority: Authority) -> GenuineStamp:
    """Return what a genuine stamp says. Raises StampRefused, whose `flaw` tells the kinds of failure apart."""
    try:
        return _check(decode_timestamp_response(sort_certificates(answer)), asked=asked, authority=authority)
    except StampRefused:
        raise
    except BaseException as error:
        # Whatever the parsers make of a stranger's bytes must not end the worker that asked: the libraries raise a
        # dozen kinds of errors, and a panic in their Rust parts is no Exception at all.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise StampRefused(Flaw.MALFORMED, _what_it_is(answer)) from error


def _what_it_is(answer: bytes) -> str:
    """A parser's words about bytes that are no answer help nobody; what they are tells where they came from."""
    start = answer[:1000].lstrip().lower()
    if not start:
        return "It is empty."
    if start.startswith((b"<!doctype html", b"<html")):
        return "It is a web page."
    if start.isascii() and start.decode("ascii").replace("\n", "").replace("\r", "").isprintable():
        return "It is text."
    return "Its form is not that of RFC 3161."


def _check(response: TimeStampResponse, *, asked: Asked, authority: Authority) -> GenuineStamp:
    question = _own_question(asked)
    if response.status != PKIStatus.GRANTED:
        raise StampRefused(
            Flaw.REJECTED, f"status {response.status} {' '.join(response.status_string)}".rstrip()
        )
    info = response.tst_info
    _require_pinned_signer(response, authority)
    _require_valid_then(info.gen_time, authority)
    _require_signature(response, authority)
    imprint = info.message_imprint
    if (imprint.hash_algorithm, bytes(imprint.message)) != (ALGORITHMS[question.algorithm], question.digest):
        raise StampRefused(Flaw.WRONG_IMPRINT)
    if info.nonce != question.nonce:
        raise StampRefused(Flaw.WRONG_NONCE)
    policy = info.policy.dotted_string
    if any(wanted not in {None, policy} for wanted in (authority.policy, question.policy)):
        raise StampRefused(Flaw.WRONG_POLICY, policy)
    if info.serial_number.bit_length() > SERIAL_BITS or len(policy) > LONGEST_POLICY:
        raise StampRefused(Flaw.MALFORMED, "its number or policy is longer than any")
    generated_at = info.gen_time.astimezone(UTC)
    if not asked.not_before - TOLERANCE <= generated_at <= asked.not_after + TOLERANCE:
        raise StampRefused(Flaw.WRONG_TIME, f"{generated_at:%Y-%m-%d %H:%M:%S} UTC")
    return GenuineStamp(generated_at, question.algorithm, str(info.serial_number), policy)


def _own_question(asked: Asked) -> Question:
    """A stored request may have been changed as well as a stored answer."""
    try:
        question = read_request(asked.request)
    except ValueError as error:
        raise StampRefused(Flaw.WRONG_IMPRINT, "the request is not ours") from error
    if hashlib.new(question.algorithm, asked.text).digest() != question.digest:
        raise StampRefused(Flaw.WRONG_IMPRINT, "the request is for other bytes")
    return question


def _require_pinned_signer(response: TimeStampResponse, authority: Authority) -> None:
    """The certificate that the signer used is the pinned one, and nobody else's lies beside it."""
    pinned = authority.certificate
    embedded = response.signed_data.certificates
    foreign = embedded - {certificate.public_bytes(Encoding.DER) for certificate in authority.certificates}
    signers = [(signer.issuer, signer.serial_number) for signer in response.signed_data.signer_infos]
    by_pinned = signers == [(pinned.issuer, pinned.serial_number)]
    if foreign or not by_pinned:
        shown = {getattr(response.tst_info.name, "value", None)}
        shown |= {x509.load_der_x509_certificate(found).subject for found in foreign}
        passes_for = by_pinned or pinned.public_bytes(Encoding.DER) in embedded or pinned.subject in shown
        raise StampRefused(Flaw.SPOOFED if passes_for else Flaw.WRONG_KEY)
    facts = read_signer(response.time_stamp_token())
    if not facts.names(pinned):
        raise StampRefused(Flaw.SPOOFED)
    if facts.digest_algorithm not in ALGORITHMS:
        raise StampRefused(Flaw.WEAK, facts.digest_algorithm)


def _require_valid_then(moment: datetime, authority: Authority) -> None:
    """A certificate that has ended since is no fault: the stamp was made while it held (RFC 3161 section 4)."""
    then = moment.astimezone(UTC)
    for certificate in authority.certificates:
        if not certificate.not_valid_before_utc <= then <= certificate.not_valid_after_utc:
            until = (
                f"{certificate.not_valid_before_utc:%Y-%m-%d} to {certificate.not_valid_after_utc:%Y-%m-%d}"
            )
            raise StampRefused(Flaw.EXPIRED, until)


def _require_signature(response: TimeStampResponse, authority: Authority) -> None:
    verifier = VerifierBuilder(
        tsa_certificate=authority.certificate,
        roots=[authority.certificates[-1]],
        intermediates=list(authority.chain[:-1]),
    ).build()
    try:
        # The imprint is compared with ours afterwards, so that a genuine token for other bytes is named as that.
        verifier.verify(response, response.tst_info.message_imprint.message)
    except VerificationError as error:
        raise StampRefused(Flaw.WRONG_KEY) from error
