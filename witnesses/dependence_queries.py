"""Reading which exhibits depend on which witness, each scoped by who asks."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from evidence.models import EvidenceItem
from evidence.queries import find_items
from witnesses.dependence_errors import UnknownDependence, UnknownPseudonym
from witnesses.models import Dependence, Tie, Witness
from witnesses.reach import items_of

# A list for reading, not the gate, which knows all of them.
_SHOWN: Final = 200


def dependences_of(witness: Witness, *, user: User) -> QuerySet[Dependence]:
    """Every dependence of the witness, ended ones too, on items that the user sees; the newest first."""
    seen = Dependence.objects.visible_to(user).filter(witness=witness)
    return seen.select_related("item", "made_by", "end__ended_by").order_by("-made_at", "id")


@dataclass(frozen=True, slots=True)
class Resting:
    """An item that rests on a witness in ways that nobody recorded of it by hand."""

    item: EvidenceItem
    ties: tuple[Tie, ...]


def resting_besides(witness: Witness, *, user: User) -> list[Resting]:
    """What rests on the witness and is not recorded so: by its source, by what it came out of, by the same bytes."""
    recorded = set(Dependence.objects.standing().filter(witness=witness).values_list("item_id", "tie"))
    found = {
        item_id: tuple(sorted(tie for tie in ties if (item_id, tie.value) not in recorded))
        for item_id, ties in items_of(witness).items()
    }
    besides = {item_id: ties for item_id, ties in found.items() if ties}
    seen = EvidenceItem.objects.visible_to(user).filter(pk__in=list(besides)[:_SHOWN])
    return [Resting(item, besides[item.pk]) for item in seen.order_by("reference")]


def dependences_on(item: EvidenceItem, *, user: User) -> QuerySet[Dependence]:
    """What of the item stands as depending on witnesses of the user's cases."""
    seen = Dependence.objects.visible_to(user).standing().filter(item=item)
    return seen.select_related("witness__case", "made_by").order_by("witness__pseudonym", "made_at")


def find_dependence(dependence_id: UUID, *, witness: Witness, user: User) -> Dependence:
    """A dependence of this witness. Raises UnknownDependence."""
    seen = Dependence.objects.visible_to(user).select_related("item", "witness__case")
    found = seen.filter(pk=dependence_id, witness=witness).first()
    if found is None:
        raise UnknownDependence
    return found


def find_case_item(reference: str, *, witness: Witness, user: User) -> EvidenceItem:
    """An item of the witness's case by its reference. Raises UnknownEvidence, as for one that is not there."""
    among = EvidenceItem.objects.visible_to(user).filter(placements__case=witness.case_id)
    return find_items([reference.replace("\x00", "")], among=among)[0]


def find_witness_of(item: EvidenceItem, pseudonym: str, *, user: User) -> Witness:
    """A witness of one of the item's cases that are the user's. Raises UnknownPseudonym for any other."""
    seen = Witness.objects.visible_to(user).select_related("case")
    found = seen.filter(case__placements__item=item, pseudonym=pseudonym).first()
    if found is None:
        raise UnknownPseudonym
    return found
