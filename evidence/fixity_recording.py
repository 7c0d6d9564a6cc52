"""What a round writes down of each object: its reading, the custody of every receipt, and the round's counts."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from evidence.digests import Digest
from evidence.fixity import enter_in_custody, finding_of, read_columns, record_reading
from evidence.models import EvidenceItem, FixityReading, FixityRound, StoredObject
from evidence.vault.facts import CheckOutcome
from evidence.vocabulary import Finding, ReadingMethod

Read = tuple[StoredObject, CheckOutcome]


def record_in_round(pk: UUID, stored: StoredObject, found: CheckOutcome, *, actor: Actor) -> None:
    """Record one reading in its round, in the custody of every receipt of these bytes, and in the log.

    Does nothing when the round holds a reading of the object already, or has ended.
    """
    with transaction.atomic():
        going_on = _hold(pk)
        if going_on is None or going_on.readings.filter(object=stored).exists():
            return
        record_everywhere(stored, found, method=ReadingMethod(going_on.method), actor=actor, during=going_on)
        _count(pk, finding_of(found), 1)


def record_everywhere(
    stored: StoredObject,
    found: CheckOutcome,
    *,
    method: ReadingMethod,
    actor: Actor,
    during: FixityRound | None = None,
) -> None:
    """Record one reading, and enter it in the custody of every receipt of these bytes, in the caller's transaction."""
    record_reading(stored, found, method=method, actor=actor, during=during)
    for item in (
        EvidenceItem.objects.filter(object=stored, disposed_at=None).select_related("object").order_by("pk")
    ):
        enter_in_custody(item, found, method=method, actor=actor)


def record_clean_scrubs(pk: UUID, read: Sequence[Read], *, actor: Actor) -> None:
    """Record scrubs that found nothing, many in one entry: the custody of an item tells of readings in full.

    The entry holds a digest over the names and BLAKE3 of what was read, so that the rows cannot be changed later.
    """
    if not read:
        return
    with transaction.atomic():
        going_on = _hold(pk)
        if going_on is None:
            return
        known = set(
            going_on.readings.filter(object__in=[one.pk for one, _ in read]).values_list(
                "object_id", flat=True
            )
        )
        new = [(stored, found) for stored, found in read if stored.pk not in known]
        FixityReading.objects.bulk_create(_row(going_on, *one, actor=actor) for one in new)
        now = timezone.now()
        StoredObject.objects.filter(pk__in=[stored.pk for stored, _ in new]).update(
            **read_columns(ReadingMethod.SCRUB, now)
        )
        _count(pk, Finding.VERIFIED, len(new))
        facts: dict[str, Json] = {"objects": len(new), "readings_sha256": digest_of(new)}
        log.append(Action.FIXITY_SCRUBBED, subject=going_on, actor=actor, facts=facts)


def digest_of(read: Sequence[Read]) -> str:
    """SHA-256, hexadecimal, over one line `<object's SHA-256> <BLAKE3 found>` for each, in the order of the first."""
    lines = sorted(f"{stored.sha256.hex} {(found.blake3 or b'').hex()}\n" for stored, found in read)
    return hashlib.sha256(b"dadkhah/scrub-readings/v1\n" + "".join(lines).encode()).hexdigest()


def _row(going_on: FixityRound, stored: StoredObject, found: CheckOutcome, *, actor: Actor) -> FixityReading:
    return FixityReading(
        object=stored,
        round=going_on,
        method=ReadingMethod.SCRUB,
        state=found.state.value,
        finding=finding_of(found),
        agent=actor.audit_name,
        blake3_found=Digest("blake3", found.blake3) if found.blake3 else None,
    )


def _hold(pk: UUID) -> FixityRound | None:
    """The round under its lock, so that no object is counted twice; None once it has ended."""
    return FixityRound.objects.select_for_update(of=("self",)).filter(pk=pk, ended_at=None).first()


def _count(pk: UUID, finding: Finding, more: int) -> None:
    FixityRound.objects.filter(pk=pk).update(**{finding.value: F(finding.value) + more})
