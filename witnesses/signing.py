"""A custodian's word, signed: only whoever has the passphrase can give it. Pure: no Django.

Ed25519 (RFC 8032). The signing key is derived from the same 32-byte seed as the custodian's key pair, by HKDF-SHA256
under a label of its own, so one passphrase wraps both. A signature is checked while the house runs and protects no
secret: a later machine that forges one gains nothing by it, so it need not be hybrid as the seals are.
"""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from audit.canonical import canonical_json
from witnesses.sealing import Binding

_LABEL: Final = b"dadkhah/custodian-signature/v1"


def verifying_key_of(seed: bytes) -> bytes:
    """The 32 bytes that check what the holder of the seed signs."""
    return _private(seed).public_key().public_bytes_raw()


def sign_word(seed: bytes, word: Binding) -> bytes:
    """The 64 bytes of the signature."""
    return _private(seed).sign(_message(word))


def is_signed(word: Binding, signature: bytes, *, verifying_key: bytes) -> bool:
    """Whether the holder of the key signed exactly this. False for bytes that are no key or no signature."""
    try:
        Ed25519PublicKey.from_public_bytes(verifying_key).verify(signature, _message(word))
    except (InvalidSignature, ValueError):
        return False
    return True


def _private(seed: bytes) -> Ed25519PrivateKey:
    derivation = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_LABEL)
    return Ed25519PrivateKey.from_private_bytes(derivation.derive(bytes(seed)))


def _message(word: Binding) -> bytes:
    return b"dadkhah/custodian-word/v1\x00" + canonical_json(word)
