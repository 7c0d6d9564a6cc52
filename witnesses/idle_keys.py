"""Private keys of custodians that nothing waits for any more: they are erased, and their old shares are noise."""

from django.db.models import QuerySet
from django.utils import timezone

from audit import log
from audit.actions import Action
from audit.actors import Actor
from witnesses.models import CustodianKey, KeyShare
from witnesses.offices import lock_custodians


def idle_keys() -> QuerySet[CustodianKey]:
    """Keys of which nothing is asked any more, and whose wrapped private half is still there."""
    kept = CustodianKey.objects.filter(wrapped_private_key__isnull=False)
    retired = kept.filter(retired_at__isnull=False)
    return retired | kept.filter(custodian__revoked_at__isnull=False)


def erase_idle_keys(*, actor: Actor) -> int:
    """Erases the private halves of idle keys that no living share waits for; returns how many. In a transaction."""
    erased = 0
    # Whoever brings a custodian back, or finds a lost key, waits: what is idle here is idle when it is erased.
    lock_custodians()
    for key in idle_keys().select_related("custodian"):
        if _waiting_shares(key).exists():
            continue
        CustodianKey.objects.filter(pk=key.pk).update(
            wrapped_private_key=None, retired_at=key.retired_at or timezone.now()
        )
        log.append(
            Action.CUSTODIAN_KEY_ERASED, subject=key.custodian, actor=actor, facts={"key": str(key.pk)}
        )
        erased += 1
    return erased


def _waiting_shares(key: CustodianKey) -> QuerySet[KeyShare]:
    """Living shares of the key without a successor under a newer key of the same custodian."""
    newer = CustodianKey.objects.filter(custodian=key.custodian_id, version__gt=key.version)
    moved = KeyShare.objects.filter(custodian_key__in=newer).values("sealed_identity")
    return key.shares.filter(sealed_identity__successor__isnull=True).exclude(sealed_identity__in=moved)
