"""Who may sign in. A person of the office, never a witness."""

import re
import uuid
from collections.abc import Iterable
from copy import copy
from typing import ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from audit.actors import Channel
from audit.unlogged import InTheLog

# Each named in itself, so that whoever reads only one of them finds it.
LANGUAGES = [("en", "English"), ("fa", "فارسی")]


class UserManager(BaseUserManager["User"]):
    """Finds users by their sign-in name, whatever its letter case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """An account. There are no superusers: no role stands above case membership or above the quorum."""

    # Removes the inherited column. What asks for it reads None, which grants nothing.
    is_superuser = None
    # Which door the user came through in this process; set by the page middleware and by commands.
    channel: str = Channel.PROGRAM
    # What this person confirmed of the one act that is done with this very object; see `confirming`.
    confirmed: frozenset[str] = frozenset()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(
        _("sign-in name"), max_length=150, unique=True, validators=[UnicodeUsernameValidator()]
    )
    full_name = models.CharField(_("full name"), max_length=200)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="en")
    is_active = models.BooleanField(_("may sign in"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    IN_THE_LOG: ClassVar = InTheLog()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        default_permissions = ()
        permissions = [("manage_users", "Can create users and give them roles")]
        constraints = [
            # "Parvin" and "parvin" must not be two people.
            models.UniqueConstraint(models.functions.Lower("username"), name="accounts_username_unique"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def audit_name(self) -> str:
        """How the log names this user: an identifier, never a name."""
        return f"user:{self.pk}"

    def confirming(self, codes: Iterable[str]) -> Self:
        """The same user for one act, with what they confirmed of it. This object itself has confirmed nothing.

        It is handed to the act as its actor, so it reaches no other act, request, thread or task by itself. Several
        codes may stand in one text, apart from each other by any sign.
        """
        other = copy(self)
        other.confirmed = frozenset(code for text in codes for code in re.findall(r"[0-9A-Za-z]+", text))
        return other

    @property
    def role(self) -> Role | None:
        """The one role this user holds, or None."""
        names = [group.name for group in self.groups.all()]
        return Role(names[0]) if names and names[0] in set(Role) else None
