"""Leaving out of a dossier what witnesses did not consent to, where whoever asked for it chose that."""

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from dossiers.consent import Missing, items_of_case, missing_in
from dossiers.errors import NothingToDisclose
from dossiers.models import Dossier, DossierWithheld
from witnesses.consent_gate import Objected, as_facts, objections
from witnesses.consent_rule import Objection
from witnesses.consent_words import Purpose, Why

_BATCH = 400
ROWS = 50


def withhold(dossier: Dossier, *, actor: Actor) -> None:
    """Record which items of the case stay behind. Raises NothingToDisclose where nothing else is left."""
    items = items_of_case(dossier.case)
    found = objections(items, destination=dossier.destination)
    if not found:
        return
    if len({one.item_id for one in found}) == len(items):
        raise NothingToDisclose(
            _(
                "Every exhibit of this case rests on a witness who did not consent to it; nothing is left to hand over."
            )
        )
    with transaction.atomic():
        rows = [
            DossierWithheld(
                dossier=dossier,
                item_id=one.item_id,
                witness=one.witness,
                why=one.objection.why,
                purpose=one.objection.purpose or "",
            )
            for one in found
        ]
        DossierWithheld.objects.bulk_create(rows, batch_size=_BATCH)
        log.append(
            Action.EXHIBITS_LEFT_OUT,
            subject=dossier,
            actor=actor,
            facts=as_facts(found),
            case_id=dossier.case_id,
        )


def withheld_page(
    dossier: Dossier, number: str | None, *, user: User
) -> tuple[Page[DossierWithheld], list[Missing]]:
    """One page of what stayed behind and why, for somebody who sees the dossier."""
    rows = dossier.withheld.select_related("witness").order_by("item__reference", "id")
    page = Paginator(rows, ROWS).get_page(number)
    found = [
        Objected(
            row.item_id,
            row.witness,
            Objection(Why(row.why), Purpose(row.purpose) if row.purpose else None),
        )
        for row in page.object_list
    ]
    return page, missing_in(dossier.case, found, user=user)
