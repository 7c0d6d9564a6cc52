"""Asking to see an identity: the ordinary path, and the louder one for a danger to life."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.commitments import new_salt
from audit.digits import in_digits
from cases.access import require_member
from witnesses.alarms import raise_emergency_alarm, watch_for_bursts
from witnesses.as_asked import asked_facts
from witnesses.bindings import request_key_binding
from witnesses.danger_content import ASSESSMENT, INCIDENT
from witnesses.deciding import REQUEST, checked_reason
from witnesses.errors import BadOpeningRequest, ReasonMissing, UnknownWitness
from witnesses.identity import FIELDS
from witnesses.models import (
    ActKey,
    InterviewNote,
    OpeningRequest,
    RiskWords,
    SealedIdentity,
    ThreatWords,
    Witness,
)
from witnesses.note_content import NOTE
from witnesses.one_time import new_one_time_key
from witnesses.quotas import Quota, first_met, turn_away
from witnesses.sealed import SealedText
from witnesses.weighing import require_wide

SHORTEST_VIEW: Final = 30
USUAL_VIEW: Final = 300
LONGEST_VIEW: Final = 1800
SHORTEST_JUSTIFICATION: Final = 40
_USUAL_LIFETIME_HOURS: Final = 24
_EMERGENCY_LIFETIME_HOURS: Final = 4


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is asked for, checked."""

    identity: SealedIdentity
    reason: str
    fields: list[str]
    seconds: int
    emergency: bool


@sensitive_variables()
def request_opening(
    witness: Witness,
    *,
    reason: str,
    fields: Sequence[str],
    actor: Actor,
    seconds: int = USUAL_VIEW,
    version: int | None = None,
) -> tuple[OpeningRequest, SealedText]:
    """Asks the custodians, and returns the request with its opening code, which exists nowhere else.

    `fields` are names of `identity.FIELDS`; `seconds` (30 to 1800) is how long the page will show them; `version` is
    the newest one where none is named. The request lives for a day. Raises NotPermitted, NotAMember, ReasonMissing,
    BadOpeningRequest, UnknownWitness for a version that is not there, SmallGroup, QuotaMet.
    """
    user = require_member(witness.case, require(actor, REQUEST))
    wish = _Wish(
        _identity(witness, version), checked_reason(reason), _checked_fields(fields), _checked(seconds), False
    )
    return _ask(wish, quota=Quota.REQUESTS_PER_PERSON, action=Action.OPENING_REQUESTED, by=user)


@sensitive_variables()
def request_emergency(
    witness: Witness, *, justification: str, fields: Sequence[str], actor: Actor, seconds: int = USUAL_VIEW
) -> tuple[OpeningRequest, SealedText]:
    """Asks the custodians because a life is in danger: first on their desks, past the ordinary quotas, and loud.

    It still needs the same quorum. All custodians and auditors are alarmed at once; the request lives for four hours,
    and once it was opened somebody who took no part has to review it. Raises what `request_opening` raises.
    """
    user = require_member(witness.case, require(actor, REQUEST))
    said = checked_reason(justification)
    if len(said) < SHORTEST_JUSTIFICATION:
        raise ReasonMissing(
            _("Say in at least %(least)s characters who is in danger of what, and why it cannot wait.")
            % {"least": in_digits(SHORTEST_JUSTIFICATION)}
        )
    wish = _Wish(_identity(witness, None), said, _checked_fields(fields), _checked(seconds), True)
    return _ask(wish, quota=Quota.EMERGENCIES_PER_PERSON, action=Action.EMERGENCY_REQUESTED, by=user)


@sensitive_variables()
def request_note(
    note: InterviewNote, *, reason: str, actor: Actor, seconds: int = USUAL_VIEW
) -> tuple[OpeningRequest, SealedText]:
    """Asks the custodians to see one version of a sealed note of an interview, on the same path as an identity.

    Raises what `request_opening` raises, and BadOpeningRequest for a plain note, which nobody needs to open.
    """
    witness = note.interview.witness
    user = require_member(witness.case, require(actor, REQUEST))
    record = SealedIdentity.records.select_related("witness").filter(note=note).first()
    if record is None:
        raise BadOpeningRequest(_("This note is not sealed. Read it on the page of the interview."))
    wish = _Wish(record, checked_reason(reason), [NOTE], _checked(seconds), False)
    return _ask(wish, quota=Quota.REQUESTS_PER_PERSON, action=Action.NOTE_REQUESTED, by=user)


@sensitive_variables()
def request_danger(
    words: RiskWords | ThreatWords, *, reason: str, actor: Actor, seconds: int = USUAL_VIEW
) -> tuple[OpeningRequest, SealedText]:
    """Asks the custodians to see the sealed words of one assessment, or of one version of an incident.

    Raises what `request_opening` raises, and BadOpeningRequest for plain words.
    """
    user = require_member(words.witness.case, require(actor, REQUEST))
    if words.sealed_record_id is None:
        raise BadOpeningRequest(_("These words are not sealed. Read them on the page of danger and help."))
    record = SealedIdentity.records.select_related("witness").get(pk=words.sealed_record_id)
    kind = ASSESSMENT if isinstance(words, RiskWords) else INCIDENT
    wish = _Wish(record, checked_reason(reason), [kind], _checked(seconds), False)
    return _ask(wish, quota=Quota.REQUESTS_PER_PERSON, action=Action.DANGER_REQUESTED, by=user)


@sensitive_variables()
def _ask(wish: _Wish, *, quota: Quota, action: Action, by: User) -> tuple[OpeningRequest, SealedText]:
    witness = wish.identity.witness
    with transaction.atomic():
        require_wide(witness, [wish.reason], actor=by)
        met = first_met(quota, user=by, witness=witness)
        if met is None:
            # Whoever seals anew takes the lock of the case too, and what they erased since it was chosen cannot open.
            request, code = _new_request(replace(wish, identity=_latest_seal(wish.identity)), by=by)
            log.append(action, subject=request, actor=by, facts=asked_facts(request), case_id=witness.case_id)
            if wish.emergency:
                raise_emergency_alarm(request)
            watch_for_bursts(by)
    if met is not None:
        turn_away(met, user=by, witness=witness)
    return request, code


def _identity(witness: Witness, version: int | None) -> SealedIdentity:
    # What was sealed anew since is erased: its successor is asked for instead.
    versions = witness.identities.living().select_related("witness").order_by("-version")
    wanted = versions.first() if version is None else versions.filter(version=version).first()
    if wanted is None:
        raise UnknownWitness(_("There is no such version of this identity. Choose one from the list."))
    return wanted


def _latest_seal(identity: SealedIdentity) -> SealedIdentity:
    """The same content as it is sealed by now."""
    while newer := SealedIdentity.records.filter(reseals=identity).select_related("witness").first():
        identity = newer
    return identity


def _checked(seconds: int) -> int:
    if not SHORTEST_VIEW <= seconds <= LONGEST_VIEW:
        raise BadOpeningRequest(
            in_digits(
                _("Ask for %(least)d to %(most)d seconds.") % {"least": SHORTEST_VIEW, "most": LONGEST_VIEW}
            )
        )
    return seconds


def _checked_fields(fields: Sequence[str]) -> list[str]:
    chosen = [name for name in FIELDS if name in fields]
    if not chosen or set(fields) - set(FIELDS):
        raise BadOpeningRequest(_("Choose at least one field to see, and only those that you need."))
    return chosen


def _lifetime(emergency: bool) -> timedelta:
    if emergency:
        return timedelta(hours=getattr(settings, "DADKHAH_EMERGENCY_HOURS", _EMERGENCY_LIFETIME_HOURS))
    return timedelta(hours=getattr(settings, "DADKHAH_OPENING_HOURS", _USUAL_LIFETIME_HOURS))


@sensitive_variables()
def _new_request(wish: _Wish, *, by: User) -> tuple[OpeningRequest, SealedText]:
    now = timezone.now()
    request = OpeningRequest(
        id=uuid.uuid4(),
        witness=wish.identity.witness,
        sealed_identity=wish.identity,
        requester=by,
        reason=wish.reason,
        fields=wish.fields,
        seconds=wish.seconds,
        emergency=wish.emergency,
        salt=new_salt(),
        created_at=now,
        expires_at=now + _lifetime(wish.emergency),
    )
    key = new_one_time_key(salt=bytes(request.salt), binding=request_key_binding(request))
    request.wrapped_private_key = key.wrapped
    request.save(force_insert=True)
    ActKey.objects.create(request=request, public_key=key.public)
    return request, key.code
