"""Whether every identity can still be opened by a quorum, and how many custodians may be lost before one cannot."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.expressions import BaseExpression

from witnesses.custodians import active_custodians, fewest_custodians, quorum
from witnesses.models import Custodian, CustodianKey, KeyShare, RecoveryKit, RecoverySeal, SealedIdentity
from witnesses.recovery.seals import kit_for_sealing
from witnesses.sharing import MOST_SHARES


class Standing(StrEnum):
    """What a custodian can do today."""

    READY = "ready"
    NO_KEY = "no_key"
    LOST = "lost"
    REMOVED = "removed"
    LEFT = "left"


class Danger(StrEnum):
    """How near the house is to losing identities, the worst first."""

    LOST = "lost"  # some identity can be opened by no quorum
    NO_QUORUM = "no_quorum"  # too few custodians to open anything that is sealed from now on
    BARE = "bare"  # one more loss, and an identity is lost
    STALE = "stale"  # somebody holds a share who should not, or holds none who should
    FEW = "few"  # too few custodians to register a witness
    NONE = "none"


@dataclass(frozen=True, slots=True)
class IdentityCustody:
    """One living record, an identity or a note: how many more custodians can open it than must, and what it needs."""

    record: UUID
    witness_id: UUID
    part: str
    margin: int
    needs_reseal: bool
    in_kit: bool


@dataclass(frozen=True, slots=True)
class CustodianStanding:
    """One custodian: the key of today, how many identities it can help to open, and how many it should."""

    custodian: Custodian
    standing: Standing
    key: CustodianKey | None
    held: int


@dataclass(frozen=True, slots=True)
class Custody:
    """The whole: custodians and identities."""

    custodians: Sequence[CustodianStanding]
    identities: Sequence[IdentityCustody]
    kit: RecoveryKit | None

    @property
    def ready(self) -> int:
        """How many custodians can act today."""
        return sum(one.standing == Standing.READY for one in self.custodians)

    @property
    def margin(self) -> int | None:
        """How many custodians may be lost before an identity is; None where nothing that can be opened is sealed."""
        return min((one.margin for one in self.identities if one.margin >= 0), default=None)

    @property
    def lost(self) -> int:
        """How many identities no quorum can open."""
        return sum(one.margin < 0 for one in self.identities)

    @property
    def to_reseal(self) -> int:
        """How many identities that can be opened are not sealed to exactly the custodians of today."""
        return sum(one.needs_reseal and one.margin >= 0 for one in self.identities)

    @property
    def beyond_kit(self) -> int:
        """How many records the recovery kit of today does not open."""
        return sum(not one.in_kit for one in self.identities)

    @property
    def danger(self) -> Danger:
        """The worst that is true."""
        return _worst(ready=self.ready, lost=self.lost, bare=self.margin == 0, stale=self.to_reseal)


def _worst(*, ready: int, lost: int, bare: int, stale: int) -> Danger:
    if lost:
        return Danger.LOST
    if ready < quorum():
        return Danger.NO_QUORUM
    if bare:
        return Danger.BARE
    if stale:
        return Danger.STALE
    return Danger.FEW if ready < fewest_custodians() else Danger.NONE


def count_ready() -> int:
    """How many custodians can act today."""
    return len(_able_keys())


def danger_today() -> Danger:
    """What `custody_of().danger` says, counted by the database: a desk is opened often, and a vault may be large."""
    able = _able_keys()
    wanted = able[:MOST_SHARES]
    nobody = UUID(int=0)
    keys, holders = [one.pk for one in wanted] or [nobody], [one.custodian_id for one in wanted] or [nobody]
    living = SealedIdentity.records.living().annotate(
        alive=Count("key_shares", filter=Q(key_shares__custodian_key__in=keys)),
        others=Count("key_shares", filter=~Q(key_shares__custodian_key__custodian__in=holders)),
        off_kit=_is_off_kit(),
    )
    unlike_today = Q(alive__lt=len(wanted)) | Q(others__gt=0) | Q(off_kit=True)
    found = living.aggregate(
        lost=Count("pk", filter=Q(alive__lt=F("threshold"))),
        bare=Count("pk", filter=Q(alive=F("threshold"))),
        stale=Count("pk", filter=Q(alive__gte=F("threshold")) & unlike_today),
    )
    return _worst(ready=len(able), **found)


def _is_off_kit() -> BaseExpression:
    """For each record, whether it is not sealed to the recovery kit of today, or to one where there is none."""
    kit = kit_for_sealing()
    seals = RecoverySeal.objects.filter(sealed_identity=OuterRef("pk"))
    return ~Exists(seals.filter(kit=kit)) if kit else Exists(seals)


def _able_keys() -> list[CustodianKey]:
    """The keys of those who can act, the oldest first."""
    active = [one.pk for one in active_custodians()]
    current = CustodianKey.objects.filter(retired_at__isnull=True, custodian__in=active)
    return list(current.defer("wrapped_private_key").order_by("created_at", "id"))


def custody_of() -> Custody:
    """Asked of the database now, in a handful of statements, whatever the number of identities."""
    custodians = list(Custodian.objects.select_related("user"))
    active = {one.pk for one in active_custodians()}
    current = {
        key.custodian_id: key
        for key in CustodianKey.objects.filter(retired_at__isnull=True).defer("wrapped_private_key")
    }
    wanted = frozenset(key.custodian_id for key in _able_keys()[:MOST_SHARES])
    lost = set(CustodianKey.objects.filter(lost_at__isnull=False).values_list("custodian_id", flat=True))
    holders: dict[UUID, set[UUID]] = defaultdict(set)
    alive: dict[UUID, set[UUID]] = defaultdict(set)
    shares = KeyShare.objects.filter(sealed_identity__successor__isnull=True)
    for identity, custodian, key in shares.values_list(
        "sealed_identity_id", "custodian_key__custodian_id", "custodian_key_id"
    ):
        holders[identity].add(custodian)
        if custodian in wanted and current[custodian].pk == key:
            alive[identity].add(custodian)
    kit = kit_for_sealing()
    kits = dict(
        RecoverySeal.objects.filter(sealed_identity__successor__isnull=True).values_list(
            "sealed_identity", "kit"
        )
    )
    kit_id = kit.pk if kit else None
    living = SealedIdentity.records.living().values_list("pk", "witness_id", "part", "threshold")
    identities = [
        IdentityCustody(
            pk,
            witness,
            part,
            len(alive[pk]) - threshold,
            alive[pk] != wanted or not holders[pk] <= wanted or kits.get(pk) != kit_id,
            kit_id is not None and kits.get(pk) == kit_id,
        )
        for pk, witness, part, threshold in living
    ]
    return Custody(
        [
            CustodianStanding(
                one,
                _standing(one, active=one.pk in active, key=current.get(one.pk), lost=one.pk in lost),
                current.get(one.pk),
                sum(one.pk in holding for holding in alive.values()),
            )
            for one in custodians
        ],
        identities,
        kit,
    )


def _standing(custodian: Custodian, *, active: bool, key: CustodianKey | None, lost: bool) -> Standing:
    if custodian.revoked_at is not None:
        return Standing.REMOVED
    if not active:
        return Standing.LEFT
    if key is not None:
        return Standing.READY
    return Standing.LOST if lost else Standing.NO_KEY
