"""Handing out a finished dossier: it is in the log, and in the log's tree, before the first byte leaves."""

from dataclasses import dataclass
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.sequencing import sequence_pending
from cases.access import require_member
from dossiers.consent import note_missing, require_consent
from dossiers.errors import ConsentMissing, DossierBusy
from dossiers.leaks.errors import NotLookedThrough
from dossiers.leaks.gate import hold_cases, note_not_looked, require_looked_through
from dossiers.models import Dossier, DossierState
from dossiers.queries import VIEW
from evidence.stored_objects import open_stored


@dataclass(frozen=True, slots=True)
class Handout:
    """An archive on its way out: its name on the reader's disk, its size in bytes, its open content."""

    name: str
    size: int
    content: BinaryIO


def hand_out(dossier: Dossier, *, actor: Actor) -> Handout:
    """Open the archive for one reader. The caller closes the content.

    What witnesses withdrew since it was compiled holds here too: an archive that lies here has not left yet. Raises
    NotPermitted, NotAMember, ConsentMissing, NotLookedThrough, DossierBusy for a dossier that has no archive here,
    ObjectMissing, ObjectAltered or VaultUnavailable.
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
        with transaction.atomic():
            hold_cases(dossier)
            require_consent(
                dossier.case,
                list(dossier.exhibits.values_list("item_id", flat=True)),
                destination=dossier.destination,
                user=user,
                lock=True,
            )
            require_looked_through(dossier)
            facts = {"number": dossier.number, "archive": dossier.archive.sha256.labelled}
            log.append(
                Action.DOSSIER_DOWNLOADED, subject=dossier, actor=user, facts=facts, case_id=dossier.case_id
            )
        sequence_pending(wait=True)
    except BaseException as error:
        content.close()
        if isinstance(error, ConsentMissing):
            note_missing(error, subject=dossier, case=dossier.case, actor=user)
        if isinstance(error, NotLookedThrough):
            note_not_looked(error, subject=dossier, case=dossier.case, actor=user)
        raise
    return Handout(dossier.file_name, dossier.archive.size, content)
