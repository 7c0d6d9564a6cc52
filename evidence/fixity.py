"""Reading an item's stored bytes again and comparing them with what was recorded when it came in."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor, SystemActor
from evidence import custody
from evidence.alarms import raise_alarm
from evidence.digests import Digest
from evidence.errors import DisposedOf, UnknownEvidence
from evidence.models import CustodyEvent, EvidenceItem, FixityReading, FixityRound, StoredObject
from evidence.placement import only_case
from evidence.reachability import require_fair
from evidence.store import vault
from evidence.stored_objects import recorded_facts
from evidence.tool_words import READ_IN_FULL, SCRUBBED
from evidence.vault.checking import scrub_object as read_without_key
from evidence.vault.facts import CheckOutcome, ObjectState, StoredFacts
from evidence.vault.stores import Store
from evidence.vocabulary import AlarmState, CustodyKind, CustodyOutcome, Finding, MoreDigest, ReadingMethod

CHECK = "evidence.check_fixity"
TOOL, SCRUB_TOOL = READ_IN_FULL, SCRUBBED
_TOOLS = {ReadingMethod.FULL: TOOL, ReadingMethod.SCRUB: SCRUB_TOOL}
_FINDINGS = {
    ObjectState.OK: Finding.VERIFIED,
    ObjectState.ALTERED_STORED: Finding.MISMATCH,
    ObjectState.ALTERED_CONTENT: Finding.MISMATCH,
    ObjectState.TRUNCATED: Finding.TRUNCATED,
    ObjectState.MISSING: Finding.MISSING,
    ObjectState.UNREADABLE: Finding.UNREADABLE,
}


def check_fixity(item: EvidenceItem, *, actor: Actor) -> CustodyEvent:
    """Read the item's bytes in full, compare, and record what was found in its custody and in the log.

    Whoever may read the item's custody may have it checked; so may the system. A damage is recorded, not raised.
    Raises NotPermitted, UnknownEvidence, HasNoBytes for a physical item, DisposedOf, also where it was disposed of
    meanwhile, or VaultUnavailable when the store is away, which accuses no item.
    """
    if not isinstance(actor, SystemActor):
        user = require(actor, CHECK)
        if not EvidenceItem.objects.custody_visible_to(user).filter(pk=item.pk).exists():
            raise UnknownEvidence(_("No such item is open to you. Check its reference."))
    # Outside the transaction: a large file takes minutes to read, and nobody's writes should wait for it.
    return record_outcome(item, check_object(item.kept), actor=actor)


def check_object(stored: StoredObject, *, also: Sequence[str] = ()) -> CheckOutcome:
    """What a full reading of the object finds. Writes nothing.

    Raises VaultUnavailable when the store is away, DisposedOf where nothing needs the bytes any more.
    """
    return _judged(stored, lambda facts: vault().check(facts, also=also))


def scrub_object(store: Store, stored: StoredObject) -> CheckOutcome:
    """What a reading of the stored bytes finds, without any key. Otherwise as `check_object`."""
    return _judged(stored, lambda facts: read_without_key(store, facts))


def _judged(stored: StoredObject, read: Callable[[StoredFacts], CheckOutcome]) -> CheckOutcome:
    """What `read` finds of the object where its record says that it lies now.

    A row may be older than its reading: many are taken up at once, and meanwhile an item is disposed of, or the
    vault's key is changed. Then bytes are not where they were, and nothing is wrong with them.
    """
    found = read(stored_facts(stored))
    while not found.ok:
        now = StoredObject.objects.get(pk=stored.pk)
        if now.is_going:
            raise DisposedOf(
                _(
                    "These bytes were removed while they were read: their item was disposed of. Nothing is missing."
                )
            )
        if (now.name, now.stored_blake3) == (stored.name, stored.stored_blake3):
            require_fair(now, found)
            break
        stored, found = now, read(stored_facts(now))
    return found


def record_outcome(item: EvidenceItem, found: CheckOutcome, *, actor: Actor) -> CustodyEvent:
    """Record the outcome of a full reading that was just done of this item's object; a damage raises its alarm."""
    with transaction.atomic():
        record_reading(item.stored, found, method=ReadingMethod.FULL, actor=actor)
        return enter_in_custody(item, found, method=ReadingMethod.FULL, actor=actor)


def record_reading(
    stored: StoredObject,
    found: CheckOutcome,
    *,
    method: ReadingMethod,
    actor: Actor,
    during: FixityRound | None = None,
) -> FixityReading:
    """The row of one reading, in the caller's transaction, which also says of it what the log must hold."""
    now = timezone.now()
    reading = FixityReading.objects.create(
        object=stored,
        round=during,
        method=method,
        state=found.state.value,
        finding=finding_of(found),
        read_at=now,
        agent=actor.audit_name,
        sha256_found=Digest("sha256", found.sha256) if found.sha256 else None,
        blake3_found=Digest("blake3", found.blake3) if found.blake3 else None,
    )
    StoredObject.objects.filter(pk=stored.pk).update(**read_columns(method, now))
    if not found.ok:
        raise_alarm(AlarmState(finding_of(found).value), about=stored, actor=actor)
    return reading


def enter_in_custody(
    item: EvidenceItem, found: CheckOutcome, *, method: ReadingMethod, actor: Actor
) -> CustodyEvent:
    """Write the reading into one item's custody and into the log, in the caller's transaction."""
    event = custody.record(
        item,
        CustodyKind.FIXITY_CHECKED,
        actor=actor,
        tool=_TOOLS[method],
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


def read_columns(method: ReadingMethod, at: datetime) -> dict[str, datetime]:
    """Which moments of an object a reading moves: one in full reads the stored bytes too."""
    return {"scrubbed_at": at} if method == ReadingMethod.SCRUB else {"checked_at": at, "scrubbed_at": at}


def finding_of(found: CheckOutcome) -> Finding:
    """The outcome as rounds count it."""
    return _FINDINGS[found.state]


def stored_facts(stored: StoredObject) -> StoredFacts:
    """What the record says of an object, in the vault's own words."""
    more = tuple((MoreDigest(one.algorithm).in_hashlib, bytes(one.value)) for one in stored.digests.all())
    return replace(recorded_facts(stored), more=more)
