"""Legal holds: while one is on an item, nobody disposes of it, whatever their role. The database refuses it too.

What a hold keeps beside the item itself says `evidence.hold_reach`.
"""

from django.utils.translation import gettext as _

from accounts.access import require
from audit.actions import Action
from audit.actors import Actor
from cases.plain_text import clean_text
from evidence import custody
from evidence.circumstances import require_reason
from evidence.errors import BadCustody, NotTheHolder
from evidence.hold_reach import lock_family
from evidence.holding import holds_on
from evidence.memberships import is_member_of_all
from evidence.models import CustodyEvent, EvidenceItem
from evidence.placement import only_case
from evidence.possession import require_kept
from evidence.queries import find_item
from evidence.vocabulary import CustodyKind

HOLD = "evidence.hold_evidence"


def place_hold(item: EvidenceItem, *, reason: str, authority: str = "", actor: Actor) -> CustodyEvent:
    """Put a legal hold on the item, and say why. Several may be on one item; each is released by itself.

    Raises NotPermitted, UnknownEvidence, BadText, or BadCustody for a reason under ten characters or an item that is
    disposed of.
    """
    user = require(actor, HOLD)
    item = find_item(item.pk, user=user)
    words = require_reason(reason)
    given = clean_text(authority, label=_("The authority"))
    with custody.settled_once():
        # Whoever disposes of something that this hold reaches waits for it, or is waited for.
        lock_family(item)
        require_kept(custody.locked_ledger(item))
        return custody.enter(
            item,
            CustodyKind.HOLD_PLACED,
            Action.HOLD_PLACED,
            actor=user,
            case_id=only_case(item),
            purpose=words,
            authority=given,
        )


def release_hold(hold: CustodyEvent, *, reason: str, actor: Actor) -> CustodyEvent:
    """Release a hold, and say why. Raises as `place_hold`, AlreadyAnswered, or NotTheHolder.

    Whoever placed it may, or a lawyer who is a member of every case of the item: a hold that one case needs is not
    for another case's lawyer to lift.
    """
    user = require(actor, HOLD)
    item = find_item(hold.item_id, user=user)
    if hold.kind != CustodyKind.HOLD_PLACED:
        raise BadCustody(_("That is no legal hold. Choose one from the item's custody."))
    if hold.actor_id != user.pk and not is_member_of_all(item, user):
        raise NotTheHolder(
            _(
                "This hold may be another case's. Ask who placed it, or a lawyer who is in every case of the item."
            )
        )
    words = require_reason(reason)
    with custody.settled_once():
        if hold.pk not in {one.pk for one in holds_on(custody.locked_ledger(item))}:
            raise custody.already_settled()
        return custody.enter(
            item,
            CustodyKind.HOLD_RELEASED,
            Action.HOLD_RELEASED,
            actor=user,
            case_id=only_case(item),
            purpose=words,
            answers=hold,
        )
