"""A house with two closed cases, each with one of everything that an address can name, and somebody of every role."""

import io
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from audit.actors import Channel, SystemActor
from audit.models import Entry, VerificationRun
from audit.runs import request_run
from cases.dating import read_date
from cases.facts import Coordinates, NameFacts
from cases.membership import add_member, open_case
from cases.models import Case, Incident, Part, Person, Place, PlaceKind
from cases.registry import record_incident, register_person, register_place
from config.erasure_requests import ask_for_erasure
from dossiers.models import Dossier
from dossiers.receivers import Receiver
from dossiers.requests import request_dossier
from evidence.alarms import raise_alarm
from evidence.circumstances import Circumstances
from evidence.derivative_words import DerivativeKind
from evidence.fixity_rounds import CHECKER, ask_for_round, work_on
from evidence.handing_over import offer
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.lineage import CopyFacts, add_copy
from evidence.models import (
    CustodyEvent,
    Derivative,
    ErasureRequest,
    EvidenceItem,
    FixityAlarm,
    FixityRound,
    RegisterView,
    Upload,
)
from evidence.resumable.starting import Announced, begin_upload
from evidence.saved_views import save_view
from evidence.vocabulary import AlarmState, ReadingMethod
from tests.architecture.test_doors import ROUTES
from tests.conftest import Hire
from tests.evidence.derived import derive
from witnesses.assessing import RiskFacts, assess_risk
from witnesses.consent_state import today
from witnesses.consent_words import Purpose, RecipientKind, Use
from witnesses.consenting import ConsentFacts, record_consent
from witnesses.depending import declare_dependence
from witnesses.enrolling import enrol_custodian
from witnesses.identity import IdentityFacts, SealedName
from witnesses.interviewing import InterviewFacts, record_elsewhere
from witnesses.models import (
    CustodianKey,
    Dependence,
    Interview,
    InterviewNote,
    OpeningRequest,
    QuorumSession,
    Tie,
    Witness,
)
from witnesses.noting import NoteFacts, write_note
from witnesses.opening import request_emergency, request_opening
from witnesses.quorum.drill import begin_drill
from witnesses.referring import ReferralFacts, record_referral
from witnesses.register import register_witness
from witnesses.stating import StatementFacts, record_statement
from witnesses.threats import ThreatFacts, record_threat

PASSPHRASE = "four quiet rivers under snow"


@dataclass(frozen=True)
class Holding:
    """A case and one of everything in it; every text in it begins with `mark`."""

    mark: str
    case: Case
    member: User
    person: Person
    place: Place
    incident: Incident
    item: EvidenceItem
    derivative: Derivative
    words: Derivative
    offer: CustodyEvent
    erasure: ErasureRequest
    witness: Witness
    dependence: Dependence
    opening: OpeningRequest
    emergency: OpeningRequest
    emergency_code: str
    interview: Interview
    note: InterviewNote
    dossier: Dossier
    run: VerificationRun
    fixity_round: FixityRound
    alarm: FixityAlarm
    uploads: dict[str, Upload]
    view: RegisterView

    def upload_of(self, username: str) -> Upload:
        """The upload of one of the members; of the helper where somebody else is named."""
        return self.uploads.get(username, self.uploads[self.member.username])

    def address(self, name: str, **changed: Any) -> str:
        """The address of a route, with this case's objects in it but for `changed`."""
        own = {
            "case_id": self.case.pk,
            "person_id": self.person.pk,
            "user_id": self.member.pk,
            "item_id": self.item.pk,
            "derivative_id": self.derivative.pk,
            "number": 1,
            # What people bring is not shown as text; what programs read is.
            **({"derivative_id": self.words.pk} if name == "evidence:text" else {}),
            "event_id": self.offer.pk,
            "kind": "custodyevent",
            "record_id": self.offer.pk,
            "erasure_id": self.erasure.pk,
            "delivery_id": self.item.intake_id,
            "witness_id": self.witness.pk,
            "request_id": (self.emergency if name == "witnesses:review" else self.opening).pk,
            "witness_alarm_id": self.emergency.alarms.get().pk,
            "dependence_id": self.dependence.pk,
            "interview_id": self.interview.pk,
            "note_id": self.note.pk,
            "assessment_id": self.witness.assessments.get(words__sealed_record__isnull=False).pk,
            "threat_id": self.witness.threats.get(
                words__sealed_record__isnull=name != "witnesses:threat_open"
            ).pk,
            "referral_id": self.witness.referrals.earliest("recorded_at").pk,
            "dossier_id": self.dossier.pk,
            "run_id": self.run.pk,
            "round_id": self.fixity_round.pk,
            "alarm_id": self.alarm.pk,
            "upload_id": self.upload_of("").pk,
            "view_id": self.view.pk,
            # The custodians' own, of no case.
            "session_id": QuorumSession.objects.values_list("pk", flat=True)[:1][0],
            "key_id": CustodianKey.objects.filter(admission__isnull=True).earliest("created_at").pk,
            "custodian_id": User.objects.get(username="custodian_b").custodian.pk,
            "entry_id": Entry.objects.order_by("recorded_at").values_list("pk", flat=True)[:1][0],
        } | changed
        return reverse(name, kwargs={key: own[key] for key in ROUTES[name].converters})


@dataclass(frozen=True)
class House:
    """The people by what they are to the case `ours`, and the two cases."""

    people: dict[str, User]
    ours: Holding
    theirs: Holding


def furnish(hire: Hire) -> House:
    """Two cases: `ours` of a lawyer and a paralegal, `theirs` of the outsider."""
    people = {role.value: hire(role.value, role) for role in Role} | {"outsider": hire("omid", Role.LAWYER)}
    for user in (
        people["custodian"],
        hire("custodian_b", Role.CUSTODIAN),
        hire("custodian_c", Role.CUSTODIAN),
    ):
        enrol_custodian(user, passphrase=PASSPHRASE, actor=user)
    begin_drill(reason="Once a quarter", actor=people["custodian"])
    newcomer = hire("custodian_w", Role.CUSTODIAN)
    enrol_custodian(newcomer, passphrase=PASSPHRASE, actor=newcomer)
    ours = _holding("Ourmark", "DK-OURS-1", lawyer=people["lawyer"], helper=people["paralegal"])
    theirs = _holding(
        "Theirmark", "DK-THEIRS-1", lawyer=people["outsider"], helper=hire("helper", Role.PARALEGAL)
    )
    return House(people, ours, theirs)


def _holding(mark: str, reference: str, *, lawyer: User, helper: User) -> Holding:
    case = open_case(reference=reference, title=f"{mark} case", summary=f"{mark} summary", actor=lawyer)
    add_member(case, user=helper, actor=lawyer)
    person = register_person(
        case=case, role=Part.PERPETRATOR, names=[NameFacts(f"{mark} Person")], actor=lawyer
    )
    position = Coordinates(Decimal("35.646"), Decimal("51.567"), f"{mark} survey")
    place = register_place(
        case=case, kind=PlaceKind.PRISON, name_latin=f"{mark} Place", coordinates=position, actor=lawyer
    )
    incident = record_incident(
        case, title=f"{mark} incident", when=read_date("1988"), place=place, actor=lawyer
    )
    facts = IntakeFacts(
        source=f"{mark} source", original_name=f"{mark}.txt", title=f"{mark} letter", case=case
    )
    item = ingest_evidence(io.BytesIO(mark.encode()), facts=facts, actor=lawyer)
    offered = offer(item, to=helper, facts=Circumstances(f"{mark} reason for it"), actor=lawyer)
    identity = IdentityFacts(full_names=(SealedName(f"{mark} Witness", "latin"),))
    witness = register_witness(case=case, identity=identity, actor=lawyer)
    dependence = declare_dependence(witness, item, tie=Tie.SHOWS, note=f"{mark} note of it", actor=lawyer)
    record_statement(witness, item, facts=StatementFacts("media", remark=f"{mark} remark"), actor=lawyer)
    interview = _interview_of(witness, mark, lawyer)
    _endanger(witness, mark, lawyer)
    opening, _code = request_opening(witness, reason=f"{mark} reason", fields=["full_names"], actor=lawyer)
    danger = f"{mark} danger: somebody follows the family since the morning"
    emergency, code = request_emergency(witness, justification=danger, fields=["full_names"], actor=lawyer)
    record_consent(witness, facts=consent_to_all(mark), actor=lawyer)
    working_copy = Receiver(kind=RecipientKind.INTERNAL, use=Use.ANALYSIS)
    dossier = request_dossier(
        case, purpose=f"{mark} purpose of a dossier", receiver=working_copy, actor=lawyer
    )
    return Holding(
        mark,
        case,
        helper,
        person,
        place,
        incident,
        item,
        _copy_of(item, mark, lawyer),
        _words_of(item, mark),
        offered,
        _erasure_of(item, mark, lawyer),
        witness,
        dependence,
        opening,
        emergency,
        code,
        interview,
        write_note(interview, facts=NoteFacts(f"{mark} note", sealed=True), actor=lawyer),
        dossier,
        request_run(actor=lawyer),
        _ended_round(),
        _alarm_about(item),
        {user.username: begin_upload(facts, announced=Announced(9), actor=user) for user in (lawyer, helper)},
        save_view(f"{mark} view", f"q={mark}", actor=helper),
    )


def consent_to_all(mark: str) -> ConsentFacts:
    """A yes to everything; every text in it begins with `mark`."""
    return ConsentFacts(
        answers=dict.fromkeys(Purpose.values, "yes"),
        given=read_date("1403"),
        form="c1",
        language="fa",
        method="signed",
        given_by="witness",
        taken_by=f"{mark} colleague",
        prosecutors=f"{mark} prosecutor",
        contact_by=f"{mark} office",
    )


def _interview_of(witness: Witness, mark: str, lawyer: User) -> Interview:
    facts = InterviewFacts("media", "held", organisation=f"{mark} newspaper")
    return record_elsewhere(witness, facts=facts, earlier_seen=0, actor=lawyer)


def _endanger(witness: Witness, mark: str, lawyer: User) -> None:
    due = today() + timedelta(days=30)
    facts = RiskFacts("high", "high", "low", "usual", "consented", due, f"{mark} grounds", sealed=False)
    assess_risk(witness, facts=facts, last_seen=0, actor=lawyer)
    assess_risk(witness, facts=replace(facts, sealed=True), last_seen=1, actor=lawyer)
    for sealed in (False, True):
        threat = ThreatFacts("visit", "family", f"{mark} visit", sealed)
        record_threat(witness, facts=threat, actor=lawyer)
    record_referral(witness, facts=ReferralFacts("legal", f"{mark} office", today()), actor=lawyer)


def _words_of(item: EvidenceItem, mark: str) -> Derivative:
    """What a program read in a document of one page."""
    derive(item, DerivativeKind.PAGE_IMAGE, "image/png", b"the image of a page")
    return derive(item, DerivativeKind.TEXT, "text/plain", f"{mark} words".encode())


def _copy_of(item: EvidenceItem, mark: str, lawyer: User) -> Derivative:
    made = CopyFacts(DerivativeKind.TRANSLATION, f"{mark} copy.txt", language="en", title=f"{mark} copy")
    return add_copy(item, io.BytesIO(f"{mark} in English".encode()), facts=made, actor=lawyer)


def _erasure_of(item: EvidenceItem, mark: str, lawyer: User) -> ErasureRequest:
    receipt, why = item.custody.get(seq=1), f"{mark} letter of the family"
    return ask_for_erasure(item, "custodyevent", receipt.pk, names=["released_by"], reason=why, actor=lawyer)


def _ended_round() -> FixityRound:
    checker = SystemActor("fixity", Channel.COMMAND)
    found = ask_for_round(ReadingMethod.SCRUB, actor=checker)
    work_on(found, actor=checker)
    return found


def _alarm_about(item: EvidenceItem) -> FixityAlarm:
    with transaction.atomic():
        return raise_alarm(AlarmState.MISSING, about=item.object, actor=CHECKER)
