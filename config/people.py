"""The names of our own staff, for readers of the log. The log itself knows identifiers alone."""

import uuid
from collections.abc import Collection, Iterator, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User

_PREFIX = "user:"
_SYSTEM = "system:"
# Every part of Dadkhah that acts by itself, by its name in the log.
_PARTS: Mapping[str, str | Promise] = {
    "inspection": gettext_lazy("looking into files"),
    "unpacking": gettext_lazy("listing what is inside files"),
    "uploads": gettext_lazy("files on their way"),
    "fixity": gettext_lazy("reading stored files again"),
    "disposal": gettext_lazy("removing what was disposed of"),
    "openings": gettext_lazy("keeping the deadlines of identities"),
    "dossier-reconciler": gettext_lazy("ending dossiers that stopped"),
    "daily-checkpoint": gettext_lazy("signing the log daily"),
    "stamping": gettext_lazy("fetching time-stamps"),
    "publisher": gettext_lazy("publishing the log"),
    "witness": gettext_lazy("witnessing other logs"),
    "queue": gettext_lazy("cleaning the queue of the log"),
    "set-up": gettext_lazy("setting up"),
    "demo": gettext_lazy("the demonstration"),
    "harden_database": gettext_lazy("command harden_database"),
    "restore_guards": gettext_lazy("command restore_guards"),
    "stamp_log": gettext_lazy("command stamp_log"),
    "report_custody_gaps": gettext_lazy("command report_custody_gaps"),
}
# Who is neither a colleague nor a part of Dadkhah.
_OTHERS: Mapping[str, str | Promise] = {
    "visitor": gettext_lazy("A visitor, not signed in"),
    f"{_SYSTEM}command": gettext_lazy("A command of this machine"),
}
NOBODY = (*_OTHERS, *(f"{_SYSTEM}{part}" for part in _PARTS))


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
    if actor in _OTHERS:
        return str(_OTHERS[actor])
    if actor.startswith(_SYSTEM):
        part = actor.removeprefix(_SYSTEM)
        return _("Dadkhah itself (%(part)s)") % {"part": _PARTS.get(part, part)}
    return actor
