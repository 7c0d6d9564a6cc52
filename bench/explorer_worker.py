"""Run by the explorer's rows in an environment of their own: grow the log, then ask for pages of it.

python -m bench.explorer_worker ENTRIES     prints JSON: for each page its seconds, and the most
                                            queries of any, those of the state apart
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

import django
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from django.urls import reverse  # noqa: E402 - models can be loaded only now

from accounts.roles import Role  # noqa: E402
from accounts.users import create_user  # noqa: E402
from audit.actors import Channel, SystemActor  # noqa: E402
from audit.models import Entry  # noqa: E402
from bench.log_filling import fill_log  # noqa: E402

_TURNS = 15


def main() -> None:
    """Fill an empty house with so many entries and measure the auditor's pages, as the pages themselves."""
    settings.ALLOWED_HOSTS = ["*"]
    fill_log(int(sys.argv[1]))
    auditor = create_user(
        username="bench",
        full_name="Bench",
        role=Role.AUDITOR,
        password=os.urandom(16).hex(),
        actor=SystemActor("bench", Channel.COMMAND),
    )
    client = Client()
    client.force_login(auditor, backend="django.contrib.auth.backends.ModelBackend")
    most = dict.fromkeys(("queries", "queries of the state"), 0)
    seconds: dict[str, list[float]] = {}
    pages = _pages()
    for turn in range(_TURNS + 1):
        for name, address in pages.items():
            with CaptureQueriesContext(connection) as asked:
                took = _seconds(partial(client.get, address))
            counted = "queries of the state" if name == "state" else "queries"
            most[counted] = max(most[counted], len(asked))
            if turn:  # the first turn warms what any later page finds warm
                seconds.setdefault(name, []).append(took)
    print(json.dumps({**most, **{name: statistics.median(all_) for name, all_ in seconds.items()}}))


def _pages() -> dict[str, str]:
    """The newest entries; a common value; two common values that never meet; one in the middle of the log."""
    entries = reverse("audit:entries")
    first, second = Entry.objects.order_by("recorded_at", "id").filter(channel="page")[:2]
    middle = Entry.objects.order_by("leaf__index")[Entry.objects.count() // 2]
    return {
        "unfiltered": entries,
        "by who": f"{entries}?actor={first.actor}",
        "by what, by whom never": f"{entries}?actor={first.actor}&action={second.action}",
        "about one exhibit": f"{entries}?subject={middle.subject_id}",
        "deep": f"{entries}?older={middle.recorded_at.isoformat().replace('+', '%2B')}_{middle.pk}",
        "state": reverse("audit:state"),
        "sensitive acts": reverse("audit:sensitive"),
    }


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
