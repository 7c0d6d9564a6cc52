"""Holding a web capture against what it states of itself. It is read, never changed, and nothing in it is run."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.models import Entry
from audit.resolving import facts_of
from evidence.containers.capture_facts import CaptureFacts
from evidence.containers.captures import read_capture
from evidence.containers.words import Why
from evidence.errors import NoCapture, UnknownEvidence
from evidence.models import EvidenceItem
from evidence.placement import only_case
from evidence.reading import READ
from evidence.stored_objects import open_stored

_TOLD = {"format", "records", "digests_stated", "digests_broken", "why"}


@dataclass(frozen=True, slots=True)
class CaptureCheck:
    """The outcome of a check, as the log has it: how many digests the file states, how many of them do not hold or
    could not be compared, and of how many of its files and records it states none (`bare`).
    """

    checked_at: datetime
    format: str
    records: int
    stated: int
    broken: int
    unchecked: int
    bare: int
    why: Why | None


def check_capture(item: EvidenceItem, *, actor: Actor) -> CaptureFacts:
    """Read a WARC or WACZ through, compare records and files with the digests stated of them, and log the outcome.

    Raises NotPermitted, UnknownEvidence, DisposedOf, HasNoBytes, NoCapture, ObjectMissing, ObjectAltered or
    VaultUnavailable.
    """
    user = require(actor, READ)
    if not EvidenceItem.objects.visible_to(user).filter(pk=item.pk).exists():
        raise UnknownEvidence(_("No such item is open to you. Check its reference."))
    item.require_kept()
    with open_stored(item.stored) as file:
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
                "digests_stated": found.stated,
                "digests_broken": found.failing,
                "digests_unchecked": found.unchecked,
                "without_digest": found.bare,
                "why": str(found.why or ""),
            },
            case_id=only_case(item),
        )
    return found


def last_capture_check(item: EvidenceItem) -> CaptureCheck | None:
    """The outcome of the last check of the item, which the log alone keeps; None where it was never checked."""
    checks = Entry.objects.filter(subject_id=str(item.pk), action=Action.CAPTURE_CHECKED.value)
    entry = checks.order_by("-recorded_at", "-id").first()
    facts = facts_of(entry) if entry else {}
    # An entry that somebody tampered with says nothing: verifying the log names it, and the page must open.
    if entry is None or not facts.keys() >= _TOLD:
        return None
    return CaptureCheck(
        checked_at=entry.recorded_at,
        format=facts["format"],
        records=facts["records"],
        stated=facts["digests_stated"],
        broken=facts["digests_broken"],
        # Earlier checks did not count these.
        unchecked=facts.get("digests_unchecked", 0),
        bare=facts.get("without_digest", 0),
        why=Why(facts["why"]) if facts["why"] in Why.values else None,
    )
