"""age's X25519 keys: a recipient can be sealed to, an identity opens (C2SP age, "The X25519 recipient
type").
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from django.utils.translation import gettext_lazy as _

from evidence.errors import BadRecipient
from evidence.vault import bech32

_RECIPIENT_PREFIX = "age"
_IDENTITY_PREFIX = "age-secret-key-"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Recipient:
    """A public key: "age1…"."""

    raw: bytes

    def __str__(self) -> str:
        return _recipient_text(self.raw)

    @property
    def key_id(self) -> str:
        """16 hexadecimal digits that tell this key from others: the start of the SHA-256 of its text form."""
        return hashlib.sha256(b"dadkhah/key-id/v1\0" + str(self).encode()).hexdigest()[:16]

    def public_key(self) -> X25519PublicKey:
        """The point to agree with."""
        return X25519PublicKey.from_public_bytes(self.raw)


@dataclass(frozen=True, slots=True)
class Identity:
    """A private key: "AGE-SECRET-KEY-1…". Its repr shows nothing; `reveal()` is the one way to its text."""

    _raw: bytes = field(repr=False)
    recipient: Recipient = field(repr=False)

    @classmethod
    def generate(cls) -> Identity:
        """A new key from the system's randomness."""
        return cls.from_raw(X25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def from_raw(cls, raw: bytes) -> Identity:
        """The identity of 32 secret bytes."""
        public = X25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw()
        return cls(raw, Recipient(public))

    def private_key(self) -> X25519PrivateKey:
        """The scalar to agree with."""
        return X25519PrivateKey.from_private_bytes(self._raw)

    def reveal(self) -> str:
        """The secret in age's own form, for a key file that only its owner can read."""
        return bech32.encode(_IDENTITY_PREFIX, self._raw).upper()

    def __repr__(self) -> str:
        return "Identity(<sealed>)"


@lru_cache(maxsize=64)
def _recipient_text(raw: bytes) -> str:
    # Kept: a vault names its own key several times for every small file, and the checksum is slow in Python.
    return bech32.encode(_RECIPIENT_PREFIX, raw)


def read_recipient(text: str) -> Recipient:
    """The recipient that `text` names ("age1…").

    Raises BadRecipient with a sentence that says what is wrong and what to do.
    """
    written = text.strip()
    if written.lower().startswith(_IDENTITY_PREFIX):
        raise BadRecipient(
            _("This is a secret key. Never send it to anyone; give the public key that begins with age1.")
        )
    try:
        prefix, raw = bech32.decode(written)
    except (ValueError, UnicodeEncodeError) as error:
        raise BadRecipient(
            _("This is not a whole age key. Copy all of the line that begins with age1 and try again.")
        ) from error
    if prefix != _RECIPIENT_PREFIX or len(raw) != _KEY_BYTES:
        raise BadRecipient(
            _("This kind of key cannot be used. Ask for an X25519 age key (age1 and 58 characters).")
        )
    if _is_low_order(raw):
        raise BadRecipient(
            _("This key is not safe to seal to. Ask the recipient to make a new one with age-keygen.")
        )
    return Recipient(raw)


def read_identity(text: str) -> Identity:
    """The identity that one line of a key file names.

    Raises ValueError; the message never holds the text.
    """
    prefix, raw = bech32.decode(text.strip())
    if prefix != _IDENTITY_PREFIX or len(raw) != _KEY_BYTES:
        raise ValueError("not an X25519 age identity")
    return Identity.from_raw(raw)


def _is_low_order(raw: bytes) -> bool:
    """Whether agreement with this point gives all zeroes, whatever the secret (RFC 7748, section 6.1)."""
    try:
        X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(raw))
    except ValueError:
        return True
    return False
