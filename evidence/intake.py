"""Taking evidence in: one straight line from bytes to an item with its custody and its entry in the log."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.private import sealed
from cases.access import require_member
from cases.dated import dated_columns
from cases.dating import PartialDate
from cases.models import Case
from cases.small_groups import Written, weigh_each
from evidence import custody
from evidence.digests import Digest, read_sha256
from evidence.errors import BadIntake, EvidenceRefused, RecordsUnavailable, UnknownEvidence
from evidence.filenames import storable_name
from evidence.models import CustodyEvent, EvidenceCase, EvidenceItem, Intake, StoredObject
from evidence.pending import ask_for_inspection
from evidence.store import vault
from evidence.stored_objects import stored_object
from evidence.storing import Arrived, store_bytes
from evidence.vault.receiving import Received
from evidence.vocabulary import CustodyKind

RECEIVE = "evidence.receive_evidence"
LONGEST_TITLE = 300
LONGEST_NAME = 4096


@dataclass(frozen=True, slots=True)
class IntakeFacts:
    """What is known of a file as it is handed in. `source` and `original_name` are kept verbatim.

    `declared_sha256` is what the giver says the digest is, `sent_sha256` what the sender's own program computed
    while it read the file: 64 hexadecimal digits each, compared with what arrived.
    `consent_reference` says where the consent of the source is kept; it belongs to the delivery, as how it was
    obtained does. `parent` is the item that the file came from, with its `Relation`: both or neither.
    """

    source: str
    original_name: str
    title: str = ""
    how_obtained: str = ""
    collected: PartialDate | None = None
    case: Case | None = None
    intake: Intake | None = None
    declared_sha256: str | None = None
    original_path: str = ""
    consent_reference: str = ""
    parent: EvidenceItem | None = None
    relation: str = ""
    sent_sha256: str | None = None


def ingest_evidence(source: Path | BinaryIO | Received, *, facts: IntakeFacts, actor: Actor) -> EvidenceItem:
    """Take one file in and return the item that is its receipt; the bytes are durable when this returns.

    `source` is a path, an open binary file, or bytes that the vault has received already (its holder discards
    them when this raises). The same bytes again make a second item on the same stored object. Raises
    NotPermitted, NotAMember, UnknownEvidence, BadIntake, DigestMismatch, SourceUnreadable, SourceChanged, VaultFull,
    VaultUnavailable, ObjectAltered or RecordsUnavailable; then nothing is recorded.
    """
    check_receipt(facts, actor=actor)
    arrived = store_bytes(source, into=vault(), declared_sha256=facts.declared_sha256)
    # From here on only rows: a failure leaves an object without a row, which the next receipt takes up.
    return record_receipts([(arrived, facts)], actor=actor)[0]


def record_receipts(receipts: Sequence[tuple[Arrived, IntakeFacts]], *, actor: Actor) -> list[EvidenceItem]:
    """The items of what has arrived in the vault, in its order, all in one transaction or none.

    What comes from one source in one way is one delivery. Raises as `check_receipt`, SmallGroup or RecordsUnavailable.
    """
    begun: dict[tuple[str, str, str], Intake] = {}
    items = []
    with records():
        weigh_receipts([facts for _arrived, facts in receipts], actor=actor)
        for arrived, facts in receipts:
            delivery = (facts.source, facts.how_obtained, facts.consent_reference)
            known = facts if facts.intake else replace(facts, intake=begun.get(delivery))
            item = record_receipt(arrived, facts=known, actor=actor)
            begun[delivery] = item.intake
            items.append(item)
    return items


def record_receipt(arrived: Arrived, *, facts: IntakeFacts, actor: Actor, note: str = "") -> EvidenceItem:
    """The item of what has arrived in the vault, in the caller's transaction. Raises as `check_receipt`.

    `note` is what its first custody event says besides, such as where in its parent it was.
    """
    user = check_receipt(facts, actor=actor)
    item = _create_item(stored_object(arrived.stored), facts, declared=arrived.declared, user=user)
    event = custody.record(
        item,
        CustodyKind.RECEIVED,
        actor=user,
        released_by=item.source,
        received_by=user.full_name,
        note=note,
        digest_expected=arrived.declared or arrived.sent,
        digest_found=item.stored.sha256,
    )
    log.append(
        Action.EVIDENCE_RECEIVED,
        subject=item,
        actor=user,
        facts=_facts(item, event),
        case_id=facts.case.pk if facts.case else None,
    )
    # Robust: the item is in, whether or not the queue answers; what is left to do is read from the database.
    # Not a partial: Django names the function by what a partial lacks when it tells that this failed.
    transaction.on_commit(lambda: ask_for_inspection(item.pk), robust=True)
    return item


def weigh_receipts(receipts: Sequence[IntakeFacts], *, actor: Actor) -> None:
    """Ask of what is said of files, their names too, in the caller's transaction. Raises SmallGroup."""
    if isinstance(actor, User):
        weigh_each([_written(facts) for facts in receipts], actor=actor)


def _written(facts: IntakeFacts) -> Written:
    said = [facts.source, facts.how_obtained, facts.consent_reference, facts.title]
    said += [storable_name(facts.original_path or facts.original_name)]
    if facts.collected:
        said.append(facts.collected.as_written)
    return Written(said, frozenset([facts.parent.pk] if facts.parent else ()))


@contextmanager
def records() -> Iterator[None]:
    """One transaction. Raises RecordsUnavailable when the database's disk is full or it does not answer."""
    try:
        with transaction.atomic():
            yield
    except OperationalError as error:
        raise RecordsUnavailable(
            _(
                "The database cannot be written, so nothing was recorded. See to its disk, then send the file again."
            )
        ) from error


def start_intake(*, source: str, how_obtained: str = "", consent_reference: str = "", actor: Actor) -> Intake:
    """Record that somebody begins to hand things in. Raises NotPermitted or BadIntake."""
    user = require(actor, RECEIVE)
    _check_source(source)
    with transaction.atomic():
        intake = Intake.objects.create(
            source=source.strip(),
            how_obtained=how_obtained.strip(),
            consent_reference=consent_reference.strip(),
            started_by=user,
            channel=user.channel,
        )
        log.append(
            Action.INTAKE_STARTED,
            subject=intake,
            actor=user,
            facts={
                "source": sealed(intake, "source"),
                "how_obtained": sealed(intake, "how_obtained"),
                "consent_reference": sealed(intake, "consent_reference"),
            },
        )
    return intake


def check_receipt(facts: IntakeFacts, *, actor: Actor) -> User:
    """The actor as the user who may take this in.

    Raises NotPermitted, NotAMember, UnknownEvidence (of a parent), EvidenceRefused or BadIntake.
    """
    user = require(actor, RECEIVE)
    if facts.case is not None:
        require_member(facts.case, user)
    if facts.intake is not None and facts.intake.started_by_id != user.pk:
        raise EvidenceRefused(_("This delivery is taken in by somebody else. Start one of your own."))
    check_facts(facts)
    _check_parent(facts, user)
    return user


def check_facts(facts: IntakeFacts) -> None:
    """Raises BadIntake with a sentence when `facts` cannot be recorded as they are."""
    _check_source(facts.source)
    if not facts.original_name:
        raise BadIntake(_("The file has no name. Give it one and try again."))
    if len(facts.original_name) > LONGEST_NAME or len(facts.original_path) > LONGEST_NAME:
        raise BadIntake(
            _("The file's name is too long to keep. Shorten it and write the whole name into the title.")
        )
    if len(facts.title) > LONGEST_TITLE:
        raise BadIntake(_("The title is longer than 300 characters. Shorten it."))
    if facts.declared_sha256:
        read_sha256(facts.declared_sha256)


def _check_parent(facts: IntakeFacts, user: User) -> None:
    if facts.parent is None:
        return
    if not EvidenceItem.objects.visible_to(user).filter(pk=facts.parent.pk).exists():
        raise UnknownEvidence(_("No such item is open to you. Check its reference."))


def _check_source(source: str) -> None:
    if not source.strip():
        raise BadIntake(_("Say who or what this comes from. A name, an office or a public source will do."))


def _create_item(
    stored: StoredObject, facts: IntakeFacts, *, declared: Digest | None, user: User
) -> EvidenceItem:
    intake = facts.intake or start_intake(
        source=facts.source,
        how_obtained=facts.how_obtained,
        consent_reference=facts.consent_reference,
        actor=user,
    )
    item = EvidenceItem.objects.create(
        object=stored,
        intake=intake,
        parent=facts.parent,
        relation=facts.relation,
        title=facts.title.strip(),
        original_name=storable_name(facts.original_name),
        original_path=storable_name(facts.original_path),
        source=storable_name(facts.source.strip()),
        received_by=user,
        in_a_case=facts.case is not None,
        declared_sha256=declared,
        **dated_columns(facts.collected),
    )
    if facts.case is not None:
        EvidenceCase.objects.create(item=item, case=facts.case, linked_by=user)
    return item


def _facts(item: EvidenceItem, event: CustodyEvent) -> dict[str, Any]:
    return {**event.facts(), **sealed_record(item)}


def sealed_record(item: EvidenceItem) -> dict[str, Any]:
    """What the log says of an item's own row: what could name a person only as a commitment."""
    return {
        "reference": item.reference,
        "size": item.stored.size if item.has_bytes else None,
        "intake": str(item.intake_id),
        "original_name": sealed(item, "original_name"),
        "original_path": sealed(item, "original_path"),
        "title": sealed(item, "title"),
        "source": sealed(item, "source"),
        "sha256": item.stored.sha256.hex if item.has_bytes else None,
        "parent": str(item.parent_id) if item.parent_id else None,
        "relation": item.relation or None,
        "collected": sealed(item, "collected"),
        **({} if item.has_bytes else _thing_facts(item)),
    }


def _thing_facts(item: EvidenceItem) -> dict[str, Any]:
    thing = getattr(item, "thing", None)
    return thing.facts() if thing else {"thing": None}
