"""Signed notes (C2SP signed-note): text, a blank line, and signature lines that anyone can check.

Pure: no Django, no files. A key is named, and its 4-byte hash covers the name, so a key cannot pose under another.
"""

import base64
import binascii
import hashlib
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from audit import signature_kinds
from audit.errors import BadNote, SignatureUnsupported
from audit.signature_kinds import ED25519, KINDS, SEED_BYTES, Kind

# A note is read whole; this holds more than 64 signatures of the longest kind.
LARGEST_NOTE = 256 * 1024
_DASH = "— "  # U+2014, as the specification has it
_PRIVATE = "PRIVATE+KEY+"


@dataclass(frozen=True, slots=True)
class Verifier:
    """The public half of a named key."""

    name: str
    public: bytes
    kind: Kind = ED25519

    @property
    def key_hash(self) -> bytes:
        """The first 4 bytes of SHA-256(name || newline || kind of signature || public key)."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._blob).digest()[:4]

    @property
    def id(self) -> tuple[str, bytes]:
        """What a signature line says of its key: name and hash."""
        return self.name, self.key_hash

    @property
    def line(self) -> str:
        """The verifier key as it is published: `name+hash+base64`."""
        return f"{self.name}+{self.key_hash.hex()}+{_base64(self._blob)}"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the public key's bytes, in groups of four that can be read out on the telephone.

        The same form that `verify.py` and `verify_log.py` print.
        """
        digest = hashlib.sha256(self.public).hexdigest()
        return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read a published verifier key. Raises BadNote where it is none, or its hash is not its own."""
        name, _plus, rest = line.strip().partition("+")
        stated, _plus, encoded = rest.partition("+")
        raw = _decode(encoded)
        kind = _kind(raw)
        if len(raw) != 1 + kind.public_bytes:
            raise BadNote(f"This is not a public key of the kind {kind.label}.")
        key = cls(_checked_name(name), raw[1:], kind)
        if key.key_hash.hex() != stated:
            raise BadNote("The verifier key does not match its own hash.")
        return key

    def verifies(self, text: str, signature: bytes) -> bool:
        """Say whether the signature (with its key hash in front) is this key's over the note's text.

        Raises SignatureUnsupported where this machine cannot check this kind.
        """
        return signature[:4] == self.key_hash and signature_kinds.verifies(
            self.kind, self.public, signature[4:], name=self.name, text=text
        )

    @property
    def _blob(self) -> bytes:
        return bytes([self.kind.byte]) + self.public


@dataclass(frozen=True, slots=True)
class Signer:
    """A named key that can sign."""

    name: str
    seed: bytes = field(repr=False)
    kind: Kind = ED25519

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, signature_kinds.public_key(self.kind, self.seed), self.kind)

    @property
    def line(self) -> str:
        """The secret key as its file holds it: `PRIVATE+KEY+name+hash+base64`."""
        blob = bytes([self.kind.byte]) + self.seed
        return f"{_PRIVATE}{self.name}+{self.verifier.key_hash.hex()}+{_base64(blob)}"

    @classmethod
    def generate(cls, name: str, kind: Kind = ED25519) -> Self:
        """Make a new key. Raises BadNote for a name under which no note could be signed or read."""
        if any(unicodedata.category(character) == "Cc" for character in name) or len(name.encode()) > 255:
            raise BadNote("The name of a key has at most 255 bytes and holds no control characters.")
        return cls(_checked_name(name), secrets.token_bytes(SEED_BYTES), kind)

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read a secret key. Raises BadNote, without quoting it, where it is none; SignatureUnsupported."""
        text = line.strip()
        if not text.startswith(_PRIVATE):
            raise BadNote("This is not a signing key in the form of C2SP signed notes.")
        name, _plus, rest = text.removeprefix(_PRIVATE).partition("+")
        stated, _plus, encoded = rest.partition("+")
        raw = _decode(encoded)
        kind = _kind(raw)
        if len(raw) != 1 + SEED_BYTES:
            raise BadNote("This is not a signing key of 32 bytes.")
        key = cls(_checked_name(name), raw[1:], kind)
        if key.verifier.key_hash.hex() != stated:
            raise BadNote("The signing key does not match its own hash.")
        return key

    def signature_line(self, text: str) -> str:
        """Return the line, with its newline, that signs the text. The text ends in a newline."""
        if not text.endswith("\n"):
            raise BadNote("The text of a note ends with a newline.")
        signature = signature_kinds.sign(self.kind, self.seed, name=self.name, text=text)
        return f"{_DASH}{self.name} {_base64(self.verifier.key_hash + signature)}\n"


def sign_note(text: str, signers: Iterable[Signer]) -> str:
    """Return the whole note: the text, a blank line, and a line of each signer."""
    return text + "\n" + "".join(signer.signature_line(text) for signer in signers)


def joined_note(text: str, signatures: Iterable[tuple[str, bytes]]) -> str:
    """Return the note of a text and of signatures as `split_note` gives them."""
    return text + "\n" + "".join(f"{_DASH}{name} {_base64(raw)}\n" for name, raw in signatures)


def split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Return a note's text and its signatures, each with the name of its key. Raises BadNote where it is no note."""
    if any(sign < " " and sign != "\n" for sign in note):
        raise BadNote("This is not a signed note: it holds control characters.")
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


def is_line_of(line: str, name: str, key_hash: str) -> bool:
    """Whether this is one signature line, by the key of this name and hash (8 digits), whatever it signed."""
    try:
        _text, signatures = split_note(f"\n\n{line}")
    except (BadNote, ValueError):
        return False
    return [(one, raw[:4].hex()) for one, raw in signatures] == [(name, key_hash)]


def open_note(note: str, verifiers: Iterable[Verifier]) -> str:
    """Return the text of a note that one of the keys signed; else as `signed_by`."""
    signed_by(note, verifiers)
    return split_note(note)[0]


def signed_by(note: str, verifiers: Iterable[Verifier]) -> list[tuple[Verifier, bytes]]:
    """Return the keys that signed the note, each with its signature (key hash in front), in the order of the lines.

    A signature by an unknown key is passed over, as the specification asks, and so is one that this machine cannot
    check; a wrong one by a known key is not. Raises BadNote where no known key signed, or a signature is wrong.
    """
    text, signatures = split_note(note)
    known = {key.id: key for key in verifiers}
    good = []
    for name, signature in signatures:
        key = known.get((name, signature[:4]))
        if key is None:
            continue
        try:
            belongs = key.verifies(text, signature)
        except SignatureUnsupported:
            continue
        if not belongs:
            raise BadNote("The signature does not belong to this text.")
        good.append((key, signature))
    if not good:
        raise BadNote("None of the known keys has signed this note.")
    return good


def _checked_name(name: str) -> str:
    if not name or "+" in name or any(character.isspace() for character in name):
        raise BadNote("The name of a key is not empty and holds neither spaces nor plus signs.")
    return name


def _kind(raw: bytes) -> Kind:
    kind = KINDS.get(raw[0]) if raw else None
    if kind is None:
        raise BadNote("This key is of a kind that is not known here.")
    return kind


def _decode(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("A key or signature is not base64.") from error


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
