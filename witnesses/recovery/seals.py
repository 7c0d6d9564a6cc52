"""What is sealed to the recovery kit of today, with its public key alone."""

from django.views.decorators.debug import sensitive_variables

from audit.canonical import Json
from witnesses.bindings import recovery_binding
from witnesses.custodians import quorum
from witnesses.grounds import Grounds
from witnesses.models import RecoveryKit, RecoverySeal, SealedIdentity
from witnesses.recovery.kit import PublicKit
from witnesses.sealing import seal_data_key


def installed_kit() -> RecoveryKit | None:
    """The kit that a quorum confirmed last; one of before confirmations were signed where there is no other."""
    kits = _installed_kits()
    signed = (kit for kit in kits if is_confirmed(kit))
    return next(signed, kits[0] if kits else None)


def kit_for_sealing() -> RecoveryKit | None:
    """The kit that records are sealed to: the newest that a quorum signed.

    None where it opens with fewer sheets than an opening takes custodians.
    """
    kit = next((kit for kit in _installed_kits() if is_confirmed(kit)), None)
    return kit if kit is not None and kit.threshold >= quorum() else None


def is_confirmed(kit: RecoveryKit) -> bool:
    """Whether as many custodians signed the kit as its session took: rows that say so are not enough."""
    return len(Grounds().confirmers(kit, public_kit(kit).fingerprint)) >= kit.session.threshold


def _installed_kits() -> list[RecoveryKit]:
    """The newest first."""
    installed = RecoveryKit.objects.filter(session__kit_installation__isnull=False)
    newest_first = installed.select_related("session").order_by("-session__kit_installation__installed_at")
    return list(newest_first.prefetch_related("words"))


def public_kit(kit: RecoveryKit) -> PublicKit:
    """The kit as its public file says it."""
    return PublicKit(bytes(kit.public_key), kit.threshold, kit.shares, kit.made_at)


@sensitive_variables()
def seal_to_kit(identity: SealedIdentity, data_key: bytes) -> None:
    """Seals the record's key to the kit of today, if there is one. Whoever seals the record logs it."""
    kit = kit_for_sealing()
    if kit is not None:
        binding = recovery_binding(identity, kit)
        sealed_key = seal_data_key(data_key, public_key=bytes(kit.public_key), binding=binding)
        RecoverySeal.objects.create(sealed_identity=identity, kit=kit, sealed_key=sealed_key)


def kit_facts(identity: SealedIdentity) -> dict[str, Json]:
    """What the log says of the kit that the record was sealed to."""
    seal = RecoverySeal.objects.filter(sealed_identity=identity).first()
    return {"recovery_kit": str(seal.kit_id)} if seal else {}
