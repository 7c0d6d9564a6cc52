"""The secrets of a vault: one opens the objects, one makes their names, and one may be on its way out."""

import hashlib
import hmac
from dataclasses import dataclass, field

from evidence.vault.age_keys import Identity, Recipient


@dataclass(frozen=True, slots=True)
class VaultKeys:
    """What a vault needs to seal, open and name objects. Its repr shows nothing."""

    identity: Identity = field(repr=False)
    names_key: bytes = field(repr=False)
    retiring: Identity | None = field(default=None, repr=False)

    @property
    def identities(self) -> tuple[Identity, ...]:
        """The keys to open with: during a rotation the old one opens what is not sealed anew yet."""
        return (self.identity,) if self.retiring is None else (self.identity, self.retiring)

    @property
    def recipient(self) -> Recipient:
        """The public key that every object is sealed to."""
        return self.identity.recipient

    @property
    def key_id(self) -> str:
        """Recorded with each object, so that a wrong key is told from a damaged object."""
        return self.recipient.key_id

    @property
    def names_key_id(self) -> str:
        """Tells one names key from another without showing it."""
        return hmac.digest(self.names_key, b"dadkhah/names-key-id/v1", "sha256").hex()[:16]

    def object_name(self, sha256: bytes, *, generation: int = 1, turn: int = 1) -> str:
        """The name of the object that holds bytes of this digest: 64 hexadecimal digits.

        An HMAC, so that whoever takes the disk cannot tell whether a known file is in the vault. The key's
        generation goes into it: an object is never written over, not even by itself under another key. So does the
        turn: bytes that come again after they were removed get a name that no removal, however late, can mean.
        """
        label = b"dadkhah/object-name/v1\0"
        if generation > 1:
            label = b"dadkhah/object-name/v2\0" + generation.to_bytes(4, "big")
        if turn > 1:
            label = b"dadkhah/object-name/v3\0" + generation.to_bytes(4, "big") + turn.to_bytes(4, "big")
        return hmac.digest(self.names_key, label + sha256, hashlib.sha256).hex()

    def __repr__(self) -> str:
        return "VaultKeys(<sealed>)"
