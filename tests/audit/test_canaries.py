"""Auditors see neither content nor identities: a house full of marked words, and every page that an auditor can open."""

import io
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from audit.checkpoints import sign_checkpoint
from audit.models import Entry
from dossiers.tasks import compile_requested
from evidence.linking import link_evidence
from evidence.models import ErasureRequest
from evidence.reading import hand_out, open_page
from tests.architecture.test_role_matrix import FOR_EVERYBODY, open_to
from tests.architecture.two_cases import House, furnish
from tests.audit.conftest import CLERK
from tests.conftest import Hire

ClientFor = Callable[[User | None], Client]
# Every title, name, file name, source, reason, purpose and identity in the two cases begins with one of these.
MARKED = re.compile("ourmark|theirmark", re.IGNORECASE)


@pytest.fixture
def house(house: Any, hire: Hire, log_key: object, client_for: ClientFor) -> House:
    """Two cases in which things were read, linked, handed out, compiled, asked for and refused."""
    made = furnish(hire)
    lawyer = made.people["lawyer"]
    open_page(made.ours.item, actor=lawyer)
    hand_out(made.ours.item, actor=lawyer, purpose="Ourmark purpose of a copy")
    link_evidence(
        made.ours.item, case=made.ours.case, to=made.ours.person, basis="Ourmark basis", actor=lawyer
    )
    compile_requested(str(made.ours.dossier.pk))
    outsider = client_for(made.people["outsider"])
    for name in ("cases:detail", "evidence:item", "witnesses:detail"):
        assert outsider.get(made.ours.address(name)).status_code == 404
    for word in ("Ourmark Witness", "Ourmark"):
        client_for(None).post(reverse("accounts:sign_in"), {"username": word, "password": word})
    sign_checkpoint(actor=CLERK)
    return made


@pytest.fixture
def desk(house: House, client_for: ClientFor) -> Client:
    return client_for(house.people["auditor"])


def marks_in(text: str) -> list[str]:
    return [text[max(0, found.start() - 60) : found.end() + 20] for found in MARKED.finditer(text)]


@pytest.mark.parametrize("language", ["en", "fa"])
def test_no_page_that_an_auditor_can_open_shows_them(house: House, desk: Client, language: str) -> None:
    desk.cookies["language"] = language
    seen, found = 0, []
    for address in [*routes(house), *explorer(house), *entries()]:
        answer = desk.get(address)
        assert answer.status_code in (200, 302, 405), address
        seen += answer.status_code == 200
        found += [(address, mark) for mark in marks_in(_not_written_to_auditors(answer.content.decode()))]
    assert found == []
    assert seen > 40


def _not_written_to_auditors(page: str) -> str:
    """The page without the reasons of erasures, whose form says that an auditor reads them to decide."""
    for reason in ErasureRequest.objects.values_list("reason", flat=True):
        page = page.replace(f"<bdi>{reason}</bdi>", "")
    return page


def routes(house: House) -> Iterator[str]:
    for name in [*open_to("auditor"), *FOR_EVERYBODY]:
        yield house.ours.address(name)


def explorer(house: House) -> Iterator[str]:
    entries = reverse("audit:entries")
    item = house.ours.item
    for query in (
        "action=group:evidence",
        "action=group:witnesses",
        f"subject={item.reference}",
        f"subject=1&case={house.ours.case.reference}",
        f"subject={house.ours.witness.pk}",
        f"case={house.ours.case.pk}",
        f"actor={house.people['lawyer'].audit_name}",
        "channel=page",
        "subject=unknown",
    ):
        yield f"{entries}?{query}"


def entries() -> Iterator[str]:
    for entry in Entry.objects.all():
        yield reverse("audit:entry", args=[entry.pk])


def test_no_file_that_an_auditor_takes_holds_them(house: House, desk: Client, tmp_path: Path) -> None:
    for entry in Entry.objects.filter(leaf__index__lt=30):
        answer = desk.post(reverse("audit:proof", args=[entry.pk]))
        assert answer.status_code == 200
        assert marks_in(answer.content.decode()) == []
    period = {
        "since": (timezone.now() - timedelta(days=2)).date().isoformat(),
        "until": (timezone.now() + timedelta(days=2)).date().isoformat(),
    }
    for language in ("en", "fa"):
        desk.cookies["language"] = language
        answer = desk.post(reverse("audit:report"), period)
        with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as packed:
            for name in packed.namelist():
                content = packed.read(name)
                text = text_of(content, tmp_path) if name.endswith(".pdf") else content.decode()
                assert len(text) > 100
                assert marks_in(text) == [], name


def text_of(pdf: bytes, folder: Path) -> str:
    (folder / "report.pdf").write_bytes(pdf)
    return subprocess.run(
        ["pdftotext", str(folder / "report.pdf"), "-"], capture_output=True, text=True, check=True
    ).stdout


def test_no_outcome_and_no_error_tells_them(
    house: House, desk: Client, verify: Callable[[Client], Any]
) -> None:
    with translation.override("en"):
        assert marks_in(verify(desk).content.decode()) == []
    for headers in ({}, {"Accept": "application/json"}):
        for name in (
            "cases:detail",
            "evidence:item",
            "evidence:download",
            "witnesses:detail",
            "dossiers:detail",
        ):
            for method in (desk.get, desk.post):
                answer = method(house.ours.address(name), headers=headers)
                assert answer.status_code in (403, 404, 405)
                assert marks_in(answer.content.decode()) == []


def test_the_log_itself_holds_none_of_them(house: House) -> None:
    bodies = [bytes(body).decode() for body in Entry.objects.values_list("body", flat=True)]
    assert len(bodies) > 30
    assert [mark for body in bodies for mark in marks_in(body)] == []
