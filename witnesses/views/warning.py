"""Saving what could betray who is behind a pseudonym asks once more, with nothing typed lost."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from witnesses.models import Witness
from witnesses.narrowing import acknowledge_narrowing, attributes_in_words, narrows
from witnesses.small_groups import Narrowing
from witnesses.views.pages import attempt

Done = TypeVar("Done")
FIELD = "small_group"


@sensitive_variables()
def attempt_warned(
    form: forms.Form, witness: Witness, texts: Iterable[str], act: Callable[[], Done], *, actor: User
) -> Done | None:
    """Do it as `attempt` does; where the texts narrow the pseudonym to a small group, only once that was confirmed.

    The confirmation holds for what was found: with other words the form asks again.
    """
    found = narrows(witness.case, texts)
    if found is None:
        return attempt(form, act)
    if form.data.get(FIELD) != found.key:
        _warn(form, found)
        return None
    confirmed = found

    def saved() -> Done:
        with transaction.atomic():
            acknowledge_narrowing(witness, confirmed, actor=actor)
            return act()

    return attempt(form, saved)


def _warn(form: forms.Form, found: Narrowing) -> None:
    form.fields[FIELD] = forms.BooleanField(
        label=_("Save it all the same"),
        required=False,
        widget=forms.CheckboxInput(attrs={"value": found.key}),
    )
    form.add_error(FIELD, _sentence(found))


def _sentence(found: Narrowing) -> str:
    by = attributes_in_words(found)
    if found.at_least is None:
        return _(
            "Nobody knows how many people this fits: it says %(by)s. Leave something out, keep it in a sealed note, or "
            "confirm below."
        ) % {"by": by}
    return ngettext(
        "As far as is known this fits %(n)s person: it says %(by)s. Leave something out, keep it in a sealed note, or "
        "confirm below.",
        "As far as is known this fits %(n)s people: it says %(by)s. Leave something out, keep it in a sealed note, or "
        "confirm below.",
        found.at_least,
    ) % {"n": found.at_least, "by": by}
