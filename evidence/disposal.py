"""Disposing of an item: one lawyer asks, another decides. Frightening, and made to be hard.

The rows come first and the bytes go after them. Were it the other way round, a crash between the two would leave
evidence that is gone and a ledger that says nothing; as it is, it leaves bytes that the ledger says are to go, and
`evidence.removal` goes on from there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.digits import in_digits
from cases.date_display import shown_day
from cases.plain_text import clean_line, clean_text
from evidence import custody
from evidence.circumstances import require_reason
from evidence.custody import EventFacts
from evidence.errors import BadCustody, EvidenceRefused, OnHold, StoreHolds
from evidence.forgetting import forget_copies, forget_what_was_read
from evidence.hold_reach import holds_seen, lock_family
from evidence.holding import unanswered
from evidence.memberships import is_member_of_all
from evidence.models import CustodyEvent, EvidenceItem, StoredObject
from evidence.placement import only_case
from evidence.possession import require_at_hand
from evidence.queries import find_item
from evidence.removal import ask_for_removal, locked_until, objects_of, remove_asked
from evidence.vocabulary import CustodyKind

DISPOSE = "evidence.dispose_evidence"
# What an app above us does in the transaction of a disposal: `give_up(item, at=now, actor=user)`.
GiveUp = Callable[..., None]
REMOVED = "Dadkhah vault: the stored object is removed once no record needs it"


@dataclass(frozen=True, slots=True)
class Disposed:
    """What became of an item: its event, and what was asked to be removed; empty where others still need it all."""

    event: CustodyEvent
    removing: Sequence[StoredObject]


def open_request(events: Sequence[CustodyEvent]) -> CustodyEvent | None:
    """The request for disposal that waits for its decision; there is at most one."""
    return next(iter(unanswered(events, CustodyKind.DISPOSAL_REQUESTED)), None)


def request_disposal(item: EvidenceItem, *, reason: str, authority: str, actor: Actor) -> CustodyEvent:
    """Ask that the item be disposed of, saying why and on whose authority. Another person decides.

    Raises NotPermitted, UnknownEvidence, EvidenceRefused for whoever is not in every case of the item, OnHold, BadText
    or BadCustody.
    """
    user, item = _permitted(item, actor)
    words, given = require_reason(reason), clean_text(authority, label=_("The authority"))
    if not given:
        raise BadCustody(
            _("Say on whose authority it is disposed of: the law, the order or the owner's wish.")
        )
    with custody.settled_once():
        events = custody.locked_ledger(item)
        _require_free(item, events, user)
        if open_request(events) is not None:
            raise BadCustody(_("Its disposal is asked for already, and waits for a decision."))
        return custody.enter(
            item,
            CustodyKind.DISPOSAL_REQUESTED,
            Action.DISPOSAL_REQUESTED,
            actor=user,
            case_id=only_case(item),
            purpose=words,
            authority=given,
        )


def turn_down_disposal(request: CustodyEvent, *, reason: str, actor: Actor) -> CustodyEvent:
    """Decide that the item is kept; whoever asked may take the request back so. Raises as `request_disposal`, or
    AlreadyAnswered.
    """
    user, item = _deciding(request, actor)
    words = require_reason(reason)
    with custody.settled_once():
        _still_waiting(request, custody.locked_ledger(item))
        return custody.enter(
            item,
            CustodyKind.DISPOSAL_REFUSED,
            Action.DISPOSAL_REFUSED,
            actor=user,
            case_id=only_case(item),
            purpose=request.purpose,
            answers=request,
            note=words,
        )


def dispose(request: CustodyEvent, *, method: str, witnessed_by: str, actor: Actor) -> Disposed:
    """Dispose of the item: its custody ends, and its bytes are removed unless another item or paper needs them.

    What the store's own lock still holds cannot be removed, so then nothing is recorded either: raises StoreHolds with
    the day. Otherwise raises as `request_disposal`, AlreadyAnswered, or BadCustody for whoever asked for it.
    """
    user, item = _deciding(request, actor)
    if request.actor_id == user.pk:
        raise BadCustody(_("You asked for this yourself. Another lawyer of the case must decide."))
    how = clean_text(method, label=_("The method"))
    if not how:
        raise BadCustody(_("Say how it is disposed of."))
    witness = clean_line(witnessed_by, label=_("Who was present"))
    _require_removable(item)
    with custody.settled_once():
        # The objects before the item's row, as whoever takes the same bytes in does.
        going = objects_of(item)
        lock_family(item)
        events = custody.locked_ledger(item)
        _still_waiting(request, events)
        _require_free(item, events, user)
        removing = _record(item, request, {"note": how, "witnessed_by": witness}, going=going, user=user)
        # Robust: the rows are there; what is left to do is read from them.
        transaction.on_commit(remove_asked, robust=True)
    return removing


def _record(
    item: EvidenceItem,
    request: CustodyEvent,
    done: EventFacts,
    *,
    going: Sequence[StoredObject],
    user: User,
) -> Disposed:
    now = timezone.now()
    EvidenceItem.objects.filter(pk=item.pk).update(disposed_at=now)
    removing = ask_for_removal(going, at=now)
    given: EventFacts = {
        **done,
        "purpose": request.purpose,
        "authority": request.authority,
        "answers": request,
        # Of the bytes, whether they go now or are needed still: a ledger does not tell what other cases have.
        "tool": REMOVED if item.has_bytes else "",
        "digest_expected": item.stored.sha256 if item.has_bytes else None,
    }
    custody.weigh_event(item, given, actor=user)
    event = custody.record(item, CustodyKind.DISPOSED, actor=user, **given)
    facts = {
        **event.facts(),
        "objects_to_remove": len(removing),
        "objects_kept": len(going) - len(removing),
        **forget_what_was_read(item, at=now),
    }
    log.append(Action.EVIDENCE_DISPOSED, subject=item, actor=user, facts=facts, case_id=only_case(item))
    forget_copies(item, event, actor=user, at=now)
    for path in settings.DADKHAH_ON_DISPOSAL:
        # Apps above us keep what they took out of the item too.
        give_up: GiveUp = import_string(path)
        give_up(item, at=now, actor=user)
    return Disposed(event, removing)


def _permitted(item: EvidenceItem, actor: Actor) -> tuple[User, EvidenceItem]:
    user = require(actor, DISPOSE)
    item = find_item(item.pk, user=user)
    if not is_member_of_all(item, user):
        raise EvidenceRefused(
            _(
                "Other cases may need this item. Whoever disposes of it must be a member of every case it is in."
            )
        )
    return user, item


def _deciding(request: CustodyEvent, actor: Actor) -> tuple[User, EvidenceItem]:
    if request.kind != CustodyKind.DISPOSAL_REQUESTED:
        raise BadCustody(_("That is no request for disposal. Choose one from the item's custody."))
    return _permitted(request.item, actor)


def _still_waiting(request: CustodyEvent, events: Sequence[CustodyEvent]) -> None:
    waiting = open_request(events)
    if waiting is None or waiting.pk != request.pk:
        raise custody.already_settled()


def _require_free(item: EvidenceItem, events: Sequence[CustodyEvent], user: User) -> None:
    require_at_hand(events)
    holds = holds_seen(item, user=user)
    if not holds:
        return
    first = holds[0]
    if first.own:
        sentence = _(
            "A legal hold is on this item since event %(number)d. Nobody can dispose of it until it is released."
        )
        raise OnHold(in_digits(sentence % {"number": first.hold.seq}))
    if first.on is None:
        raise OnHold(
            _(
                "A legal hold on an item that is not open to you keeps this one too. Nobody can dispose of it until "
                "that is released."
            )
        )
    sentence = _(
        "The legal hold on %(reference)s keeps this item too. Nobody can dispose of it until that is released."
    )
    raise OnHold(sentence % {"reference": first.on.reference})


def _require_removable(item: EvidenceItem) -> None:
    """Asked of the store before anything is recorded. Raises StoreHolds."""
    until = locked_until(item)
    if until is not None:
        # Locks end at an hour: on the day after it they are over, wherever the reader is.
        free = shown_day(until.date() + timedelta(days=1), get_language() or "en")
        raise StoreHolds(
            _(
                "The store's own lock keeps the bytes: nobody can remove them before %(day)s. Nothing was done."
            )
            % {"day": free}
        )
