"""The gate that evidence passes on its way out: every witness that it rests on consented, to this receiver and use.

And none of them is in a danger for which a lawyer has stopped it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from audit.canonical import Json
from witnesses import consent_rule
from witnesses.consent_rule import Destination, Objection, objection
from witnesses.consent_state import current_of, today
from witnesses.consent_words import Why
from witnesses.models import Witness
from witnesses.reach import reaching
from witnesses.risk_state import stopped

# What one entry of the log takes with room to spare; the count beside them is exact.
_LOGGED = 200


@dataclass(frozen=True, slots=True)
class Objected:
    """One item that may not go out, the witness it rests on, and why."""

    item_id: UUID
    witness: Witness
    objection: Objection


def objections(items: Collection[UUID], *, destination: Destination, lock: bool = False) -> list[Objected]:
    """Every reason of consent or danger why one of these items may not go to this destination now; none for the rest.

    With `lock`, inside a transaction, no consent of these witnesses changes until that has ended: a withdrawal that
    came before is seen, and one that comes after finds the dossier recorded as gone.
    """
    reaches = reaching(items)
    ids = sorted({reach.witness_id for reach in reaches})
    witnesses = _witnesses(ids, lock=lock)
    given, held_back, day = current_of(ids), stopped(ids), today()
    found = []
    for reach in reaches:
        against = objection(given.get(reach.witness_id), destination, tells_who=reach.tells_who, on=day)
        # What the witness allows may still bring somebody into danger.
        if against is None and reach.witness_id in held_back:
            against = Objection(Why.AT_RISK)
        if against is not None:
            found.append(Objected(reach.item_id, witnesses[reach.witness_id], against))
    return sorted(found, key=lambda one: (one.item_id, one.witness.pseudonym))


def witnesses_behind(items: Collection[UUID]) -> set[UUID]:
    """The witnesses on whom these items rest, of whichever case."""
    return {reach.witness_id for reach in reaching(items)}


def may_be_named(witnesses: Collection[UUID], *, destination: Destination) -> set[UUID]:
    """Those of these witnesses who consented, as of now, that the destination reads who they are.

    Nobody of whom nothing may go out for now, whatever they consented to.
    """
    day = today()
    consented = {
        witness
        for witness, given in current_of(witnesses).items()
        if consent_rule.may_be_named(given, destination, on=day)
    }
    return consented - stopped(consented)


def as_facts(found: Iterable[Objected]) -> dict[str, Json]:
    """What the log says of objections: which items and witnesses, and our own word for why. Nobody's words."""
    rows = list(found)
    listed: list[Json] = [
        {
            "item": str(one.item_id),
            "witness": str(one.witness.pk),
            "why": one.objection.why.value,
            "purpose": one.objection.purpose.value if one.objection.purpose else None,
        }
        for one in rows[:_LOGGED]
    ]
    return {"objections": len(rows), "listed": listed}


def _witnesses(ids: list[UUID], *, lock: bool) -> dict[UUID, Witness]:
    rows = Witness.objects.filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in (rows.select_for_update() if lock else rows)}
