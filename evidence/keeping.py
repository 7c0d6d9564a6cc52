"""What is done with an item while somebody holds it: seals, moves, check-outs, and what is remembered or put right."""

from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit.actions import Action
from audit.actors import Actor
from cases.dating import PartialDate
from cases.plain_text import clean_line, clean_text
from evidence import custody
from evidence.circumstances import Circumstances, require_reason, signed_paper
from evidence.custody import EventFacts
from evidence.errors import BadCustody
from evidence.handing_over import HAND_OVER
from evidence.holding import open_seals, taken_by, unanswered
from evidence.models import CustodyEvent, EvidenceItem
from evidence.order import require_order
from evidence.placement import only_case
from evidence.possession import compare_bytes, require_at_hand, require_holder, require_kept
from evidence.queries import find_item
from evidence.second_person import wants_a_second
from evidence.vocabulary import CustodyKind

_ACTIONS = {
    CustodyKind.SEALED: Action.EVIDENCE_SEALED,
    CustodyKind.UNSEALED: Action.SEAL_OPENED,
    CustodyKind.MOVED: Action.EVIDENCE_MOVED,
    CustodyKind.CHECKED_OUT: Action.EVIDENCE_CHECKED_OUT,
    CustodyKind.RETURNED: Action.EVIDENCE_RETURNED,
    CustodyKind.COLLECTED: Action.COLLECTION_RECORDED,
    CustodyKind.CORRECTED: Action.CUSTODY_CORRECTED,
}
_OF_SEALS = (CustodyKind.SEALED, CustodyKind.UNSEALED)


def seal(
    item: EvidenceItem, *, facts: Circumstances, photograph: EvidenceItem | None = None, actor: Actor
) -> CustodyEvent:
    """Record that a seal of the number `facts.seal` was put on. A second person confirms it.

    Raises NotPermitted, UnknownEvidence, NotTheHolder, BadText, or BadCustody for a seal without a number, for the
    number of a seal that is on, and for a photograph that is no item of the same case.
    """
    given = facts.facts()
    if not given["seal"]:
        raise BadCustody(_("Write the number that stands on the seal."))
    user, item = _keeper(item, actor)
    picture = signed_paper(photograph, item, user) if photograph else None
    return _kept(
        item, CustodyKind.SEALED, user=user, happened=facts.happened, given={**given, "document": picture}
    )


def open_seal(
    item: EvidenceItem, *, seal: CustodyEvent | None, facts: Circumstances, actor: Actor
) -> CustodyEvent:
    """Record that a seal was opened, with the number that it bore then, and why. A second person confirms it.

    `seal` is the event since which it was on; None only where the ledger knows of none. A number that differs is
    recorded as it was read, and the gap report names it. Raises as `seal`, or AlreadyAnswered.
    """
    given = facts.facts()
    if not given["seal"]:
        raise BadCustody(_("Write the number that stands on the seal."))
    given["purpose"] = require_reason(facts.purpose)
    user, item = _keeper(item, actor)
    with custody.settled_once():
        closed = {event.pk for event in open_seals(custody.locked_ledger(item))}
        if seal is None and closed:
            raise BadCustody(_("Choose the seal that was opened."))
        if seal is not None and seal.pk not in closed:
            raise custody.already_settled()
        return _kept(
            item, CustodyKind.UNSEALED, user=user, happened=facts.happened, given={**given, "answers": seal}
        )


def confirm(event: CustodyEvent, *, note: str = "", actor: Actor) -> CustodyEvent:
    """Confirm, as the second person, that a seal was put on or opened as recorded, or that somebody without an account
    took the item or brought it back.

    Raises NotPermitted, UnknownEvidence, or BadCustody for whoever recorded or confirmed it already.
    """
    user = require(actor, HAND_OVER)
    item = find_item(event.item_id, user=user)
    if not wants_a_second(event, event.answers):
        raise BadCustody(
            _(
                "Only a seal that was put on or opened, and a hand-over that one person alone recorded, are confirmed."
            )
        )
    if event.actor_id == user.pk:
        raise BadCustody(_("You recorded this yourself. A second person must confirm it."))
    given: EventFacts = {"refers_to": event, "note": clean_text(note, label=_("The note"))}
    with custody.settled_once():
        ledger = custody.locked_ledger(item)
        if any(
            one.kind == CustodyKind.CONFIRMED and one.refers_to_id == event.pk and one.actor_id == user.pk
            for one in ledger
        ):
            raise BadCustody(_("You confirmed this already."))
        return custody.enter(
            item,
            CustodyKind.CONFIRMED,
            Action.SEAL_CONFIRMED if event.kind in _OF_SEALS else Action.HAND_OVER_CONFIRMED,
            actor=user,
            case_id=only_case(item),
            **given,
        )


def move(item: EvidenceItem, *, facts: Circumstances, actor: Actor) -> CustodyEvent:
    """Record that the item lies in another place from now on.

    Raises as `seal`, or BadCustody while it is checked out, unless it may have happened before.
    """
    given = facts.facts()
    if not given["location"]:
        raise BadCustody(_("Write the place to which it was moved, such as the room, the shelf and the box."))
    user, item = _keeper(item, actor)
    return _kept(item, CustodyKind.MOVED, user=user, happened=facts.happened, given=given)


def check_out(item: EvidenceItem, *, to: str, due: date, facts: Circumstances, actor: Actor) -> CustodyEvent:
    """Record that the item is given out for a time; the holder still answers for it, and it is due back on a day.

    Raises as `seal`, or BadCustody for a purpose under ten characters, for a day that is over as it is given out, and
    while it is offered or out already.
    """
    user, item = _keeper(item, actor)
    # What happened long ago may be due long ago; a day of grace, since it may be another day there.
    given_out = facts.happened.earliest if facts.happened else timezone.now().date()
    if given_out and due < given_out - timedelta(days=1):
        raise BadCustody(
            _("It would be due back before it is given out. Look at the day again, in either calendar.")
        )
    given: EventFacts = {
        **facts.facts(),
        "released_by": user.full_name,
        "received_by": clean_line(to, label=_("The receiver's name")),
        "due": due,
    }
    with custody.settled_once():
        require_at_hand(custody.locked_ledger(item))
        return _kept(item, CustodyKind.CHECKED_OUT, user=user, happened=facts.happened, given=given)


def to_come_back(events: list[CustodyEvent]) -> CustodyEvent | None:
    """The check-out, or the hand-over to somebody without an account, from which the item has not come back."""
    out = unanswered(events, CustodyKind.CHECKED_OUT, CustodyKind.TRANSFER_ACCEPTED)
    last = out[-1] if out else None
    if last is None or (last.kind == CustodyKind.TRANSFER_ACCEPTED and not _is_outside(last, events)):
        return None
    return last


def take_back(
    item: EvidenceItem,
    *,
    brought_by: str = "",
    document: EvidenceItem | None = None,
    facts: Circumstances,
    actor: Actor,
) -> CustodyEvent:
    """Record that the item came back. From somebody without an account it needs the signed paper, and whoever records
    it holds the item from then on. The bytes are compared as at an acceptance.

    Raises as `accept` of `evidence.handing_over`, or BadCustody where nothing is out or its custody has ended.
    """
    user = require(actor, HAND_OVER)
    item = find_item(item.pk, user=user)
    out = to_come_back(list(custody.chain_of(item)))
    if out is None:
        raise BadCustody(_("This item is not out. Nothing has to come back."))
    outside = out.kind == CustodyKind.TRANSFER_ACCEPTED
    given: EventFacts = {
        **facts.facts(),
        **compare_bytes(item, user),
        "purpose": out.purpose,
        "answers": out,
        "released_by": clean_line(brought_by, label=_("The name"), required=False) or out.received_by,
        "received_by": user.full_name,
        "document": signed_paper(document, item, user) if outside else None,
    }
    with custody.settled_once():
        now = custody.locked_ledger(item)
        require_kept(now)
        if to_come_back(now) != out:
            raise custody.already_settled()
        if not outside:
            require_holder(now, user)
        return _entered(item, CustodyKind.RETURNED, user=user, happened=facts.happened, given=given)


def record_collection(
    item: EvidenceItem,
    *,
    collected_by: str,
    released_by: str = "",
    authority: str = "",
    facts: Circumstances,
    actor: Actor,
) -> CustodyEvent:
    """Record who collected the item before it was received here, as it is remembered now.

    It does not change who holds the item. Raises NotPermitted, UnknownEvidence, BadText, or BadCustody without a
    date: what is not known of it can be written as widely as it is known.
    """
    user = require(actor, HAND_OVER)
    item = find_item(item.pk, user=user)
    if facts.happened is None:
        raise BadCustody(
            _("Write when it was collected, as far as it is known: a year, a season, about 1367.")
        )
    given: EventFacts = {
        **facts.facts(),
        "received_by": clean_line(collected_by, label=_("The collector's name")),
        "released_by": clean_line(released_by, label=_("The giver's name"), required=False),
        "authority": clean_text(authority, label=_("The authority")),
    }
    with custody.settled_once():
        return _entered(item, CustodyKind.COLLECTED, user=user, happened=facts.happened, given=given)


def correct(event: CustodyEvent, *, reason: str, facts: Circumstances, actor: Actor) -> CustodyEvent:
    """Say what is wrong with an event, and what is right. The old row stays; who holds the item does not change.

    Raises NotPermitted, UnknownEvidence, BadText, or BadCustody for a reason under ten characters.
    """
    user = require(actor, HAND_OVER)
    item = find_item(event.item_id, user=user)
    given: EventFacts = {**facts.facts(), "purpose": require_reason(reason), "refers_to": event}
    with custody.settled_once():
        return _entered(item, CustodyKind.CORRECTED, user=user, happened=facts.happened, given=given)


def _keeper(item: EvidenceItem, actor: Actor) -> tuple[User, EvidenceItem]:
    user = require(actor, HAND_OVER)
    return user, find_item(item.pk, user=user)


def _kept(
    item: EvidenceItem,
    kind: CustodyKind,
    *,
    user: User,
    happened: PartialDate | None,
    given: EventFacts,
) -> CustodyEvent:
    """An act of the holder alone, on an item that is not disposed of."""
    with custody.settled_once():
        events = custody.locked_ledger(item)
        require_kept(events)
        require_holder(events, user)
        require_order(kind, events, happened=happened, number=given.get("seal", ""))
        return _entered(item, kind, user=user, happened=happened, given=given)


def _entered(
    item: EvidenceItem,
    kind: CustodyKind,
    *,
    user: User,
    happened: PartialDate | None,
    given: EventFacts,
) -> CustodyEvent:
    return custody.enter(
        item, kind, _ACTIONS[kind], actor=user, case_id=only_case(item), happened=happened, **given
    )


def _is_outside(accepted: CustodyEvent, events: list[CustodyEvent]) -> bool:
    holder = taken_by(accepted)
    later = [event for event in events if event.seq > accepted.seq and taken_by(event) is not None]
    return holder is not None and holder.user_id is None and not later
