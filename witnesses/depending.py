"""Saying that an exhibit depends on a witness, and that it does not after all. Nothing is changed: rows are added."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.private import sealed
from cases.access import require_member
from cases.plain_text import clean_text
from evidence.models import EvidenceCase, EvidenceItem
from evidence.queries import unknown_item
from witnesses.dependence_errors import (
    AlreadyDepends,
    BadDependence,
    DependenceEnded,
    ItemNotInCase,
)
from witnesses.models import Dependence, DependenceEnd, Tie, Witness
from witnesses.weighing import require_wide

DECLARE = "witnesses.register_witness"
END = "witnesses.end_dependence"
LONGEST_NOTE = 2000


@sensitive_variables()
def declare_dependence(
    witness: Witness, item: EvidenceItem, *, tie: Tie | str, note: str = "", actor: Actor
) -> Dependence:
    """Record that the item depends on the witness. From then on it leaves in no dossier without their consent.

    The actor is a member of the witness's case and sees the item, which lies in that case. Raises NotPermitted,
    NotAMember, UnknownEvidence, BadText, BadDependence, ItemNotInCase, AlreadyDepends or
    SmallGroup; leaves no row behind.
    """
    user = require_member(witness.case, require(actor, DECLARE))
    if tie not in Tie.values:
        raise BadDependence(_("Say in which way the exhibit depends on the witness."))
    _require_in_case(item, witness, user)
    words = clean_text(note, label=_("The note"), max_length=LONGEST_NOTE)
    with transaction.atomic():
        # Locks the item's row, as its custody does: a dossier that goes out at this moment either knows of it or is
        # recorded as gone before.
        EvidenceItem.objects.select_for_update().values_list("pk").get(pk=item.pk)
        if Dependence.objects.standing().filter(witness=witness, item=item, tie=tie).exists():
            raise AlreadyDepends
        require_wide(witness, [words], actor=user)
        made = Dependence.objects.create(witness=witness, item=item, tie=tie, note=words, made_by=user)
        log.append(
            Action.DEPENDENCE_DECLARED,
            subject=witness,
            actor=user,
            facts=made.facts(),
            case_id=witness.case_id,
        )
    return made


@sensitive_variables()
def end_dependence(dependence: Dependence, *, reason: str, actor: Actor) -> DependenceEnd:
    """Record that the dependence was wrong. The row stays, and with it who said so and why.

    Raises NotPermitted, NotAMember, BadText, BadDependence for no reason, DependenceEnded or SmallGroup.
    """
    witness = dependence.witness
    user = require_member(witness.case, require(actor, END))
    words = clean_text(reason, label=_("The reason"), max_length=LONGEST_NOTE)
    if not words:
        raise BadDependence(_("Say why the exhibit does not depend on the witness."))
    try:
        with transaction.atomic():
            require_wide(witness, [words], actor=user)
            ended = DependenceEnd.objects.create(dependence=dependence, reason=words, ended_by=user)
            log.append(
                Action.DEPENDENCE_ENDED,
                subject=witness,
                actor=user,
                facts={
                    "dependence_end": str(ended.pk),
                    "dependence": str(dependence.pk),
                    "item": str(dependence.item_id),
                    "tie": str(dependence.tie),
                    "reason": sealed(ended, "reason"),
                },
                case_id=witness.case_id,
            )
    except IntegrityError:
        raise DependenceEnded from None
    return ended


def _require_in_case(item: EvidenceItem, witness: Witness, user: User) -> None:
    if not EvidenceItem.objects.visible_to(user).filter(pk=item.pk).exists():
        raise unknown_item()
    if not EvidenceCase.objects.filter(item=item, case=witness.case_id).exists():
        raise ItemNotInCase
