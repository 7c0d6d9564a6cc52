"""How long a session lives: a limit on idleness and a limit on the whole, both kept on the server."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

_STARTED, _SEEN = "started_at", "seen_at"
# Writing the session on every request would cost a durable commit a page; a minute's grain is enough.
_GRAIN_SECONDS = 60


class SessionLimitsMiddleware:
    """Ends a session that was idle or open too long, and one whose user may no longer sign in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated and not _within_limits(request, now=int(time.time())):
            logout(request)
            messages.info(
                request, _("You were signed out because your session had come to its end. Sign in again.")
            )
        return self.get_response(request)


def _within_limits(request: HttpRequest, *, now: int) -> bool:
    session = request.session
    started = session.setdefault(_STARTED, now)
    seen = session.get(_SEEN, started)
    # A clock that was set back must not lengthen a session.
    if (
        not 0 <= now - seen <= settings.SESSION_IDLE_SECONDS
        or not 0 <= now - started <= settings.SESSION_ABSOLUTE_SECONDS
    ):
        return False
    if now - seen >= _GRAIN_SECONDS or _SEEN not in session:
        session[_SEEN] = now
    return True
