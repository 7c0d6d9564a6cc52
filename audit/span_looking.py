"""Who looks at whole tiles: this process, and from some length on a second one at the second half."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

from audit.span_helper import Helper
from audit.spans import Verdict, verdicts

# From so many tiles on, a second process is worth its start.
HELPED_FROM = 200


def looked(
    start: int, middle: int, helper: Helper | None, meanwhile: Callable[[], object]
) -> Iterator[Verdict]:
    """Yield a verdict on each tile from `start` on: before `middle` by this process, the rest by the helper.

    Its own half done, this process does something else `meanwhile`.
    """
    yield from verdicts(connection.connection, connection.vendor, start, middle)
    meanwhile()
    if helper is not None:
        yield from helper.verdicts()


@contextmanager
def helped(start: int, end: int, *, shared: bool) -> Iterator[Helper | None]:
    """A second process for the second half, where there is enough to do and what we see can be seen by another."""
    in_memory = connection.vendor == "sqlite" and "mode=memory" in str(connection.settings_dict["NAME"])
    if not shared or in_memory or end - start < HELPED_FROM or (os.cpu_count() or 1) < 2:
        yield None
        return
    with Helper(helper_target(), start + (end - start + 1) // 2, end) as helper:
        yield helper


def helper_target() -> dict[str, str | int]:
    """Return how another process reaches this database; it holds the password."""
    if connection.vendor == "sqlite":
        return {"vendor": "sqlite", "path": str(connection.settings_dict["NAME"])}
    parameters = connection.get_connection_params()
    plain = {name: value for name, value in parameters.items() if isinstance(value, str | int)}
    return {**plain, "vendor": "postgresql"}
