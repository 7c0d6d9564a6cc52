"""Tells the truth about runs whose program died: nobody else can."""

from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from audit.actors import SystemActor
from audit.silence import silent
from dossiers.disclosure import handouts_of
from dossiers.models import Dossier, DossierState
from dossiers.requests import mark_failed

RECONCILER = SystemActor("dossier-reconciler")
# A run says that it is alive every 20 seconds while it reads. Flushing a large archive is one long silence.
SILENT_FOR = timedelta(minutes=5)


def end_dead_runs() -> int:
    """Mark as failed every run that has been silent too long; return how many there were."""
    lost = silent("heartbeat_at", SILENT_FOR) | Q(heartbeat_at=None)
    dead = Dossier.objects.filter(lost, state=DossierState.COMPILING)
    for dossier in dead:
        mark_failed(
            dossier,
            reason=_reason(dossier),
            kind="Stopped",
            actor=RECONCILER,
        )
    return len(dead)


def _reason(dossier: Dossier) -> str:
    if handouts_of(dossier).exists():
        return _(
            "The program stopped as the dossier was put into its place. It was recorded as handed out: look whether it "
            "lies there, and ask for a new one if not."
        )
    return _(
        "The program stopped while it compiled this dossier. Nothing was handed over; ask for a new one."
    )
