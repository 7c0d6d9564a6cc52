"""A lawyer answers for what a report says: that a finding is somebody else's, that what nobody could read may go."""

from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.digits import in_digits
from audit.private import sealed
from cases.access import require_member
from cases.plain_text import clean_text
from cases.small_groups import weigh_words
from dossiers.leaks.errors import BadStatement
from dossiers.leaks.standing import standing_of
from dossiers.models import Dossier, LeakResult, LeakStatement
from dossiers.requests import COMPILE

SHORTEST: Final = 10
LONGEST: Final = 2000


def answer_for(dossier: Dossier, *, reason: str, actor: Actor) -> LeakStatement:
    """Record the actor's statement about the newest report. Sure and likely findings take those of two people.

    Raises NotPermitted, NotAMember, BadText, SmallGroup, and BadStatement where nothing is to be answered for, or the
    actor has done so already.
    """
    user = require_member(dossier.case, require(actor, COMPILE))
    words = clean_text(reason, label=_("The reason"), max_length=LONGEST)
    if len(words) < SHORTEST:
        raise BadStatement(in_digits(_("Give a reason in at least %(n)d characters.") % {"n": SHORTEST}))
    with transaction.atomic():
        Dossier.objects.select_for_update(no_key=True).get(pk=dossier.pk)
        standing = standing_of(dossier)
        if standing.result is None or not standing.may_state:
            raise BadStatement(_("There is nothing in the report that has to be answered for."))
        if standing.result.statements.filter(person=user).exists():
            raise BadStatement(_("You have answered for this report. It takes another lawyer of the case."))
        weigh_words([words], actor=user)
        statement = LeakStatement.objects.create(result=standing.result, person=user, reason=words)
        _log(statement, standing.result, dossier, found=standing.is_found, actor=actor)
    return statement


def _log(
    statement: LeakStatement, result: LeakResult, dossier: Dossier, *, found: bool, actor: Actor
) -> None:
    log.append(
        Action.LEAK_SET_ASIDE if found else Action.LEAK_ANSWERED,
        subject=result,
        actor=actor,
        facts={
            "dossier": str(dossier.pk),
            "leak_statement": str(statement.pk),
            "reason": sealed(statement, "reason"),
        },
        case_id=dossier.case_id,
    )
