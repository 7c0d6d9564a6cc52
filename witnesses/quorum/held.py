"""The shares that a custodian can bring into a session, under the key that is theirs today."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from witnesses.bindings import drill_share_binding, held_share_binding
from witnesses.custodians import active_custodians
from witnesses.models import (
    ON_A_TEST_RECORD,
    Custodian,
    CustodianKey,
    DrillShare,
    KeyShare,
    QuorumSession,
    QuorumShare,
    SealedIdentity,
)
from witnesses.sealing import Binding


@dataclass(frozen=True, slots=True)
class Held:
    """One share as it is kept: of which identity (None: of the drill's test record), where, and bound to what."""

    identity: SealedIdentity | None
    index: int
    sealed_share: bytes = field(repr=False)
    binding: Binding


def held_shares(session: QuorumSession, key: CustodianKey) -> list[Held]:
    """Everything that the session covers and the key's owner holds a share of."""
    if session.purpose in ON_A_TEST_RECORD:
        return list(_of_the_drill(session, key))
    shares = KeyShare.objects.filter(
        sealed_identity__sessions__session=session, custodian_key=key
    ).select_related("sealed_identity__witness")
    return [
        Held(
            share.sealed_identity,
            share.index,
            bytes(share.sealed_share),
            held_share_binding(share.sealed_identity, key),
        )
        for share in shares
    ]


def _of_the_drill(session: QuorumSession, key: CustodianKey) -> Iterator[Held]:
    for share in DrillShare.objects.filter(record__session=session, custodian_key=key).select_related(
        "record"
    ):
        yield Held(None, share.index, bytes(share.sealed_share), drill_share_binding(share.record, key))


def is_gathered(session: QuorumSession) -> bool:
    """Whether enough custodians approved, and nobody is left to wait for.

    Those who were removed since they approved count no more, nor do their shares. Every identity needs its own
    threshold of resealed shares. One that is still short counts as gathered when no
    custodian who has not decided could bring another share: it cannot be opened, and must not hold up the others.
    """
    approvals = session.decisions.filter(approved=True).select_related("custodian")
    present = active_custodians([decision.custodian for decision in approvals])
    if len(present) < session.threshold:
        return False
    if session.purpose in ON_A_TEST_RECORD:
        return True
    short = short_of_shares(session, present)
    if not short:
        return True
    decided = set(session.decisions.values_list("custodian_id", flat=True))
    waiting = [one for one in active_custodians() if one.pk not in decided]
    more = KeyShare.objects.filter(
        sealed_identity__in=short,
        custodian_key__custodian__in=waiting,
        custodian_key__retired_at__isnull=True,
    )
    return not more.exists()


def short_of_shares(session: QuorumSession, present: Sequence[Custodian]) -> list[SealedIdentity]:
    """The covered identities of which these custodians resealed fewer shares than their threshold."""
    counted = dict(
        QuorumShare.objects.filter(decision__session=session, decision__custodian__in=present)
        .order_by()
        .values_list("sealed_identity")
        .annotate(count=Count("index", distinct=True))
    )
    covered = SealedIdentity.records.filter(sessions__session=session).select_related("witness")
    return [one for one in covered if counted.get(one.pk, 0) < one.threshold]
