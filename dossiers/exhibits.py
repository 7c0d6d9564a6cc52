"""Exhibit numbers: given once per case and item, in the order in which items joined the case."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from audit import log
from audit.actions import Action
from audit.canonical import Json
from cases.models import Case
from dossiers.errors import DossierBusy, NothingToDisclose
from dossiers.models import Dossier, DossierWithheld, ExhibitNumber
from dossiers.naming import exhibit_name, extension
from evidence.models import EvidenceCase, EvidenceItem


@dataclass(frozen=True, slots=True)
class Exhibit:
    """An item under its number in the case."""

    number: ExhibitNumber
    name: str
    item: EvidenceItem

    @property
    def original_path(self) -> str:
        """Where the original lies in a dossier."""
        ending = extension(self.item.original_name, self.item.media_type)
        return f"data/originals/{self.name}.{ending}"

    def certificate_path(self, ending: str) -> str:
        """Where the custody certificate lies; `ending` is `pdf`, `txt` or `json`."""
        return f"data/certificates/{self.name}.{ending}"


def number_exhibits(case: Case, *, actor: User) -> None:
    """Give every item of the case that has none the next number, without a gap.

    Holds the case's row meanwhile, so that two runs cannot give one number twice. Raises NothingToDisclose for a
    case without evidence.
    """
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=case.pk)
        placed = EvidenceCase.objects.filter(case=case, item__disposed_at=None)
        if not placed.exists():
            raise NothingToDisclose(
                _("This case has no evidence yet. Take some in, then compile the dossier.")
            )
        numbered = ExhibitNumber.objects.filter(case=case)
        last = numbered.aggregate(last=Max("number"))["last"] or 0
        waiting = placed.exclude(item__in=numbered.values("item")).order_by("linked_at", "item__reference")
        for number, placement in enumerate(waiting.select_related("item"), start=last + 1):
            given = ExhibitNumber.objects.create(case=case, number=number, item=placement.item)
            facts: dict[str, Json] = {"exhibit_number": number, "number_row": str(given.pk)}
            log.append(
                Action.EXHIBIT_NUMBERED, subject=placement.item, actor=actor, facts=facts, case_id=case.pk
            )


def exhibits_of(case: Case, *, of: Dossier | None = None) -> Iterator[Exhibit]:
    """The case's exhibits by number, some hundred in memory at a time, without what the dossier `of` leaves out."""
    # What was disposed of keeps its number, which is never given again, and is in no later dossier.
    numbers = ExhibitNumber.objects.filter(case=case, item__disposed_at=None)
    if of is not None:
        numbers = numbers.exclude(item__in=DossierWithheld.objects.filter(dossier=of).values("item"))
    rows = numbers.order_by("number").select_related("item__object", "item__intake", "item__thing")
    for number in rows.iterator(chunk_size=200):
        yield Exhibit(number, exhibit_name(case.reference, number.number), number.item)


def gone_meanwhile() -> DossierBusy:
    """For a dossier in which something was disposed of while it was compiled: it stays, and nothing is broken."""
    return DossierBusy(_("An exhibit was disposed of while this dossier was compiled. Ask for a new one."))


def gone_since() -> DossierBusy:
    """For a package with something in it that was disposed of since: what is disposed of leaves no more."""
    return DossierBusy(
        _("An exhibit in it was disposed of since it was compiled, so it stays here. Compile a new dossier.")
    )
