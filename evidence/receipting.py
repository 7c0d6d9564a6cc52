"""Giving the receipt of a delivery: it is in the log, and in the log's tree, before it leaves."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.paper.press import Press
from audit.sequencing import sequence_pending
from evidence.deliveries import find_delivery
from evidence.models import Intake
from evidence.placement import only_case_of_delivery
from evidence.receipt_record import as_json, receipt_record
from evidence.receipt_sheet import Tongue, file_name, receipt_sheet
from evidence.scopes import READ


class Form(StrEnum):
    """As what a receipt is given."""

    PDF = "pdf"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt on its way out: its name on a disk, its bytes, how many parts the delivery's receipt has."""

    name: str
    content: bytes
    parts: int


def give_receipt(delivery: Intake, *, form: Form, language: Tongue, part: int = 1, actor: Actor) -> Receipt:
    """One part of a delivery's receipt, recorded in the log before anybody gets it.

    The same delivery gives the same bytes until something is added to it. Raises NotPermitted, UnknownDelivery,
    FontsMissing, LogUnavailable, and what signing the log raises; RuntimeError inside a transaction.
    """
    user = require(actor, READ)
    delivery = find_delivery(delivery.pk, user=user)
    record, checkpoint = receipt_record(delivery, part=part, user=user)
    content = as_json(record)
    digest = hashlib.sha256(content).hexdigest()
    if form is Form.PDF:
        sheet = receipt_sheet(record, digest=digest, language=language)
        content = Press().pdf(sheet, at=checkpoint.made_at)
    with transaction.atomic():
        log.append(
            Action.RECEIPT_GIVEN,
            subject=delivery,
            actor=user,
            facts={
                "form": form.value,
                "language": language if form is Form.PDF else None,
                "part": record["part"]["number"],
                "items": len(record["items"]),
                "record_sha256": digest,
                "checkpoint_size": checkpoint.size,
            },
            case_id=only_case_of_delivery(delivery),
        )
    sequence_pending(wait=True)
    return Receipt(file_name(record, form.value), content, record["part"]["of"])
