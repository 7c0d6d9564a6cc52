"""Finding witnesses and requests, each scoped by who asks."""

from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from accounts.models import User
from witnesses.admission import custodians_in_office, find_waiting, waiting_keys
from witnesses.danger_content import ASSESSMENTS, INCIDENTS
from witnesses.errors import NotACustodian, UnknownOpening, UnknownWitness
from witnesses.models import (
    Custodian,
    CustodianKey,
    Interview,
    KeyShare,
    OpeningDecision,
    OpeningRequest,
    OpeningRequestQuerySet,
    SealedIdentity,
    Witness,
)
from witnesses.models.witness import IDENTITY


def openings_of_notes(interview: Interview) -> QuerySet[OpeningRequest]:
    """Every request to see a sealed note of the interview, newest first, with its decisions.

    By the thread, for a request stays with the seal that it was made for and the note moves on to a newer one.
    """
    threads = map(str, interview.notes.values_list("thread", flat=True))
    asked = OpeningRequest.objects.filter(
        witness=interview.witness_id, sealed_identity__part__in=set(threads)
    )
    asked = asked.select_related("requester", "sealed_identity__note").defer("sealed_identity__ciphertext")
    return asked.order_by("-created_at", "id").prefetch_related("decisions__custodian__user")


def openings_of_danger(witness: Witness) -> QuerySet[OpeningRequest]:
    """Every request to see sealed words about the danger to the witness, newest first, with its decisions."""
    parts = Q(sealed_identity__part=ASSESSMENTS) | Q(sealed_identity__part__startswith=INCIDENTS)
    asked = witness.openings.filter(parts).select_related("requester", "sealed_identity")
    asked = asked.defer("sealed_identity__ciphertext").order_by("-created_at", "id")
    return asked.prefetch_related("decisions__custodian__user")


def find_witness(witness_id: UUID, *, case_id: UUID, user: User) -> Witness:
    """Raises UnknownWitness, with one sentence, for a witness who is not there and for one of another case."""
    witness = (
        Witness.objects.visible_to(user)
        .select_related("case", "registered_by")
        .filter(pk=witness_id, case=case_id)
        .first()
    )
    if witness is None:
        raise UnknownWitness
    return witness


def versions_of(witness: Witness) -> list[SealedIdentity]:
    """Every version of the identity that can be asked for, newest first, without the sealed bytes."""
    records = SealedIdentity.records.filter(witness=witness, part=IDENTITY)
    found = {one.pk: one for one in records.select_related("sealed_by", "revision").defer("ciphertext")}
    resealed = {one.reseals_id for one in found.values()}
    for one in found.values():
        # What was sealed anew and how it was written first are read together, not one after the other for each version.
        if one.reseals_id:
            one.reseals = found[one.reseals_id]
    living = [one for one in found.values() if one.pk not in resealed]
    return sorted(living, key=lambda one: one.version, reverse=True)


def newest_version(record: SealedIdentity) -> int:
    """The number of the newest version of the identity, or of the note, that this is one of."""
    same = SealedIdentity.records.filter(witness=record.witness_id, part=record.part)
    return same.aggregate(newest=Max("version"))["newest"] or 0


def openings_of(witness: Witness) -> QuerySet[OpeningRequest]:
    """Every request to see who the witness is, newest first, with its decisions."""
    asked = (
        witness.openings.filter(sealed_identity__part=IDENTITY)
        .select_related("requester", "sealed_identity")
        .defer("sealed_identity__ciphertext")
    )
    return asked.prefetch_related("decisions__custodian__user")


def find_own_opening(request_id: UUID, *, user: User) -> OpeningRequest:
    """A request of the user's own in a case that is still theirs. Raises UnknownOpening for any other."""
    own = (
        _openings()
        .filter(requester=user, witness__in=Witness.objects.visible_to(user))
        .filter(pk=request_id)
        .first()
    )
    if own is None:
        raise UnknownOpening
    return own


def find_opening_to_decide(request_id: UUID, *, user: User) -> OpeningRequest:
    """A request about an identity of which the user holds a share. Raises UnknownOpening for any other."""
    found = _held_by(user).filter(pk=request_id).first()
    if found is None:
        raise UnknownOpening
    return found


def own_openings(user: User) -> QuerySet[OpeningRequest]:
    """The user's own live requests in the cases that are still theirs, with the witnesses."""
    mine = OpeningRequest.objects.filter(requester=user, witness__in=Witness.objects.visible_to(user))
    return mine.live().select_related("witness")


def openings_to_decide(user: User) -> QuerySet[OpeningRequest]:
    """The live requests that wait for this custodian, a danger to life first."""
    decided = OpeningDecision.objects.filter(request=OuterRef("pk"), custodian__user=user)
    return _held_by(user).filter(~Exists(decided)).live().order_by("-emergency", "-created_at", "id")


def openings_decided(user: User) -> QuerySet[OpeningDecision]:
    """What this custodian has decided, newest first."""
    own = OpeningDecision.objects.filter(custodian__user=user).select_related("request__witness__case")
    return own.order_by("-decided_at")


def is_enrolled(user: User) -> bool:
    """Whether the user is a custodian: let in once, and not removed."""
    return custodians_in_office().filter(user=user).exists()


def may_make_key(user: User) -> bool:
    """Whether enrolling is for the user: never enrolled, or in office without a key, as after a lost passphrase."""
    keyed = CustodianKey.objects.filter(custodian=OuterRef("pk"), retired_at__isnull=True)
    return not Custodian.objects.filter(Exists(keyed) | Q(revoked_at__isnull=False), user=user).exists()


def waiting_key(user: User) -> CustodianKey | None:
    """The user's own key that waits for the custodians' word."""
    return waiting_keys().filter(custodian__user=user).first()


def keys_to_vouch_for(user: User) -> QuerySet[CustodianKey]:
    """The keys that wait for this custodian's word; nothing for whoever is none."""
    if not is_enrolled(user):
        return CustodianKey.objects.none()
    return waiting_keys().exclude(custodian__user=user).exclude(vouches__custodian__user=user)


def find_key_to_vouch_for(key_id: UUID, *, user: User) -> CustodianKey:
    """Raises NotACustodian for whoever is none, and NotWaiting for a key that does not wait, or for nobody's."""
    if not is_enrolled(user):
        raise NotACustodian
    return find_waiting(key_id)


def _openings() -> OpeningRequestQuerySet:
    asked = OpeningRequest.objects.select_related("witness__case", "sealed_identity__witness", "requester")
    # A photograph makes the sealed bytes large, and no list needs them.
    return asked.defer("sealed_identity__ciphertext").prefetch_related("decisions__custodian__user")


def _held_by(user: User) -> OpeningRequestQuerySet:
    held = KeyShare.objects.filter(
        sealed_identity=OuterRef("sealed_identity"),
        custodian_key__custodian__user=user,
        custodian_key__custodian__revoked_at__isnull=True,
        custodian_key__retired_at__isnull=True,
    )
    return _openings().filter(Exists(held)).exclude(requester=user)
