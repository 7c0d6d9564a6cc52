"""Trying a secret: counted before it is tried, so that guessing in parallel gains nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from accounts.models import User
from audit import log
from audit.actions import Action
from witnesses.alarms import watch_for_bursts
from witnesses.errors import TooManyFailures, WrongPassphrase
from witnesses.models import PassphraseAttempt

FAILURES: Final = 5
WINDOW: Final = timedelta(hours=1)


@contextmanager
def trial(user: User, *, subject: Model, case_id: UUID | None, secret: str) -> Iterator[None]:
    """Surrounds the use of a secret ("passphrase" or "opening_code") for what `subject` says, of a case or of none.

    Raises TooManyFailures after five failures within an hour, before the secret is looked at. Both that and a
    WrongPassphrase from inside are logged, durably, and go on to the caller. A crash inside counts as a failure.
    """
    try:
        attempt = _reserve(user)
    except TooManyFailures:
        _note(Action.PASSPHRASE_LOCKED, user, subject=subject, case_id=case_id, secret=secret)
        raise
    try:
        yield
    except WrongPassphrase:
        _note(Action.PASSPHRASE_FAILED, user, subject=subject, case_id=case_id, secret=secret)
        raise
    attempt.delete()


def _note(action: Action, user: User, *, subject: Model, case_id: UUID | None, secret: str) -> None:
    """Log it at once and durably, for what it is about is undone."""
    with transaction.atomic(durable=True):
        log.append(
            action,
            subject=subject,
            actor=user,
            facts={"secret": secret},
            case_id=case_id,
        )
        watch_for_bursts(user)


def _reserve(user: User) -> PassphraseAttempt:
    now = timezone.now()
    with transaction.atomic(durable=True):
        # The user's row is the lock: two attempts of one person are counted one after the other.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        attempts = PassphraseAttempt.objects.filter(user=user)
        attempts.filter(at__lte=now - WINDOW).delete()
        if attempts.count() >= FAILURES:
            raise TooManyFailures
        return PassphraseAttempt.objects.create(user=user, at=now)
