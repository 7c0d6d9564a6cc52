"""Reading derivatives: in the log before the first byte is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.models import Entry
from audit.resolving import facts_of
from evidence.derivative_words import DerivativeState
from evidence.errors import UnknownEvidence
from evidence.models import Derivative, EvidenceItem
from evidence.placement import only_case
from evidence.scopes import READ
from evidence.store import vault

# One entry stands for a reading of so long: a video is asked for in hundreds of pieces, a document page by page.
ONE_READING = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class OpenDerivative:
    """A derivative's content, open and seekable; the reader closes it. `size` in bytes."""

    derivative: Derivative
    size: int
    media_type: str
    content: BinaryIO


def find_derivative(derivative_id: UUID, *, user: User) -> Derivative:
    """The derivative, with its item and object. Raises UnknownEvidence for both unknown and not permitted."""
    found = (
        Derivative.objects.visible_to(user)
        .select_related("item", "object", "parent", "author")
        .filter(pk=derivative_id)
        .first()
    )
    if found is None:
        raise _unknown()
    return found


def derivatives_of(item: EvidenceItem, *, user: User) -> Sequence[Derivative]:
    """All that was, or is to be, made of the item, by kind and number; in one query. Scoped to the reader."""
    rows = Derivative.objects.visible_to(user).filter(item=item).select_related("object", "author")
    return list(rows.order_by("kind", "number", "made_at", "pk"))


def open_derivative(derivative: Derivative, *, actor: Actor) -> OpenDerivative:
    """Open what was made, for one reader, in the log before its first byte is read.

    A reading that goes on within a quarter of an hour is one entry for all pieces and pages of a kind; the check
    of who may read is made every time. Raises NotPermitted, UnknownEvidence (also where it is not made yet),
    ObjectMissing, ObjectAltered, VaultUnavailable or LogUnavailable. The caller closes the content.
    """
    user = require(actor, READ)
    found = find_derivative(derivative.pk, user=user)
    if found.state != DerivativeState.MADE or found.object is None:
        raise _unknown()
    found.item.require_kept()
    content = vault().open(found.object.name)
    try:
        content.read(1)
        content.seek(0)
        _log_reading(found, user)
    except BaseException:
        content.close()
        raise
    return OpenDerivative(found, found.object.size, found.media_type, content)


def _log_reading(derivative: Derivative, user: User) -> None:
    with transaction.atomic():
        if _is_being_read(derivative, user):
            return
        log.append(
            Action.DERIVATIVE_READ,
            subject=derivative.item,
            actor=user,
            facts={
                "derivative": str(derivative.pk),
                "reading": _reading(derivative),
                "number": derivative.number,
            },
            case_id=only_case(derivative.item),
        )


def _is_being_read(derivative: Derivative, user: User) -> bool:
    lately = Entry.objects.filter(
        subject_id=str(derivative.item_id),
        recorded_at__gte=timezone.now() - ONE_READING,
        actor=user.audit_name,
        action=Action.DERIVATIVE_READ,
    )
    return any(facts_of(entry).get("reading") == _reading(derivative) for entry in lately)


def _reading(derivative: Derivative) -> str:
    # A program's pages are one document; what people made are documents of their own.
    return str(derivative.kind) if derivative.by_program else str(derivative.pk)


def _unknown() -> UnknownEvidence:
    return UnknownEvidence(_("No such copy is open to you. Open the exhibit’s page and choose one there."))
