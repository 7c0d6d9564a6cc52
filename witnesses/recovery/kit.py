"""The public half of a recovery kit: what the server is given, and what people compare by voice. Pure: no database."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.utils.dateparse import parse_datetime

from audit.canonical import Json, canonical_json
from audit.errors import BadFacts
from witnesses.errors import SealBroken
from witnesses.recovery.errors import BadKitFile
from witnesses.recovery.words import words_of
from witnesses.sealing import require_public_key
from witnesses.sharing import MOST_SHARES

FORMAT: Final = "dadkhah-recovery-kit/1"
LARGEST: Final = 16 * 1024
_SPOKEN_WORDS: Final = 12


@dataclass(frozen=True, slots=True)
class PublicKit:
    """A kit's public key, how many sheets there are and how many it needs, and when it was made.

    The last three are its maker's word: no key shows into how many sheets its other half was split.
    """

    public_key: bytes
    threshold: int
    shares: int
    made_at: datetime

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 over everything that the kit says of itself."""
        return hashlib.sha256(b"dadkhah/recovery-kit/v1\x00" + canonical_json(self._facts())).digest()

    @property
    def spoken(self) -> str:
        """120 bits of the fingerprint as twelve words. They open nothing."""
        return " ".join(words_of(self.fingerprint, count=_SPOKEN_WORDS))

    def as_file(self) -> bytes:
        """The public file."""
        said = {
            "format": FORMAT,
            **self._facts(),
            "fingerprint": self.fingerprint.hex(),
            "spoken": self.spoken,
        }
        return json.dumps(said, indent=2).encode() + b"\n"

    def _facts(self) -> dict[str, Json]:
        return {
            "public_key": base64.b64encode(self.public_key).decode(),
            "threshold": self.threshold,
            "shares": self.shares,
            "made_at": self.made_at.astimezone(UTC).isoformat(timespec="seconds"),
        }


def read_kit(content: bytes) -> PublicKit:
    """The kit of a public file. Raises BadKitFile where anything of it is not as it was written."""
    try:
        said = json.loads(content[: LARGEST + 1])
        made_at = parse_datetime(said["made_at"])
        if made_at is None or made_at.tzinfo is None:
            raise BadKitFile
        kit = PublicKit(
            base64.b64decode(said["public_key"], validate=True), said["threshold"], said["shares"], made_at
        )
        require_public_key(kit.public_key)
        whole = _counts(kit) and said["format"] == FORMAT and said["fingerprint"] == kit.fingerprint.hex()
    except (
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        RecursionError,
        binascii.Error,
        BadFacts,
        SealBroken,
    ):
        whole = False
    if not whole:
        raise BadKitFile
    return kit


def _counts(kit: PublicKit) -> bool:
    counted = type(kit.threshold) is int and type(kit.shares) is int
    return counted and 2 <= kit.threshold <= kit.shares <= MOST_SHARES
