"""Two statements about exhibits, never one for the other: that they were packed, and that the package went out."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from audit import log
from audit.actions import Action
from audit.erased import ErasedText
from dossiers.exhibits import gone_meanwhile, gone_since
from dossiers.models import Dossier, DossierExhibit, ExhibitNumber
from evidence import custody
from evidence.custody import EventFacts
from evidence.errors import DisposedOf
from evidence.models import CustodyEvent
from evidence.vocabulary import CustodyKind

_BATCH = 400


def pack(dossier: Dossier, item_ids: Sequence[UUID], *, actor: User) -> None:
    """Record that every item was packed. Called inside the transaction that records the dossier as compiled.

    Raises DossierBusy where one was disposed of meanwhile; after this none is until the transaction ends.
    """
    for start in range(0, len(item_ids), _BATCH):
        batch = item_ids[start : start + _BATCH]
        found = ExhibitNumber.objects.filter(case=dossier.case, item__in=batch).order_by("number")
        numbers = list(found.select_related("case", "item__object"))
        facts = [(number.item, _packed(dossier, number)) for number in numbers]
        try:
            events = custody.record_all(facts, CustodyKind.PACKED, actor=actor)
        except DisposedOf as error:
            raise gone_meanwhile() from error
        DossierExhibit.objects.bulk_create(
            DossierExhibit(dossier=dossier, exhibit_number=number, item=number.item, packing=event)
            for number, event in zip(numbers, events, strict=True)
        )
        _enter(events, Action.EVIDENCE_PACKED, dossier, actor=actor)


def disclose(dossier: Dossier, *, actor: User) -> list[UUID]:
    """Record that every exhibit goes out in this person's hands, unless their custody says so already.

    Called inside the transaction that records the hand-out, with the dossier's row locked. Gives the new events' keys.
    Raises DossierBusy where one was disposed of since it was packed.
    """
    if dossier.exhibits.filter(item__disposed_at__isnull=False).exists():
        raise gone_since()
    made: list[UUID] = []
    keys = _not_yet(dossier, actor)
    for start in range(0, len(keys), _BATCH):
        batch = DossierExhibit.objects.filter(pk__in=keys[start : start + _BATCH])
        exhibits = batch.select_related("exhibit_number__case", "item__object", "packing")
        facts = [(one.item, _disclosed(dossier, one)) for one in exhibits.order_by("exhibit_number__number")]
        try:
            events = custody.record_all(facts, CustodyKind.DISCLOSED, actor=actor)
        except DisposedOf as error:
            raise gone_since() from error
        _enter(events, Action.EVIDENCE_DISCLOSED, dossier, actor=actor)
        made += [event.pk for event in events]
    return made


def take_back(disclosed: Sequence[UUID], *, reason: str, dossier: Dossier, actor: User) -> None:
    """Correct events that say more than happened: the package was let out, and it is known that nobody got it.

    In a transaction of its own. `reason` has at least ten characters.
    """
    with transaction.atomic():
        for start in range(0, len(disclosed), _BATCH):
            said = CustodyEvent.objects.filter(pk__in=disclosed[start : start + _BATCH])
            rows = list(said.select_related("item").order_by("pk"))
            events = custody.record_all(
                [(row.item, {"purpose": reason, "refers_to": row}) for row in rows],
                CustodyKind.CORRECTED,
                actor=actor,
            )
            _enter(events, Action.CUSTODY_CORRECTED, dossier, actor=actor)


def handouts_of(dossier: Dossier) -> QuerySet[CustodyEvent]:
    """Who took the dossier out and when, the first one first, and whether that was `corrected`.

    Each time all of it goes, so one exhibit tells.
    """
    first = dossier.exhibits.order_by("exhibit_number__number").values("packing")[:1]
    said = CustodyEvent.objects.filter(kind=CustodyKind.DISCLOSED, refers_to__in=first)
    corrections = CustodyEvent.objects.filter(kind=CustodyKind.CORRECTED, refers_to=OuterRef("pk"))
    return said.annotate(corrected=Exists(corrections)).select_related("actor").order_by("seq")


def is_of_old(dossier: Dossier) -> bool:
    """Whether the ledger called its packing a disclosure, as it did once: then it does not tell who took it out."""
    return dossier.exhibits.filter(packing__kind=CustodyKind.DISCLOSED).exists()


def _packed(dossier: Dossier, number: ExhibitNumber) -> EventFacts:
    # Each original was read again and compared while it was packed; nothing is read as it goes out.
    digest = number.item.stored.sha256 if number.item.has_bytes else None
    return {
        "purpose": _purpose(dossier),
        "note": f"{number} · {_named(dossier)}",
        "digest_expected": digest,
        "digest_found": digest,
    }


def _disclosed(dossier: Dossier, exhibit: DossierExhibit) -> EventFacts:
    name = dossier.recipient_name
    return {
        "purpose": _purpose(dossier),
        "note": f"{exhibit.exhibit_number} · {_named(dossier)}",
        "received_by": "" if isinstance(name, ErasedText) else name,
        "refers_to": exhibit.packing,
    }


def _named(dossier: Dossier) -> str:
    return f"{dossier.name} ({dossier.pk})"


def _purpose(dossier: Dossier) -> str:
    # Words that were erased since are not to come back by another way.
    return _named(dossier) if isinstance(dossier.purpose, ErasedText) else dossier.purpose


def _not_yet(dossier: Dossier, actor: User) -> list[UUID]:
    """The exhibits, by number, of which no standing event says that they went out in this person's hands."""
    told = CustodyEvent.objects.filter(
        kind=CustodyKind.DISCLOSED, actor=actor, refers_to__dossier_exhibit__dossier=dossier
    ).exclude(referred_by__kind=CustodyKind.CORRECTED)
    left = dossier.exhibits.exclude(packing__in=told.values("refers_to"))
    return list(left.order_by("exhibit_number__number").values_list("pk", flat=True))


def _enter(events: Sequence[CustodyEvent], action: Action, dossier: Dossier, *, actor: User) -> None:
    for event in events:
        log.append(action, subject=event.item, actor=actor, facts=event.facts(), case_id=dossier.case_id)
