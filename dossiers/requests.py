"""A dossier's life before and after the compiling: asked for, begun, ready or failed, each with its entry."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.commitments import commit
from audit.digits import in_digits
from audit.models import Checkpoint
from audit.private import sealed
from cases.access import require_member
from cases.models import Case
from cases.small_groups import weigh_words
from dossiers.consent import items_of_case, note_missing, require_consent
from dossiers.errors import BadDossierRequest, ConsentMissing, DossierBusy, NothingToDisclose
from dossiers.models import Dossier, DossierState
from dossiers.narrowing import code_of, narrowing_of, note_narrowing, require_confirmed
from dossiers.receivers import Receiver, checked_receiver
from evidence.models import EvidenceCase, StoredObject
from evidence.vault.age_keys import Recipient, read_recipient

COMPILE = "dossiers.compile_dossier"
SHORTEST_PURPOSE = 10
LONGEST_PURPOSE = 2000
_HEARTBEAT = timedelta(seconds=20)


def checked_purpose(purpose: str) -> str:
    """The purpose without outer spaces. Raises BadDossierRequest if it says too little to be a reason."""
    words = " ".join(purpose.split())
    if len(words) < SHORTEST_PURPOSE:
        raise BadDossierRequest(
            in_digits(
                _("Say in at least %(n)d characters for whom and why the dossier is compiled.")
                % {"n": SHORTEST_PURPOSE}
            )
        )
    if len(words) > LONGEST_PURPOSE:
        raise BadDossierRequest(
            in_digits(_("Say the purpose in at most %(n)d characters.") % {"n": LONGEST_PURPOSE})
        )
    return words


def checked_recipient(recipient: str | None) -> Recipient | None:
    """The age recipient, or None where none was given. Raises BadRecipient for text that is no such key."""
    return read_recipient(recipient.strip()) if recipient and recipient.strip() else None


def request_dossier(
    case: Case,
    *,
    purpose: str,
    recipient: str | None = None,
    receiver: Receiver | None = None,
    narrowing_reason: str = "",
    actor: Actor,
) -> Dossier:
    """Record that a dossier was asked for. Where no receiver is stated, nothing goes that rests on a witness.

    `narrowing_reason` says why it goes out although it narrows pseudonyms to few people; it is asked for where it
    does. Raises NotPermitted, NotAMember, BadDossierRequest, BadText, BadRecipient, NothingToDisclose, SmallGroup,
    NarrowsWitnesses, or ConsentMissing, which is logged; leaves no row behind. Not to be called inside a transaction,
    which would undo that entry.
    """
    user = require_member(case, require(actor, COMPILE))
    words, key = checked_purpose(purpose), checked_recipient(recipient)
    to = checked_receiver(receiver or Receiver())
    _require_consent(case, to, user)
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=case.pk)
        weigh_words([words, to.name, to.conditions_met, narrowing_reason], actor=user)
        found = narrowing_of(case, to)
        reason = require_confirmed(found, reason=narrowing_reason, actor=user)
        if not EvidenceCase.objects.filter(case=case).exists():
            raise NothingToDisclose(
                _("This case has no evidence yet. Take some in, then compile the dossier.")
            )
        last = Dossier.objects.filter(case=case).aggregate(last=Max("number"))["last"] or 0
        dossier = Dossier.objects.create(
            case=case,
            number=last + 1,
            purpose=words,
            recipient=str(key) if key else "",
            recipient_kind=to.kind,
            recipient_use=to.use,
            recipient_name=to.name,
            recipient_country=to.country,
            conditions_met=to.conditions_met,
            leave_out=to.leave_out,
            narrowing_reason=reason,
            narrowing_code=code_of(found),
            requested_by=user,
            requested_at=timezone.now(),
        )
        log.append(
            Action.DOSSIER_REQUESTED,
            subject=dossier,
            actor=user,
            facts=_request_facts(dossier),
            case_id=case.pk,
        )
        note_narrowing(dossier, found, actor=user)
    return dossier


def _require_consent(case: Case, to: Receiver, user: User) -> None:
    """Before anything is recorded; what is left out instead is decided when the dossier is compiled."""
    if to.leave_out:
        return
    try:
        require_consent(case, items_of_case(case), destination=to.destination, user=user)
    except ConsentMissing as missing:
        note_missing(missing, subject=case, case=case, actor=user)
        raise


def _request_facts(dossier: Dossier) -> dict[str, Json]:
    return {
        "number": dossier.number,
        "purpose": sealed_purpose(dossier),
        "sealed_to": dossier.recipient or None,
        "to": str(dossier.recipient_kind),
        "use": str(dossier.recipient_use),
        "recipient_name": sealed(dossier, "recipient_name"),
        "country": dossier.recipient_country or None,
        "conditions_met": sealed(dossier, "conditions_met"),
        "leave_out": dossier.leave_out,
    }


def sealed_purpose(dossier: Dossier) -> str | None:
    """The purpose as the log holds it; the salt goes to the recipient with the dossier."""
    return sealed(dossier, "purpose")


def begin(dossier: Dossier) -> None:
    """Take a requested dossier for compiling. Raises DossierBusy if it was taken before: one run per dossier."""
    now = timezone.now()
    waiting = Dossier.objects.filter(pk=dossier.pk, state=DossierState.REQUESTED)
    if not waiting.update(state=DossierState.COMPILING, heartbeat_at=now, compiled_at=now):
        raise DossierBusy(_("This dossier is already being compiled, or is finished. Ask for a new one."))
    dossier.refresh_from_db()


def beat(dossier: Dossier) -> None:
    """Say that the run is alive, at most every 20 seconds; called for every piece of an original."""
    now = timezone.now()
    if dossier.heartbeat_at is None or now - dossier.heartbeat_at > _HEARTBEAT:
        Dossier.objects.filter(pk=dossier.pk).update(heartbeat_at=now)
        dossier.heartbeat_at = now


def mark_ready(dossier: Dossier, *, checkpoint: Checkpoint, archive: StoredObject | None) -> None:
    """The dossier is whole and in its place."""
    changes: dict[str, Any] = {
        "state": DossierState.READY,
        # A run that was taken for dead and was only slow ends here.
        "failure": "",
        "checkpoint_size": checkpoint.size,
        "checkpoint_root": bytes(checkpoint.root),
        "checkpoint_note": checkpoint.note,
        "archive": archive,
        "archive_size": archive.size if archive else None,
    }
    Dossier.objects.filter(pk=dossier.pk).update(**changes)
    dossier.refresh_from_db()


def mark_failed(dossier: Dossier, *, reason: str, kind: str, actor: Actor) -> None:
    """The dossier was refused or broke off: say so in the row, for people, and in the log, by the kind alone."""
    with transaction.atomic():
        unfinished = Dossier.objects.filter(pk=dossier.pk).exclude(
            state__in=(DossierState.READY, DossierState.FAILED)
        )
        if not unfinished.update(state=DossierState.FAILED, failure=reason):
            return
        facts = {"kind": kind, "reason": commit(reason, salt=bytes(dossier.salt))}
        log.append(Action.DOSSIER_FAILED, subject=dossier, actor=actor, facts=facts, case_id=dossier.case_id)
    dossier.refresh_from_db()
