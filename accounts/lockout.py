"""The answer to too many wrong passwords (django-axes counts them, by name and address together)."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from audit import log
from audit.actions import Action
from audit.actors import Visitor


def answer(request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """Log the lock-out, then say it. The name that was tried is not logged: it may be a password typed there."""
    with transaction.atomic():
        log.append(Action.LOCKED_OUT, subject=log.Subject("accounts.sign_in", "-"), actor=Visitor())
    return render(request, "errors/locked.html", status=429)
