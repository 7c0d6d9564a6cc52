"""Finding users."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.errors import UnknownActor
from accounts.models import User
from audit.actors import Channel


def find_actor(username: str, *, channel: Channel) -> User:
    """Return the active user who acts through this channel.

    Raises UnknownActor, with the same sentence whether the name is unknown or may no longer sign in.
    """
    known = _can_be_a_name(username)
    user = User.objects.filter(username__iexact=username, is_active=True).first() if known else None
    if user is None:
        raise UnknownActor(
            _(
                "No active user is called “%(name)s”. Check the spelling, or ask an administrator for an account."
            )
            % {"name": username.encode("utf-8", "backslashreplace").decode()}
        )
    user.channel = channel
    return user


def account_named(username: str) -> User | None:
    """The account of this name, active or not, for the log; None for a name that nobody has."""
    if not _can_be_a_name(username):
        return None
    return User.objects.filter(username__iexact=username[:150]).first()


def _can_be_a_name(username: str) -> bool:
    """Whether a database takes it in a text to look for: no NUL, and none of the bytes of a shell that are no UTF-8."""
    return "\x00" not in username and not any("\ud800" <= sign <= "\udfff" for sign in username)


def all_users() -> QuerySet[User]:
    """Every account with its role, in the order of their names."""
    return User.objects.prefetch_related("groups").order_by("full_name", "username")
