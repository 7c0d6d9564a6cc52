"""Doing what a form asks for; what could betray a witness only once that was confirmed, with nothing typed lost."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar, runtime_checkable

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from audit.errors import DomainError
from cases.small_groups import CONFIRMED, SmallGroup

Done = TypeVar("Done")


@runtime_checkable
class OffersAnotherWay(Protocol):
    """A form in which there is another way to keep words that few people fit, beside leaving something out."""

    def another_way(self) -> str:
        """What else can be done in this form as it was sent, in a sentence; empty where nothing can."""


@sensitive_variables()
def attempt_form(
    form: forms.Form, act: Callable[[User], Done], *, by: User, foreseen: tuple[type[DomainError], ...]
) -> Done | None:
    """Do it, or say in the form why not, and give None: a small group beside a box that confirms it, what is
    `foreseen` on top.

    The act takes who does it, with what they confirmed: nothing else that the view does is given that. It holds for
    exactly what was found: with other words the form asks again.
    """
    try:
        return act(by.confirming(codes_in(form.data)))
    except SmallGroup as error:
        ask_to_confirm(form, error)
    except foreseen as error:
        form.add_error(None, str(error))
    return None


def codes_in(sent: Mapping[str, Any]) -> list[str]:
    """What somebody confirmed in a form, for `User.confirming`."""
    return sent.getlist(CONFIRMED) if isinstance(sent, QueryDict) else [str(sent.get(CONFIRMED) or "")]


def ask_to_confirm(form: forms.Form, error: SmallGroup) -> None:
    """Let the form ask whether it is to be saved all the same. What was confirmed already is not asked of again."""
    codes = [code for code in (*codes_in(form.data), error.code) if code]
    form.fields[CONFIRMED] = forms.BooleanField(
        label=_("Save it all the same"),
        required=False,
        widget=forms.CheckboxInput(attrs={"value": ".".join(dict.fromkeys(codes))}),
    )
    another = form.another_way() if isinstance(form, OffersAnotherWay) else ""
    form.add_error(CONFIRMED, f"{error.told} {another}".rstrip())
