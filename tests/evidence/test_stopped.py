"""Why work in the background stopped: a code in the row, a sentence in the language of who reads it."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.errors import NotPermitted
from accounts.models import User
from audit.errors import DomainError, LogUnavailable
from evidence.errors import BadIntake, UnknownEvidence, VaultFull, VaultUnavailable
from evidence.models import Unpacking, Upload
from evidence.stopped import Stopped, reason_of
from evidence.unpacking.asking import ask_for_contents
from evidence.unpacking.work import carry_out
from tests.evidence.conftest import TakeIn
from tests.evidence.containers.makers import zip_of
from tests.evidence.sending import Sender

ClientFor = Callable[[User | None], Client]
FILES = (("a.txt", b"first"),)


def test_why_it_stopped_is_said_in_the_language_of_who_reads(
    take_in: TakeIn, paralegal: User, client_for: ClientFor
) -> None:
    archive = take_in(zip_of(*FILES))
    carry_out(ask_for_contents(archive, actor=paralegal).pk)
    Unpacking.objects.update(failure=Stopped.DISK_FULL)
    client = client_for(paralegal)
    page = reverse("evidence:inside", args=[archive.pk])
    assert "The disk that holds the vault is full." in client.get(page).content.decode()
    client.cookies["language"] = "fa"
    assert "دیسکی که مخزن بر آن است پر است." in client.get(page).content.decode()


@pytest.mark.parametrize("reason", Stopped)
def test_every_reason_is_a_sentence_that_fits_its_column_and_the_database_knows_it(
    take_in: TakeIn, paralegal: User, reason: Stopped
) -> None:
    unpacking = ask_for_contents(take_in(zip_of(*FILES)), actor=paralegal)
    Unpacking.objects.update(failure=reason)
    unpacking.refresh_from_db()
    assert unpacking.why_it_stopped.endswith(".")


def test_the_database_takes_no_sentence_for_a_reason(take_in: TakeIn, paralegal: User) -> None:
    ask_for_contents(take_in(zip_of(*FILES)), actor=paralegal)
    with pytest.raises(IntegrityError), transaction.atomic():
        Unpacking.objects.update(failure="full")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (VaultFull(), "disk_full"),
        (VaultUnavailable(), "vault_away"),
        (LogUnavailable(), "no_records"),
        (NotPermitted(), "not_permitted"),
        (UnknownEvidence(), "not_open"),
        (BadIntake(), "other"),
    ],
)
def test_an_error_stands_for_the_nearest_reason(error: DomainError, reason: str) -> None:
    assert reason_of(error) == reason


def test_an_upload_that_waits_says_why_in_the_language_of_who_reads(
    paralegal: User, client_for: ClientFor
) -> None:
    client = client_for(paralegal)
    where = Sender(client).begun()
    Upload.objects.update(failure=Stopped.NO_KEY, state="arrived")
    page = reverse("evidence:upload")
    assert "A key of the vault is missing" in client.get(page).content.decode()
    client.cookies["language"] = "fa"
    assert "یکی از کلیدهای مخزن" in client.get(page).content.decode()
    assert "یکی از کلیدهای مخزن" in Sender(client).told(where)["error"]
