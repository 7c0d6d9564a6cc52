"""The custody ledger's one writer: events are numbered without gaps and never changed."""

from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actors import Actor
from audit.errors import NotInTransaction
from cases.dated import dated_columns
from cases.dating import PartialDate
from evidence.digests import Digest
from evidence.errors import BadCustody
from evidence.models import CustodyEvent, EvidenceItem
from evidence.vocabulary import HAND_OVERS, SHORTEST_PURPOSE, CustodyKind, CustodyOutcome


def record(
    item: EvidenceItem,
    kind: CustodyKind,
    *,
    actor: Actor,
    happened: PartialDate | None = None,
    released_by: str = "",
    received_by: str = "",
    purpose: str = "",
    location: str = "",
    tool: str = "",
    outcome: CustodyOutcome | str = "",
    note: str = "",
    digest_expected: Digest | None = None,
    digest_found: Digest | None = None,
    refers_to: CustodyEvent | None = None,
) -> CustodyEvent:
    """Write the item's next custody event, inside the transaction of the act that it records.

    The caller appends `event.facts()` to the log in the same transaction. `happened` is left out when the event
    happens as it is recorded. Raises BadCustody when somebody hands something over without saying why in at
    least ten characters, or when a correction refers to another item's event; leaves no row behind.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(_("A custody event must be written together with the act that it records."))
    _check(item, kind, purpose=purpose, refers_to=refers_to)
    return CustodyEvent.objects.create(
        item=item,
        seq=_next_number(item),
        kind=kind,
        actor=actor if isinstance(actor, User) else None,
        agent=actor.audit_name,
        released_by=released_by,
        received_by=received_by,
        purpose=purpose.strip(),
        location=location,
        tool=tool,
        outcome=outcome,
        note=note,
        digest_expected=digest_expected,
        digest_found=digest_found,
        refers_to=refers_to,
        **dated_columns(happened),
    )


def _check(item: EvidenceItem, kind: CustodyKind, *, purpose: str, refers_to: CustodyEvent | None) -> None:
    if kind in HAND_OVERS and len(purpose.strip()) < SHORTEST_PURPOSE:
        raise BadCustody(_("Say in at least 10 characters why this is handed over."))
    if refers_to is not None and refers_to.item_id != item.pk:
        raise BadCustody(
            _("A correction must refer to an event of the same item. Choose one from its custody.")
        )


def _next_number(item: EvidenceItem) -> int:
    # Locks the item's row, not the ledger: two events of one item wait for each other, those of others do not.
    EvidenceItem.objects.select_for_update().values_list("pk").get(pk=item.pk)
    last = CustodyEvent.objects.filter(item=item).aggregate(last=Max("seq"))["last"]
    return (last or 0) + 1
