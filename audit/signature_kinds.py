"""The three kinds of signature that stand under our notes, by the byte that C2SP signed-note gives each. Pure.

Ed25519 everybody can check; ML-DSA-44 beside it stays good when quantum computers have broken Ed25519. A machine
whose cryptography cannot do ML-DSA-44 says so (`SignatureUnsupported`) and goes on with Ed25519 alone.
"""

import time
from dataclasses import dataclass
from functools import cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import mldsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.cosignatures import LATEST_TIME, ed25519_message, head_signed, subtree_message
from audit.errors import BadNote, SignatureUnsupported

SEED_BYTES = 32
_TIME_BYTES = 8


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of signature: its byte, its name for people, and the sizes of its key and signature in bytes."""

    byte: int
    label: str
    public_bytes: int
    signature_bytes: int


ED25519 = Kind(0x01, "Ed25519", 32, 64)
ED25519_COSIGNATURE = Kind(0x04, "Ed25519, timed", 32, _TIME_BYTES + 64)
MLDSA44 = Kind(0x06, "ML-DSA-44", 1312, _TIME_BYTES + 2420)
KINDS = {kind.byte: kind for kind in (ED25519, ED25519_COSIGNATURE, MLDSA44)}


@cache
def mldsa_is_here() -> bool:
    """Say whether this machine's cryptography can do ML-DSA-44."""
    try:
        mldsa.MLDSA44PrivateKey.from_seed_bytes(bytes(SEED_BYTES))
    except UnsupportedAlgorithm:
        return False
    return True


def public_key(kind: Kind, seed: bytes) -> bytes:
    """Return the public half. Raises SignatureUnsupported where this machine cannot do the kind."""
    if kind is MLDSA44:
        _require_mldsa()
        return mldsa.MLDSA44PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw()
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def sign(kind: Kind, seed: bytes, *, name: str, text: str) -> bytes:
    """Return the signature over a note's text, with the present time where the kind has one.

    Raises SignatureUnsupported, and BadNote for a text that the kind cannot sign.
    """
    if kind is ED25519:
        return Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode())
    moment = int(time.time())
    stamp = moment.to_bytes(_TIME_BYTES, "big")
    if kind is ED25519_COSIGNATURE:
        return stamp + Ed25519PrivateKey.from_private_bytes(seed).sign(ed25519_message(text, moment))
    _require_mldsa()
    message = subtree_message(name, moment, head_signed(text))
    return stamp + mldsa.MLDSA44PrivateKey.from_seed_bytes(seed).sign(message)


def verifies(kind: Kind, public: bytes, signature: bytes, *, name: str, text: str) -> bool:
    """Say whether the signature is this key's over the text. Raises SignatureUnsupported."""
    if len(signature) != kind.signature_bytes:
        return False
    try:
        if kind is MLDSA44:
            _verify_mldsa(public, signature, name, text)
        elif kind is ED25519_COSIGNATURE:
            message = ed25519_message(text, _moment(signature))
            Ed25519PublicKey.from_public_bytes(public).verify(signature[_TIME_BYTES:], message)
        else:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except (InvalidSignature, BadNote, ValueError):
        return False
    return True


def moment_of(kind: Kind, signature: bytes) -> int | None:
    """The POSIX second that a timed signature states, or None for a kind without time."""
    return None if kind is ED25519 else int.from_bytes(signature[:_TIME_BYTES], "big")


def _verify_mldsa(public: bytes, signature: bytes, name: str, text: str) -> None:
    _require_mldsa()
    message = subtree_message(name, _moment(signature), head_signed(text))
    mldsa.MLDSA44PublicKey.from_public_bytes(public).verify(signature[_TIME_BYTES:], message)


def _moment(signature: bytes) -> int:
    moment = int.from_bytes(signature[:_TIME_BYTES], "big")
    if moment > LATEST_TIME:
        raise BadNote("A signature's time is beyond all times.")
    return moment


def _require_mldsa() -> None:
    if not mldsa_is_here():
        raise SignatureUnsupported(
            "This machine's cryptography library cannot make or check ML-DSA-44 signatures. "
            "Install the version that requirements.lock names."
        )
