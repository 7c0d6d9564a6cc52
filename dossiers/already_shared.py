"""Which dossiers held certain items: what the page of a witness tells of what cannot be called back."""

from collections import defaultdict
from collections.abc import Collection
from itertools import islice
from uuid import UUID

from accounts.models import User
from cases.models import Case
from dossiers.models import Dossier, DossierExhibit
from dossiers.queries import VIEW
from witnesses.already_shared import Shared

_BATCH = 400


def shared_dossiers(items: Collection[UUID], user: User) -> list[Shared]:
    """Every dossier in which one of the items was disclosed, the newest first, as much as the user may know of it.

    Whoever takes a withdrawal has to tell the witness who has what, so members of the case learn the receiver; the
    purpose in full is for those whose role sees dossiers.
    """
    held: dict[UUID, list[str]] = defaultdict(list)
    left = iter(items)
    while batch := list(islice(left, _BATCH)):
        rows = DossierExhibit.objects.filter(item__in=batch).select_related("exhibit_number__case")
        for row in rows:
            held[row.dossier_id].append(str(row.exhibit_number))
    cases = set(Case.objects.visible_to(user).values_list("pk", flat=True))
    dossiers = Dossier.objects.filter(pk__in=held).select_related("case").order_by("-requested_at", "-pk")
    in_full = user.has_perm(VIEW)
    return [
        _told(dossier, held[dossier.pk], seen=dossier.case_id in cases, in_full=in_full)
        for dossier in dossiers
    ]


def _told(dossier: Dossier, exhibits: list[str], *, seen: bool, in_full: bool) -> Shared:
    outline = Shared(
        dossier_id=dossier.pk,
        at=dossier.compiled_at or dossier.requested_at,
        to=dossier.get_recipient_kind_display(),
        use=dossier.get_recipient_use_display(),
        seen=seen,
    )
    if not seen:
        return outline
    return Shared(
        dossier_id=outline.dossier_id,
        at=outline.at,
        to=outline.to,
        use=outline.use,
        seen=True,
        name=dossier.name,
        recipient=dossier.recipient_name,
        purpose=dossier.purpose if in_full else "",
        exhibits=tuple(sorted(exhibits)),
    )
