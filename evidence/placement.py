"""The case that an act on an exhibit, or on a delivery of several, is logged under."""

from uuid import UUID

from evidence.models import EvidenceCase, EvidenceItem, Intake


def only_case(item: EvidenceItem) -> UUID | None:
    """Return the id of the one case that the item lies in, so that the act shows in that case's history.

    None where it lies in several: what is done for one case is not the matter of another's members. Whoever asks
    about the exhibit itself finds the act in either case.
    """
    cases = list(EvidenceCase.objects.filter(item_id=item.pk).values_list("case_id", flat=True)[:2])
    return cases[0] if len(cases) == 1 else None


def only_case_of_delivery(delivery: Intake) -> UUID | None:
    """Return the id of the one case that holds all of a delivery that any case holds; None where there are several."""
    placed = EvidenceCase.objects.filter(item__intake=delivery)
    cases = list(placed.order_by().values_list("case_id", flat=True).distinct()[:2])
    return cases[0] if len(cases) == 1 else None
