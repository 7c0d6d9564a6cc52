"""Finding dossiers, always in somebody's name."""

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from dossiers.errors import UnknownDossier
from dossiers.models import Dossier, DossierState
from evidence.models import EvidenceItem

VIEW = "dossiers.view_dossier"


def find_dossier(dossier_id: UUID, *, user: User) -> Dossier:
    """The dossier, if it is open to the user. Raises UnknownDossier, the same for none and for none of theirs."""
    found = (
        Dossier.objects.visible_to(user)
        .select_related("case", "requested_by", "archive")
        .filter(pk=dossier_id)
    )
    dossier = found.first()
    if dossier is None:
        raise UnknownDossier(_("There is no such dossier in your cases. Open it from the list of the case."))
    return dossier


def dossiers_holding(item: EvidenceItem, *, user: User) -> list[str]:
    """The names of the dossiers that have the item and are compiled, among those that are open to the user."""
    holding = Dossier.objects.visible_to(user).filter(state=DossierState.READY, exhibits__item=item)
    return [dossier.name for dossier in holding.select_related("case").order_by("case__reference", "number")]


def find_named_dossier(name: str, *, user: User) -> Dossier:
    """The dossier of this name, if it is open to the user. Raises UnknownDossier."""
    number = name.strip().rpartition("-")[2]
    if number.isascii() and number.isdigit() and len(number) < 10:
        same_number = Dossier.objects.visible_to(user).select_related("case", "requested_by", "archive")
        for dossier in same_number.filter(number=int(number)):
            if dossier.name == name.strip():
                return dossier
    raise UnknownDossier(_("There is no such dossier in your cases. Open it from the list of the case."))
