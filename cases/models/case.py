"""A case, and who its members are."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from accounts.models import User
from audit.commitments import new_salt
from audit.erased import PrivateCharField, PrivateTextField
from audit.private import Private, PrivateValues
from cases.errors import NotSignedIn
from cases.folding import joined_key

MEMBER = "member_of_case"


class CaseQuerySet(models.QuerySet["Case"]):
    """Cases, scoped by who asks."""

    def visible_to(self, user: User | AnonymousUser) -> "CaseQuerySet":
        """The cases of which the active `user` is a member, directly or through a group.

        Asks nothing of the database by itself: it is a subquery, so it feeds any list at the cost of that
        list's one query. Raises NotSignedIn for a visitor, because there is no row to ask about.
        """
        if not isinstance(user, User):
            raise NotSignedIn(_("Sign in to see cases."))
        held = Q(permission__codename=MEMBER, permission__content_type__app_label="cases")
        direct = CaseUserObjectPermission.objects.filter(held, user=user.pk, user__is_active=True)
        grouped = CaseGroupObjectPermission.objects.filter(
            held, group__user=user.pk, group__user__is_active=True
        )
        return self.filter(
            Q(pk__in=direct.values("content_object_id")) | Q(pk__in=grouped.values("content_object_id"))
        )

    def found_by(self, text: str) -> "CaseQuerySet":
        """Those whose reference or title contains `text` in any spelling; all for a blank text."""
        return self.filter(search_key__contains=joined_key(text))


_TITLE = Private("title")


class Case(models.Model):
    """A matter that is prepared for a prosecutor. Only its members know that it exists."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=32, unique=True)
    title = PrivateCharField(max_length=255)
    summary = PrivateTextField(blank=True)
    # Reference and title folded, for searching alone.
    search_key = models.TextField(editable=False)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Beside the values that the log knows only as commitments.
    salt = models.BinaryField(default=new_salt, editable=False)

    objects = CaseQuerySet.as_manager()

    PRIVATE = PrivateValues(
        (_TITLE, Private("summary")),
        cases="pk",
        found_by={"search_key": lambda case: joined_key(f"{case.reference} {_TITLE.text(case)}")},
    )

    class Meta:
        default_permissions = ()
        ordering = ("reference",)
        permissions = (
            ("work_on_cases", "May work on the cases of which they are a member"),
            ("open_case", "May open a case"),
            ("manage_members", "May add members to a case and remove them"),
            (MEMBER, "Is a member of the case"),
        )

    def __str__(self) -> str:
        return self.reference


class CaseUserObjectPermission(UserObjectPermissionBase):
    """Membership of one user, by a real foreign key: lists join on an index, rows die with their case."""

    content_object: Any = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="user_permissions")

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
        default_permissions = ()
        indexes = (models.Index(fields=("user", "content_object"), name="cases_member_by_user"),)


class CaseGroupObjectPermission(GroupObjectPermissionBase):
    """Membership of everybody in a group."""

    content_object: Any = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="group_permissions")

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = False
        default_permissions = ()
        indexes = (models.Index(fields=("group", "content_object"), name="cases_member_by_group"),)
