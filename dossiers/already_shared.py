"""Which dossiers held certain items: what the page of a witness tells of what cannot be called back."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from itertools import islice
from uuid import UUID

from accounts.models import User
from audit.actions import Action
from audit.models import Entry
from cases.models import Case
from dossiers.models import Dossier, DossierExhibit, DossierState
from dossiers.queries import VIEW
from evidence.vocabulary import CustodyKind
from witnesses.already_shared import Shared

_BATCH = 400


def shared_dossiers(items: Collection[UUID], user: User) -> list[Shared]:
    """Every dossier that holds one of the items, the newest first, as much as the user may know of it.

    Whoever takes a withdrawal has to tell the witness who has what, so members of the case learn the receiver; the
    purpose in full is for those whose role sees dossiers.
    """
    held: dict[UUID, list[str]] = defaultdict(list)
    told_apart: set[UUID] = set()
    left = iter(items)
    while batch := list(islice(left, _BATCH)):
        rows = DossierExhibit.objects.filter(item__in=batch)
        for row in rows.select_related("exhibit_number__case", "packing"):
            held[row.dossier_id].append(str(row.exhibit_number))
            if row.packing.kind == CustodyKind.PACKED:
                told_apart.add(row.dossier_id)
    cases = set(Case.objects.visible_to(user).values_list("pk", flat=True))
    dossiers = Dossier.objects.filter(pk__in=held).select_related("case").order_by("-requested_at", "-pk")
    in_full, taken = user.has_perm(VIEW), _taken_out(held)
    told = []
    for dossier in dossiers:
        outline = _told(dossier, held[dossier.pk], seen=dossier.case_id in cases, in_full=in_full)
        out = taken.get(str(dossier.pk))
        # Before its packing was told apart, only what lay here for a download is known not to have left.
        left_unsaid = dossier.pk not in told_apart and not _lies_here(dossier)
        told.append(replace(outline, left=left_unsaid or out is not None, at=out or outline.at))
    return told


def _taken_out(dossiers: Collection[UUID]) -> dict[str, datetime]:
    """Those that somebody took out, and when first. The entry stands before the first byte leaves."""
    found: dict[str, datetime] = {}
    left = iter(map(str, dossiers))
    while batch := list(islice(left, _BATCH)):
        entries = Entry.objects.filter(action=Action.DOSSIER_DOWNLOADED, subject_id__in=batch)
        for dossier, at in entries.order_by("-recorded_at").values_list("subject_id", "recorded_at"):
            found[dossier] = at
    return found


def _lies_here(dossier: Dossier) -> bool:
    # One without an archive was written into a folder as it was compiled; one that failed may have been.
    return dossier.state == DossierState.READY and dossier.archive_id is not None


def _told(dossier: Dossier, exhibits: list[str], *, seen: bool, in_full: bool) -> Shared:
    outline = Shared(
        dossier_id=dossier.pk,
        at=dossier.compiled_at or dossier.requested_at,
        to=dossier.get_recipient_kind_display(),
        use=dossier.get_recipient_use_display(),
        seen=seen,
        left=True,
    )
    if not seen:
        return outline
    return Shared(
        dossier_id=outline.dossier_id,
        at=outline.at,
        to=outline.to,
        use=outline.use,
        seen=True,
        left=True,
        name=dossier.name,
        recipient=dossier.recipient_name,
        purpose=dossier.purpose if in_full else "",
        exhibits=tuple(sorted(exhibits)),
    )
