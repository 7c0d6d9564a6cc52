"""What whoever acts on an item must hold and see: the item itself, at hand, with its bytes whole."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from evidence.custody import EventFacts
from evidence.errors import BadCustody, CustodyBroken, NotTheHolder
from evidence.fixity import check_object, record_outcome
from evidence.holding import Holder, checked_out, holder_of, open_offer
from evidence.models import CustodyEvent, EvidenceItem
from evidence.vault.facts import ObjectState
from evidence.vault.stores import unreadable
from evidence.vocabulary import CustodyKind, CustodyOutcome


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
    if (holder is None or holder.user_id is not None) and may_stand_in(account, user):
        return holder
    if holder is None:
        raise NotTheHolder(_("Nobody is recorded as holding this item. Ask a lawyer of the case."))
    raise NotTheHolder(
        _("This item is with %(holder)s, so only they can do this. Ask them to hand it over first.")
        % {"holder": holder.name}
    )


def require_at_hand(events: Sequence[CustodyEvent]) -> None:
    """Raises BadCustody once the item is disposed of, and while it is offered to somebody or checked out."""
    require_kept(events)
    if open_offer(events) is not None:
        raise BadCustody(_("This item is offered to somebody already. Withdraw that offer first."))
    if checked_out(events) is not None:
        raise BadCustody(_("This item is checked out. Record its return first."))


def require_kept(events: Sequence[CustodyEvent]) -> None:
    """Raises BadCustody once the item is disposed of."""
    if any(event.kind == CustodyKind.DISPOSED for event in events):
        raise BadCustody(_("This item was disposed of. Its custody has ended."))


def why_not_given(events: Sequence[CustodyEvent], user: User) -> str:
    """Why this user cannot give the item to anybody now, in one sentence; empty where they can."""
    try:
        require_at_hand(events)
        require_holder(events, user)
    except (BadCustody, NotTheHolder) as error:
        return str(error)
    return ""


def may_stand_in(absent: User | None, user: User) -> bool:
    """Whether the user may act for somebody who is unknown, or whose account is closed: lawyers may."""
    return (absent is None or not absent.is_active) and user.role is Role.LAWYER


def compare_bytes(item: EvidenceItem, user: User) -> EventFacts:
    """What a full reading of the item's bytes found, as the event keeps it; nothing for an item without bytes."""
    if not item.has_bytes:
        return {}
    found = check_object(item.kept)
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
        "digest_expected": item.stored.sha256,
        "digest_found": item.stored.sha256,
    }
