"""If the log cannot be written, the act is refused, in one sentence and without a trace of it."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from cases.models import Case
from tests.conftest import PASSWORD
from tests.tampering import as_owner

pytestmark = pytest.mark.django_db(transaction=True)


BLOCK = {
    "sqlite": "CREATE TRIGGER blocked BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'blocked'); END",
    "postgresql": "ALTER TABLE audit_entry RENAME TO audit_entry_away",
}
UNBLOCK = {
    "sqlite": "DROP TRIGGER IF EXISTS blocked",
    "postgresql": "ALTER TABLE IF EXISTS audit_entry_away RENAME TO audit_entry",
}


def run(statement: dict[str, str]) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(statement[connection.vendor])


@pytest.fixture
def blocked_log() -> Iterator[Callable[[], None]]:
    """Makes the table of entries refuse every new row."""
    yield lambda: run(BLOCK)
    run(UNBLOCK)


def test_nobody_signs_in_unlogged(client: Client, paralegal: User, blocked_log: Callable[[], None]) -> None:
    blocked_log()
    answer = client.post(reverse("accounts:sign_in"), {"username": "parvin", "password": PASSWORD})
    assert answer.status_code == 503
    assert "audit log cannot be written" in answer.content.decode()
    assert not Session.objects.exists()


def test_signing_out_unlogged_is_refused_in_words(
    client_for: Callable[[User], Client], paralegal: User, blocked_log: Callable[[], None]
) -> None:
    client = client_for(paralegal)
    blocked_log()
    assert client.post(reverse("accounts:sign_out")).status_code == 503


def test_no_case_is_opened_unlogged(
    client_for: Callable[[User], Client], lawyer: User, blocked_log: Callable[[], None]
) -> None:
    client = client_for(lawyer)
    blocked_log()
    answer = client.post(reverse("cases:open"), {"reference": "DK-9", "title": "A case", "summary": ""})
    assert answer.status_code == 503
    assert not Case.objects.filter(reference="DK-9").exists()
