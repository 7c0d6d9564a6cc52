"""Who reads a guarded page."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User

ROWS = 25


def reader(request: HttpRequest) -> User:
    """The signed-in user of a guarded view."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("A view of evidence was left without its guard.")
    return user


def page_of(request: HttpRequest, rows: QuerySet[Any]) -> Page[Any]:
    """The page that the address asks for; the nearest one where it asks for none that exists."""
    return Paginator(rows, ROWS).get_page(request.GET.get("page"))
