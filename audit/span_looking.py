"""Who looks at whole tiles: this process, and from some length on a second one at the later of them."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

from audit.span_helper import Helper
from audit.spans import SEGMENT, Verdict, verdicts

# From so many tiles on, a second process is worth its start.
HELPED_FROM = 200
# It begins at once, while this one has other things to look at first.
_OWN_SHARE = 0.45


def looked(
    start: int, middle: int, helper: Helper | None, meanwhile: Callable[[], object]
) -> Iterator[Verdict]:
    """Yield a verdict on each tile from `start` on: before `middle` by this process, the rest by the helper.

    Its own share done, this process does something else `meanwhile`, and then takes over what the helper has not come
    to, from the end, so that both are done at the same time.
    """
    yield from verdicts(connection.connection, connection.vendor, start, middle)
    meanwhile()
    if helper is None:
        return
    taken_over = []
    while span := helper.give_up(SEGMENT):
        taken_over.append(list(verdicts(connection.connection, connection.vendor, *span)))
    yield from helper.verdicts()
    for segment in reversed(taken_over):
        yield from segment


@contextmanager
def helped(start: int, end: int, *, shared: bool) -> Iterator[Helper | None]:
    """A second process for the later tiles, where there is enough to do and what we see can be seen by another."""
    in_memory = connection.vendor == "sqlite" and "mode=memory" in str(connection.settings_dict["NAME"])
    if not shared or in_memory or end - start < HELPED_FROM or (os.cpu_count() or 1) < 2:
        yield None
        return
    with Helper(helper_target(), start + int((end - start) * _OWN_SHARE), end) as helper:
        yield helper


def helper_target() -> dict[str, str | int]:
    """Return how another process reaches this database; it holds the password."""
    if connection.vendor == "sqlite":
        return {"vendor": "sqlite", "path": str(connection.settings_dict["NAME"])}
    parameters = connection.get_connection_params()
    plain = {name: value for name, value in parameters.items() if isinstance(value, str | int)}
    return {**plain, "vendor": "postgresql"}
