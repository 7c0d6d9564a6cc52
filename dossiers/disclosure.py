"""That exhibits went out: one custody event and one log entry for each, in the dossier's own transaction."""

from collections.abc import Sequence
from uuid import UUID

from accounts.models import User
from audit import log
from audit.actions import Action
from dossiers.exhibits import gone_meanwhile
from dossiers.models import Dossier, DossierExhibit, ExhibitNumber
from evidence import custody
from evidence.errors import DisposedOf
from evidence.vocabulary import CustodyKind

_BATCH = 400


def disclose(dossier: Dossier, item_ids: Sequence[UUID], *, actor: User) -> None:
    """Record the disclosure of every item. Called inside the transaction that records the dossier as compiled.

    Raises DossierBusy where one was disposed of meanwhile; after this none is until the transaction ends. If the
    hand-over fails after this, the ledger says more than happened, and its failure stands beside it; the other
    order could let a dossier out of which no ledger knows.
    """
    for start in range(0, len(item_ids), _BATCH):
        batch = item_ids[start : start + _BATCH]
        numbers = ExhibitNumber.objects.filter(case=dossier.case, item__in=batch).select_related(
            "item__object"
        )
        try:
            for number in numbers.order_by("number"):
                _disclose_one(dossier, number, actor=actor)
        except DisposedOf as error:
            raise gone_meanwhile() from error


def _disclose_one(dossier: Dossier, number: ExhibitNumber, *, actor: User) -> None:
    item = number.item
    digest = item.stored.sha256 if item.has_bytes else None
    event = custody.record(
        item,
        CustodyKind.DISCLOSED,
        actor=actor,
        purpose=dossier.purpose,
        note=f"{dossier.name} ({dossier.pk})",
        digest_expected=digest,
        digest_found=digest,
    )
    DossierExhibit.objects.create(dossier=dossier, exhibit_number=number, item=item, disclosure=event)
    log.append(
        Action.EVIDENCE_DISCLOSED, subject=item, actor=actor, facts=event.facts(), case_id=dossier.case_id
    )
