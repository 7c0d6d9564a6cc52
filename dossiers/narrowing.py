"""A dossier that narrows pseudonyms to few people goes out only once somebody confirmed exactly that, with a reason."""

import hashlib
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from audit import log
from audit.actions import Action
from audit.digits import in_digits
from audit.private import sealed
from cases.models import Case
from cases.plain_text import clean_text
from cases.small_groups import is_confirmed
from dossiers.consent import items_of_case
from dossiers.errors import NarrowsWitnesses
from dossiers.models import Dossier
from dossiers.receivers import Receiver
from dossiers.risks import Narrowed, narrowed_by
from witnesses.consent_gate import objections

SHORTEST_REASON = 10
LONGEST_REASON = 2000


@sensitive_variables()
def narrowing_of(case: Case, to: Receiver) -> list[Narrowed]:
    """The pseudonyms that the dossier would narrow down, what consent leaves out of it not counted."""
    items = set(items_of_case(case))
    if to.leave_out:
        items -= {one.item_id for one in objections(items, destination=to.destination)}
    return narrowed_by(case, items)


def code_of(found: Sequence[Narrowed]) -> str:
    """Stands for what was found without saying it; empty for nothing."""
    if not found:
        return ""
    whole = "\n".join(f"{one.witness.pk} {one.key}" for one in found)
    return hashlib.sha256(f"dadkhah dossier narrows v1\n{whole}".encode()).hexdigest()[:32]


@sensitive_variables()
def require_confirmed(found: Sequence[Narrowed], *, reason: str, actor: User) -> str:
    """The reason as it is kept; empty where there is nothing to confirm. Raises NarrowsWitnesses or BadText."""
    if not found:
        return ""
    words = clean_text(reason, label=_("The reason"), max_length=LONGEST_REASON)
    code = code_of(found)
    if not is_confirmed(code, by=actor) or len(words) < SHORTEST_REASON:
        raise NarrowsWitnesses(_sentence(found), code=code, rows=found)
    return words


def require_as_confirmed(dossier: Dossier) -> None:
    """Raises NarrowsWitnesses where more is narrowed down by now than was confirmed when the dossier was asked for."""
    to = Receiver(
        kind=dossier.recipient_kind,
        use=dossier.recipient_use,
        name=dossier.recipient_name,
        conditions_met=dossier.conditions_met,
        leave_out=dossier.leave_out,
    )
    found = narrowing_of(dossier.case, to)
    code = code_of(found)
    if code and code != dossier.narrowing_code:
        raise NarrowsWitnesses(_sentence(found), code=code, rows=found)


def note_narrowing(dossier: Dossier, found: Sequence[Narrowed], *, actor: User) -> None:
    """Log that it was confirmed, in the transaction of the request: of whom, and the reason as a commitment."""
    if found:
        log.append(
            Action.DOSSIER_NARROWS,
            subject=dossier,
            actor=actor,
            facts={
                "witnesses": [str(one.witness.pk) for one in found],
                "narrowing_reason": sealed(dossier, "narrowing_reason"),
            },
            case_id=dossier.case_id,
        )


def _sentence(found: Sequence[Narrowed]) -> str:
    listed = "; ".join(f"{one.witness.pseudonym} ({one.by})" for one in found)
    return _(
        "What goes out tells so much together that few people fit, or nobody knows how many: %(listed)s. Say in at "
        "least %(n)s characters why it goes out all the same."
    ) % {"listed": listed, "n": in_digits(SHORTEST_REASON)}
