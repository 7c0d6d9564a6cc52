"""Signing in and out, each with its entry in the log."""

from django.contrib.auth import login, logout
from django.db import transaction
from django.http import HttpRequest

from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Channel, Visitor

# A second factor takes its place between `authenticate` and this function: only it starts a session.


def start_session(request: HttpRequest, user: User) -> None:
    """Sign the authenticated user in under a fresh session id; refused when the log cannot be written."""
    user.channel = Channel.PAGE
    with transaction.atomic():
        log.append(Action.SIGNED_IN, subject=user, actor=user)
        login(request, user)


def note_failure(user: User | None) -> None:
    """Log a failed attempt against the account that it named, or against none."""
    subject = user if user is not None else log.Subject("accounts.sign_in", "-")
    with transaction.atomic():
        log.append(Action.SIGN_IN_FAILED, subject=subject, actor=Visitor())


def note_step_up_failure(user: User) -> None:
    """Log that somebody with the user's session gave a wrong current password."""
    with transaction.atomic():
        log.append(Action.STEP_UP_FAILED, subject=user, actor=user)


def end_session(request: HttpRequest, user: User) -> None:
    """Sign the user out and destroy the session on the server."""
    with transaction.atomic():
        log.append(Action.SIGNED_OUT, subject=user, actor=user)
        logout(request)
