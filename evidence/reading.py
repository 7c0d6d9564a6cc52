"""Acts of reading that matter: they are in the log before anything is shown."""

from dataclasses import dataclass
from typing import BinaryIO

from django.db import transaction

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor
from evidence import custody
from evidence.filenames import safe_name
from evidence.models import EvidenceItem
from evidence.placement import only_case
from evidence.queries import find_item
from evidence.scopes import REVIEW_CUSTODY
from evidence.stored_objects import open_stored
from evidence.vocabulary import CustodyKind

READ = "evidence.view_evidence"
DOWNLOAD_PURPOSE = "Working copy for the preparation of the case"


@dataclass(frozen=True, slots=True)
class Handout:
    """An original on its way out: what it is called on the reader's disk, its size in bytes, its open content."""

    name: str
    size: int
    content: BinaryIO


def open_page(item: EvidenceItem, *, actor: Actor) -> None:
    """Log that somebody opens the item's page. If it cannot be logged, the page is not shown."""
    user = require(actor, READ)
    with transaction.atomic():
        log.append(
            Action.EVIDENCE_VIEWED,
            subject=item,
            actor=user,
            facts={"reference": item.reference},
            case_id=only_case(item),
        )


def open_custody(item: EvidenceItem, *, actor: Actor) -> None:
    """Log that an auditor opens the item's custody, which prints as its certificate. If it cannot, it is not shown."""
    user = require(actor, REVIEW_CUSTODY)
    with transaction.atomic():
        log.append(
            Action.CUSTODY_READ,
            subject=item,
            actor=user,
            facts={"reference": item.reference},
            case_id=only_case(item),
        )


def hand_out(item: EvidenceItem, *, actor: Actor, purpose: str = "") -> Handout:
    """Open the original for one reader, recorded in custody and log before the first byte leaves.

    Raises NotPermitted, UnknownEvidence, HasNoBytes, ObjectMissing, ObjectAltered, VaultUnavailable, or BadCustody
    for a purpose under ten characters. The caller closes the content.
    """
    user = require(actor, READ)
    item = find_item(item.pk, user=user)
    content = open_stored(item.kept)
    try:
        # What is missing or damaged at its beginning shows now, while it can still be answered with a sentence.
        content.read(1)
        content.seek(0)
        with transaction.atomic():
            event = custody.record(
                item,
                CustodyKind.EXPORTED,
                actor=user,
                received_by=user.full_name,
                purpose=purpose or DOWNLOAD_PURPOSE,
                digest_expected=item.stored.sha256,
            )
            log.append(
                Action.EVIDENCE_DOWNLOADED,
                subject=item,
                actor=user,
                facts=event.facts(),
                case_id=only_case(item),
            )
    except BaseException:
        content.close()
        raise
    return Handout(safe_name(item.original_name, fallback=item.reference), item.stored.size, content)
