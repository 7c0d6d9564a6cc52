"""Passphrases: judged when chosen, stretched by Argon2id (RFC 9106) when used, stored never. Pure: no Django."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from audit.canonical import canonical_json
from witnesses.errors import SealBroken, UnsafeParameters, WrongPassphrase
from witnesses.sealed import SealedBytes
from witnesses.sealing import KEY_BYTES, NONCE_BYTES, VERSION, Binding

SALT_BYTES: Final = 16
# OpenSSL 4.0 lets two derivations of more than one lane in one process wait for each other for ever, and fails those
# that come after them; one at a time also needs the memory once.
_ONE_AT_A_TIME: Final = Lock()


@dataclass(frozen=True, slots=True)
class Stretching:
    """How one key was derived: Argon2id's parameters (memory in KiB) and salt. Stored beside what the key wraps."""

    iterations: int
    lanes: int
    memory_cost: int
    salt: str

    @classmethod
    def fresh(cls, params: Mapping[str, int]) -> Self:
        """Today's parameters with a new salt."""
        return cls(
            iterations=params["iterations"],
            lanes=params["lanes"],
            memory_cost=params["memory_cost"],
            salt=secrets.token_hex(SALT_BYTES),
        )

    @classmethod
    def stored(cls, row: Mapping[str, object]) -> Self:
        """Reads what `row()` wrote. Raises UnsafeParameters for values that would exhaust the machine, or none."""
        try:
            known = cls(
                int(str(row["iterations"])),
                int(str(row["lanes"])),
                int(str(row["memory_cost"])),
                str(row["salt"]),
            )
            salt_length = len(bytes.fromhex(known.salt))
        except (KeyError, ValueError) as error:
            raise UnsafeParameters from error
        in_bounds = (
            1 <= known.iterations <= 64 and 1 <= known.lanes <= 64 and 8 * 1024 <= known.memory_cost <= 2**21
        )
        if row.get("algorithm") != "argon2id" or not in_bounds or salt_length != SALT_BYTES:
            raise UnsafeParameters
        return known

    def row(self) -> dict[str, str | int]:
        """As stored beside the wrapped key."""
        return {"algorithm": "argon2id", **asdict(self)}

    def stretch(self, passphrase: str) -> SealedBytes:
        """The wrapping key. Takes a good part of a second and `memory_cost` KiB, by choice; others wait their turn."""
        derivation = Argon2id(
            salt=bytes.fromhex(self.salt),
            length=KEY_BYTES,
            iterations=self.iterations,
            lanes=self.lanes,
            memory_cost=self.memory_cost,
        )
        with _ONE_AT_A_TIME:
            return SealedBytes(derivation.derive(passphrase.encode("utf-8", "surrogatepass")))


def stretch_code(code: str, *, salt: bytes) -> SealedBytes:
    """The wrapping key from an opening code of 125 random bits: nothing to stretch, so HKDF-SHA256 is enough."""
    derivation = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=salt, info=b"dadkhah/opening-code/v1")
    return SealedBytes(derivation.derive(code.encode("ascii", "replace")))


def wrap_seed(seed: bytes, *, key: bytes, binding: Binding) -> bytes:
    """Wraps a private key: version byte, nonce, AES-256-GCM ciphertext."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, bytes(seed), _bound(binding))


def unwrap_seed(wrapped: bytes, *, key: bytes, binding: Binding) -> SealedBytes:
    """Raises WrongPassphrase, which is also what altered bytes look like: the two cannot be told apart."""
    blob = bytes(wrapped)
    if blob[:1] != VERSION or len(blob) <= 1 + NONCE_BYTES:
        raise SealBroken
    nonce, body = blob[1 : 1 + NONCE_BYTES], blob[1 + NONCE_BYTES :]
    try:
        return SealedBytes(AESGCM(key).decrypt(nonce, body, _bound(binding)))
    except InvalidTag as error:
        raise WrongPassphrase from error


def _bound(binding: Binding) -> bytes:
    return b"dadkhah/wrapped-key/v1\x00" + canonical_json(binding)
