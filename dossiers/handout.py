"""Handing out a finished dossier: custody and log say so, and the log's tree, before the first byte leaves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, cast
from uuid import UUID

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.sequencing import sequence_pending
from cases.access import require_member
from dossiers.consent import note_missing, require_consent
from dossiers.disclosure import disclose
from dossiers.errors import ConsentMissing, CustodyUnwritten, DossierBusy
from dossiers.leaks.errors import NotLookedThrough
from dossiers.leaks.gate import hold_cases, note_not_looked, require_looked_through
from dossiers.leaving import Leaving
from dossiers.models import Dossier, DossierState
from dossiers.queries import VIEW
from evidence.stored_objects import open_stored


@dataclass(frozen=True, slots=True)
class Handout:
    """An archive on its way out: its name on the reader's disk, its size in bytes, its open content.

    `disclosed` are the events of custody that say so.
    """

    name: str
    size: int
    content: BinaryIO
    disclosed: Sequence[UUID] = ()


def hand_out(dossier: Dossier, *, actor: Actor) -> Handout:
    """Open the archive for one reader. The caller closes the content, of which each reading raises ConsentMissing once
    a witness has taken consent back.

    What witnesses withdrew since it was compiled holds here too: an archive that lies here has not left yet. Raises
    NotPermitted, NotAMember, DossierBusy for a dossier that has no archive here, ObjectMissing, ObjectAltered,
    VaultUnavailable, and what `let_out` raises.
    """
    user = require_member(dossier.case, require(actor, VIEW))
    if dossier.state != DossierState.READY or dossier.archive is None:
        raise DossierBusy(
            _("This dossier has no archive to download. Compile a new one on the page of the case.")
        )
    content = open_stored(dossier.archive)
    try:
        # What is missing or damaged at its beginning shows now, while it can still be answered with a sentence.
        content.read(1)
        content.seek(0)
        disclosed = let_out(dossier, gate=require_looked_through, actor=user)
    except BaseException as error:
        content.close()
        if isinstance(error, ConsentMissing):
            note_missing(error, subject=dossier, case=dossier.case, actor=user)
        if isinstance(error, NotLookedThrough):
            note_not_looked(error, subject=dossier, case=dossier.case, actor=user)
        raise
    leaving = Leaving(content, still_may=partial(_require_still, dossier, user))
    return Handout(dossier.file_name, dossier.archive.size, cast("BinaryIO", leaving), disclosed)


def _require_still(dossier: Dossier, user: User) -> None:
    """Raises ConsentMissing where a witness took consent back since the archive was opened, and logs that it ended."""
    items = list(dossier.exhibits.values_list("item_id", flat=True))
    try:
        require_consent(dossier.case, items, destination=dossier.destination, user=user)
    except ConsentMissing as error:
        note_missing(error, subject=dossier, case=dossier.case, actor=user)
        raise


def let_out(dossier: Dossier, *, gate: Callable[[Dossier], None], actor: User) -> Sequence[UUID]:
    """Record that the package goes out in this person's hands, in the custody of each exhibit and in the log.

    All in one transaction and in the log's tree when this returns, or nothing goes: `gate` is asked last and refuses by
    raising. Gives the new events of custody, none where the same person had it before. Raises ConsentMissing,
    CustodyUnwritten, LogUnavailable and what `gate` raises.
    """
    archive = dossier.archive.sha256.labelled if dossier.archive else None
    try:
        with transaction.atomic():
            hold_cases(dossier)
            # Two who take it at once follow each other, and the second sees what the first one's custody says.
            Dossier.objects.select_for_update(no_key=True).only("pk").get(pk=dossier.pk)
            disclosed = disclose(dossier, actor=actor)
            # After the disclosures, which hold the rows of all items: nothing recorded of them now comes too late.
            items = list(dossier.exhibits.values_list("item_id", flat=True))
            require_consent(dossier.case, items, destination=dossier.destination, user=actor, lock=True)
            gate(dossier)
            facts: dict[str, Json] = {
                "number": dossier.number,
                "archive": archive,
                "disclosures": len(disclosed),
            }
            log.append(
                Action.DOSSIER_DOWNLOADED, subject=dossier, actor=actor, facts=facts, case_id=dossier.case_id
            )
    except DatabaseError as error:
        raise CustodyUnwritten(
            _(
                "The custody of the exhibits cannot be written, so nothing was handed out. Ask the administrator to "
                "look at the database."
            )
        ) from error
    sequence_pending(wait=True)
    return disclosed
