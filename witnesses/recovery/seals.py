"""What is sealed to the recovery kit of today, with its public key alone."""

from django.views.decorators.debug import sensitive_variables

from audit.canonical import Json
from witnesses.bindings import recovery_binding
from witnesses.custodians import quorum
from witnesses.models import RecoveryKit, RecoverySeal, SealedIdentity
from witnesses.recovery.kit import PublicKit
from witnesses.sealing import seal_data_key


def installed_kit() -> RecoveryKit | None:
    """The kit that a quorum confirmed last."""
    confirmed = RecoveryKit.objects.filter(session__kit_installation__isnull=False)
    return confirmed.select_related("session").order_by("-session__kit_installation__installed_at").first()


def kit_for_sealing() -> RecoveryKit | None:
    """The kit that records are sealed to; none where it opens with fewer sheets than an opening takes custodians."""
    kit = installed_kit()
    return kit if kit is not None and kit.threshold >= quorum() else None


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
