"""Handing an item over: one offers it, the other accepts or refuses. Two rows by two people.

Whoever has no account accepts on paper: the signed paper is taken in as an item of the same case, and the acceptance
refers to it. Until then the offer is open, for everybody to see.
"""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit.actions import Action
from audit.actors import Actor
from cases.models import Case
from cases.plain_text import clean_line
from cases.queries import members_of_any
from evidence import custody
from evidence.circumstances import Circumstances, require_reason, signed_paper
from evidence.custody import EventFacts
from evidence.errors import BadCustody
from evidence.holding import open_offer
from evidence.models import CustodyEvent, EvidenceItem
from evidence.placement import only_case
from evidence.possession import compare_bytes, may_stand_in, require_at_hand, require_holder
from evidence.queries import find_item
from evidence.vocabulary import CustodyKind

HAND_OVER = "evidence.transfer_custody"


def possible_receivers(item: EvidenceItem, *, user: User) -> QuerySet[User]:
    """Whom `user` may offer the item to: members of a case that both it and `user` are in, but not themselves.

    Members of other cases are not named: who works where is not this reader's matter.
    """
    shared = Case.objects.visible_to(user).filter(evidence_items=item)
    return members_of_any(shared).filter(is_active=True).exclude(pk=user.pk)


def offer(item: EvidenceItem, *, to: User | str, facts: Circumstances, actor: Actor) -> CustodyEvent:
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
    offered: CustodyEvent, *, facts: Circumstances, document: EvidenceItem | None = None, actor: Actor
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
    compared = compare_bytes(item, user)
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
    with custody.settled_once():
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
    return offered.actor_id == user.pk or may_stand_in(offered.actor, user)


def _answering(offered: CustodyEvent, actor: Actor) -> tuple[User, EvidenceItem]:
    user = require(actor, HAND_OVER)
    item = find_item(offered.item_id, user=user)
    if offered.kind != CustodyKind.TRANSFER_OFFERED:
        raise BadCustody(_("That is no offer. Choose one from the item's custody."))
    return user, item


def _still_open(offered: CustodyEvent, item: EvidenceItem) -> None:
    now = open_offer(custody.locked_ledger(item))
    if now is None or now.pk != offered.pk:
        raise custody.already_settled()


def _turn_down(
    offered: CustodyEvent, item: EvidenceItem, kind: CustodyKind, *, reason: str, user: User
) -> CustodyEvent:
    words = require_reason(reason)
    refused = kind is CustodyKind.TRANSFER_REFUSED
    with custody.settled_once():
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
