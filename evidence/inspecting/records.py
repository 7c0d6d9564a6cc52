"""The writers of what programs make of items: asked for, taken up, made or not, tried again."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor, SystemActor
from audit.canonical import Json, canonical_json
from audit.private import sealed
from audit.silence import silent
from evidence.derivative_failures import Failure
from evidence.derivative_words import BY_PROGRAMS, DerivativeKind, DerivativeState
from evidence.errors import BadDerivative, UnknownEvidence
from evidence.inspecting.asking import ask_for_making
from evidence.inspecting.plan import next_kinds
from evidence.models import Derivative, EvidenceItem, FoundValue, ImageHash
from evidence.placement import only_case
from evidence.removal import ask_for_removal
from evidence.stored_objects import stored_object
from evidence.vault.facts import StoredFacts

INSPECTOR = SystemActor("inspection")
RETRY = "evidence.receive_evidence"
# A worker says every few seconds that it is alive; one that is silent for longer was killed.
SILENT_AFTER = timedelta(seconds=15)
# What a worker may say ahead of one step that cannot be interrupted.
_LONGEST_STEP = timedelta(days=1)
MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Maker:
    """The program that made something: its name, its version and what it was told, so that it can be done again."""

    tool: str
    version: str
    parameters: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Output:
    """One derivative that is durable in the vault already."""

    number: int
    media_type: str
    stored: StoredFacts


@dataclass(frozen=True, slots=True)
class Found:
    """One value that a file gives away; see FoundValue."""

    kind: str
    tag: str
    value: str


@dataclass(frozen=True, slots=True)
class Made:
    """What came out of one run: derivatives from number 1 without gaps, and what was found on the way.

    `parent` is the derivative that it was made from, None where that was the original. `finding` is a word for
    machines (`clean`, `flagged`); `looks` the 64 bits of what a picture looks like.
    """

    maker: Maker
    outputs: Sequence[Output]
    language: str = ""
    finding: str = ""
    found: Sequence[Found] = ()
    looks: int | None = None
    parent: Derivative | None = None


def ask_for_derivatives(item: EvidenceItem, kinds: Sequence[DerivativeKind]) -> list[Derivative]:
    """Note in the database, and in the log, what is to be made of the item, but for what was noted before.

    Within the caller's transaction; asks the queue for each when that is committed.
    """
    known = set(Derivative.objects.filter(item=item, author=None).values_list("kind", flat=True))
    missing = [kind for kind in kinds if kind not in known]
    if not missing:
        return []
    rows = Derivative.objects.bulk_create([Derivative(item=item, kind=kind) for kind in missing])
    log.append(
        Action.DERIVATIVES_ASKED,
        subject=item,
        actor=INSPECTOR,
        facts={"kinds": [str(kind) for kind in missing]},
        case_id=only_case(item),
    )
    ids = [row.pk for row in rows]
    transaction.on_commit(lambda: ask_for_making(*ids), robust=True)
    return rows


def claim(derivative_id: uuid.UUID) -> Derivative | None:
    """Take up the making, or None where it is done, or somebody who was heard of just now is at it."""
    now = timezone.now()
    free = Q(state=DerivativeState.WAITING) | cut_off()
    lead = (
        Derivative.objects.filter(free, pk=derivative_id, author=None)
        .select_related("item", "item__object")
        .first()
    )
    if lead is None:
        return None
    mark = uuid.uuid4()
    # Compared and set in one statement: of two workers one gets it.
    taken = Derivative.objects.filter(free, pk=lead.pk, claim=lead.claim).update(
        state=DerivativeState.RUNNING, claim=mark, beat_at=now, tries=lead.tries + 1
    )
    if not taken:
        return None
    lead.state, lead.claim, lead.tries = DerivativeState.RUNNING, mark, lead.tries + 1
    return lead


def cut_off() -> Q:
    """Those over which a worker was killed: it fell silent."""
    return Q(state=DerivativeState.RUNNING) & silent("beat_at", SILENT_AFTER, ahead=_LONGEST_STEP)


def beat(lead: Derivative, *, ahead: timedelta = timedelta(0)) -> bool:
    """Say that the work goes on. False where it was taken away meanwhile: then it must stop.

    `ahead` is how long nothing will be heard, because one step cannot be interrupted.
    """
    return bool(_held(lead).update(beat_at=timezone.now() + ahead))


def record_made(lead: Derivative, made: Made) -> bool:
    """Record what was made, all or nothing and once. False where another worker took over: then nothing is."""
    now = timezone.now()
    with transaction.atomic():
        if not _held(lead).update(beat_at=now):
            return False
        if EvidenceItem.objects.select_for_update().get(pk=lead.item_id).disposed_at is not None:
            # What was made of it goes the way of its bytes.
            ask_for_removal([stored_object(output.stored) for output in made.outputs], at=now)
            return record_without(lead, DerivativeState.FAILED, failure=Failure.DISPOSED)
        first, *others = made.outputs
        columns = {
            "media_type": first.media_type,
            "tool": made.maker.tool,
            "tool_version": made.maker.version,
            "parameters": canonical_json(_told(lead, made)).decode(),
            "language": made.language,
            "finding": made.finding,
            "parent": made.parent,
            "state": DerivativeState.MADE,
            "made_at": now,
        }
        _held(lead).update(**columns, object=stored_object(first.stored), failure="")
        rows = [
            Derivative(
                item_id=lead.item_id,
                kind=lead.kind,
                number=output.number,
                object=stored_object(output.stored),
                **(columns | {"media_type": output.media_type}),
            )
            for output in others
        ]
        Derivative.objects.bulk_create(rows)
        facts = _made_facts(lead, made) | {"found": _record_found(lead, made)}
        log.append(
            Action.DERIVATIVE_MADE,
            subject=lead.item,
            actor=INSPECTOR,
            facts=facts,
            case_id=only_case(lead.item),
        )
        ask_for_derivatives(lead.item, next_kinds(lead.item))
    return True


def record_without(lead: Derivative, state: DerivativeState, *, failure: Failure, detail: str = "") -> bool:
    """Record that there is no derivative, and why; `detail` names no person and no path."""
    return _end(lead, state, failure=str(failure), detail=detail)


def record_nothing(lead: Derivative) -> bool:
    """Record that there was nothing of this kind in the item."""
    return _end(lead, DerivativeState.NOTHING, failure="", detail="")


def let_go(lead: Derivative, *, counted: bool = True) -> None:
    """Give the work back, to be tried again by the reconciler.

    Not `counted` is a try that somebody else's lock ended: as many of those may come as will.
    """
    tries = lead.tries if counted else max(0, lead.tries - 1)
    _held(lead).update(state=DerivativeState.WAITING, claim=None, beat_at=timezone.now(), tries=tries)


def retry_derivative(derivative: Derivative, *, actor: Actor) -> None:
    """Have what was not made tried again. Raises NotPermitted, UnknownEvidence or BadDerivative."""
    user = require(actor, RETRY)
    if not Derivative.objects.visible_to(user).filter(pk=derivative.pk).exists():
        raise UnknownEvidence(_("No such item is open to you. Check its reference."))
    stopped = (DerivativeState.FAILED, DerivativeState.MISSING, DerivativeState.NOTHING)
    with transaction.atomic():
        changed = Derivative.objects.filter(pk=derivative.pk, kind__in=BY_PROGRAMS, state__in=stopped).update(
            state=DerivativeState.WAITING, failure="", failure_detail="", tries=0, claim=None, widened=None
        )
        if not changed:
            raise BadDerivative(_("This is made already, or being made. Reload the page in a moment."))
        log.append(
            Action.DERIVATIVE_RETRIED,
            subject=derivative.item,
            actor=user,
            facts={"derivative": str(derivative.pk), "kind": str(derivative.kind)},
            case_id=only_case(derivative.item),
        )
        transaction.on_commit(lambda: ask_for_making(derivative.pk), robust=True)


def _held(lead: Derivative) -> QuerySet[Derivative]:
    return Derivative.objects.filter(pk=lead.pk, state=DerivativeState.RUNNING, claim=lead.claim)


def _end(lead: Derivative, state: DerivativeState, *, failure: str, detail: str) -> bool:
    with transaction.atomic():
        if not _held(lead).update(state=state, failure=failure, failure_detail=detail, claim=None):
            return False
        log.append(
            Action.DERIVATIVE_NOT_MADE,
            subject=lead.item,
            actor=INSPECTOR,
            facts={
                "derivative": str(lead.pk),
                "kind": str(lead.kind),
                "state": str(state),
                "failure": failure,
                "detail": detail,
            },
            case_id=only_case(lead.item),
        )
        ask_for_derivatives(lead.item, next_kinds(lead.item))
    return True


def _made_facts(lead: Derivative, made: Made) -> dict[str, Json]:
    return {
        "derivative": str(lead.pk),
        "kind": str(lead.kind),
        "tool": made.maker.tool,
        "tool_version": made.maker.version,
        "parameters": _told(lead, made),
        "finding": made.finding,
        "sha256": [output.stored.sha256.hex() for output in made.outputs],
    }


def _told(lead: Derivative, made: Made) -> dict[str, Json]:
    widened: dict[str, Json] = {"limits_times": lead.widened} if lead.widened else {}
    return dict(made.maker.parameters) | widened


def _record_found(lead: Derivative, made: Made) -> list[Json]:
    rows = [
        FoundValue(item_id=lead.item_id, derivative=lead, kind=one.kind, tag=one.tag, value=one.value)
        for one in made.found
    ]
    FoundValue.objects.bulk_create(rows)
    if made.looks is not None:
        bits = f"{made.looks:016x}"
        a, b, c, d = (int(bits[start : start + 4], 16) for start in range(0, 16, 4))
        ImageHash.objects.create(
            item_id=lead.item_id, derivative=lead, bits=bits, band_a=a, band_b=b, band_c=c, band_d=d
        )
    # Not the tag: whoever made the file may have written a name into it.
    return [{"found": str(row.pk), "kind": str(row.kind), "value": sealed(row, "value")} for row in rows]
