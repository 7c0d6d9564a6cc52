"""Whether every identity can still be opened by a quorum, and how many custodians may be lost before one cannot."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    When,
)
from django.db.models.expressions import BaseExpression

from witnesses.admission import admitted_keys, spoken, waiting_keys
from witnesses.custodians import active_custodians, fewest_custodians, quorum
from witnesses.models import Custodian, CustodianKey, KeyShare, RecoveryKit, RecoverySeal, SealedIdentity
from witnesses.recovery.seals import kit_for_sealing
from witnesses.sharing import MOST_SHARES


class Standing(StrEnum):
    """What a custodian can do today."""

    READY = "ready"
    NO_KEY = "no_key"
    WAITING = "waiting"
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
class CustodianStanding:
    """One custodian: the key of today with its spoken words, and how many identities it can help to open."""

    custodian: Custodian
    standing: Standing
    key: CustodianKey | None
    held: int
    words: str


@dataclass(frozen=True, slots=True)
class Custody:
    """The whole: the custodians, and how many living records, identities and notes, are in which state.

    `margin` is how many custodians may be lost before a record is, None where nothing that can be opened is sealed;
    `lost` can be opened by no quorum; `to_reseal` can, and are not sealed to exactly the custodians of today;
    `beyond_kit` the recovery kit of today does not open.
    """

    custodians: Sequence[CustodianStanding]
    sealed: int
    margin: int | None
    lost: int
    to_reseal: int
    beyond_kit: int
    kit: RecoveryKit | None

    @property
    def ready(self) -> int:
        """How many custodians can act today."""
        return sum(one.standing == Standing.READY for one in self.custodians)

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
    """What `custody_of().danger` says, without the custodians one by one: a desk is opened often."""
    able = _able_keys()
    found = _records(able).aggregate(
        lost=Count("pk", filter=Q(spare__lt=0)),
        bare=Count("pk", filter=Q(spare=0)),
        stale=Count("pk", filter=Q(spare__gte=0, unlike_today=True)),
    )
    return _worst(ready=len(able), **found)


def records_to_reseal() -> set[tuple[UUID, str]]:
    """The witness and the part of every living record that is not sealed to exactly the custodians of today, without
    those of which a version can be opened by no quorum.
    """
    records = _records(_able_keys())
    lost = set(records.filter(spare__lt=0).values_list("witness_id", "part"))
    return set(records.filter(unlike_today=True).values_list("witness_id", "part")) - lost


def _records(able: Sequence[CustodianKey]) -> QuerySet[Any]:
    """The living records, each with how many more custodians can open it than must, and whether it needs sealing
    anew, counted by the database: a vault may be large.
    """
    wanted = able[:MOST_SHARES]
    nobody = UUID(int=0)
    keys, holders = [one.pk for one in wanted] or [nobody], [one.custodian_id for one in wanted] or [nobody]
    counted = SealedIdentity.records.living().annotate(
        alive=Count("key_shares", filter=Q(key_shares__custodian_key__in=keys)),
        others=Count("key_shares", filter=~Q(key_shares__custodian_key__custodian__in=holders)),
        off_kit=_is_off_kit(),
    )
    unlike = Q(alive__lt=len(wanted)) | Q(others__gt=0) | Q(off_kit=True)
    return counted.annotate(
        spare=ExpressionWrapper(F("alive") - F("threshold"), output_field=IntegerField()),
        unlike_today=Case(When(unlike, then=True), default=False, output_field=BooleanField()),
    )


def _is_off_kit() -> BaseExpression:
    """For each record, whether it is not sealed to the recovery kit of today, or to one where there is none."""
    kit = kit_for_sealing()
    seals = RecoverySeal.objects.filter(sealed_identity=OuterRef("pk"))
    return ~Exists(seals.filter(kit=kit)) if kit else Exists(seals)


def _able_keys() -> list[CustodianKey]:
    """The keys of those who can act, the oldest first."""
    active = [one.pk for one in active_custodians()]
    current = admitted_keys().filter(custodian__in=active)
    return list(current.defer("wrapped_private_key").order_by("created_at", "id"))


def custody_of() -> Custody:
    """Asked of the database now, in a handful of statements that read no share one by one."""
    able, kit = _able_keys(), kit_for_sealing()
    found = _records(able).aggregate(
        sealed=Count("pk"),
        margin=Min("spare", filter=Q(spare__gte=0)),
        lost=Count("pk", filter=Q(spare__lt=0)),
        to_reseal=Count("pk", filter=Q(spare__gte=0, unlike_today=True)),
        beyond_kit=Count("pk", filter=Q(off_kit=True)) if kit else Count("pk"),
    )
    return Custody(custodians=_custodians(able), kit=kit, **found)


def _custodians(able: Sequence[CustodianKey]) -> list[CustodianStanding]:
    active = {one.pk for one in active_custodians()}
    keys = admitted_keys().select_related("verifying").defer("wrapped_private_key")
    current = {key.custodian_id: key for key in keys}
    words = {holder: spoken(key) for holder, key in current.items()}
    waiting = {key.custodian_id for key in waiting_keys().defer("wrapped_private_key")}
    lost = set(CustodianKey.objects.filter(lost_at__isnull=False).values_list("custodian_id", flat=True))
    shares = KeyShare.objects.filter(
        sealed_identity__successor__isnull=True, custodian_key__in=[one.pk for one in able[:MOST_SHARES]]
    )
    held = dict(shares.values_list("custodian_key__custodian").annotate(Count("pk")).order_by())
    return [
        CustodianStanding(
            one,
            _standing(
                one,
                active=one.pk in active,
                waits=one.pk in waiting,
                key=current.get(one.pk),
                lost=one.pk in lost,
            ),
            current.get(one.pk),
            held.get(one.pk, 0),
            words.get(one.pk, ""),
        )
        for one in Custodian.objects.select_related("user")
    ]


def _standing(
    custodian: Custodian, *, active: bool, waits: bool, key: CustodianKey | None, lost: bool
) -> Standing:
    if custodian.revoked_at is not None:
        return Standing.REMOVED
    if waits:
        return Standing.WAITING
    if not active:
        return Standing.LEFT
    if key is not None:
        return Standing.READY
    return Standing.LOST if lost else Standing.NO_KEY
