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
from audit.canonical import Json
from cases.access import require_member
from cases.dated import dated_columns
from cases.dating import PartialDate
from cases.models import Case
from cases.plain_text import clean_line, clean_text
from evidence.models import EvidenceItem
from evidence.queries import unknown_item
from witnesses.assessing import ASSESS, LONGEST_LINE, LONGEST_TEXT, cleaned
from witnesses.consent_state import today
from witnesses.danger_content import incident_bytes, incident_part
from witnesses.models import SealedIdentity, ThreatEvidence, ThreatIncident, ThreatWords, Witness
from witnesses.risk_errors import BadRisk, RiskMovedOn, UnknownThreat
from witnesses.risk_words import Circle, Threat
from witnesses.sealed import SealedMap, SealedText
from witnesses.sealing_words import seal_facts, seal_words
from witnesses.weighing import require_wide


@dataclass(frozen=True, slots=True, repr=False)
class ThreatFacts:
    """What happened, to whom by circle and never by name, and what was done about it. Its `repr` says nothing.

    `sealed` says that only a quorum may read the words again, the day on which it happened among them.
    """

    kind: Threat | str
    against: Circle | str
    what: str
    sealed: bool
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
    actor. What was sealed stays sealed; plain words can be followed by sealed ones. Raises NotPermitted, NotAMember,
    UnknownEvidence, UnknownThreat, BadRisk, RiskMovedOn, SmallGroup, UnwritableWords, and TooFewCustodians where no
    quorum could ever open the words; leaves no row behind.
    """
    user = require_member(witness.case, require(actor, ASSESS))
    _check(facts)
    words = _words(facts, correction if corrects else "")
    if corrects is not None and not words["correction"]:
        raise BadRisk(_("Say why it is changed; the version before stays."))
    items = _exhibits(facts.items, witness, user)
    with transaction.atomic():
        if facts.sealed:
            # Whoever seals takes the case first, as every act on sealed records does.
            Case.objects.select_for_update(no_key=True).get(pk=witness.case_id)
        Witness.objects.select_for_update(no_key=True).get(pk=witness.pk)
        thread, version = _place(witness, corrects, is_sealed=facts.sealed)
        record = None
        if facts.sealed:
            content = incident_bytes(words)
            record = seal_words(witness, content, part=incident_part(thread), by=user)
        else:
            require_wide(witness, list(words.values()), actor=user)
        made = ThreatIncident.objects.create(
            witness=witness,
            thread=thread,
            version=version,
            kind=facts.kind,
            against=facts.against,
            recorded_by=user,
        )
        for item in items:
            ThreatEvidence.objects.create(incident=made, item=item)
        _keep(made, words, facts.happened, record, [str(item.pk) for item in items])
    return made


@sensitive_variables()
def _keep(
    made: ThreatIncident,
    words: SealedMap,
    happened: PartialDate | None,
    record: SealedIdentity | None,
    items: list[str],
) -> None:
    if record is None:
        texts = {name: text for name, text in words.items() if name != "happened"}
        kept = ThreatWords.objects.create(incident=made, **texts, **dated_columns(happened))
    else:
        kept = ThreatWords.objects.create(incident=made, sealed_record=record)
    seal: dict[str, Json] = seal_facts(record) if record else {}
    log.append(
        Action.THREAT_RECORDED,
        subject=made.witness,
        actor=made.recorded_by,
        facts={
            "threat": str(made.pk),
            "thread": str(made.thread),
            "version": made.version,
            "kind": str(made.kind),
            "against": str(made.against),
            "items": items,
            "threat_words": str(kept.pk),
            **kept.commitments(),
            **seal,
        },
        case_id=made.witness.case_id,
    )


def _place(witness: Witness, corrects: ThreatIncident | None, *, is_sealed: bool) -> tuple[UUID, int]:
    if corrects is None:
        return uuid4(), 1
    newest = (
        ThreatIncident.objects.filter(witness=witness, thread=corrects.thread)
        .select_related("words")
        .order_by("-version")
        .first()
    )
    if newest is None:
        raise UnknownThreat
    if newest.pk != corrects.pk:
        raise RiskMovedOn
    if newest.words.is_sealed and not is_sealed:
        raise BadRisk(_("What was sealed of an incident stays sealed. Record its next version sealed too."))
    return newest.thread, newest.version + 1


def _check(facts: ThreatFacts) -> None:
    if facts.kind not in Threat.values or facts.against not in Circle.values:
        raise BadRisk(_("Choose from the lists what was done, and against whom."))
    if facts.happened and facts.happened.earliest and facts.happened.earliest > today():
        raise BadRisk(_("It cannot have happened on a day that is still to come."))


@sensitive_variables()
def _words(facts: ThreatFacts, correction: str) -> SealedMap:
    what = cleaned(clean_text, SealedText(facts.what), label=_("What happened"), max_length=LONGEST_TEXT)
    if not what:
        raise BadRisk(_("Say what happened."))
    line = {"required": False, "max_length": LONGEST_LINE}
    text = {"max_length": LONGEST_TEXT}
    return SealedMap(
        what=what,
        happened=SealedText(facts.happened.as_written if facts.happened else ""),
        place=cleaned(clean_line, SealedText(facts.place), label=_("The place"), **line),
        known_how=cleaned(clean_text, SealedText(facts.known_how), label=_("How it is known"), **text),
        answered_by=cleaned(clean_text, SealedText(facts.answered_by), label=_("What was done"), **text),
        correction=cleaned(clean_text, SealedText(correction), label=_("The reason of the change"), **text),
    )


def _exhibits(wanted: Collection[UUID], witness: Witness, user: User) -> list[EvidenceItem]:
    seen = EvidenceItem.objects.visible_to(user).filter(placements__case=witness.case_id, pk__in=wanted)
    items = sorted(set(seen), key=lambda item: item.reference)
    if len(items) != len(set(wanted)):
        raise unknown_item()
    return items
