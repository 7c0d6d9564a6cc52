"""Wrapping a file key for X25519 recipients and unwrapping it (C2SP age, "X25519 recipient stanza")."""

from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from django.utils.translation import gettext_lazy as _

from evidence.errors import AgeHeaderInvalid, AgeNoMatch
from evidence.vault.age_header import Header, Stanza, decode_base64, derive_key, encode_base64
from evidence.vault.age_keys import Identity, Recipient

FILE_KEY_BYTES = 16
_TYPE = b"X25519"
_SCRYPT = b"scrypt"
_INFO = b"age-encryption.org/v1/X25519"
_ZERO_NONCE = bytes(12)
_SHARE_BYTES = 32
_BODY_BYTES = FILE_KEY_BYTES + 16


def wrap(file_key: bytes, recipient: Recipient) -> Stanza:
    """The stanza by which `recipient` gets at `file_key`; a new ephemeral key each time."""
    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    secret = ephemeral.exchange(recipient.public_key())
    key = derive_key(secret, salt=share + recipient.raw, info=_INFO)
    return Stanza((_TYPE, encode_base64(share)), ChaCha20Poly1305(key).encrypt(_ZERO_NONCE, file_key, None))


def unwrap(header: Header, identities: Sequence[Identity]) -> bytes:
    """The file key, by the first of `identities` that opens a stanza, after the header's code was checked
    with it.

    Raises AgeHeaderInvalid for a malformed X25519 stanza, AgeNoMatch, AgeHeaderForged.
    """
    if len(header.stanzas) > 1 and any(stanza.arguments[0] == _SCRYPT for stanza in header.stanzas):
        raise AgeHeaderInvalid(
            _("This age file mixes a passphrase with other keys, which the format forbids.")
        )
    wrapped = [
        (_read_share(stanza), stanza.body) for stanza in header.stanzas if stanza.arguments[0] == _TYPE
    ]
    for identity in identities:
        for share, body in wrapped:
            file_key = _open(identity, share, body)
            if file_key is not None:
                header.require_mac(file_key)
                return file_key
    raise AgeNoMatch(_("This age file is not sealed to the key at hand. Use the key that it was made for."))


def _read_share(stanza: Stanza) -> bytes:
    if len(stanza.arguments) != 2:
        raise _malformed()
    share = decode_base64(stanza.arguments[1])
    # The body's length is checked before it is opened: see "partitioning oracle" in the specification.
    if len(share) != _SHARE_BYTES or len(stanza.body) != _BODY_BYTES:
        raise _malformed()
    return share


def _open(identity: Identity, share: bytes, body: bytes) -> bytes | None:
    try:
        secret = identity.private_key().exchange(X25519PublicKey.from_public_bytes(share))
    except ValueError as error:
        # The shared secret is all zeroes: a share of low order, which nobody sends by accident.
        raise _malformed() from error
    key = derive_key(secret, salt=share + identity.recipient.raw, info=_INFO)
    try:
        return ChaCha20Poly1305(key).decrypt(_ZERO_NONCE, body, None)
    except InvalidTag:
        return None


def _malformed() -> AgeHeaderInvalid:
    return AgeHeaderInvalid(_("This age file has a malformed key stanza."))
