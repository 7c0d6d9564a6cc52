"""Signed notes (C2SP signed-note) with Ed25519: text, a blank line, and signature lines that anyone can check.

Pure: no Django, no files. A key is named, and its 4-byte hash covers the name, so a key cannot pose under another.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.errors import BadNote

ED25519 = b"\x01"
_DASH = "— "  # U+2014, as the specification has it
_PRIVATE = "PRIVATE+KEY+"


@dataclass(frozen=True, slots=True)
class Verifier:
    """The public half of a named key."""

    name: str
    public: bytes

    @property
    def key_hash(self) -> bytes:
        """The first 4 bytes of SHA-256(name || newline || algorithm || public key)."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def line(self) -> str:
        """The verifier key as it is published: `name+hash+base64`."""
        return f"{self.name}+{self.key_hash.hex()}+{_base64(ED25519 + self.public)}"

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read a published verifier key. Raises BadNote where it is none, or its hash is not its own."""
        name, _plus, rest = line.strip().partition("+")
        stated, _plus, encoded = rest.partition("+")
        key = cls(_checked_name(name), _key_bytes(encoded))
        if key.key_hash.hex() != stated:
            raise BadNote("The verifier key does not match its own hash.")
        return key

    def verifies(self, text: str, signature: bytes) -> bool:
        """Say whether the signature (with its key hash in front) is this key's over the note's text."""
        if signature[:4] != self.key_hash:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature[4:], text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A named key that can sign."""

    name: str
    seed: bytes = field(repr=False)

    @property
    def verifier(self) -> Verifier:
        return Verifier(
            self.name, Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        )

    @property
    def line(self) -> str:
        """The secret key as its file holds it: `PRIVATE+KEY+name+hash+base64`."""
        return f"{_PRIVATE}{self.name}+{self.verifier.key_hash.hex()}+{_base64(ED25519 + self.seed)}"

    @classmethod
    def generate(cls, name: str) -> Self:
        """Make a new key. Raises BadNote for a name that is empty or holds a space or a plus."""
        return cls(_checked_name(name), Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read a secret key. Raises BadNote, without quoting it, where it is none."""
        text = line.strip()
        if not text.startswith(_PRIVATE):
            raise BadNote("This is not a signing key in the form of C2SP signed notes.")
        name, _plus, rest = text.removeprefix(_PRIVATE).partition("+")
        stated, _plus, encoded = rest.partition("+")
        key = cls(_checked_name(name), _key_bytes(encoded))
        if key.verifier.key_hash.hex() != stated:
            raise BadNote("The signing key does not match its own hash.")
        return key

    def signature_line(self, text: str) -> str:
        """Return the line, with its newline, that signs the text. The text ends in a newline."""
        if not text.endswith("\n"):
            raise BadNote("The text of a note ends with a newline.")
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return f"{_DASH}{self.name} {_base64(self.verifier.key_hash + signature)}\n"


def split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Return a note's text and its signatures, each with the name of its key. Raises BadNote where it is no note."""
    text, blank, block = note.rpartition("\n\n")
    if not blank or not block.endswith("\n"):
        raise BadNote("This is not a signed note: there is no signature after a blank line.")
    signatures = []
    for line in block[:-1].split("\n"):
        name, _space, encoded = line.removeprefix(_DASH).partition(" ")
        if not line.startswith(_DASH) or not name:
            raise BadNote("This is not a signed note: a signature line has another form.")
        signature = _decode(encoded)
        if len(signature) < 5:
            raise BadNote("This is not a signed note: a signature is too short to name its key.")
        signatures.append((name, signature))
    return text + "\n", signatures


def open_note(note: str, verifiers: Iterable[Verifier]) -> str:
    """Return the text of a note that one of the keys signed.

    A signature by an unknown key is passed over, as the specification asks; a wrong one by a known key is not.
    Raises BadNote where no known key signed, or a known key's signature is wrong.
    """
    text, signatures = split_note(note)
    known = {(key.name, key.key_hash): key for key in verifiers}
    good = 0
    for name, signature in signatures:
        key = known.get((name, signature[:4]))
        if key is None:
            continue
        if not key.verifies(text, signature):
            raise BadNote("The signature does not belong to this text.")
        good += 1
    if not good:
        raise BadNote("None of the known keys has signed this note.")
    return text


def _checked_name(name: str) -> str:
    if not name or "+" in name or any(character.isspace() for character in name):
        raise BadNote("The name of a key is not empty and holds neither spaces nor plus signs.")
    return name


def _key_bytes(encoded: str) -> bytes:
    raw = _decode(encoded)
    if len(raw) != 33 or raw[:1] != ED25519:
        raise BadNote("This is not an Ed25519 key of 32 bytes.")
    return raw[1:]


def _decode(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("A key or signature is not base64.") from error


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
