"""Reading an item's stored bytes again and comparing them with what was recorded when it came in."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor, SystemActor
from evidence import custody
from evidence.digests import Digest
from evidence.errors import UnknownEvidence
from evidence.models import CustodyEvent, EvidenceItem, StoredObject
from evidence.placement import only_case
from evidence.store import vault
from evidence.vault.facts import CheckOutcome, StoredFacts
from evidence.vocabulary import CustodyKind, CustodyOutcome

CHECK = "evidence.check_fixity"
TOOL = "Dadkhah vault: decrypted and read in full, SHA-256 of the content, BLAKE3 of the stored bytes"


def check_fixity(item: EvidenceItem, *, actor: Actor) -> CustodyEvent:
    """Read the item's bytes in full, compare, and record what was found in its custody and in the log.

    Whoever may read the item's custody may have it checked; so may the system. A damage is recorded, not raised.
    Raises NotPermitted, UnknownEvidence, or HasNoBytes for a physical item.
    """
    if not isinstance(actor, SystemActor):
        user = require(actor, CHECK)
        if not EvidenceItem.objects.custody_visible_to(user).filter(pk=item.pk).exists():
            raise UnknownEvidence(_("No such item is open to you. Check its reference."))
    # Outside the transaction: a large file takes minutes to read, and nobody's writes should wait for it.
    return record_outcome(item, check_object(item.stored), actor=actor)


def check_object(stored: StoredObject) -> CheckOutcome:
    """What a full reading of the stored object finds. Writes nothing."""
    return vault().check(stored_facts(stored))


def record_outcome(item: EvidenceItem, found: CheckOutcome, *, actor: Actor) -> CustodyEvent:
    """Record the outcome of a reading that was just done of this item's object."""
    with transaction.atomic():
        event = custody.record(
            item,
            CustodyKind.FIXITY_CHECKED,
            actor=actor,
            tool=TOOL,
            outcome=CustodyOutcome.VERIFIED if found.ok else CustodyOutcome.BROKEN,
            note="" if found.ok else found.state.value,
            digest_expected=item.stored.sha256,
            digest_found=Digest("sha256", found.sha256) if found.sha256 else None,
        )
        log.append(
            Action.FIXITY_CHECKED if found.ok else Action.FIXITY_FAILED,
            subject=item,
            actor=actor,
            facts={**event.facts(), "state": found.state.value},
            case_id=only_case(item),
        )
    return event


def stored_facts(stored: StoredObject) -> StoredFacts:
    """What the record says of an object, in the vault's own words."""
    return StoredFacts(
        name=stored.name,
        size=stored.size,
        sha256=stored.sha256.value,
        blake3=stored.stored_blake3.value,
        stored_size=stored.stored_size,
        key_id=stored.key_id,
    )
