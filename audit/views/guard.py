"""The guard of the auditor's pages, and the one who reads them."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase

from audit.actors import Actor
from audit.queries import require_reviewer

View = Callable[..., HttpResponseBase]
PERMISSION = "audit.review_log"


def reviewer_required(view: View) -> View:
    """Guard a view by the right to review the log. Raises NotAReviewer, which is logged before its answer leaves."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require_reviewer(request.user)
        return view(request, *args, **kwargs)

    guarded.permission = PERMISSION  # type: ignore[attr-defined]
    return guarded


def reader(request: HttpRequest) -> Actor:
    """The reviewer of a guarded view, as the log names them."""
    return cast(Actor, request.user)
