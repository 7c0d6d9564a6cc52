"""Reading derivatives: in the log before the first byte is shown."""

import mimetypes
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
from evidence.derivative_words import DerivativeKind, DerivativeState
from evidence.errors import UnknownEvidence
from evidence.filenames import safe_name
from evidence.models import Derivative, EvidenceItem, FoundValue
from evidence.placement import only_case
from evidence.queries import find_item
from evidence.reading import Handout
from evidence.scopes import READ, READ_FOUND
from evidence.stored_objects import open_stored

# One entry stands for a reading of so long: a video is asked for in hundreds of pieces, a document page by page.
ONE_READING = timedelta(minutes=15)

_ORDER = {str(kind): place for place, kind in enumerate(DerivativeKind)}


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
    """All that was, or is to be, made of the item, in one query: what people made first, then kind by kind.

    Scoped to the reader.
    """
    rows = Derivative.objects.visible_to(user).filter(item=item).select_related("object", "author")
    return sorted(
        rows, key=lambda row: (row.by_program, _ORDER[row.kind], row.number, row.made_at or row.asked_at)
    )


def open_derivative(derivative: Derivative, *, actor: Actor) -> OpenDerivative:
    """Open what was made, for one reader, in the log before its first byte is read.

    A reading that goes on within a quarter of an hour is one entry for all pieces and pages of a kind; the check
    of who may read is made every time. Raises NotPermitted, UnknownEvidence (also where it is not made yet),
    ObjectMissing, ObjectAltered, VaultUnavailable or LogUnavailable. The caller closes the content.
    """
    user = require(actor, READ)
    found = _made(derivative, user)
    content = _opened(found)
    try:
        _log_reading(found, user)
    except BaseException:
        content.close()
        raise
    assert found.object is not None  # noqa: S101  made with its bytes
    return OpenDerivative(found, found.object.size, found.media_type, content)


def hand_out_derivative(derivative: Derivative, *, actor: Actor) -> Handout:
    """Open what was made, to be taken away; each time in the log. Raises as `open_derivative`."""
    user = require(actor, READ)
    found = _made(derivative, user)
    assert found.object is not None  # noqa: S101  made with its bytes
    content = _opened(found)
    try:
        with transaction.atomic():
            log.append(
                Action.DERIVATIVE_DOWNLOADED,
                subject=found.item,
                actor=user,
                facts={
                    "derivative": str(found.pk),
                    "kind": str(found.kind),
                    "sha256": found.object.sha256.hex,
                },
                case_id=only_case(found.item),
            )
    except BaseException:
        content.close()
        raise
    return Handout(_file_name(found), found.object.size, content)


def read_found_values(item: EvidenceItem, *, actor: Actor) -> Sequence[FoundValue]:
    """Where, when, by whom and with what the item says it was made; in the log before it is shown.

    Raises NotPermitted or UnknownEvidence.
    """
    user = require(actor, READ_FOUND)
    item = find_item(item.pk, user=user)
    with transaction.atomic():
        log.append(
            Action.FOUND_VALUES_READ,
            subject=item,
            actor=user,
            facts={"reference": item.reference},
            case_id=only_case(item),
        )
    return list(FoundValue.objects.visible_to(user).filter(item=item))


def _made(derivative: Derivative, user: User) -> Derivative:
    found = find_derivative(derivative.pk, user=user)
    if found.state != DerivativeState.MADE:
        raise _unknown()
    found.item.require_kept()
    return found


def _opened(derivative: Derivative) -> BinaryIO:
    """Its content. What is missing or damaged at its beginning shows now, while a sentence can still be said."""
    if derivative.object is None:
        raise _unknown()
    content = open_stored(derivative.object)
    try:
        content.read(1)
        content.seek(0)
    except BaseException:
        content.close()
        raise
    return content


def _file_name(derivative: Derivative) -> str:
    """What it is called on the reader's disk: as its author called it, or by the item, its kind and its number."""
    ending = mimetypes.guess_extension(derivative.media_type.partition(";")[0]) or ""
    ours = f"{derivative.item.reference}-{derivative.kind}-{derivative.number}{ending}"
    return safe_name(derivative.original_name, fallback=ours)


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
