"""Erasing words of rows that stay for ever: another row says when they went, and who had them erased."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, TypeAlias

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import User
from audit.canonical import canonical_json
from audit.erasing import commitments_before
from audit.errors import NotInTransaction
from evidence.models import Acquisition, CollectorTrace, CustodyEvent, Erasure, OnlineCapture, Thing

Record: TypeAlias = "Acquisition | CollectorTrace | CustodyEvent | OnlineCapture | Thing"


def begin_erasure(
    record: Any, *, names: Collection[str], reason: str, erased_by: User, approved_by: User, at: datetime
) -> Erasure | None:
    """Write the row without which the database lets no word of `record` go; None where there is nothing to erase.

    In the transaction of the erasure, which goes on with `audit.erasing.erase_values`. `reason` is its commitment.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(_("An erasure must be written together with what it erases."))
    before, says_something = commitments_before(record, names)
    if not says_something:
        return None
    record.erasures = (record.erasures or 0) + 1
    return Erasure.objects.create(
        item=record.item,
        kind=record._meta.db_table,
        record=record.pk,
        number=record.erasures,
        names=" ".join(sorted(names)),
        day=at.astimezone(UTC).date(),
        before=canonical_json(before).decode(),
        reason=reason,
        erased_at=at,
        erased_by=erased_by,
        approved_by=approved_by,
    )
