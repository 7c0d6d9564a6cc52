"""Bytes on their way into the vault, before any row of a receipt speaks of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from evidence.digests import Digest, read_sha256
from evidence.errors import DigestMismatch
from evidence.vault.facts import StoredFacts
from evidence.vault.objects import Vault
from evidence.vault.receiving import Received


@dataclass(frozen=True, slots=True)
class Arrived:
    """Bytes that are durable in the vault, and the digests that were announced for them, which they have.

    `declared` is the source's, `sent` what the sender's own program computed while it read the file.
    """

    stored: StoredFacts
    declared: Digest | None = None
    sent: Digest | None = None


def store_bytes(
    source: Path | BinaryIO | Received,
    *,
    into: Vault,
    declared_sha256: str | None = None,
    sent_sha256: str | None = None,
) -> Arrived:
    """Put the bytes of `source` into the vault. Asks no database, so that many threads may do it at once.

    Raises BadIntake, DigestMismatch, SourceUnreadable, SourceChanged, VaultFull, VaultUnavailable or
    ObjectAltered; then nothing of them stays that a record names.
    """
    received = source if isinstance(source, Received) else into.receive(source)
    try:
        declared = _compared(received, declared_sha256)
        sent = _compared(received, sent_sha256)
    except DigestMismatch:
        into.discard(received)
        raise
    return Arrived(into.commit(received), declared, sent)


def _compared(received: Received, declared: str | None) -> Digest | None:
    if not declared:
        return None
    digest = read_sha256(declared)
    if digest.value != received.sha256:
        raise DigestMismatch(
            _(
                "The file that arrived is not the one announced: its SHA-256 is %(found)s, not %(declared)s. "
                "Nothing was kept; send the file again, or ask the source which one is meant."
            )
            % {"found": received.sha256.hex(), "declared": digest.hex}
        )
    return digest
