"""Printing consent: in the log before the paper leaves."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.paper.press import Press
from cases.access import require_member
from witnesses.consent_sheet import Tongue, consent_record, empty_form
from witnesses.consent_state import today
from witnesses.consenting import RECORD
from witnesses.models import Consent, Witness


@dataclass(frozen=True, slots=True)
class Paper:
    """A printed paper: what it is called on the reader's disk, and its PDF."""

    name: str
    content: bytes


@sensitive_variables()
def print_consent(witness: Witness, consent: Consent | None, *, language: Tongue, actor: Actor) -> Paper:
    """Print the empty form, or the record of a version.

    Raises NotPermitted, NotAMember, FontsMissing or LogUnavailable.
    """
    user = require_member(witness.case, require(actor, RECORD))
    if consent is None:
        sheet, name = empty_form(witness, language=language), "consent-form"
    else:
        sheet = consent_record(consent, language=language, on=today())
        name = f"consent-{consent.version}"
    paper = Press().pdf(sheet, at=timezone.now())
    with transaction.atomic():
        log.append(
            Action.CONSENT_FORM_PRINTED,
            subject=witness,
            actor=user,
            facts={"language": language, "consent": str(consent.pk) if consent else None},
            case_id=witness.case_id,
        )
    return Paper(f"{name}-{witness.pseudonym}-{language}.pdf", paper)
