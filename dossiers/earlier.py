"""Proof that the log a dossier rests on goes on from the log that earlier dossiers rested on (RFC 6962, 2.1.2)."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from audit.errors import LogForked
from audit.merkle import consistency_proof, verify_consistency
from audit.models import Checkpoint
from audit.tiles import StoredNodes
from dossiers.models import Dossier, DossierState

FORMAT = "dadkhah-consistency/1"


def consistency_record(dossier: Dossier, checkpoint: Checkpoint) -> dict[str, Any]:
    """Return the proofs from the checkpoints of earlier dossiers to this one, smallest first.

    Earlier are the finished dossiers of the same case and, where it is sealed to one, of the same recipient: whoever
    holds one of those can hold us to it. Raises LogForked where the log no longer begins with what a dossier carries.
    """
    same = Q(case_id=dossier.case_id)
    if dossier.recipient:
        same |= Q(recipient=dossier.recipient)
    rows = (
        Dossier.objects.filter(same, state=DossierState.READY, checkpoint_size__lte=checkpoint.size)
        .exclude(pk=dossier.pk)
        .values_list("checkpoint_size", "checkpoint_root")
    )
    nodes = StoredNodes()
    heads = sorted({(size, bytes(root)) for size, root in rows if size is not None and root is not None})
    return {
        "format": FORMAT,
        "size": checkpoint.size,
        "root": bytes(checkpoint.root).hex(),
        "earlier": [_proven(size, root, checkpoint, nodes) for size, root in heads],
    }


def _proven(size: int, root: bytes, checkpoint: Checkpoint, nodes: StoredNodes) -> dict[str, Any]:
    proof = consistency_proof(size, checkpoint.size, nodes)
    if not verify_consistency(size, checkpoint.size, root, bytes(checkpoint.root), proof):
        raise LogForked(
            _(
                "The log no longer contains what an earlier dossier carries: its past was changed. Nothing was handed "
                "over. Run verify_audit_log and keep the database as it is."
            )
        )
    return {"size": size, "root": root.hex(), "proof": [node.hex() for node in proof]}
