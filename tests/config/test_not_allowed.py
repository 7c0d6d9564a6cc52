"""An address that takes a form alone, asked by GET: after signing in again a browser is led there."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(lawyer: User, client_for: Callable[[User | None], Client]) -> Client:
    return client_for(lawyer)


def test_a_reader_is_told_that_nothing_was_done_and_how_to_go_on(browser: Client):
    answer = browser.get("/sign-out/", headers={"Accept": "text/html"})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    page = answer.content.decode()
    assert "This address takes a form and has no page of its own" in page
    assert "Nothing was changed." in page
    assert "put right what is said above" not in page
    assert 'href="/"' in page


def test_a_program_is_told_in_json(browser: Client):
    answer = browser.get("/sign-out/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert answer.json()["kind"] == "bad_input"


def test_the_head_of_it_has_no_body(browser: Client):
    answer = browser.head("/sign-out/", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.content) == (405, b"")
