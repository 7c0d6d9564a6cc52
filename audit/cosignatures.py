"""What a checkpoint's signatures are made over (C2SP tlog-cosignature). Pure: no Django, no keys, no clock.

The Ed25519 cosignature signs the whole text behind a line with the time. The ML-DSA-44 one signs a structure that
names the signer, the log, the size and the root; it needs no text, so a statement of ours that is no checkpoint is
signed as the root of a log whose only entry it is.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Self

from audit.errors import BadNote
from audit.merkle import HASH_BYTES, leaf_hash

ROTATION = "dadkhah/key-rotation/v1"
LATEST_TIME = 2**63 - 1
_LABEL = b"subtree/v1\n\x00"
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,17})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class TreeHead:
    """What a checkpoint says (C2SP tlog-checkpoint): a log by its origin, its size in entries, its root of 32 bytes."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that a checkpoint signs."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a checkpoint's text. Raises BadNote for any other form, extension lines included: we sign none."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0] or not _NUMBER.match(lines[1]):
            raise BadNote("This is not a checkpoint: three lines with the log's origin, size and root.")
        head = cls(lines[0], int(lines[1]), _root(lines[2]))
        if head.text != text:
            raise BadNote("This is not a checkpoint: its root is not written in the one canonical form.")
        return head


def head_signed(text: str) -> TreeHead:
    """Return the tree head that an ML-DSA-44 signature under this text is made over.

    Raises BadNote for a text that is neither a checkpoint nor a rotation of keys.
    """
    if text.startswith(f"{ROTATION}\n"):
        return TreeHead(ROTATION, 1, leaf_hash(text.encode()))
    return TreeHead.parse(text)


def ed25519_message(text: str, moment: int) -> bytes:
    """Return what an Ed25519 cosignature signs; `moment` is in POSIX seconds."""
    return f"cosignature/v1\ntime {moment}\n{text}".encode()


def subtree_message(name: str, moment: int, head: TreeHead) -> bytes:
    """Return the `cosigned_message` of a whole tree. Raises BadNote for names beyond 255 bytes."""
    return b"".join(
        (
            _LABEL,
            _opaque(name),
            moment.to_bytes(8, "big"),
            _opaque(head.origin),
            (0).to_bytes(8, "big"),
            head.size.to_bytes(8, "big"),
            head.root,
        )
    )


def _opaque(text: str) -> bytes:
    raw = text.encode()
    if not 1 <= len(raw) <= 255:
        raise BadNote("A log's or a signer's name has 1 to 255 bytes.")
    return bytes([len(raw)]) + raw


def _root(encoded: str) -> bytes:
    try:
        root = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("This is not a checkpoint: its root is not base64.") from error
    if len(root) != HASH_BYTES:
        raise BadNote("This is not a checkpoint: its root is no SHA-256.")
    return root
