"""Taking in a thing: a letter on paper, a telephone, a ring. It has custody and a record, and no bytes."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from cases.access import require_member
from cases.dated import dated_columns
from cases.dating import PartialDate
from cases.models import Case
from cases.plain_text import clean_line, clean_text
from cases.small_groups import weigh_words
from evidence import custody
from evidence.circumstances import Circumstances
from evidence.custody import EventFacts
from evidence.errors import BadIntake
from evidence.filenames import storable_name
from evidence.intake import (
    LONGEST_TITLE,
    RECEIVE,
    IntakeFacts,
    ingest_evidence,
    records,
    sealed_record,
    start_intake,
)
from evidence.linking import add_to_case
from evidence.models import EvidenceCase, EvidenceItem, Thing
from evidence.queries import find_item
from evidence.vault.receiving import Received
from evidence.vocabulary import CustodyKind, Relation

MOST_PIECES = 1_000_000


@dataclass(frozen=True, slots=True)
class ThingFacts:
    """What is seen of a thing as it is handed over. `quantity` counts its pieces.

    `circumstances` say in what condition it came, under which seal, where it was put, and when, if not now.
    """

    title: str
    source: str
    circumstances: Circumstances
    description: str = ""
    quantity: int = 1
    serial_number: str = ""
    how_obtained: str = ""
    consent_reference: str = ""
    collected: PartialDate | None = None
    case: Case | None = None


def receive_thing(facts: ThingFacts, *, actor: Actor) -> EvidenceItem:
    """Record that a thing was handed over, and return the item that is its receipt.

    Raises NotPermitted, NotAMember, BadText, BadIntake, BadCustody for a day to come, or RecordsUnavailable where the
    database cannot be written; then nothing is recorded.
    """
    user = require(actor, RECEIVE)
    if facts.case is not None:
        require_member(facts.case, user)
    title = clean_line(facts.title, label=_("What it is"), max_length=LONGEST_TITLE)
    thing, seen = _thing(facts), _seen(facts)
    with records():
        weigh_words(
            [
                *(title, thing.description, thing.serial_number),
                *(facts.source, facts.how_obtained, facts.consent_reference),
                *(seen["condition"], seen["seal"], seen["location"]),
                facts.collected.as_written if facts.collected else "",
            ],
            actor=user,
        )
        item = _create_item(facts, title=title, user=user)
        thing.item = item
        thing.save(force_insert=True)
        event = custody.record(
            item,
            CustodyKind.RECEIVED,
            actor=user,
            happened=facts.circumstances.happened,
            released_by=item.source,
            received_by=user.full_name,
            condition=seen["condition"],
            seal=seen["seal"],
            location=seen["location"],
        )
        log.append(
            Action.EVIDENCE_RECEIVED,
            subject=item,
            actor=user,
            facts={**event.facts(), **sealed_record(item)},
            case_id=facts.case.pk if facts.case else None,
        )
    return item


def take_photograph(
    item: EvidenceItem,
    source: Path | BinaryIO | Received,
    *,
    name: str,
    taken_by: str = "",
    actor: Actor,
) -> EvidenceItem:
    """Take in a photograph of a thing, as an item of its own that names the thing, in the cases that both are in.

    Its source is who took it, the actor where nobody is named. Raises as `ingest_evidence`, and BadIntake for an item
    that is no thing.
    """
    user = require(actor, RECEIVE)
    item = find_item(item.pk, user=user)
    if item.has_bytes:
        raise BadIntake(_("Only a physical item is photographed. This one is a file already."))
    shared = list(Case.objects.visible_to(user).filter(evidence_items=item).order_by("reference"))
    facts = IntakeFacts(
        source=taken_by.strip() or user.full_name,
        original_name=name,
        how_obtained=_("Photograph of %(reference)s") % {"reference": item.reference},
        case=shared[0] if shared else None,
        parent=item,
        relation=Relation.PHOTOGRAPH,
    )
    photograph = ingest_evidence(source, facts=facts, actor=user)
    for case in shared[1:]:
        add_to_case(photograph, case, actor=user)
    return photograph


def _thing(facts: ThingFacts) -> Thing:
    if not 1 <= facts.quantity <= MOST_PIECES:
        raise BadIntake(_("Count the pieces: at least one."))
    serial_number = clean_line(
        facts.serial_number, label=_("The serial number"), required=False, max_length=100
    )
    return Thing(
        description=clean_text(facts.description, label=_("The description")),
        quantity=facts.quantity,
        serial_number=serial_number,
    )


def _seen(facts: ThingFacts) -> EventFacts:
    seen = facts.circumstances.facts()
    if not seen["condition"]:
        raise BadIntake(_("Say in what condition it is: how it was when it came cannot be found out later."))
    return seen


def _create_item(facts: ThingFacts, *, title: str, user: User) -> EvidenceItem:
    intake = start_intake(
        source=facts.source,
        how_obtained=facts.how_obtained,
        consent_reference=facts.consent_reference,
        actor=user,
    )
    item = EvidenceItem.objects.create(
        intake=intake,
        title=title,
        source=storable_name(facts.source.strip()),
        received_by=user,
        in_a_case=facts.case is not None,
        **dated_columns(facts.collected),
    )
    if facts.case is not None:
        EvidenceCase.objects.create(item=item, case=facts.case, linked_by=user)
    return item
