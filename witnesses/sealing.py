"""The seals of the witness vault: one for the identity, one for each share of its key. Pure: no Django.

- Identity: AES-256-GCM under a fresh 32-byte key that is used once. Witness, case and version are associated data,
  so a ciphertext moved to another row does not open.
- Share: HPKE (RFC 9180, base mode, single shot) with MLKEM768-X25519, HKDF-SHA256 and AES-256-GCM. `info` binds what
  the share is of and for whom, so a share of another version, holder or index does not open.

Every format begins with its version byte; every binding begins with a domain and its version. docs/decisions/0005
says why each was chosen.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from audit.canonical import canonical_json
from witnesses.errors import SealBroken
from witnesses.sealed import SealedBytes
from witnesses.sharing import Share

SUITE: Final = "dadkhah-seal/1 AES-256-GCM + HPKE(MLKEM768-X25519, HKDF-SHA256, AES-256-GCM) + Shamir-GF256"
VERSION: Final = b"\x01"
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
SEED_BYTES: Final = 32
_MLKEM_PUBLIC_BYTES: Final = 1184
_PAD_TO: Final = 1024
# With a photograph: coarser, or the length would tell whose known picture it is.
_LARGE: Final = 64 * 1024
_PAD_LARGE_TO: Final = 512 * 1024
_HPKE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

Binding = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A ciphertext with the nonce that made it; both may lie in the open."""

    nonce: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An HPKE key pair: the public half in our format, the private half as the 32-byte seed of the standard."""

    public: bytes
    seed: bytes = field(repr=False)


def new_data_key() -> SealedBytes:
    """A fresh 256-bit key. It seals one version of one identity and nothing else, ever."""
    return SealedBytes(secrets.token_bytes(KEY_BYTES))


def seal_identity(plaintext: bytes, *, key: bytes, binding: Binding) -> Sealed:
    """Seals the plaintext, padded to whole kibibytes so that the length does not tell one family from another.

    One with a photograph is padded to whole half mebibytes.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    padded = plaintext + b"\x80"
    padded += bytes(-len(padded) % (_PAD_TO if len(padded) <= _LARGE else _PAD_LARGE_TO))
    return Sealed(nonce, VERSION + AESGCM(key).encrypt(nonce, padded, _bound("witness-identity", binding)))


def open_identity_seal(sealed: Sealed, *, key: bytes | bytearray, binding: Binding) -> SealedBytes:
    """Raises SealBroken where the key, the bytes or the binding is not exactly the one it was sealed with."""
    body = _without_version(sealed.ciphertext)
    try:
        padded = AESGCM(key).decrypt(bytes(sealed.nonce), body, _bound("witness-identity", binding))
    except (InvalidTag, ValueError) as error:
        raise SealBroken from error
    return SealedBytes(padded[: padded.rindex(b"\x80")])


def new_key_pair() -> KeyPair:
    """A fresh key pair for HPKE."""
    seed = SealedBytes(secrets.token_bytes(SEED_BYTES))
    return KeyPair(public=public_key_of(seed), seed=seed)


def public_key_of(seed: bytes) -> bytes:
    """Our public key format: the version byte, then the 1,216 bytes of the standard."""
    kem_key, curve_key = _private_halves(seed)
    return VERSION + kem_key.public_key().public_bytes_raw() + curve_key.public_key().public_bytes_raw()


def seal_share(share: Share, *, public_key: bytes, binding: Binding) -> bytes:
    """Seals the share to the public key. The index is bound too, so a share cannot pose as another."""
    info = _bound("key-share", {**binding, "index": share.index})
    return VERSION + _HPKE.encrypt(share.value, _public_key(public_key), info=info)


def open_share(sealed: bytes, *, index: int, seed: bytes, binding: Binding) -> Share:
    """Raises SealBroken for bent bytes, another recipient's share, or one of another identity, version or index."""
    body = _without_version(sealed)
    info = _bound("key-share", {**binding, "index": index})
    try:
        value = _HPKE.decrypt(body, MLKEM768X25519PrivateKey(*_private_halves(seed)), info=info)
    except (InvalidTag, ValueError) as error:
        raise SealBroken from error
    return Share(index, SealedBytes(value))


def seal_data_key(key: bytes, *, public_key: bytes, binding: Binding) -> bytes:
    """Seals a whole key, not a share of one, to a public key whose other half nobody holds alone: a recovery kit's."""
    return VERSION + _HPKE.encrypt(bytes(key), _public_key(public_key), info=_bound("recovery-key", binding))


def open_data_key(sealed: bytes, *, seed: bytes, binding: Binding) -> SealedBytes:
    """Raises SealBroken for bent bytes, another kit's key, or what was sealed for another record or version."""
    body = _without_version(sealed)
    info = _bound("recovery-key", binding)
    try:
        return SealedBytes(_HPKE.decrypt(body, MLKEM768X25519PrivateKey(*_private_halves(seed)), info=info))
    except (InvalidTag, ValueError) as error:
        raise SealBroken from error


def require_public_key(public_key: bytes) -> None:
    """Raises SealBroken unless the bytes are a public key in our format."""
    _public_key(public_key)


def _private_halves(seed: bytes) -> tuple[mlkem.MLKEM768PrivateKey, x25519.X25519PrivateKey]:
    # draft-ietf-hpke-pq, DeriveKeyPair of MLKEM768-X25519: 64 bytes of ML-KEM seed, 32 bytes of X25519 scalar.
    if len(seed) != SEED_BYTES:
        raise SealBroken
    expanded = hashlib.shake_256(seed).digest(96)
    return (
        mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64]),
        x25519.X25519PrivateKey.from_private_bytes(expanded[64:]),
    )


def _public_key(public_key: bytes) -> MLKEM768X25519PublicKey:
    body = _without_version(public_key)
    try:
        return MLKEM768X25519PublicKey(
            mlkem.MLKEM768PublicKey.from_public_bytes(body[:_MLKEM_PUBLIC_BYTES]),
            x25519.X25519PublicKey.from_public_bytes(body[_MLKEM_PUBLIC_BYTES:]),
        )
    except ValueError as error:
        raise SealBroken from error


def _bound(domain: str, binding: Binding) -> bytes:
    return f"dadkhah/{domain}/v1\x00".encode() + canonical_json(binding)


def _without_version(blob: bytes) -> bytes:
    blob = bytes(blob)
    if blob[:1] != VERSION:
        raise SealBroken
    return blob[1:]
