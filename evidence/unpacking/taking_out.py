"""Making members of a container items of their own: each once, whatever is killed, and each outcome counted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.queries import find_actor
from audit import log
from audit.actions import Action
from audit.actors import Channel
from cases.models import Case
from evidence.containers.member import Member, MemberFailed
from evidence.containers.reading import members_of
from evidence.containers.words import ContainerKind, Why
from evidence.intake import IntakeFacts, check_receipt, record_receipt
from evidence.models import ContainerMember, EvidenceCase, EvidenceItem, Unpacking
from evidence.placement import only_case
from evidence.store import vault
from evidence.stored_objects import open_stored
from evidence.storing import Arrived, store_bytes
from evidence.unpacking.claims import Heart, heard, held
from evidence.unpacking.words import MemberState, UnpackingState
from evidence.vocabulary import Relation

_RELATIONS = {
    ContainerKind.MAIL: Relation.ATTACHMENT,
    ContainerKind.MAILBOX: Relation.ATTACHMENT,
    ContainerKind.SAVED_PAGE: Relation.CAPTURE_PART,
}
_NAMELESS = "part without a name"


class TakenOver(Exception):
    """Another worker has the work now; this one leaves it where it is."""


@dataclass(slots=True)
class _Run:
    """One worker's turn: in whose name, what is known of every child, and the cases that the children stand in."""

    unpacking: Unpacking
    actor: User
    facts: IntakeFacts
    cases: Sequence[Case]


def take_members_out(unpacking: Unpacking) -> None:
    """Take in each member that is asked for, in the name of who asked, then record how it ended.

    A member is taken in, with its custody and its entry, in the transaction in which its row says so: killed at any
    moment, the next run goes on with what is left. Raises NotPermitted, UnknownEvidence, NotAMember, ObjectMissing,
    ObjectAltered, VaultFull, VaultUnavailable or RecordsUnavailable.
    """
    run = _begun(unpacking)
    # Before anything is read: whoever left the case since gets nothing out.
    check_receipt(run.facts, actor=run.actor)
    waiting = dict(unpacking.members.filter(state=MemberState.ASKED).values_list("number", "pk"))
    try:
        _take(run, waiting)
    except TakenOver:
        return
    _end(run, lost=list(waiting.values()))


def _begun(unpacking: Unpacking) -> _Run:
    item = unpacking.item
    actor = find_actor(unpacking.asked_by.username, channel=Channel.TASK)
    cases = list(Case.objects.visible_to(actor).filter(placements__item=item).order_by("reference"))
    facts = IntakeFacts(
        source=str(item.source) or item.reference,
        original_name=_NAMELESS,
        how_obtained=f"Taken out of {item.reference}",
        case=cases[0] if cases else None,
        intake=unpacking.intake,
        parent=item,
        relation=_RELATIONS.get(ContainerKind(unpacking.kind), Relation.ARCHIVE_MEMBER),
    )
    return _Run(unpacking, actor, facts, cases)


def _take(run: _Run, waiting: dict[int, UUID]) -> None:
    """Leaves in `waiting` what could not be reached."""
    item, heart, store = run.unpacking.item, Heart(run.unpacking), vault()
    with open_stored(item.stored) as file:
        found = members_of(heard(file, heart), ContainerKind(run.unpacking.kind), name=item.original_name)
        while waiting:
            try:
                member = next(found, None)
            except MemberFailed:
                # There is no way past the damage: what lies behind it is counted as damaged.
                return
            if member is None:
                return
            if not heart.beat():
                raise TakenOver
            row_id = waiting.get(member.number)
            if row_id is None or member.opened is None:
                continue
            try:
                with member.opened() as opened:
                    received = store.receive(opened)
                if not heart.expect_silence(received.stored_size):
                    store.discard(received)
                    raise TakenOver
                arrived = store_bytes(received, into=store)
            except MemberFailed as error:
                _note_failure(row_id, error.why)
            else:
                _record(run, row_id, member, arrived)
            del waiting[member.number]


def _record(run: _Run, row_id: UUID, member: Member, arrived: Arrived) -> None:
    name = PurePosixPath(member.name.replace("\\", "/")).name or _NAMELESS
    facts = replace(run.facts, original_name=name, original_path=member.name)
    note = f"{facts.relation} of {run.unpacking.item.reference}, number {member.number} in it"
    with transaction.atomic():
        child = record_receipt(arrived, facts=facts, actor=run.actor, note=note)
        for case in run.cases[1:]:
            _place(child, case, run.actor)
        taken = ContainerMember.objects.filter(pk=row_id, state=MemberState.ASKED).update(
            state=MemberState.TAKEN, child=child
        )
        if not taken or not held(run.unpacking).update(intake=child.intake):
            raise TakenOver
    run.facts = replace(run.facts, intake=child.intake)


def _place(child: EvidenceItem, case: Case, user: User) -> None:
    EvidenceCase.objects.create(item=child, case=case, linked_by=user)
    log.append(Action.EVIDENCE_LINKED, subject=child, actor=user, facts={"to": "case"}, case_id=case.pk)


def _note_failure(row_id: UUID, why: Why) -> None:
    ContainerMember.objects.filter(pk=row_id, state=MemberState.ASKED).update(
        state=MemberState.FAILED, why=why
    )


def _end(run: _Run, *, lost: Sequence[UUID]) -> None:
    unpacking = run.unpacking
    with transaction.atomic():
        if not held(unpacking).update(state=UnpackingState.LISTED, claim=None, failure=""):
            return
        for start in range(0, len(lost), 500):
            ContainerMember.objects.filter(pk__in=lost[start : start + 500], state=MemberState.ASKED).update(
                state=MemberState.FAILED, why=Why.DAMAGED
            )
        rows = unpacking.members.filter(state__in=[MemberState.TAKEN, MemberState.FAILED])
        counts = Counter(rows.values_list("state", "why"))
        log.append(
            Action.MEMBERS_TAKEN_OUT,
            subject=unpacking.item,
            actor=run.actor,
            facts={
                "reference": unpacking.item.reference,
                "taken_out": sum(
                    count for (state, _why), count in counts.items() if state == MemberState.TAKEN
                ),
                "failed": {
                    why: count
                    for (state, why), count in sorted(counts.items())
                    if state == MemberState.FAILED
                },
            },
            case_id=only_case(unpacking.item),
        )
