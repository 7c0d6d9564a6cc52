"""Giving every stored object a digest by another algorithm, long before anybody doubts the old one.

A new digest of unproven bytes would launder whatever they have become. So it is computed in the very reading in which
the old digest verifies, and from then on every reading in full compares both.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor, Channel, SystemActor
from evidence.errors import DisposedOf
from evidence.fixity import CHECK, check_object
from evidence.fixity_recording import record_everywhere
from evidence.models import EvidenceItem, ObjectDigest, StoredObject
from evidence.vault.facts import CheckOutcome
from evidence.vocabulary import MoreDigest, ReadingMethod

_AT_ONCE = 200

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class DigestReport:
    """What became of the objects; `failed` are references and states of those that did not verify."""

    algorithm: MoreDigest
    added: int = 0
    had_it: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every object has the digest now."""
        return not self.failed


def migrate_digests(to: MoreDigest, *, actor: Actor, progress: Progress | None = None) -> DigestReport:
    """Give every object that lacks it a digest by `to`; what is left is read from the rows, so a kill loses nothing.

    An object that does not verify gets none: its damage is recorded and alarmed like any other. Raises NotPermitted,
    VaultKeyMissing, VaultKeyWrong, or VaultUnavailable when the store is away.
    """
    if not (isinstance(actor, SystemActor) and actor.channel is Channel.COMMAND):
        require(actor, CHECK)
    lacking = StoredObject.objects.filter(removal_asked_at=None).exclude(digests__algorithm=to)
    report = DigestReport(to, had_it=ObjectDigest.objects.filter(algorithm=to).count())
    total = lacking.count()
    # By key, not by what lacks it: one that fails is passed over and not met again.
    last: UUID | None = None
    while batch := _next(lacking, last):
        for stored in batch:
            _add(stored, report, actor)
            last = stored.pk
            if progress is not None:
                progress(report.added + len(report.failed), total)
    return report


def _next(lacking: QuerySet[StoredObject], last: UUID | None) -> list[StoredObject]:
    rows = lacking if last is None else lacking.filter(pk__gt=last)
    return list(rows.prefetch_related("digests").order_by("pk")[:_AT_ONCE])


def _add(stored: StoredObject, report: DigestReport, actor: Actor) -> None:
    name = report.algorithm.in_hashlib
    try:
        found = check_object(stored, also=(name,))
    except DisposedOf:
        # It goes: a further digest would be of nothing.
        return
    with transaction.atomic():
        record_everywhere(stored, found, method=ReadingMethod.FULL, actor=actor)
        if found.ok:
            report.added += _keep(stored, found, report.algorithm, actor)
    if not found.ok:
        receipts = EvidenceItem.objects.filter(object=stored).order_by("reference")
        named = ", ".join(receipts.values_list("reference", flat=True)[:10]) or stored.name
        report.failed.append((named, found.state.value))


def _keep(stored: StoredObject, found: CheckOutcome, algorithm: MoreDigest, actor: Actor) -> bool:
    """Write the digest down; False where another process was first. In the caller's transaction."""
    # Under the object's lock: of two processes the second one finds the first one's row.
    StoredObject.objects.select_for_update().values_list("pk").get(pk=stored.pk)
    if ObjectDigest.objects.filter(object=stored, algorithm=algorithm).exists():
        return False
    value = dict(found.more)[algorithm.in_hashlib]
    ObjectDigest.objects.create(object=stored, algorithm=algorithm, value=value)
    facts = {"algorithm": algorithm.value, "value": value.hex(), "verified_sha256": stored.sha256.hex}
    log.append(Action.DIGEST_ADDED, subject=stored, actor=actor, facts=facts)
    return True
