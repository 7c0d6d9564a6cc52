"""What a dossier carries of the log: the exact entries about its exhibits, each with its way to a signed root."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from audit.actions import Action
from audit.canonical import canonical_json
from audit.checkpoints import ProvenEntry, prove, sign_checkpoint
from audit.key_history import rotation_notes
from audit.keys import lines_of, load_signer, load_verifiers
from audit.models import Checkpoint, Entry
from audit.notes import Verifier, split_note
from audit.sequencing import sequence_pending
from dossiers.earlier import consistency_record
from dossiers.log_stamps import stamp_files
from dossiers.models import Dossier
from dossiers.records import as_json

# Every custody event has one of these; they stand in the dossier whichever case they were recorded in, because a
# ledger with gaps proves nothing. Who looked at an exhibit's page is no custody, and is not the reader's matter.
_CUSTODY = (
    Action.EVIDENCE_RECEIVED,
    Action.EVIDENCE_IDENTIFIED,
    Action.EVIDENCE_DOWNLOADED,
    Action.FIXITY_CHECKED,
    Action.FIXITY_FAILED,
    Action.EVIDENCE_PACKED,
    Action.EVIDENCE_DISCLOSED,
    Action.TRANSFER_OFFERED,
    Action.TRANSFER_ACCEPTED,
    Action.TRANSFER_REFUSED,
    Action.TRANSFER_WITHDRAWN,
    Action.EVIDENCE_SEALED,
    Action.SEAL_OPENED,
    Action.SEAL_CONFIRMED,
    Action.HAND_OVER_CONFIRMED,
    Action.EVIDENCE_MOVED,
    Action.EVIDENCE_CHECKED_OUT,
    Action.EVIDENCE_RETURNED,
    Action.COLLECTION_RECORDED,
    Action.CUSTODY_CORRECTED,
    Action.HOLD_PLACED,
    Action.HOLD_RELEASED,
    Action.DISPOSAL_REQUESTED,
    Action.DISPOSAL_REFUSED,
    Action.DERIVATIVE_ADDED,
    # Words of a custody event that are gone: without it the event could not be told from an altered one.
    Action.VALUES_ERASED,
)
# These concern one case alone; what other cases do with the same item is not this reader's matter.
_OF_THE_CASE = (Action.EVIDENCE_LINKED, Action.EXHIBIT_NUMBERED)
_BATCH = 400
# The DER of an Ed25519 public key is these bytes and the key (RFC 8410 section 4).
_DER_PREFIX = bytes.fromhex("302a300506032b6570032100")


@dataclass(frozen=True, slots=True)
class LogProof:
    """The files of the folder `log/`, by name, and the checkpoint that they rest on."""

    checkpoint: Checkpoint
    files: dict[str, bytes]


def prove_dossier(dossier: Dossier, item_ids: Sequence[UUID], *, actor: User) -> LogProof:
    """Sequence what is pending, sign a checkpoint, and prove every entry that concerns the dossier under it.

    Called once the compile entry is committed, so that the checkpoint covers it.
    """
    sequence_pending(wait=True)
    checkpoint = sign_checkpoint(actor=actor)
    note = checkpoint.note.encode("utf-8")
    key = load_signer().verifier
    files = {
        "log/all-keys": lines_of(load_verifiers()).encode(),
        "log/checkpoint": note,
        "log/checkpoint.sig": _signature(checkpoint.note, key),
        "log/checkpoint.txt": checkpoint.text.encode("utf-8"),
        "log/consistency.json": as_json(consistency_record(dossier, checkpoint)),
        "log/entries.jsonl": _entries(dossier, item_ids, checkpoint),
        "log/public-key": f"{key.line}\n".encode(),
        "log/public-key.pem": _pem(key.public),
        "log/rotations.json": as_json(rotation_notes()),
    }
    return LogProof(checkpoint, files | stamp_files(checkpoint))


def _entries(dossier: Dossier, item_ids: Sequence[UUID], checkpoint: Checkpoint) -> bytes:
    """One canonical JSON object per line, in the log's order: index, body exactly as hashed, audit path."""
    ids = list(_entry_ids(dossier, item_ids))
    lines: dict[int, bytes] = {}
    for start in range(0, len(ids), _BATCH):
        lines |= {entry.index: _line(entry) for entry in prove(ids[start : start + _BATCH], checkpoint)}
    return b"".join(lines[index] for index in sorted(lines))


def _line(entry: ProvenEntry) -> bytes:
    body, proof = entry.body.decode("utf-8"), [node.hex() for node in entry.proof]
    return canonical_json({"index": entry.index, "body": body, "proof": proof}) + b"\n"


def _entry_ids(dossier: Dossier, item_ids: Sequence[UUID]) -> Iterator[UUID]:
    of_case = Q(action__in=_OF_THE_CASE, case_id=dossier.case_id)
    for start in range(0, len(item_ids), _BATCH):
        batch = [str(item_id) for item_id in item_ids[start : start + _BATCH]]
        about = Entry.objects.filter(subject_kind="evidence.evidenceitem", subject_id__in=batch)
        yield from about.filter(Q(action__in=_CUSTODY) | of_case).values_list("pk", flat=True)
    own = Entry.objects.filter(subject_kind=Dossier._meta.label_lower, subject_id=str(dossier.pk))
    yield from own.filter(action__in=(Action.DOSSIER_REQUESTED, Action.DOSSIER_COMPILED)).values_list(
        "pk", flat=True
    )


def _signature(note: str, key: Verifier) -> bytes:
    """The 64 bytes that this key signed with, for `openssl pkeyutl -verify`."""
    _text, signatures = split_note(note)
    return next(blob[4:] for name, blob in signatures if (name, blob[:4]) == (key.name, key.key_hash))


def _pem(public: bytes) -> bytes:
    encoded = base64.b64encode(_DER_PREFIX + public)
    return b"-----BEGIN PUBLIC KEY-----\n" + encoded + b"\n-----END PUBLIC KEY-----\n"
