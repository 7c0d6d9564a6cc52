"""Who may do what by role: one check for the work layer, one decorator for views."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from accounts.errors import NotPermitted
from accounts.models import User
from audit.actors import Actor

View = Callable[..., HttpResponseBase]


def require(actor: Actor, permission: str) -> User:
    """Return the actor as the user that they are, if their role includes the permission ("app.codename").

    Raises NotPermitted; the system itself and visitors hold no role and are refused.
    """
    if isinstance(actor, User) and actor.is_active and actor.has_perm(permission):
        return actor
    raise NotPermitted(
        _("Your role does not include this. Ask a colleague whose role does, or an administrator.")
    )


def acting_user(request: HttpRequest) -> User:
    """The signed-in user of a request. Raises NotPermitted for a visitor, whom no view but the door lets so far."""
    if isinstance(request.user, User):
        return request.user
    raise NotPermitted(_("Sign in first."))


def permission_required(permission: str) -> Callable[[View], View]:
    """Guard a view by a permission. A refusal is raised here and logged before its answer leaves (config)."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            require(acting_user(request), permission)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return guard
