"""How the recovery kit stands: for the page of the custodians. Nothing here opens anything."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from witnesses.models import KitRehearsal, RecoverySeal
from witnesses.recovery.kit import PublicKit
from witnesses.recovery.seals import installed_kit, public_kit


@dataclass(frozen=True, slots=True)
class KitStanding:
    """The kit that was confirmed last, who installed it, how many living records it opens, its last rehearsal."""

    public: PublicKit
    installed_at: datetime
    installed_by: User
    reached: int
    rehearsed_at: datetime | None


def kit_standing() -> KitStanding | None:
    """Asked of the database now; None where no kit was ever confirmed."""
    kit = installed_kit()
    if kit is None:
        return None
    installation = kit.session.kit_installation
    reached = RecoverySeal.objects.filter(kit=kit, sealed_identity__successor__isnull=True)
    rehearsal = KitRehearsal.objects.filter(test__kit=kit).order_by("-recorded_at").first()
    return KitStanding(
        public_kit(kit),
        installation.installed_at,
        installation.installed_by,
        reached.count(),
        rehearsal.recorded_at if rehearsal else None,
    )
