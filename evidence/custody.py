"""The custody ledger's one writer: events are numbered without gaps and never changed."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TypedDict, Unpack
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.errors import NotInTransaction
from cases.dated import dated_columns
from cases.dating import PartialDate
from cases.small_groups import Written, weigh_each
from evidence.digests import Digest
from evidence.errors import AlreadyAnswered, BadCustody
from evidence.models import CustodyEvent, EvidenceItem
from evidence.vocabulary import (
    ANSWERED_BY,
    FOR_A_DOSSIER,
    HAND_OVERS,
    MUST_ANSWER,
    SHORTEST_PURPOSE,
    CustodyKind,
    CustodyOutcome,
)

# What is done by us and changes neither who holds the item nor how it is closed: most of a long ledger.
_ROUTINE = (
    CustodyKind.FIXITY_CHECKED,
    CustodyKind.FORMAT_IDENTIFIED,
    CustodyKind.EXPORTED,
    *FOR_A_DOSSIER,
)


# What people write beside an act: of the item's story, and of the thing itself, whose shelf says nothing of whoever
# the item rests on.
_STORY = ("purpose", "note", "authority", "witnessed_by", "received_by")
_THING = ("location", "condition", "seal", "released_by")


class EventFacts(TypedDict, total=False):
    """What is known of an event; what is left out is empty. The columns of CustodyEvent say what each is."""

    released_by: str
    received_by: str
    purpose: str
    location: str
    tool: str
    outcome: CustodyOutcome | str
    note: str
    digest_expected: Digest | None
    digest_found: Digest | None
    refers_to: CustodyEvent | None
    answers: CustodyEvent | None
    party: User | None
    document: EvidenceItem | None
    seal: str
    condition: str
    authority: str
    witnessed_by: str
    due: date | None


def record(
    item: EvidenceItem,
    kind: CustodyKind,
    *,
    actor: Actor,
    happened: PartialDate | None = None,
    **facts: Unpack[EventFacts],
) -> CustodyEvent:
    """Write the item's next custody event, inside the transaction of the act that it records.

    The caller appends `event.facts()` to the log in the same transaction. `happened` is left out when the event
    happens as it is recorded. Raises BadCustody when somebody hands something over without saying why in at
    least ten characters, when an event answers or refers to what it cannot, or when it happens in the future;
    DisposedOf when its bytes were read or handed out while somebody disposed of it; leaves no row behind.
    """
    _require_transaction()
    _check(item, kind, happened=happened, facts=facts)
    number = _next_numbers([item], kind)[item.pk]
    event = _event(item, kind, number, actor=actor, happened=happened, facts=facts)
    event.save(force_insert=True)
    return event


def record_all(
    entries: Sequence[tuple[EvidenceItem, EventFacts]], kind: CustodyKind, *, actor: Actor
) -> list[CustodyEvent]:
    """Write the next event of many items, each of them once, in their order and in a few statements; as `record`."""
    _require_transaction()
    for item, facts in entries:
        _check(item, kind, happened=None, facts=facts)
    numbers = _next_numbers([item for item, _facts in entries], kind)
    return CustodyEvent.objects.bulk_create(
        _event(item, kind, numbers[item.pk], actor=actor, happened=None, facts=facts)
        for item, facts in entries
    )


def enter(
    item: EvidenceItem,
    kind: CustodyKind,
    action: Action,
    *,
    actor: Actor,
    case_id: UUID | None,
    happened: PartialDate | None = None,
    **facts: Unpack[EventFacts],
) -> CustodyEvent:
    """Record an event and append its entry to the log, for an act that is nothing but its event. As `record`, and
    SmallGroup."""
    weigh_event(item, facts, actor=actor)
    event = record(item, kind, actor=actor, happened=happened, **facts)
    log.append(action, subject=item, actor=actor, facts=event.facts(), case_id=case_id)
    return event


def weigh_event(item: EvidenceItem, facts: EventFacts, *, actor: Actor) -> None:
    """Ask of the words of an event before it is recorded, in its transaction. Raises SmallGroup."""
    if isinstance(actor, User):
        story = [str(facts.get(name) or "") for name in _STORY]
        thing = [str(facts.get(name) or "") for name in _THING]
        weigh_each([Written(story, frozenset([item.pk])), Written([*story, *thing])], actor=actor)


def locked_ledger(item: EvidenceItem) -> list[CustodyEvent]:
    """The item's events in their order, without the routine ones; nobody else writes one until this transaction ends.

    What an act depends on is asked here and not before, or two who act at once would both find it so.
    """
    _lock([item.pk])
    return list(chain_of(item))


def chain_of(item: EvidenceItem) -> QuerySet[CustodyEvent]:
    """The item's events in their order, without the routine ones that are no matter of holding or closing."""
    return item.custody.exclude(kind__in=_ROUTINE).select_related("actor", "party").order_by("seq")


@contextmanager
def settled_once() -> Iterator[None]:
    """One transaction. Of two who settle one event at once the database takes one; raises AlreadyAnswered for the
    other.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise already_settled() from error


def already_settled() -> AlreadyAnswered:
    """The one sentence for whoever comes second."""
    return AlreadyAnswered(
        _("Somebody else was first: this was settled already. Reload the page to see how.")
    )


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise NotInTransaction(_("A custody event must be written together with the act that it records."))


def _event(
    item: EvidenceItem,
    kind: CustodyKind,
    number: int,
    *,
    actor: Actor,
    happened: PartialDate | None,
    facts: EventFacts,
) -> CustodyEvent:
    return CustodyEvent(
        item=item,
        seq=number,
        kind=kind,
        actor=actor if isinstance(actor, User) else None,
        agent=actor.audit_name,
        **{**facts, "purpose": facts.get("purpose", "").strip()},
        **dated_columns(happened),
    )


def _check(item: EvidenceItem, kind: CustodyKind, *, happened: PartialDate | None, facts: EventFacts) -> None:
    if kind in HAND_OVERS and len(facts.get("purpose", "").strip()) < SHORTEST_PURPOSE:
        raise BadCustody(_("Say in at least 10 characters why this is handed over."))
    refers_to, answers = facts.get("refers_to"), facts.get("answers")
    if refers_to is not None and refers_to.item_id != item.pk:
        raise BadCustody(
            _("A correction must refer to an event of the same item. Choose one from its custody.")
        )
    if answers is None and kind in MUST_ANSWER:
        raise BadCustody(_("This answers another event of the item's custody. Choose it from there."))
    if answers is not None and (answers.item_id != item.pk or answers.kind not in ANSWERED_BY.get(kind, ())):
        raise BadCustody(_("This does not answer that event. Choose another one from the item's custody."))
    # A day of grace: it may be tomorrow where the exhibit is.
    if happened and happened.earliest and happened.earliest > datetime.now(UTC).date() + timedelta(days=1):
        raise BadCustody(_("That day has not come yet. Write when it happened."))


def _next_numbers(items: Collection[EvidenceItem], kind: CustodyKind) -> dict[UUID, int]:
    keys = [item.pk for item in items]
    for now in _lock(keys):
        if kind in _ROUTINE:
            # Begun before its custody ended: what was read or compiled meanwhile is no act on it any more.
            now.require_kept()
    last = CustodyEvent.objects.filter(item__in=keys).order_by().values("item").annotate(last=Max("seq"))
    known = dict(last.values_list("item", "last"))
    return {key: known.get(key, 0) + 1 for key in keys}


def _lock(keys: Collection[UUID]) -> list[EvidenceItem]:
    # The items' rows, not the ledger: two events of one item wait for each other, those of others do not.
    rows = EvidenceItem.objects.filter(pk__in=keys).order_by("pk")
    return list(rows.select_for_update().only("reference", "disposed_at"))
