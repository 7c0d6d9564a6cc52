"""Reading what a case holds. The case comes from `cases.access`, so whoever asks is a member."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from accounts.models import User
from cases.access import ELIGIBLE_ROLES
from cases.models import (
    MEMBER,
    Case,
    CasePlace,
    CaseUserObjectPermission,
    Incident,
    Involvement,
    Person,
    Place,
)
from cases.models.person import PersonQuerySet


@dataclass(frozen=True, slots=True)
class Counts:
    """How much of each kind a case holds."""

    people: int
    incidents: int
    places: int
    members: int


def counts_of(case: Case) -> Counts:
    """The exact counts, in four queries."""
    return Counts(
        people=people_of(case).count(),
        incidents=case.incidents.count(),
        places=case.place_uses.count(),
        members=members_of(case).count(),
    )


def people_of(case: Case) -> PersonQuerySet:
    """The persons with a part in `case`, each once, with names, and with `parts`: their parts in this case alone."""
    parts = Involvement.objects.filter(case=case).order_by("role")
    return (
        Person.objects.filter(Exists(parts.filter(person=OuterRef("pk"))))
        .prefetch_related("names", Prefetch("involvements", queryset=parts, to_attr="parts"))
        .order_by("pk")
    )


def incidents_of(case: Case) -> QuerySet[Incident]:
    """The incidents of `case` by their earliest day."""
    return case.incidents.select_related("place")


def places_of(case: Case, *, user: User) -> QuerySet[Place]:
    """The places that `case` uses, each with `position_known` for `user`."""
    used = CasePlace.objects.filter(case=case).values("place_id")
    return Place.objects.with_position_known_to(user).filter(pk__in=used)


def members_of(case: Case) -> QuerySet[User]:
    """The members of `case`, with their roles."""
    held = CaseUserObjectPermission.objects.filter(content_object=case, permission__codename=MEMBER)
    return (
        User.objects.filter(pk__in=held.values("user_id"))
        .prefetch_related("groups")
        .order_by("full_name", "pk")
    )


def members_of_any(cases: QuerySet[Case]) -> QuerySet[User]:
    """The members of one or more of `cases`, each once."""
    held = CaseUserObjectPermission.objects.filter(content_object__in=cases, permission__codename=MEMBER)
    return User.objects.filter(pk__in=held.values("user_id")).order_by("full_name", "pk")


def candidates_for(case: Case) -> QuerySet[User]:
    """The active users whose role allows membership and who are no members yet."""
    roles = [role.value for role in ELIGIBLE_ROLES]
    allowed = User.objects.filter(is_active=True, groups__name__in=roles)
    return allowed.exclude(pk__in=members_of(case).values("pk")).distinct().order_by("full_name", "pk")


def persons_beyond(case: Case, *, user: User) -> PersonQuerySet:
    """The persons of the user's other cases who have no part in `case` yet."""
    here = Involvement.objects.filter(case=case).values("person_id")
    return Person.objects.visible_to(user).exclude(pk__in=here).prefetch_related("names")
