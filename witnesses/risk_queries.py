"""Finding what is known of the danger to witnesses, scoped by who asks; reading it is in the log before it is shown."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from cases.access import require_member
from witnesses.assessing import ASSESS
from witnesses.models import Referral, RiskAssessment, ThreatIncident, Witness
from witnesses.risk_errors import UnknownAssessment, UnknownReferral, UnknownThreat
from witnesses.risk_state import Danger, dangers

REVIEW: Final = "witnesses.review_risk"


@dataclass(frozen=True, slots=True)
class Happened:
    """An incident with all its versions, the newest first."""

    versions: tuple[ThreatIncident, ...]

    @property
    def newest(self) -> ThreatIncident:
        """The version that counts."""
        return self.versions[0]

    @property
    def earlier(self) -> tuple[ThreatIncident, ...]:
        """The versions before it."""
        return self.versions[1:]


def read_risk(witness: Witness, *, actor: Actor) -> None:
    """Log that somebody reads of the danger to a witness. Raises NotPermitted, NotAMember or LogUnavailable."""
    user = require_member(witness.case, require(actor, ASSESS))
    with transaction.atomic():
        log.append(Action.RISK_READ, subject=witness, actor=user, case_id=witness.case_id)


def list_dangers(*, actor: Actor) -> list[Danger]:
    """How great the danger to every witness of the house is, for a custodian; logged. No case, no reason, no word."""
    user = require(actor, REVIEW)
    found = dangers(Witness.objects.all())
    with transaction.atomic():
        log.append(Action.RISKS_LISTED, subject=user, actor=user, facts={"witnesses": len(found)})
    return found


def waiting_for(user: User) -> list[Danger]:
    """The witnesses to be looked at again: of the lawyer's own cases, or for a custodian of the whole house."""
    if user.has_perm(REVIEW):
        return [one for one in dangers(Witness.objects.all()) if one.is_due]
    return [one for one in dangers(Witness.objects.visible_to(user)) if one.is_due]


def assessments_of(witness: Witness) -> list[RiskAssessment]:
    """Every assessment with its words and measures, the newest first."""
    rows = RiskAssessment.objects.filter(witness=witness)
    rows = rows.select_related("words__sealed_record", "assessed_by").defer(
        "words__sealed_record__ciphertext"
    )
    return list(rows.prefetch_related("measures").order_by("-version"))


def incidents_of(witness: Witness) -> list[Happened]:
    """What was done, the latest recorded first, with its exhibits, which lie in the case of the witness."""
    rows = ThreatIncident.objects.filter(witness=witness)
    rows = rows.select_related("words__sealed_record", "recorded_by").defer(
        "words__sealed_record__ciphertext"
    )
    by_thread: dict[UUID, list[ThreatIncident]] = {}
    for row in rows.prefetch_related("exhibits__item").order_by("-version"):
        by_thread.setdefault(row.thread, []).append(row)
    found = [Happened(tuple(versions)) for versions in by_thread.values()]
    return sorted(found, key=lambda one: one.versions[-1].recorded_at, reverse=True)


def find_threat(threat_id: UUID, *, witness: Witness) -> ThreatIncident:
    """The newest version of an incident, by the id of any. Raises UnknownThreat."""
    named = ThreatIncident.objects.filter(pk=threat_id, witness=witness).first()
    if named is None:
        raise UnknownThreat
    rows = ThreatIncident.objects.filter(thread=named.thread).select_related("words")
    return rows.order_by("-version")[0]


def find_assessment(assessment_id: UUID, *, witness: Witness) -> RiskAssessment:
    """An assessment of any time. Raises UnknownAssessment."""
    rows = RiskAssessment.objects.filter(pk=assessment_id, witness=witness)
    found = rows.select_related("words", "assessed_by").first()
    if found is None:
        raise UnknownAssessment
    # Found for its reader already, with its case.
    found.witness = witness
    return found


def find_version(threat_id: UUID, *, witness: Witness) -> ThreatIncident:
    """This very version of an incident. Raises UnknownThreat."""
    rows = ThreatIncident.objects.filter(pk=threat_id, witness=witness)
    found = rows.select_related("words", "recorded_by").first()
    if found is None:
        raise UnknownThreat
    found.witness = witness
    return found


def referrals_of(witness: Witness) -> list[Referral]:
    """Which help was offered, the latest first, with what became of each."""
    rows = Referral.objects.filter(witness=witness).select_related("words", "recorded_by")
    return list(rows.prefetch_related("events__recorded_by"))


def find_referral(referral_id: UUID, *, witness: Witness) -> Referral:
    """An offer to this witness. Raises UnknownReferral."""
    found = Referral.objects.filter(pk=referral_id, witness=witness).select_related("words").first()
    if found is None:
        raise UnknownReferral
    found.witness = witness
    return found
