"""What every page of the vault does the same way."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from accounts.step_up import is_really
from audit.errors import BadInput, Conflict
from cases.confirming import attempt_form
from witnesses.errors import TooManyFailures, WrongPassphrase

Done = TypeVar("Done")
View = Callable[..., HttpResponseBase]


def reader(request: HttpRequest) -> User:
    """The signed-in user of a guarded view."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("A view of witnesses was left without its guard.")
    return user


def unstored(view: View) -> View:
    """The answer is kept in no cache: not by the browser, not for its back button, not on the way."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store, private, max-age=0"
        response["Pragma"] = "no-cache"
        return response

    return answered


@sensitive_variables()
def attempt(form: forms.Form, act: Callable[[User], Done], *, by: User) -> Done | None:
    """Do it, or put the sentence that says why not on top of the form; None then."""
    return attempt_form(form, act, by=by, foreseen=(BadInput, Conflict, WrongPassphrase, TooManyFailures))


@sensitive_variables()
def is_stepped_up(request: HttpRequest, form: forms.Form) -> bool:
    """Whether the password in the form is the reader's own; else its field says so."""
    if is_really(reader(request), password=form.cleaned_data["password"], request=request):
        return True
    form.add_error("password", _("This is not your current password."))
    return False


def show_form(request: HttpRequest, template: str, form: forms.Form, context: dict[str, Any]) -> HttpResponse:
    """The page of a form; 422 where the form has errors."""
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)
