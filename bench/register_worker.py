"""Run by the register's rows in an environment of their own: fill the register, then ask for pages of it.

python -m bench.register_worker ITEMS     prints JSON: for each reader and page its seconds, and the most queries
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

from accounts.models import User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from accounts.users import create_user  # noqa: E402
from audit.actors import Channel, SystemActor  # noqa: E402
from bench.register_filling import fill_register  # noqa: E402
from cases.membership import add_member, open_case  # noqa: E402
from cases.models import Case  # noqa: E402
from evidence.register import register_page  # noqa: E402
from evidence.register_filter import RegisterFilter  # noqa: E402
from evidence.register_forms import place_text  # noqa: E402

_TURNS = 9
_CASES = 100
# Somewhat more than what is gathered and sorted, and older than everything else.
_OLD = 5_200


def main() -> None:
    """Fill an empty house with so many items and measure the register of four readers."""
    settings.ALLOWED_HOSTS = ["*"]
    readers = _house(int(sys.argv[1]))
    queries, seconds = 0, {}
    for reader, user in readers.items():
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        for page, work in _pages(client, user).items():
            work()  # warms what any later page finds warm
            with CaptureQueriesContext(connection) as asked:
                work()
            queries = max(queries, len(asked))
            seconds[f"{reader}/{page}"] = statistics.median(_seconds(work) for _turn in range(_TURNS))
    print(json.dumps({"queries": queries, **seconds}))


def _house(items: int) -> dict[str, User]:
    """Who sees all, a tenth of it, a thousandth, and only the oldest; the last one took everything in."""
    all_, tenth, few, old = (_lawyer(name) for name in ("everything", "tenth", "few", "old"))
    oldest = open_case(reference="OLD", title="Invented", actor=all_)
    cases = [open_case(reference=f"C-{number}", title="Invented", actor=all_) for number in range(_CASES)]
    small = open_case(reference="SMALL", title="Invented", actor=all_)
    add_member(oldest, user=old, actor=all_)
    for case in cases[:: _CASES // 10]:
        add_member(case, user=tenth, actor=all_)
    add_member(small, user=few, actor=all_)
    every = [small if number == 999 else cases[number % _CASES] for number in range(1000)]
    fill_register(items, first=oldest, first_items=min(_OLD, items // 2), cases=every, giver=old)
    return {"everything": all_, "a tenth": tenth, "a thousandth": few, "the oldest alone": old}


def _pages(client: Client, user: User) -> dict[str, Callable[[], object]]:
    address = reverse("evidence:list")
    case = Case.objects.visible_to(user).order_by("reference").first()
    after = place_text(register_page(user, RegisterFilter()).after).replace("+", "%2B")
    return {
        "first page, its query alone": partial(register_page, user, RegisterFilter()),
        "first page": partial(client.get, address),
        "second page": partial(client.get, f"{address}?after={after}"),
        "images": partial(client.get, f"{address}?type=image"),
        "oldest first": partial(client.get, f"{address}?order=oldest"),
        "by reference": partial(client.get, f"{address}?order=reference"),
        "one case": partial(client.get, f"{address}?case={case.pk if case else ''}"),
    }


def _lawyer(name: str) -> User:
    return create_user(
        username=name,
        full_name=name.capitalize(),
        role=Role.LAWYER,
        password=os.urandom(16).hex(),
        actor=SystemActor("bench", Channel.COMMAND),
    )


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
