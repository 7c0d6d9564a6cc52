"""Looking through the register of witnesses: an act, in the log before anything is shown."""

from django.db import transaction
from django.db.models import QuerySet

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor
from cases.access import require_member
from cases.models import Case
from witnesses.models import Witness
from witnesses.pseudonyms import read_pseudonym

READ = "witnesses.register_witness"


def list_register(case: Case, *, actor: Actor) -> QuerySet[Witness]:
    """The witnesses of the case, under their pseudonyms. Raises NotPermitted, NotAMember or LogUnavailable."""
    user = require_member(case, require(actor, READ))
    with transaction.atomic():
        log.append(Action.REGISTER_LISTED, subject=case, actor=user, case_id=case.pk)
    return _witnesses(case)


def search_register(case: Case, *, typed: str, actor: Actor) -> QuerySet[Witness]:
    """The witness of the pseudonym that was typed, if the case has them; nobody for anything else.

    What was typed is not logged, not even as a commitment: somebody will type a name there one day. Raises
    NotPermitted, NotAMember or LogUnavailable.
    """
    user = require_member(case, require(actor, READ))
    wanted = read_pseudonym(typed)
    found = _witnesses(case).filter(pseudonym=wanted)
    with transaction.atomic():
        log.append(
            Action.REGISTER_SEARCHED,
            subject=case,
            actor=user,
            facts={"found": found.count()},
            case_id=case.pk,
        )
    return found


def open_page(witness: Witness, *, actor: Actor) -> None:
    """Log that somebody opens the page of a witness, which shows who asked for the identity and why."""
    user = require_member(witness.case, require(actor, READ))
    with transaction.atomic():
        log.append(Action.WITNESS_VIEWED, subject=witness, actor=user, case_id=witness.case_id)


def _witnesses(case: Case) -> QuerySet[Witness]:
    return Witness.objects.filter(case=case).select_related("registered_by")
