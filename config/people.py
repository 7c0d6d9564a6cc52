"""The names of our own staff, for readers of the log. The log itself knows identifiers alone."""

import uuid
from collections.abc import Collection, Iterator, Mapping

from django.utils.translation import gettext as _

from accounts.models import User

_PREFIX = "user:"


def names_of(actors: Collection[str]) -> Mapping[str, str]:
    """What a reader is shown for each actor of the log: a colleague's name, or words for what is no person."""
    users = {str(user.pk): user.full_name for user in User.objects.filter(pk__in=set(_user_ids(actors)))}
    found = {f"{_PREFIX}{key}": name for key, name in users.items()}
    return found | {actor: in_words(actor) for actor in actors if not actor.startswith(_PREFIX)}


def _user_ids(actors: Collection[str]) -> Iterator[uuid.UUID]:
    for actor in actors:
        if actor.startswith(_PREFIX):
            try:
                yield uuid.UUID(actor.removeprefix(_PREFIX))
            except ValueError:
                # A tampered row may hold anything; it is shown as it stands.
                continue


def in_words(actor: str) -> str:
    """What a reader is shown for an actor that is no colleague."""
    if actor == "visitor":
        return _("A visitor, not signed in")
    if actor.startswith("system:"):
        return _("Dadkhah itself (%(part)s)") % {"part": actor.removeprefix("system:")}
    return actor
