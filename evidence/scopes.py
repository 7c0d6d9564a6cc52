"""Who may see which evidence: one rule for lists, pages, commands and exports."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from cases.models import Case

if TYPE_CHECKING:
    from evidence.models import (  # noqa: F401  named in the base classes
        CollectorTrace,
        Derivative,
        EvidenceItem,
        EvidenceLink,
        FoundValue,
        Intake,
    )

READ = "evidence.view_evidence"
RECEIVE = "evidence.receive_evidence"
REVIEW_CUSTODY = "evidence.review_custody"
READ_FOUND = "evidence.view_found_values"


class EvidenceItemQuerySet(models.QuerySet["EvidenceItem"]):
    """Items, always asked for in somebody's name."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Items of the cases that `user` belongs to, and their own that no case has yet. No role is above it."""
        if not _may(user, READ):
            return self.none()
        # Subqueries, never joins: an item in three cases must not be listed three times.
        placed = self.model.cases.through.objects
        shared = placed.filter(case__in=Case.objects.visible_to(user)).values("item_id")
        unlinked = Q(intake__started_by=user) & ~Exists(placed.filter(item=OuterRef("pk")))
        return self.filter(Q(pk__in=shared) | unlinked)

    def custody_visible_to(self, user: User | AnonymousUser) -> Self:
        """Items whose custody `user` may read: what they may see, and for an auditor the custody of all."""
        if _may(user, REVIEW_CUSTODY):
            return self.all()
        return self.visible_to(user)


class IntakeQuerySet(models.QuerySet["Intake"]):
    """Deliveries, seen by those who may see something that came with them."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Deliveries of which at least one item is open to `user`; whoever took one in has no more right than that."""
        related: Any = self.model._meta.get_field("items").related_model
        items = EvidenceItemQuerySet(related).visible_to(user)
        return self.filter(Exists(items.filter(intake=OuterRef("pk"))))


class EvidenceLinkQuerySet(models.QuerySet["EvidenceLink"]):
    """Links, seen by the members of the case that they argue in."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Links made in the cases that `user` belongs to."""
        if not _may(user, READ):
            return self.none()
        return self.filter(case__in=Case.objects.visible_to(user))


class DerivativeQuerySet(models.QuerySet["Derivative"]):
    """What was made of items, seen by whoever may see the item."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """What was made of the items that are open to `user`."""
        items: Any = self.model._meta.get_field("item").related_model
        return self.filter(item__in=items.objects.visible_to(user).values("pk"))


class FoundValueQuerySet(models.QuerySet["FoundValue"]):
    """Where, when and by whom files say that they were made: more than the right to see the file is needed."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """What was found in the items that are open to `user`, where their role includes it."""
        if not _may(user, READ_FOUND):
            return self.none()
        items: Any = self.model._meta.get_field("item").related_model
        return self.filter(item__in=items.objects.visible_to(user).values("pk"))


class CollectorTraceQuerySet(models.QuerySet["CollectorTrace"]):
    """What leads to those who captured items online: more than the right to see the item is needed."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """What is recorded of the items that are open to `user`, where their role includes it."""
        if not _may(user, READ_FOUND):
            return self.none()
        items: Any = self.model._meta.get_field("item").related_model
        return self.filter(item__in=items.objects.visible_to(user).values("pk"))


def may_receive(user: User | AnonymousUser) -> bool:
    """Whether `user` may take evidence in."""
    return _may(user, RECEIVE)


def _may(user: User | AnonymousUser, permission: str) -> bool:
    return bool(user.is_authenticated and user.is_active and user.has_perm(permission))
