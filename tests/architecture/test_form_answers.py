"""A program that asks for JSON and sends an empty form is told in JSON what is missing, by every form of evidence and cases."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from tests.architecture.acts import ACTS
from tests.architecture.furnished import furnished, house
from tests.architecture.two_cases import House
from tests.conftest import Hire

__all__ = ["furnished", "house"]

ClientFor = Callable[[User | None], Client]
APPS = ("evidence:", "cases:", "eras")
NAMES = sorted(name for name in ACTS if name.startswith(APPS))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_wrong_with_a_form_is_told_in_json(
    house: House, hire: Hire, client_for: ClientFor, name: str
) -> None:
    act = ACTS[name](house, hire)
    headers = act.headers | {"accept": "application/json"}
    answer = client_for(act.who).post(house.ours.address(name, **act.changed), {}, headers=headers)
    if answer.status_code < 400:
        # Nothing had to be filled in; or what was missing stands on the page to which it leads.
        assert answer.status_code in (201, 204, 302) or "html" not in answer["Content-Type"]
        return
    told = answer.json()
    assert (told["ok"], bool(told["error"])) == (False, True)
    if answer.status_code == 422:
        assert told["kind"] == "bad_input"
        assert told["details"]
        assert all(one["error"] for one in told["details"])
        assert all(one["label"] for one in told["details"] if "field" in one)
