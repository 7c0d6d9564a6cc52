"""Looking into a file that was passed over, because a person wants it all the same: with wider limits, or as text.

What is too large, too slow or too much for the usual limits gets so many times as much of each as
`DADKHAH_WIDER_LIMITS` says, and no more; a file of a kind that no reader is for is read as the text that is in it.
"""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from evidence.derivative_failures import Failure
from evidence.derivative_words import BY_PROGRAMS, DerivativeKind, DerivativeState
from evidence.errors import BadDerivative
from evidence.inspecting.asking import ask_for_making
from evidence.inspecting.plan import text_reader
from evidence.inspecting.records import RETRY
from evidence.inspecting.subject import LARGEST
from evidence.models import Derivative, EvidenceItem
from evidence.placement import only_case
from evidence.queries import find_item

# What ended at a limit, so that a wider one may help.
AT_A_LIMIT = (
    Failure.TOO_SLOW,
    Failure.TOO_MUCH_MEMORY,
    Failure.TOO_MUCH_OUTPUT,
    Failure.TOO_LARGE,
    Failure.TOO_MANY_PIXELS,
)


def may_be_widened(derivative: Derivative) -> bool:
    """Whether it ended at a limit, and a wider one is left to be tried."""
    return (
        derivative.by_program
        and derivative.state == DerivativeState.FAILED
        and derivative.failure in AT_A_LIMIT
        and (derivative.widened or 1) < settings.DADKHAH_WIDER_LIMITS
    )


def may_be_read_as_text(item: EvidenceItem) -> bool:
    """Whether no reader is for files of its kind, and nobody has asked for its text so far."""
    if settings.DADKHAH_WIDER_LIMITS < 2 or not item.has_bytes or item.disposed_at or not item.inspected_at:
        return False
    if text_reader(item.media_type) is not None:
        return False
    return not Derivative.objects.filter(item=item, author=None, kind=DerivativeKind.TEXT).exists()


def widen(derivative: Derivative, *, actor: Actor) -> None:
    """Have what ended at a limit made with wider ones. Raises NotPermitted, UnknownEvidence or BadDerivative."""
    user = require(actor, RETRY)
    item = find_item(derivative.item_id, user=user)
    item.require_kept()
    times = settings.DADKHAH_WIDER_LIMITS
    with transaction.atomic():
        row = Derivative.objects.select_for_update(of=("self",)).get(pk=derivative.pk)
        if not may_be_widened(row):
            raise BadDerivative(
                _("This did not end at a limit, or was tried with wider limits already. Reload the page.")
            )
        Derivative.objects.filter(pk=row.pk, kind__in=BY_PROGRAMS).update(
            state=DerivativeState.WAITING,
            failure="",
            failure_detail="",
            tries=0,
            claim=None,
            beat_at=None,
            widened=times,
        )
        _log(row, user, was=row.failure)


def read_as_text(item: EvidenceItem, *, actor: Actor) -> Derivative:
    """Have the text in a file read whose kind no reader is for.

    Raises NotPermitted, UnknownEvidence, DisposedOf or BadDerivative.
    """
    user = require(actor, RETRY)
    item = find_item(item.pk, user=user)
    item.require_kept()
    refused = BadDerivative(_("This file was read as its kind is, or its text is asked for already."))
    if not may_be_read_as_text(item):
        raise refused
    try:
        with transaction.atomic():
            row = Derivative.objects.create(
                item=item, kind=DerivativeKind.TEXT, widened=settings.DADKHAH_WIDER_LIMITS
            )
            _log(row, user, was="no_reader")
    except IntegrityError as error:
        # Somebody else was first.
        raise refused from error
    return row


def _log(row: Derivative, user: User, *, was: str) -> None:
    log.append(
        Action.DERIVATIVE_WIDENED,
        subject=row.item,
        actor=user,
        facts={
            "derivative": str(row.pk),
            "kind": str(row.kind),
            "was": was,
            "limits_times": settings.DADKHAH_WIDER_LIMITS,
            "largest": LARGEST * settings.DADKHAH_WIDER_LIMITS,
        },
        case_id=only_case(row.item),
    )
    transaction.on_commit(lambda: ask_for_making(row.pk), robust=True)
