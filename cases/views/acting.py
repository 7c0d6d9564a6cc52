"""What every page with a form does the same way."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
from audit.errors import BadInput, Conflict
from cases.confirming import attempt_form

ROWS = 25
Done = TypeVar("Done")


def reader(request: HttpRequest) -> User:
    """The signed-in user of a guarded view."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("A view of cases was left without its guard.")
    return user


def attempt(form: forms.Form, act: Callable[[User], Done], *, by: User) -> Done | None:
    """Do it, or put the sentence that says why not on top of the form, with all that was typed; None then."""
    return attempt_form(form, act, by=by, foreseen=(BadInput, Conflict))


def page_of(request: HttpRequest, rows: QuerySet[Any]) -> Page[Any]:
    """The page that the address asks for; the nearest one where it asks for none that exists."""
    return Paginator(rows, ROWS).get_page(request.GET.get("page"))
