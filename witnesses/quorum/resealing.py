"""Sealing identities anew to the custodians of today, without showing one of them to anybody.

For what a removed custodian or a lost key still holds a share of, and for custodians who came later and hold none. A
fresh data key each time: the shares of before open nothing that is still here.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from django.db import transaction
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor, SystemActor
from audit.digits import in_digits
from cases.models import Case
from witnesses.closing import end
from witnesses.custodians import keys_of_today, quorum
from witnesses.errors import RequestClosed, SealBroken, TooFewCustodians
from witnesses.health import records_to_reseal
from witnesses.idle_keys import erase_idle_keys
from witnesses.models import (
    LIVE_STATES,
    InterviewNote,
    KeyShare,
    OpeningRequest,
    OpeningState,
    QuorumPurpose,
    QuorumSession,
    QuorumState,
    RecoverySeal,
    RiskWords,
    SealedIdentity,
    ThreatWords,
    Witness,
)
from witnesses.quorum.beginning import begin_session
from witnesses.quorum.ending import end_session, require_session
from witnesses.quorum.gathered import gather
from witnesses.recovery.seals import kit_facts
from witnesses.sealed import SealedBytes, SealedText
from witnesses.versions import next_version, seal_version

_ERASED: Final = b""
# What points at the record that holds its words, and moves on with them.
_WITH_SEALED_WORDS: Final = (InterviewNote, RiskWords, ThreatWords)


class Opened(Protocol):
    """Whatever holds the keys of the records in memory: a quorum's shares, or what the recovery kit opened."""

    def content_of(self, identity: SealedIdentity, /) -> SealedBytes:
        """The record as it was sealed. Raises SealBroken where it does not open."""


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many identities were sealed anew, how many did not open, and how many were corrected meanwhile."""

    done: int
    unreadable: int
    newer: int
    keys_erased: int


def begin_resealing(*, reason: str, actor: Actor) -> tuple[QuorumSession, SealedText]:
    """Asks the custodians to have sealed anew what is not sealed to exactly them. See `begin_session`."""
    return begin_session(QuorumPurpose.RESEAL, identities_to_reseal(), reason=reason, actor=actor)


def identities_to_reseal() -> list[SealedIdentity]:
    """Every living version of each sealed part of which one is not sealed to exactly the custodians of today.

    All versions go together, so that the newest stays the newest. What has a version that no quorum can open is left
    out: the page of the custodians names how many.
    """
    wanted = records_to_reseal()
    living = SealedIdentity.records.living().filter(witness__in={witness for witness, _part in wanted})
    living = living.defer("ciphertext").order_by("witness_id", "part", "version")
    return [one for one in living if (one.witness_id, one.part) in wanted]


@sensitive_variables()
def reseal_identities(session: QuorumSession, *, code: str, actor: Actor) -> Resealed:
    """Seals each covered identity and note anew, erases the old seals, then the keys that nothing waits for.

    One transaction for each of them: after a crash the session is still approved, and the code goes on where it
    stopped. Raises what `gather` raises, TooFewCustodians, and RequestClosed where the session ended meanwhile; the
    sentences of both say how many had been sealed anew before, for those stay.
    """
    gathered = gather(session, purpose=QuorumPurpose.RESEAL, code=code, actor=actor)
    try:
        done, unreadable, newer = reseal_covered(session, gathered, actor=actor)
    finally:
        gathered.forget()
    with transaction.atomic():
        end_session(
            session,
            QuorumState.DONE,
            action=Action.RESEALING_ENDED,
            actor=actor,
            facts={"resealed": done, "unreadable": unreadable, "newer": newer},
            came_from=(QuorumState.APPROVED,),
        )
        erased = erase_idle_keys(actor=actor)
    return Resealed(done, unreadable, newer, erased)


@sensitive_variables()
def reseal_covered(session: QuorumSession, opened: Opened, *, actor: Actor) -> tuple[int, int, int]:
    """Seals anew what the approved session covers: how many were, did not open, and were corrected meanwhile.

    Raises TooFewCustodians and RequestClosed; the sentences of both say how many had been sealed anew before.
    """
    done = unreadable = newer = 0
    try:
        for witness, part in _covered(session):
            try:
                count = _reseal(session, witness, part, opened, actor=actor)
            except SealBroken:
                unreadable += 1
                continue
            done, newer = done + max(count, 0), newer + (count < 0)
    except (RequestClosed, TooFewCustodians) as error:
        raise type(error)(f"{error} {_stays(done)}") from None
    return done, unreadable, newer


def _stays(done: int) -> str:
    return ngettext(
        "%(n)s had been sealed anew before that, and stays so.",
        "%(n)s had been sealed anew before that, and stay so.",
        done,
    ) % {"n": in_digits(done)}


def _covered(session: QuorumSession) -> list[tuple[Witness, str]]:
    """The witnesses with the part of their record that the session covers: the identity, or other sealed words."""
    records = SealedIdentity.records.filter(sessions__session=session).select_related("witness")
    found = {(one.witness_id, one.part): one.witness for one in records.defer("ciphertext")}
    return [(witness, part) for (_id, part), witness in sorted(found.items(), key=lambda one: one[0])]


@sensitive_variables()
def _reseal(session: QuorumSession, witness: Witness, part: str, opened: Opened, *, actor: Actor) -> int:
    """How many versions were sealed anew; -1 where one came that the custodians were not asked about."""
    with transaction.atomic():
        # The lock of whoever registers and corrects: no version comes in between.
        Case.objects.select_for_update(no_key=True).get(pk=witness.case_id)
        _require_approved(session)
        records = SealedIdentity.records.living().filter(witness=witness, part=part)
        living = list(records.select_related("witness").order_by("version"))
        covered = set(session.covered.values_list("sealed_identity_id", flat=True))
        old = [one for one in living if one.pk in covered]
        if not old:
            return 0
        if len(old) < len(living):
            return -1
        made = [_seal_anew(one, opened, by=session.initiator) for one in old]
        for before, after in zip(old, made, strict=True):
            for model in _WITH_SEALED_WORDS:
                model._default_manager.filter(sealed_record=before).update(sealed_record=after)
        _erase(old)
        log.append(
            Action.IDENTITY_RESEALED,
            subject=witness,
            actor=actor,
            facts={
                "session": str(session.pk),
                "versions": [one.version for one in made],
                "instead_of": [one.version for one in old],
                "threshold": made[-1].threshold,
                "shares": made[-1].shares,
                **kit_facts(made[-1]),
            },
            case_id=witness.case_id,
        )
    return len(made)


@sensitive_variables()
def _seal_anew(old: SealedIdentity, opened: Opened, *, by: User) -> SealedIdentity:
    return seal_version(
        old.witness,
        opened.content_of(old),
        part=old.part,
        version=next_version(old.witness, part=old.part),
        keys=keys_of_today(at_least=quorum()),
        by=by,
        reseals=old,
    )


def _erase(old: Sequence[SealedIdentity]) -> None:
    for request in OpeningRequest.objects.filter(sealed_identity__in=old, state__in=LIVE_STATES):
        # What it was approved for is not there any more; the new seal takes new approvals. Where somebody opened or
        # ended it in this moment, that is all that was wanted.
        with suppress(RequestClosed):
            end(request, OpeningState.EXPIRED, action=Action.OPENING_EXPIRED, actor=SystemActor("openings"))
    keys = [one.pk for one in old]
    SealedIdentity.records.filter(pk__in=keys).update(nonce=_ERASED, ciphertext=_ERASED)
    KeyShare.objects.filter(sealed_identity__in=keys).update(sealed_share=_ERASED)
    RecoverySeal.objects.filter(sealed_identity__in=keys).update(sealed_key=_ERASED)


def _require_approved(session: QuorumSession) -> None:
    # Locked: a custodian who refuses in this moment stops the next witness, not half of this one.
    QuorumSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    session.refresh_from_db()
    require_session(session, QuorumState.APPROVED)
