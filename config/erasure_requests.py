"""Asking for words of an item's record to be erased, and deciding on it: a lawyer asks on a page, an auditor decides.

The words go by `config.erasing`, as they do by the command; here is what happens between two people who do not sit at
one keyboard. The auditor sees which words are meant and why, never the words.
"""

from collections.abc import Collection
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.commitments import new_salt
from audit.erased import erased_at
from audit.errors import BadInput, NotErasable, TwoPeopleNeeded, UnknownRecord
from audit.private import sealed
from cases.plain_text import clean_text
from cases.small_groups import weigh_words
from config.erasing import (
    APPROVE,
    ERASE,
    Receipt,
    checked_reason,
    erase_private_values,
    forget_pages,
    require_erasable,
)
from config.erasure_records import find_record
from evidence.models import ErasureOutcome, ErasureRequest, EvidenceItem
from evidence.placement import only_case
from evidence.queries import erasure_requests_of, find_item


def ask_for_erasure(
    item: EvidenceItem, kind: str, record_id: UUID, *, names: Collection[str], reason: str, actor: Actor
) -> ErasureRequest:
    """Ask that the named words of one record of the item be erased. An auditor decides.

    Raises NotPermitted, UnknownEvidence, UnknownRecord, BadText, SmallGroup, BadInput for a short reason or a word that
    the record does not have, or NotErasable under a legal hold and while the record's erasure is asked for already.
    """
    user = require(actor, ERASE)
    item = find_item(item.pk, user=user)
    record = find_record(item, kind, record_id, user=user)
    words = checked_reason(clean_text(reason, label=_("The reason")))
    chosen = [one.name for one in record.said if one.name in set(names)]
    if not chosen or len(chosen) != len(set(names)):
        raise BadInput(_("Choose the words that are to be erased."))
    if not item.in_a_case:
        raise NotErasable(_("The item is in no case yet. Put it into one first: a member of it must ask."))
    try:
        with transaction.atomic():
            require_erasable(kind, record_id, user=user)
            weigh_words([words], items=[item.pk], actor=user)
            asked = ErasureRequest.objects.create(
                item=item, kind=kind, record=record_id, names=" ".join(chosen), reason=words, asked_by=user
            )
            _append(Action.ERASURE_REQUESTED, asked, user=user, about="reason")
    except IntegrityError as error:
        raise NotErasable(
            _("An erasure of this record is asked for already, and waits for a decision.")
        ) from error
    return asked


def waiting() -> "QuerySet[ErasureRequest]":
    """The requests that wait for an auditor's decision, the oldest first; whoever lists them may review the log."""
    return ErasureRequest.objects.filter(outcome="").select_related("item", "item__intake", "asked_by")


def waiting_of(item: EvidenceItem, *, user: User) -> "QuerySet[ErasureRequest]":
    """The requests about one item that wait, of which the user may know."""
    return erasure_requests_of(item, user=user).filter(outcome="")


def find_request(request_id: UUID) -> ErasureRequest:
    """The request, for whoever may review the log. Raises UnknownRecord."""
    return _found(ErasureRequest.objects.all(), request_id)


def find_request_of(item: EvidenceItem, request_id: UUID, *, user: User) -> ErasureRequest:
    """The request about an item that the user sees. Raises UnknownRecord, also about another case's link."""
    return _found(erasure_requests_of(item, user=user), request_id)


def find_own(request_id: UUID, *, item: EvidenceItem, user: User) -> ErasureRequest:
    """The user's own request about the item. Raises UnknownRecord, for another person's too."""
    found = find_request_of(item, request_id, user=user)
    if found.asked_by_id != user.pk:
        raise _no_such_request()
    return found


def approve_erasure(asked: ErasureRequest, *, actor: Actor) -> Receipt:
    """Have the words erased, as the second person. The salt of the reason is handed out here, and then nowhere.

    Raises NotPermitted, TwoPeopleNeeded, or NotErasable: when it was decided, under a legal hold, and where whoever
    asked may not have it erased any more.
    """
    user = require(actor, APPROVE)
    with transaction.atomic():
        asked = _still_open(asked)
        if asked.asked_by_id == user.pk:
            raise TwoPeopleNeeded(_("You asked for this yourself. An auditor must decide."))
        receipt = _erase(asked, user)
        log.append(
            Action.ERASURE_APPROVED,
            subject=asked.item,
            actor=user,
            facts={"erasure_request": str(asked.pk)},
            case_id=only_case(asked.item),
        )
        asked.reason, asked.salt = erased_at(timezone.now()), new_salt()
        _close(asked, ErasureOutcome.ERASED, user)
    forget_pages()
    return receipt


def refuse_erasure(asked: ErasureRequest, *, reason: str, actor: Actor) -> None:
    """Decide that the words stay, and say why. Raises NotPermitted, BadText, BadInput or NotErasable."""
    _turn_down(asked, ErasureOutcome.REFUSED, reason=reason, user=require(actor, APPROVE))


def withdraw_erasure(asked: ErasureRequest, *, reason: str, actor: Actor) -> None:
    """Take one's own request back.

    Raises NotPermitted, UnknownEvidence, BadText, BadInput, SmallGroup or NotErasable.
    """
    user = require(actor, ERASE)
    find_item(asked.item_id, user=user)
    if asked.asked_by_id != user.pk:
        raise NotErasable(_("Only the person who asked can take the request back."))
    _turn_down(asked, ErasureOutcome.WITHDRAWN, reason=reason, user=user)


def _erase(asked: ErasureRequest, approver: User) -> Receipt:
    lawyer = asked.asked_by
    lawyer.channel = approver.channel
    if not (lawyer.is_active and lawyer.has_perm(ERASE)):
        raise _asker_is_gone()
    try:
        return erase_private_values(
            asked.kind,
            asked.record,
            names=asked.value_names,
            reason=asked.reason,
            actor=lawyer,
            approver=approver,
            reason_salt=bytes(asked.salt),
        )
    except UnknownRecord as error:
        raise _asker_is_gone() from error


def _found(among: "QuerySet[ErasureRequest]", request_id: UUID) -> ErasureRequest:
    rows = among.select_related("item", "item__intake", "asked_by", "decided_by")
    found = rows.filter(pk=request_id).first()
    if found is None:
        raise _no_such_request()
    return found


def _no_such_request() -> UnknownRecord:
    return UnknownRecord(_("There is no such request. Look at the list of those that wait."))


def _asker_is_gone() -> NotErasable:
    return NotErasable(
        _("Whoever asked may not have this erased any more. Turn it down; another lawyer can ask again.")
    )


def _turn_down(asked: ErasureRequest, outcome: ErasureOutcome, *, reason: str, user: User) -> None:
    words = checked_reason(clean_text(reason, label=_("The reason")))
    with transaction.atomic():
        asked = _still_open(asked)
        weigh_words([words], items=[asked.item_id], actor=user)
        asked.answer = words
        _close(asked, outcome, user)
        _append(Action.ERASURE_REFUSED, asked, user=user, about="answer")


def _still_open(asked: ErasureRequest) -> ErasureRequest:
    now = (
        ErasureRequest.objects.select_for_update(of=("self",))
        .select_related("item", "asked_by")
        .get(pk=asked.pk)
    )
    if now.outcome:
        raise NotErasable(_("Somebody else was first: this was settled already. Reload the page to see how."))
    return now


def _close(asked: ErasureRequest, outcome: ErasureOutcome, user: User) -> None:
    asked.outcome, asked.decided_by, asked.decided_at = outcome, user, timezone.now()
    asked.save(force_update=True)


def _append(action: Action, asked: ErasureRequest, *, user: User, about: str) -> None:
    log.append(
        action,
        subject=asked.item,
        actor=user,
        facts={
            "erasure_request": str(asked.pk),
            "kind": asked.kind,
            "record": str(asked.record),
            "names": asked.value_names,
            about: sealed(asked, about),
        },
        case_id=only_case(asked.item),
    )
