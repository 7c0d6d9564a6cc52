"""Holding a web capture against what it states of itself. It is read, never changed, and nothing in it is run."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor
from evidence.containers.captures import CaptureFacts, read_capture
from evidence.errors import NoCapture, UnknownEvidence
from evidence.models import EvidenceItem
from evidence.placement import only_case
from evidence.reading import READ
from evidence.store import vault


def check_capture(item: EvidenceItem, *, actor: Actor) -> CaptureFacts:
    """Read a WARC or WACZ through, compare the files of a package with the digests that it states, and log the outcome.

    Raises NotPermitted, UnknownEvidence, HasNoBytes, NoCapture, ObjectMissing, ObjectAltered or VaultUnavailable.
    """
    user = require(actor, READ)
    if not EvidenceItem.objects.visible_to(user).filter(pk=item.pk).exists():
        raise UnknownEvidence(_("No such item is open to you. Check its reference."))
    with vault().open(item.stored.name) as file:
        found = read_capture(file)
    if found is None:
        raise NoCapture(_("This is no web capture that is read here: neither WARC nor WACZ."))
    with transaction.atomic():
        log.append(
            Action.CAPTURE_CHECKED,
            subject=item,
            actor=user,
            facts={
                "reference": item.reference,
                "format": found.format,
                "records": found.records,
                "digests_stated": len(found.digests),
                "digests_broken": len(found.broken),
                "why": str(found.why or ""),
            },
            case_id=only_case(item),
        )
    return found
