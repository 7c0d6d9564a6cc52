"""What the background does: compile what was asked for on a page, and tell the truth about runs that died."""

import logging
from datetime import timedelta

from django.utils import timezone

from accounts.queries import find_actor
from audit.actors import Channel
from audit.errors import DomainError
from dossiers.archive import VaultSink
from dossiers.compiling import compile_into, reason_of
from dossiers.dead_runs import RECONCILER
from dossiers.errors import DossierBusy
from dossiers.models import Dossier, DossierState
from dossiers.requests import checked_recipient, mark_failed

_logger = logging.getLogger(__name__)


def compile_requested(dossier_id: str) -> None:
    """Compile a requested dossier in the name of whoever asked for it. Does nothing if it is taken or finished."""
    dossier = Dossier.objects.select_related("case", "requested_by").get(pk=dossier_id)
    if dossier.state != DossierState.REQUESTED:
        return
    try:
        actor = find_actor(dossier.requested_by.username, channel=Channel.TASK)
        compile_into(dossier, sink=VaultSink(checked_recipient(dossier.recipient)), actor=actor)
    except DossierBusy:
        _logger.info("dossier is compiled by another run", extra={"dossier": str(dossier.pk)})
    except DomainError as error:
        # Foreseen: the row says it to whoever asked. What is unforeseen goes on, so that the worker reports it.
        mark_failed(dossier, reason=reason_of(error), kind=type(error).__name__, actor=RECONCILER)
        _logger.warning("dossier failed", extra={"dossier": str(dossier.pk), "kind": type(error).__name__})


def waiting_ids(*, older_than: timedelta) -> list[str]:
    """The dossiers that were asked for and that nobody has begun."""
    limit = timezone.now() - older_than
    waiting = Dossier.objects.filter(state=DossierState.REQUESTED, requested_at__lt=limit)
    return [str(pk) for pk in waiting.order_by("requested_at").values_list("pk", flat=True)]
