"""What goes to the offline machine when identities must be recovered: sealed rows and their seals to the kit."""

from collections.abc import Iterator

from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from witnesses.custodians import DECIDE
from witnesses.errors import WrongPerson
from witnesses.models import QuorumPurpose, QuorumSession, RecoveryKit, RecoverySeal, SealedIdentity
from witnesses.offices import in_office
from witnesses.recovery.carried import EXPORT, text_of, to_carry
from witnesses.recovery.errors import NoKit
from witnesses.recovery.rehearsing import REVIEW
from witnesses.recovery.seals import installed_kit, public_kit


@sensitive_variables()
def export_sealed(*, actor: Actor, second: Actor | None = None) -> bytes:
    """Everything that the kit of today opens, sealed as it lies here; in the log before it is returned.

    One custodian asks, or two people who may see how custody stands: on the day when no custodian is left, nobody of
    them is there to ask. Raises NotPermitted, NotACustodian, WrongPerson, NoKit.
    """
    people = _people(actor, second)
    kit = installed_kit()
    if kit is None:
        raise NoKit
    lines = list(_lines(kit))
    if not lines:
        raise NoKit(_("No record is sealed to the recovery kit."))
    with transaction.atomic():
        log.append(
            Action.KIT_EXPORTED,
            subject=kit,
            actor=actor,
            facts={"records": len(lines), "people": [user.username for user in people]},
        )
    waiting = QuorumSession.objects.live().filter(purpose=QuorumPurpose.RECOVER).first()
    session, key = (str(waiting.pk), bytes(waiting.act_key.public_key)) if waiting else ("", b"")
    return to_carry(EXPORT, public_kit(kit), lines, session=session, key=key)


def _people(actor: Actor, second: Actor | None) -> list[User]:
    first = in_office(actor, REVIEW)
    if second is None:
        if first.has_perm(DECIDE):
            return [first]
        raise WrongPerson(
            _("This takes a custodian, or two people who may see how custody stands. Name both.")
        )
    other = in_office(second, REVIEW)
    if other.pk == first.pk:
        raise WrongPerson(_("The second person is the first one. Name another, or nobody."))
    return [first, other]


def _lines(kit: RecoveryKit) -> Iterator[dict[str, Json]]:
    records = SealedIdentity.records.living().filter(recovery_seal__kit=kit)
    records = records.select_related("witness", "recovery_seal").order_by("witness_id", "part", "version")
    for record in records.iterator(chunk_size=100):
        seal: RecoverySeal = record.recovery_seal
        yield {
            "sealed_identity": str(record.pk),
            "witness": str(record.witness_id),
            "pseudonym": record.witness.pseudonym,
            "case": str(record.witness.case_id),
            "version": record.version,
            "part": record.part,
            "nonce": text_of(bytes(record.nonce)),
            "ciphertext": text_of(bytes(record.ciphertext)),
            "kit": str(seal.kit_id),
            "sealed_key": text_of(bytes(seal.sealed_key)),
        }
