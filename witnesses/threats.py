"""Recording what was done to a witness, to family or to others. A reprisal is evidence, and asks to look again."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from cases.access import require_member
from cases.dated import dated_columns
from cases.dating import PartialDate
from cases.plain_text import clean_line, clean_text
from evidence.models import EvidenceItem
from evidence.queries import unknown_item
from witnesses.assessing import ASSESS, LONGEST_LINE, LONGEST_TEXT
from witnesses.consent_state import today
from witnesses.models import ThreatEvidence, ThreatIncident, ThreatWords, Witness
from witnesses.risk_errors import BadRisk, RiskMovedOn, UnknownThreat
from witnesses.risk_words import Circle, Threat
from witnesses.weighing import require_wide


@dataclass(frozen=True, slots=True, repr=False)
class ThreatFacts:
    """What happened, to whom by circle and never by name, and what was done about it. Its `repr` says nothing."""

    kind: Threat | str
    against: Circle | str
    what: str
    happened: PartialDate | None = None
    place: str = ""
    known_how: str = ""
    answered_by: str = ""
    items: Collection[UUID] = ()

    def __repr__(self) -> str:
        return "<private>"


@sensitive_variables()
def record_threat(
    witness: Witness,
    *,
    facts: ThreatFacts,
    corrects: ThreatIncident | None = None,
    correction: str = "",
    actor: Actor,
) -> ThreatIncident:
    """Add an incident, or the next version of the one that `corrects` names, which stays as it is.

    A new one has the assessment looked at again at once. The exhibits lie in the witness's case and are open to the
    actor. Raises NotPermitted, NotAMember, UnknownEvidence, UnknownThreat, BadText, BadRisk, RiskMovedOn or
    SmallGroup; leaves no row behind.
    """
    user = require_member(witness.case, require(actor, ASSESS))
    _check(facts)
    words = _words(facts)
    why = clean_text(correction, label=_("The reason of the change"), max_length=LONGEST_TEXT)
    if corrects is not None and not why:
        raise BadRisk(_("Say why it is changed; the version before stays."))
    items = _exhibits(facts.items, witness, user)
    with transaction.atomic():
        Witness.objects.select_for_update(no_key=True).get(pk=witness.pk)
        thread, version = _place(witness, corrects)
        said = [*words.values(), why if corrects else "", facts.happened.as_written if facts.happened else ""]
        require_wide(witness, said, actor=user)
        made = ThreatIncident.objects.create(
            witness=witness,
            thread=thread,
            version=version,
            kind=facts.kind,
            against=facts.against,
            recorded_by=user,
        )
        kept = ThreatWords.objects.create(
            incident=made,
            correction=why if corrects else "",
            **words,
            **dated_columns(facts.happened),
        )
        for item in items:
            ThreatEvidence.objects.create(incident=made, item=item)
        log.append(
            Action.THREAT_RECORDED,
            subject=witness,
            actor=user,
            facts={
                "threat": str(made.pk),
                "thread": str(made.thread),
                "version": made.version,
                "kind": str(made.kind),
                "against": str(made.against),
                "items": [str(item.pk) for item in items],
                "threat_words": str(kept.pk),
                **kept.commitments(),
            },
            case_id=witness.case_id,
        )
    return made


def _place(witness: Witness, corrects: ThreatIncident | None) -> tuple[UUID, int]:
    if corrects is None:
        return uuid4(), 1
    newest = (
        ThreatIncident.objects.filter(witness=witness, thread=corrects.thread).order_by("-version").first()
    )
    if newest is None:
        raise UnknownThreat
    if newest.pk != corrects.pk:
        raise RiskMovedOn
    return newest.thread, newest.version + 1


def _check(facts: ThreatFacts) -> None:
    if facts.kind not in Threat.values or facts.against not in Circle.values:
        raise BadRisk(_("Choose from the lists what was done, and against whom."))
    if facts.happened and facts.happened.earliest and facts.happened.earliest > today():
        raise BadRisk(_("It cannot have happened on a day that is still to come."))


@sensitive_variables()
def _words(facts: ThreatFacts) -> dict[str, str]:
    what = clean_text(facts.what, label=_("What happened"), max_length=LONGEST_TEXT)
    if not what:
        raise BadRisk(_("Say what happened."))
    return {
        "what": what,
        "place": clean_line(facts.place, label=_("The place"), required=False, max_length=LONGEST_LINE),
        "known_how": clean_text(facts.known_how, label=_("How it is known"), max_length=LONGEST_TEXT),
        "answered_by": clean_text(facts.answered_by, label=_("What was done"), max_length=LONGEST_TEXT),
    }


def _exhibits(wanted: Collection[UUID], witness: Witness, user: User) -> list[EvidenceItem]:
    seen = EvidenceItem.objects.visible_to(user).filter(placements__case=witness.case_id, pk__in=wanted)
    items = sorted(set(seen), key=lambda item: item.reference)
    if len(items) != len(set(wanted)):
        raise unknown_item()
    return items
