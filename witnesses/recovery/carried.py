"""Files that are carried to the offline machine: one line that names the kit, then one for each thing sealed to it.

Everything in them is sealed or public. Pure: no database.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.views.decorators.debug import sensitive_variables

from audit.canonical import Json, canonical_json
from witnesses.recovery.errors import BadKitFile, WordsDoNotOpen
from witnesses.recovery.kit import PublicKit, read_kit
from witnesses.recovery.words import restore_seed, words_of
from witnesses.sealed import SealedBytes
from witnesses.sealing import public_key_of

REHEARSAL: Final = "dadkhah-recovery-rehearsal/1"
EXPORT: Final = "dadkhah-recovery-export/1"
HANDED_OVER: Final = "dadkhah-recovery-handed-over/1"


@dataclass(frozen=True, slots=True)
class Carried:
    """What came over: the kit that everything in it is sealed to, and the lines."""

    kit: PublicKit
    lines: list[dict[str, Any]]
    session: str = ""
    session_key: bytes = b""

    @sensitive_variables()
    def seed(self, sheets: list[str]) -> SealedBytes:
        """The private half, of exactly this kit. Raises WordsDoNotOpen."""
        restored = restore_seed(sheets)
        if restored.threshold == self.kit.threshold and public_key_of(restored.seed) == self.kit.public_key:
            return restored.seed
        raise WordsDoNotOpen


def to_carry(
    kind: str, kit: PublicKit, lines: Iterable[Mapping[str, Json]], *, session: str = "", key: bytes = b""
) -> bytes:
    """The file; of a session of a quorum, where one waits for what the kit opens."""
    head: dict[str, Json] = {
        "format": kind,
        "kit": kit.as_file().decode(),
        "session": session,
        "session_key": text_of(key),
    }
    return b"".join(canonical_json(line) + b"\n" for line in [head, *lines])


def read_carried(content: bytes, *, kind: str) -> Carried:
    """What the file says. Raises BadKitFile for anything that is not such a file, whole."""
    try:
        head, *lines = [json.loads(line) for line in content.splitlines()]
        known = head["format"] == kind and all(isinstance(line, dict) for line in lines) and bool(lines)
        kit = read_kit(head["kit"].encode()) if known else None
        session, session_key = str(head["session"]), bytes_of(head["session_key"])
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        kit = None
    if kit is None:
        raise BadKitFile
    return Carried(kit, lines, session, session_key)


def spoken_key(key: bytes) -> str:
    """A session's public key as eight words, to be compared by voice before anything is sealed to it."""
    return " ".join(words_of(hashlib.sha256(b"dadkhah/session-key/v1\x00" + key).digest(), count=8))


def text_of(content: bytes) -> str:
    """Bytes as a line holds them."""
    return base64.b64encode(content).decode()


def bytes_of(text: str) -> bytes:
    """And back. Raises ValueError."""
    return base64.b64decode(text, validate=True)
