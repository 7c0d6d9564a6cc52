"""A thing without bytes, for tests that ask whether the house copes with one."""

from typing import Any

from django.db import transaction

from accounts.models import User
from audit import log
from audit.actions import Action
from cases.models import Case
from evidence import custody
from evidence.intake import sealed_record, start_intake
from evidence.models import EvidenceCase, EvidenceItem
from evidence.vocabulary import CustodyKind


def put_on_the_shelf(
    case: Case, actor: User, *, title: str = "A prisoner's ring", **facts: Any
) -> EvidenceItem:
    """A physical item of the case, with its receipt in custody and log."""
    with transaction.atomic():
        intake = start_intake(source="the family of a prisoner", actor=actor)
        item = EvidenceItem.objects.create(
            intake=intake, title=title, source=intake.source, received_by=actor, **facts
        )
        EvidenceCase.objects.create(item=item, case=case, linked_by=actor)
        event = custody.record(item, CustodyKind.RECEIVED, actor=actor, released_by=item.source)
        entry = {**event.facts(), **sealed_record(item)}
        log.append(Action.EVIDENCE_RECEIVED, subject=item, actor=actor, facts=entry, case_id=case.pk)
    return item
