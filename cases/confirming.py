"""Doing what a form asks for; what could betray a witness only once that was confirmed, with nothing typed lost."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from audit.errors import DomainError
from cases.small_groups import CONFIRMED, SmallGroup, despite

Done = TypeVar("Done")


@sensitive_variables()
def attempt_form(
    form: forms.Form, act: Callable[[], Done], *, foreseen: tuple[type[DomainError], ...]
) -> Done | None:
    """Do it, or say in the form why not, and give None: a small group beside a box that confirms it, what is
    `foreseen` on top.

    What was confirmed holds for exactly what was found: with other words the form asks again.
    """
    sent = form.data.getlist(CONFIRMED) if hasattr(form.data, "getlist") else ()
    try:
        with despite(sent):
            return act()
    except SmallGroup as error:
        ask_to_confirm(form, error)
    except foreseen as error:
        form.add_error(None, str(error))
    return None


def ask_to_confirm(form: forms.Form, error: SmallGroup) -> None:
    """Let the form ask whether it is to be saved all the same."""
    form.fields[CONFIRMED] = forms.BooleanField(
        label=_("Save it all the same"),
        required=False,
        widget=forms.CheckboxInput(attrs={"value": error.code}),
    )
    form.add_error(CONFIRMED, error.told)
