"""A log with a key, and an actor to write into it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.actions import Action
from audit.actors import SystemActor
from audit.checkpoints import sign_checkpoint
from audit.exporting import export_log
from audit.key_rotation import RotationReason, rotate_log_key
from audit.keys import PRIVATE_FILE, create_log_key
from audit.log import Subject, append
from audit.models import Entry
from audit.sequencing import sequence_pending
from tests.tampering import as_owner

CLERK = SystemActor("clerk")


@pytest.fixture
def log_key(settings: Any) -> Any:
    """The signing key of this test's log."""
    path = settings.DADKHAH_KEYS_DIR / PRIVATE_FILE
    return path if path.exists() else create_log_key(settings.DADKHAH_KEYS_DIR)


@pytest.fixture
def write(db: None) -> Callable[[int], list[Entry]]:
    """Append some entries and give them their places: `write(5)`."""

    def many(count: int) -> list[Entry]:
        entries = [
            append(
                Action.SIGNED_IN, subject=Subject("test.thing", str(number)), actor=CLERK, facts={"n": number}
            )
            for number in range(count)
        ]
        sequence_pending()
        return entries

    return many


@pytest.fixture
def uncounted(db: None) -> None:
    """PostgreSQL plans for the entries as for a table that nobody has counted, whatever other tests left behind.

    What it counts while it makes an index or cleans up stays though the transaction is rolled back, and of a table that
    is known to be tiny any index is as good as another.
    """
    if connection.vendor == "postgresql":
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE pg_class SET relpages = 0, reltuples = -1"
                " WHERE oid IN ('audit_entry'::regclass, 'audit_leaf'::regclass)"
            )


@pytest.fixture
def desk(client_for: Callable[[User | None], Client], auditor: User) -> Client:
    """The auditor, signed in."""
    return client_for(auditor)


@pytest.fixture
def verify(django_capture_on_commit_callbacks: Any) -> Callable[[Client], Any]:
    """Press "Verify now", let the background do its work, and return the page of the outcome: `verify(desk)`."""

    def pressed(desk: Client) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            asked = desk.post(reverse("audit:verify"))
        return desk.get(asked["Location"])

    return pressed


@pytest.fixture
def folder(write: Callable[[int], list[Entry]], log_key: Path, tmp_path: Path) -> Path:
    """An export with two checkpoints and a change of keys."""
    write(3)
    sign_checkpoint(actor=CLERK)
    rotate_log_key(reason=RotationReason.PLANNED, actor=CLERK)
    return export_log(tmp_path / "export", actor=CLERK).path
