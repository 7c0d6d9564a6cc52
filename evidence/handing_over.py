"""Handing an item over: one offers it, the other accepts or refuses. Two rows by two people.

Whoever has no account accepts on paper: the signed paper is taken in as an item of the same case, and the acceptance
refers to it. Until then the offer is open, for everybody to see.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from accounts.roles import Role
from audit.actions import Action
from audit.actors import Actor
from cases.dating import PartialDate
from cases.models import Case
from cases.plain_text import clean_line, clean_text
from cases.queries import members_of_any
from evidence import custody
from evidence.custody import EventFacts
from evidence.errors import AlreadyAnswered, BadCustody, CustodyBroken, NotTheHolder
from evidence.fixity import check_object, record_outcome
from evidence.holding import Holder, checked_out, holder_of, open_offer
from evidence.models import CustodyEvent, EvidenceCase, EvidenceItem
from evidence.placement import only_case
from evidence.queries import find_item
from evidence.vault.facts import ObjectState
from evidence.vault.stores import unreadable
from evidence.vocabulary import SHORTEST_PURPOSE, CustodyKind, CustodyOutcome

HAND_OVER = "evidence.transfer_custody"


@dataclass(frozen=True, slots=True)
class HandOver:
    """What is known of a hand-over: why, where, when it happened, and in what condition the item was."""

    purpose: str
    location: str = ""
    happened: PartialDate | None = None
    condition: str = ""
    seal: str = ""
    note: str = ""

    def facts(self) -> EventFacts:
        """As the ledger takes them, cleaned. Raises BadText."""
        return {
            "purpose": clean_text(self.purpose, label=_("The purpose")),
            "location": clean_line(self.location, label=_("The place"), required=False),
            "condition": clean_text(self.condition, label=_("The condition")),
            "seal": clean_line(self.seal, label=_("The seal number"), required=False),
            "note": clean_text(self.note, label=_("The note")),
        }


def possible_receivers(item: EvidenceItem, *, user: User) -> QuerySet[User]:
    """Whom `user` may offer the item to: members of a case that both it and `user` are in, but not themselves.

    Members of other cases are not named: who works where is not this reader's matter.
    """
    shared = Case.objects.visible_to(user).filter(evidence_items=item)
    return members_of_any(shared).filter(is_active=True).exclude(pk=user.pk)


def offer(item: EvidenceItem, *, to: User | str, facts: HandOver, actor: Actor) -> CustodyEvent:
    """Offer the item to a user, or to somebody without an account, who is named. They hold it once they accept.

    Raises NotPermitted, UnknownEvidence, NotTheHolder, BadText, or BadCustody for a purpose under ten characters,
    for a receiver who may not see the item, and while the item is offered already or checked out.
    """
    user = require(actor, HAND_OVER)
    item = find_item(item.pk, user=user)
    party = to if isinstance(to, User) else None
    if party is not None and not possible_receivers(item, user=user).filter(pk=party.pk).exists():
        raise BadCustody(
            _("Choose somebody who works on a case of this item, and not yourself. A lawyer adds members.")
        )
    name = to.full_name if isinstance(to, User) else clean_line(to, label=_("The receiver's name"))
    with transaction.atomic():
        events = custody.locked_ledger(item)
        require_at_hand(events)
        holder = require_holder(events, user)
        given: EventFacts = {
            **facts.facts(),
            "released_by": holder.name if holder else user.full_name,
            "received_by": name,
            "party": party,
        }
        return custody.enter(
            item,
            CustodyKind.TRANSFER_OFFERED,
            Action.TRANSFER_OFFERED,
            actor=user,
            case_id=only_case(item),
            happened=facts.happened,
            **given,
        )


def accept(
    offered: CustodyEvent, *, facts: HandOver, document: EvidenceItem | None = None, actor: Actor
) -> CustodyEvent:
    """Take the offered item over, or enter the signed paper of somebody without an account who took it.

    The bytes are read in full and compared first; what was found stands in the event. Raises CustodyBroken, with the
    damage recorded and the offer still open, when they are not what was received; VaultUnavailable when they cannot
    be read; NotPermitted, UnknownEvidence, BadText, BadCustody, or AlreadyAnswered when another answer was first.
    """
    user, item = _answering(offered, actor)
    if offered.party_id is not None and offered.party_id != user.pk:
        raise BadCustody(_("Only the person to whom it was offered can accept it."))
    paper = signed_paper(document, item, user) if offered.party_id is None else None
    # Before the transaction: a large file takes minutes to read, and nobody's writes should wait for it.
    compared = _compared(item, user)
    given: EventFacts = {
        **facts.facts(),
        **compared,
        "purpose": offered.purpose,
        "answers": offered,
        "released_by": offered.released_by,
        "received_by": offered.received_by,
        "party": offered.party,
        "document": paper,
    }
    with _answered_once():
        _still_open(offered, item)
        return custody.enter(
            item,
            CustodyKind.TRANSFER_ACCEPTED,
            Action.TRANSFER_ACCEPTED,
            actor=user,
            case_id=only_case(item),
            happened=facts.happened,
            **given,
        )


def refuse(offered: CustodyEvent, *, reason: str, actor: Actor) -> CustodyEvent:
    """Say no to an offer, and why. Raises as `accept`, but for the bytes, which are not read."""
    user, item = _answering(offered, actor)
    if offered.party_id is None:
        raise BadCustody(
            _("Somebody without an account cannot refuse here. Withdraw the offer, and say why.")
        )
    if offered.party_id != user.pk:
        raise BadCustody(_("Only the person to whom it was offered can refuse it."))
    return _turn_down(offered, item, CustodyKind.TRANSFER_REFUSED, reason=reason, user=user)


def withdraw(offered: CustodyEvent, *, reason: str, actor: Actor) -> CustodyEvent:
    """Take an offer back while nobody has answered it. Raises as `refuse`; only whoever offered may."""
    user, item = _answering(offered, actor)
    if not may_withdraw(offered, user):
        raise BadCustody(_("Only the person who offered it can take the offer back."))
    return _turn_down(offered, item, CustodyKind.TRANSFER_WITHDRAWN, reason=reason, user=user)


def may_withdraw(offered: CustodyEvent, user: User) -> bool:
    """Whether the user offered it, or stands in for somebody whose account is closed."""
    return offered.actor_id == user.pk or _may_stand_in(offered.actor, user)


def require_holder(events: Sequence[CustodyEvent], user: User) -> Holder | None:
    """The present holder, if it is this user. Raises NotTheHolder, saying who it is.

    A lawyer stands in for a holder whose account is closed, and where no holder is known: else the item could never
    be handed over again.
    """
    holder = holder_of(events)
    if holder is not None and holder.is_user(user):
        return holder
    account = User.objects.filter(pk=holder.user_id).first() if holder and holder.user_id else None
    # A holder without an account is no absent one: they have the item, and it comes back by its return.
    if (holder is None or holder.user_id is not None) and _may_stand_in(account, user):
        return holder
    if holder is None:
        raise NotTheHolder(_("Nobody is recorded as holding this item. Ask a lawyer of the case."))
    raise NotTheHolder(
        _("This item is with %(holder)s, so only they can do this. Ask them to hand it over first.")
        % {"holder": holder.name}
    )


def require_at_hand(events: Sequence[CustodyEvent]) -> None:
    """Raises BadCustody once the item is disposed of, and while it is offered to somebody or checked out."""
    if any(event.kind == CustodyKind.DISPOSED for event in events):
        raise BadCustody(_("This item was disposed of. Its custody has ended."))
    if open_offer(events) is not None:
        raise BadCustody(_("This item is offered to somebody already. Withdraw that offer first."))
    if checked_out(events) is not None:
        raise BadCustody(_("This item is checked out. Record its return first."))


def require_reason(reason: str) -> str:
    """The reason, cleaned. Raises BadCustody under ten characters, BadText for hidden characters."""
    words = clean_text(reason, label=_("The reason"))
    if len(words) < SHORTEST_PURPOSE:
        raise BadCustody(_("Say in at least 10 characters why."))
    return words


def papers_for(item: EvidenceItem, *, user: User) -> "QuerySet[EvidenceItem]":
    """What may show an event of the item: the other items of the cases that it and the user are in."""
    shared = Case.objects.visible_to(user).filter(evidence_items=item)
    placed = EvidenceCase.objects.filter(case__in=shared).values("item_id")
    return EvidenceItem.objects.visible_to(user).filter(pk__in=placed).exclude(pk=item.pk)


def signed_paper(document: EvidenceItem | None, item: EvidenceItem, user: User) -> EvidenceItem:
    """The paper, if it is an item of the same case that the user sees. Raises BadCustody."""
    if document is None or not papers_for(item, user=user).filter(pk=document.pk).exists():
        raise BadCustody(
            _("Take the signed paper in first, as an item of the same case, and choose it here.")
        )
    return document


def _may_stand_in(absent: User | None, user: User) -> bool:
    return (absent is None or not absent.is_active) and user.role is Role.LAWYER


def _answering(offered: CustodyEvent, actor: Actor) -> tuple[User, EvidenceItem]:
    user = require(actor, HAND_OVER)
    item = find_item(offered.item_id, user=user)
    if offered.kind != CustodyKind.TRANSFER_OFFERED:
        raise BadCustody(_("That is no offer. Choose one from the item's custody."))
    return user, item


def _still_open(offered: CustodyEvent, item: EvidenceItem) -> None:
    now = open_offer(custody.locked_ledger(item))
    if now is None or now.pk != offered.pk:
        raise _already_answered()


def _turn_down(
    offered: CustodyEvent, item: EvidenceItem, kind: CustodyKind, *, reason: str, user: User
) -> CustodyEvent:
    words = require_reason(reason)
    refused = kind is CustodyKind.TRANSFER_REFUSED
    with _answered_once():
        _still_open(offered, item)
        return custody.enter(
            item,
            kind,
            Action.TRANSFER_REFUSED if refused else Action.TRANSFER_WITHDRAWN,
            actor=user,
            case_id=only_case(item),
            answers=offered,
            released_by=offered.released_by,
            received_by=offered.received_by,
            party=offered.party,
            purpose=offered.purpose,
            note=words,
        )


@contextmanager
def _answered_once() -> Iterator[None]:
    """One transaction. Of two answers at once the database takes one; raises AlreadyAnswered for the other."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise _already_answered() from error


def _compared(item: EvidenceItem, user: User) -> EventFacts:
    """What a full reading of the item's bytes found, as the event keeps it; nothing for an item without bytes."""
    found = check_object(item.object)
    if found.state is ObjectState.UNREADABLE:
        # The store does not answer: that says nothing of the item, so nothing is recorded of it.
        raise unreadable()
    if not found.ok:
        record_outcome(item, found, actor=user)
        raise CustodyBroken(
            _(
                "The stored bytes were read again and are not what was received, so the item cannot change hands. "
                "It is recorded; tell a lawyer of the case and the auditor now."
            )
        )
    return {
        "outcome": CustodyOutcome.VERIFIED,
        "digest_expected": item.object.sha256,
        "digest_found": item.object.sha256,
    }


def _already_answered() -> AlreadyAnswered:
    return AlreadyAnswered(_("This offer was answered already. Reload the page to see how."))
