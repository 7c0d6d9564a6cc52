"""Finding interviews, each scoped by who asks; reading the register is an act, in the log before it is shown."""

from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from cases.access import require_member
from cases.models import Case
from witnesses.errors import UnknownInterview
from witnesses.models import Interview, InterviewRecord, InterviewState, Witness
from witnesses.searching import READ


def interviews_of(witness: Witness) -> list[Interview]:
    """Every interview of the register, in the order in which they were entered, with all records of each."""
    return list(_with_records(Interview.objects.filter(witness=witness).order_by("number")))


def planned_in(case: Case, *, user: User) -> list[Interview]:
    """The interviews of the case that are planned now, those with the earliest date first. Scoped to members."""
    newest = InterviewRecord.objects.filter(interview=OuterRef("pk")).order_by("-version")
    found = Interview.objects.filter(witness__in=Witness.objects.visible_to(user).filter(case=case)).annotate(
        state=Subquery(newest.values("state")[:1])
    )
    planned = _with_records(found.filter(state=InterviewState.PLANNED).select_related("witness"))
    return sorted(planned, key=_when)


def find_interview(interview_id: UUID, *, witness: Witness) -> Interview:
    """An interview of this witness. Raises UnknownInterview for any other."""
    found = _with_records(Interview.objects.filter(pk=interview_id, witness=witness)).first()
    if found is None:
        raise UnknownInterview
    # The witness was found for its reader already, with its case.
    found.witness = witness
    return found


def read_register(about: Witness | Case, *, actor: Actor) -> None:
    """Log that somebody reads the interviews of a witness or the plans of a case. If it cannot, they are not shown."""
    case = about if isinstance(about, Case) else about.case
    user = require_member(case, require(actor, READ))
    with transaction.atomic():
        log.append(Action.INTERVIEWS_READ, subject=about, actor=user, case_id=case.pk)


def _with_records(interviews: QuerySet[Interview]) -> QuerySet[Interview]:
    records = InterviewRecord.objects.select_related("recorded_by").order_by("-version")
    return interviews.select_related("opened_by").prefetch_related(Prefetch("records", queryset=records))


def _when(interview: Interview) -> tuple[bool, str, str]:
    earliest = interview.now.date_earliest or interview.now.date_latest
    return earliest is None, str(earliest), interview.witness.pseudonym
