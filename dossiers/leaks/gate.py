"""No dossier leaves in which names were not looked for, or were found: the refusal, in words and in the log."""

from django.db import transaction
from django.db.models import Model, Q
from django.utils.translation import gettext as _

from audit import log
from audit.actions import Action
from audit.actors import Actor
from cases.models import Case
from dossiers.leaks.errors import NotLookedThrough
from dossiers.leaks.standing import concerns, sought_in, standing_of
from dossiers.models import Dossier
from dossiers.sinks import Sink
from witnesses.models import Witness


def hold_cases(dossier: Dossier) -> None:
    """Inside a transaction, before any other lock: no witness is registered in any of its cases until it ends."""
    cases = Case.objects.filter(pk__in=sought_in(dossier).cases).order_by("pk")
    list(cases.select_for_update(no_key=True))


def require_looked_through(dossier: Dossier) -> None:
    """Raises NotLookedThrough unless names were looked for in exactly this package and nothing stands in its way.

    Inside the transaction that hands it out, after `hold_cases`: identities and consents stand still.
    """
    sought = sought_in(dossier)
    witnesses = Witness.objects.filter(Q(case__in=sought.cases) | Q(pk__in=sought.witnesses))
    list(witnesses.order_by("pk").select_for_update())
    # Asked under the locks on the cases, and not once more: what is locked and what is decided is one set.
    lack = standing_of(dossier, sought).lack
    if lack is not None:
        raise NotLookedThrough(
            _("The dossier was not handed out. %(why)s") % {"why": lack.label}, facts={"why": lack.value}
        )


def require_it_stays(dossier: Dossier, sink: Sink) -> None:
    """Raises NotLookedThrough where a package would leave as it is compiled, which names have to be looked for in."""
    if not sink.stays and concerns(dossier):
        raise NotLookedThrough(
            _(
                "There are witnesses whose names must be looked for in this dossier before it leaves. Compile it into "
                "the vault (--hold), let the custodians have it searched, then write it out with release_dossier."
            ),
            facts={"why": "leaves_at_once"},
        )


def note_not_looked(error: NotLookedThrough, *, subject: Model, case: Case, actor: Actor) -> None:
    """Log a refusal at once and durably, for what it is about is undone."""
    with transaction.atomic():
        log.append(Action.LEAK_REFUSED, subject=subject, actor=actor, facts=error.facts, case_id=case.pk)
