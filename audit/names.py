"""Showing readable names for the actors of entries, where the house knows them.

The log knows `user:<uuid>` alone. DADKHAH_ACTOR_RESOLVER may name a function (dotted path) that takes a collection of
such names and returns a mapping to what a reader of the log may be shown; without it the log's own names are shown.
"""

from collections.abc import Callable, Collection, Mapping

from django.conf import settings
from django.utils.module_loading import import_string

Resolver = Callable[[Collection[str]], Mapping[str, str]]


def shown_names(actors: Collection[str]) -> dict[str, str]:
    """Return for each actor what to show: the resolver's answer, or the actor's own name in the log."""
    path = getattr(settings, "DADKHAH_ACTOR_RESOLVER", "")
    resolver: Resolver | None = import_string(path) if path else None
    known = resolver(set(actors)) if resolver and actors else {}
    return {actor: known.get(actor, actor) for actor in actors}
