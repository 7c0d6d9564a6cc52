"""The register of interviews: entering one, and recording what became of it. Nothing in it is ever overwritten."""

from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.private import sealed
from cases.access import require_member
from cases.dated import dated_columns
from cases.dating import PartialDate
from cases.plain_text import clean_line, clean_text
from evidence.vocabulary import Language
from witnesses.errors import BadInterview, RegisterMovedOn, UnjustifiedInterview
from witnesses.models import (
    AccountKind,
    Interview,
    InterviewRecord,
    InterviewState,
    Recording,
    Witness,
)
from witnesses.models.interview import NEEDS_A_REASON
from witnesses.risk_errors import NoContact
from witnesses.risk_state import newest_of
from witnesses.risk_words import Contact
from witnesses.searching import READ
from witnesses.weighing import require_wide

FULL: Final = "witnesses.take_full_statement"
SHORTEST_JUSTIFICATION: Final = 20
LONGEST_LINE: Final = 300
_WORDS: Final = (
    *("organisation", "interviewer", "where_held", "interpreter", "supported_by"),
    *("setting", "care", "why_ended"),
)
LONGEST_TEXT: Final = 4000


@dataclass(frozen=True, slots=True, repr=False)
class InterviewFacts:
    """What is known of an interview. People in it are pseudonyms or offices, never names; its `repr` says nothing."""

    kind: AccountKind | str
    state: InterviewState | str
    held: PartialDate | None = None
    organisation: str = ""
    interviewer: str = ""
    where_held: str = ""
    recording: Recording | str = Recording.NOT_KNOWN
    language: Language | str = ""
    interpreter: str = ""
    setting: str = ""
    care: str = ""
    supported_by: str = ""
    why_ended: str = ""

    def __repr__(self) -> str:
        return "<private>"


@sensitive_variables()
def open_interview(
    witness: Witness,
    *,
    facts: InterviewFacts,
    earlier_seen: int,
    justification: str = "",
    actor: Actor,
) -> Interview:
    """Enter an interview of our own, planned or held.

    `earlier_seen` is how many interviews of the register the actor has read before: all of them, or it is refused.
    Where there is one, `justification` says in at least 20 characters why the witness is asked again. Raises
    NotPermitted (a full statement is a lawyer's work), NotAMember, RegisterMovedOn, UnjustifiedInterview, BadText,
    BadInterview, SmallGroup, or NoContact where the newest assessment of danger forbids it; leaves no row behind.
    """
    return _enter(
        witness, facts=facts, ours=True, seen=earlier_seen, justification=justification, actor=actor
    )


@sensitive_variables()
def record_elsewhere(
    witness: Witness, *, facts: InterviewFacts, earlier_seen: int, actor: Actor
) -> Interview:
    """Enter an interview that the witness gave to somebody else; a paralegal may, whatever its kind.

    Raises as `open_interview` does, but asks for no justification: it is over, and nobody asked again.
    """
    return _enter(witness, facts=facts, ours=False, seen=earlier_seen, justification="", actor=actor)


@sensitive_variables()
def record_interview(
    interview: Interview, *, facts: InterviewFacts, correction: str = "", last_seen: int, actor: Actor
) -> InterviewRecord:
    """Add the next record: what became of the interview, or what was wrong; the one before stays.

    `last_seen` is the version that the actor read. Where the state stays as it was, `correction` says why another
    record is needed. Raises as `open_interview` does, and BadInterview where a held one is made a plan again.
    """
    user = _worker(interview.witness, facts, ours=interview.ours, actor=actor)
    columns = _columns(facts, ours=interview.ours)
    why = clean_text(correction, label=_("The reason of the change"), max_length=LONGEST_TEXT)
    with transaction.atomic():
        # The witness's row is the lock: the site's role may lock nothing in a table that takes new rows alone.
        Witness.objects.select_for_update(no_key=True).get(pk=interview.witness_id)
        last = interview.records.order_by("-version").first()
        if last is None or last.version != last_seen:
            raise RegisterMovedOn
        # What a lawyer recorded of a full statement is a lawyer's to correct, into whatever kind.
        _require_role(last.kind, ours=interview.ours, actor=actor)
        _require_next(last, columns, why)
        require_wide(interview.witness, [*_said(columns), why], actor=user)
        record = InterviewRecord.objects.create(
            interview=interview, version=last.version + 1, correction=why, recorded_by=user, **columns
        )
        _log(Action.INTERVIEW_RECORDED, interview, record, user)
    return record


@sensitive_variables()
def _enter(
    witness: Witness, *, facts: InterviewFacts, ours: bool, seen: int, justification: str, actor: Actor
) -> Interview:
    user = _worker(witness, facts, ours=ours, actor=actor)
    columns = _columns(facts, ours=ours)
    why = clean_text(justification, label=_("The justification"), max_length=LONGEST_TEXT)
    with transaction.atomic():
        # One at a time: two who plan at once would each have seen an empty register.
        Witness.objects.select_for_update(no_key=True).get(pk=witness.pk)
        earlier = Interview.objects.filter(witness=witness).count()
        if seen != earlier:
            raise RegisterMovedOn
        if ours:
            _require_contact(witness, columns)
        if ours and earlier and len(why) < SHORTEST_JUSTIFICATION:
            raise UnjustifiedInterview
        require_wide(witness, [*_said(columns), why if earlier else ""], actor=user)
        interview = Interview.objects.create(
            witness=witness,
            number=earlier + 1,
            ours=ours,
            justification=why if earlier else "",
            opened_by=user,
        )
        record = InterviewRecord.objects.create(interview=interview, version=1, recorded_by=user, **columns)
        _log(Action.INTERVIEW_OPENED, interview, record, user)
    return interview


def _said(columns: dict[str, Any]) -> list[str]:
    """What was written in words. When the interview was held says nothing of what the witness lived through."""
    return [columns[name] for name in _WORDS]


def _require_contact(witness: Witness, columns: dict[str, Any]) -> None:
    """Raises NoContact. An interview that was over before contact was stopped is entered all the same."""
    newest = newest_of([witness.pk]).first()
    if newest is None or newest.contact != Contact.NONE:
        return
    held = columns["date_latest"]
    over = columns["state"] != InterviewState.PLANNED and held is not None
    if not over or held >= newest.assessed_at.date():
        raise NoContact


def _worker(witness: Witness, facts: InterviewFacts, *, ours: bool, actor: Actor) -> User:
    _require_role(facts.kind, ours=ours, actor=actor)
    return require_member(witness.case, actor)


def _require_role(kind: str, *, ours: bool, actor: Actor) -> None:
    require(actor, FULL if ours and kind == AccountKind.FULL_STATEMENT else READ)


@sensitive_variables()
def _columns(facts: InterviewFacts, *, ours: bool) -> dict[str, Any]:
    _check_choices(facts, ours=ours)
    lines = {
        "organisation": (facts.organisation, _("The organisation")),
        "interviewer": (facts.interviewer, _("Who took it")),
        "where_held": (facts.where_held, _("The place")),
        "interpreter": (facts.interpreter, _("The interpreter")),
        "supported_by": (facts.supported_by, _("Who supported the witness")),
    }
    texts = {
        "setting": (facts.setting, _("The setting")),
        "care": (facts.care, _("The note on care")),
        "why_ended": (facts.why_ended, _("The reason")),
    }
    ended = facts.state in NEEDS_A_REASON
    columns: dict[str, Any] = {
        name: clean_line(text, label=label, required=False, max_length=LONGEST_LINE)
        for name, (text, label) in lines.items()
    } | {
        name: clean_text(text, label=label, max_length=LONGEST_TEXT) for name, (text, label) in texts.items()
    }
    if ended and not columns["why_ended"]:
        raise BadInterview(_("Say why it was broken off or withdrawn."))
    if not ours and not (columns["organisation"] or columns["interviewer"]):
        raise BadInterview(_("Say which organisation, or who, took the interview elsewhere."))
    return {
        **columns,
        "why_ended": columns["why_ended"] if ended else "",
        "state": str(facts.state),
        "kind": str(facts.kind),
        "recording": str(facts.recording),
        "language": str(facts.language),
        **dated_columns(facts.held),
    }


def _check_choices(facts: InterviewFacts, *, ours: bool) -> None:
    if facts.kind not in AccountKind.values:
        raise BadInterview(_("Choose what kind of interview it is."))
    if facts.state not in InterviewState.values:
        raise BadInterview(_("Say whether it is planned, was held, broken off or withdrawn."))
    if facts.recording not in Recording.values:
        raise BadInterview(_("Say whether it was recorded, and how."))
    if facts.language not in ("", *Language.values):
        raise BadInterview(_("Choose the language from the list."))
    if not ours and facts.state == InterviewState.PLANNED:
        raise BadInterview(_("An interview elsewhere is entered once it was given, not while it is planned."))
    if ours and facts.state == InterviewState.HELD and facts.held is None:
        raise BadInterview(_("Say when it was held, as exactly as it is known."))


def _require_next(last: InterviewRecord, columns: dict[str, Any], why: str) -> None:
    if all(getattr(last, name) == value for name, value in columns.items()):
        raise BadInterview(_("Nothing is different from what was recorded last. Change what is wrong."))
    if columns["state"] == InterviewState.PLANNED and last.state != InterviewState.PLANNED:
        raise BadInterview(_("It is no plan any more. Enter the interview that is planned now as a new one."))
    if columns["state"] == last.state and not why:
        raise BadInterview(_("Say why the record is changed; the one before stays."))


def _log(action: Action, interview: Interview, record: InterviewRecord, user: User) -> None:
    texts: dict[str, Json] = {
        value.name: sealed(record, value.name) for value in InterviewRecord.PRIVATE.values
    }
    log.append(
        action,
        subject=interview.witness,
        actor=user,
        facts={
            "interview": str(interview.pk),
            "interview_record": str(record.pk),
            "number": interview.number,
            "version": record.version,
            "ours": interview.ours,
            "kind": record.kind,
            "state": record.state,
            "recording": record.recording,
            "justification": sealed(interview, "justification"),
            **texts,
        },
        case_id=interview.witness.case_id,
    )
