"""The answer to too many wrong passwords (django-axes counts them, by name and address together)."""

import unicodedata
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from audit import log
from audit.actions import Action
from audit.actors import Visitor
from audit.errors import LogUnavailable


def answer(request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """Log the lock-out, then say it. The name that was tried is not logged: it may be a password typed there.

    Called by a middleware, beyond those that turn our errors into answers; so it answers for the log itself.
    """
    try:
        with transaction.atomic():
            log.append(Action.LOCKED_OUT, subject=log.Subject("accounts.sign_in", "-"), actor=Visitor())
    except LogUnavailable as error:
        context = {"sentence": str(error), "status": 503}
        return render(request, "errors/bad_request.html", context, status=503)
    return render(request, "errors/locked.html", status=429)


def tried_name(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """The name under which failures are counted: the same for every spelling that finds one account, and not legible.

    What stands in the field may be a password, so a keyed hash of it is kept.
    """
    typed = str((credentials or request.POST).get("username") or "")
    folded = unicodedata.normalize("NFKC", typed).strip().casefold()
    return salted_hmac("accounts.lockout.tried_name", folded, algorithm="sha256").hexdigest()


def client_address(request: HttpRequest) -> str:
    """The address that failures are counted under.

    Behind proxies it is the one that the outermost of our own proxies saw: what stands further left in
    X-Forwarded-For is whatever the client wrote there. Without proxies the header is not believed at all.
    """
    seen: list[str] = [request.META.get("REMOTE_ADDR", "")]
    if settings.DADKHAH_PROXY_COUNT:
        forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        seen = forwarded[-settings.DADKHAH_PROXY_COUNT :][:1] + seen
    for address in seen:
        try:
            return str(ip_address(address))
        except ValueError:
            continue
    return "0.0.0.0"  # noqa: S104 - a name for "not known", never bound to
