"""The textual header of an age v1 file: its grammar, strictly, and its authentication code (C2SP age,
"Header").
"""

import base64
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils.translation import gettext_lazy as _

from evidence.errors import AgeHeaderForged, AgeHeaderInvalid

_VERSION_LINE = b"age-encryption.org/v1\n"
_STANZA_MARK = b"-> "
_MAC_MARK = b"---"
_COLUMNS = 64
_ARGUMENT = re.compile(rb"[!-~]+")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*")
_MAC_BYTES = 32
_LONGEST_LINE = 16 * 1024
_LONGEST_HEADER = 1024 * 1024
_MOST_STANZAS = 1024


class LineSource(Protocol):
    """What a header is read from."""

    def readline(self, limit: int, /) -> bytes:
        """The next line with its line feed, at most `limit` bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Stanza:
    """One wrapping of the file key: arguments (the first is the type) and a body."""

    arguments: tuple[bytes, ...]
    body: bytes

    def encoded(self) -> bytes:
        """As it stands in a header."""
        text = encode_base64(self.body)
        lines = [text[start : start + _COLUMNS] for start in range(0, len(text) + 1, _COLUMNS)]
        return _STANZA_MARK + b" ".join(self.arguments) + b"\n" + b"\n".join(lines) + b"\n"


@dataclass(frozen=True, slots=True)
class Header:
    """A header as read: its stanzas, and what is needed to check its code once the file key is known."""

    stanzas: tuple[Stanza, ...]
    authenticated: bytes
    mac: bytes
    length: int

    def require_mac(self, file_key: bytes) -> None:
        """Raises AgeHeaderForged unless the code was made with `file_key` over these very bytes."""
        if not hmac.compare_digest(self.mac, _header_mac(file_key, self.authenticated)):
            raise AgeHeaderForged(_("The header of this age file was changed after it was sealed."))


def write_header(stanzas: Sequence[Stanza], file_key: bytes) -> bytes:
    """A whole header with its code."""
    authenticated = _VERSION_LINE + b"".join(stanza.encoded() for stanza in stanzas) + _MAC_MARK
    return authenticated + b" " + encode_base64(_header_mac(file_key, authenticated)) + b"\n"


def read_header(source: LineSource) -> Header:
    """Read a header and leave `source` at the payload's first byte.

    Raises AgeHeaderInvalid for anything that the grammar does not allow. The code is not checked yet.
    """
    lines = _Lines(source)
    if lines.next() != _VERSION_LINE:
        raise _invalid()
    stanzas: list[Stanza] = []
    line = lines.next()
    while not line.startswith(_MAC_MARK):
        if len(stanzas) == _MOST_STANZAS:
            raise _invalid()
        stanzas.append(_read_stanza(line, lines))
        line = lines.next()
    if not stanzas:
        raise _invalid()
    mac = _read_mac(line)
    whole = b"".join(lines.taken)
    return Header(tuple(stanzas), whole[: -len(line)] + _MAC_MARK, mac, len(whole))


def encode_base64(data: bytes) -> bytes:
    """Standard base64 without padding."""
    return base64.b64encode(data).rstrip(b"=")


def decode_base64(text: bytes) -> bytes:
    """The bytes of canonical unpadded base64; raises AgeHeaderInvalid for any other text."""
    if not _BASE64.fullmatch(text) or len(text) % 4 == 1:
        raise _invalid()
    data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    if encode_base64(data) != text:
        raise _invalid()
    return data


def derive_key(secret: bytes, *, salt: bytes, info: bytes) -> bytes:
    """HKDF-SHA-256 to 32 bytes, the one key derivation that age uses."""
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(secret)


class _Lines:
    """Whole lines in turn, remembered, within limits that a hostile file cannot stretch."""

    def __init__(self, source: LineSource) -> None:
        self._source = source
        self.taken: list[bytes] = []
        self._length = 0

    def next(self) -> bytes:
        line = self._source.readline(_LONGEST_LINE)
        self._length += len(line)
        if not line.endswith(b"\n") or self._length > _LONGEST_HEADER:
            raise _invalid()
        self.taken.append(line)
        return line


def _read_stanza(line: bytes, lines: _Lines) -> Stanza:
    if not line.startswith(_STANZA_MARK):
        raise _invalid()
    arguments = tuple(line[len(_STANZA_MARK) : -1].split(b" "))
    if not all(_ARGUMENT.fullmatch(argument) for argument in arguments):
        raise _invalid()
    body = b""
    while True:
        text = lines.next()[:-1]
        if len(text) > _COLUMNS:
            raise _invalid()
        body += decode_base64(text)
        # A shorter line, perhaps an empty one, ends the body.
        if len(text) < _COLUMNS:
            return Stanza(arguments, body)


def _read_mac(line: bytes) -> bytes:
    mark, separator, text = line[:-1].partition(b" ")
    if mark != _MAC_MARK or not separator:
        raise _invalid()
    mac = decode_base64(text)
    if len(mac) != _MAC_BYTES:
        raise _invalid()
    return mac


def _header_mac(file_key: bytes, authenticated: bytes) -> bytes:
    return hmac.digest(derive_key(file_key, salt=b"", info=b"header"), authenticated, "sha256")


def _invalid() -> AgeHeaderInvalid:
    return AgeHeaderInvalid(_("This is not a well-formed age file: its header breaks the format's rules."))
