"""Who has fallen silent: of work that says now and then that it goes on, and of whoever must have died over it."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone


def silent(column: str, after: timedelta, *, ahead: timedelta | None = None) -> Q:
    """Rows whose last word, the moment in `column`, is older than `after`; not those where it is empty.

    One that lies further ahead than `ahead`, by default as long, was said under a clock that has been put right since:
    waiting until it has come would be waiting for years.
    """
    now = timezone.now()
    return Q(**{f"{column}__lt": now - after}) | Q(**{f"{column}__gt": now + (ahead or after)})
