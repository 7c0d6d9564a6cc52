"""That another case has the same bytes is not told: by no page, no answer of an upload and no count of a command."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from cases.membership import add_member
from cases.models import Case
from evidence.disposal import dispose, request_disposal
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.models import EvidenceItem
from evidence.queries import other_receipts
from tests.conftest import Hire
from tests.evidence.conftest import LETTER, TakeIn
from tests.evidence.sending import Sender
from tests.evidence.test_disposal import HOW, WHY
from tests.evidence.test_views import sent_form

ClientFor = Callable[[User | None], Client]
JSON = {"headers": {"Accept": "application/json"}}


@pytest.fixture
def theirs(take_in: TakeIn) -> EvidenceItem:
    """The letter, in a case of which the outsider is no member."""
    return take_in(LETTER)


@pytest.fixture
def in_both(case: Case, other_case: Case, lawyer: User, outsider: User) -> User:
    """Somebody who works on both cases."""
    add_member(other_case, user=lawyer, actor=outsider)
    return lawyer


@pytest.mark.parametrize("knows", [False, True])
def test_an_upload_tells_only_whoever_may_open_the_other_receipt(
    theirs: EvidenceItem,
    other_case: Case,
    outsider: User,
    in_both: User,
    client_for: ClientFor,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    knows: bool,
) -> None:
    user = in_both if knows else outsider
    client = client_for(user)

    def files() -> SimpleUploadedFile:
        return SimpleUploadedFile("letter.txt", LETTER)

    # In this order, for what they took in themselves they may know of.
    ways = {
        "json": lambda: client.post(
            reverse("evidence:upload"), sent_form(other_case, files()), **JSON
        ).json()["again"],
        "page": lambda: (
            "already here"
            in client.post(reverse("evidence:upload"), sent_form(other_case, files()), follow=True)
            .content.decode()
            .partition("<main")[2]
        ),
        "parts": lambda: _in_parts(Sender(client, other_case)),
        "command": lambda: _by_command(tmp_path, other_case, user, capsys) == 1,
    }
    for way, told in ways.items():
        assert told() is knows, way
        # Gone from their own sight again, or the next way would rightly tell them of this one.
        mine = EvidenceItem.objects.filter(placements__case=other_case)
        for item in mine:
            item.placements.update(case=theirs.cases.get())


def _in_parts(sender: Sender) -> bool:
    where = sender.begun(len(LETTER))
    sender.patch(where, 0, LETTER)
    again = sender.told(where)["again"]
    assert isinstance(again, bool)
    return again


def _by_command(folder: Path, case: Case, user: User, capsys: pytest.CaptureFixture[str]) -> int:
    path = folder / "letter.txt"
    path.write_bytes(LETTER)
    call_command(
        "ingest_evidence", str(path), case=case.reference, source="a family", actor=user.username, json=True
    )
    found = json.loads(capsys.readouterr().out)["second_receipts"]
    assert isinstance(found, int)
    return found


@pytest.fixture
def ours(theirs: EvidenceItem, other_case: Case, outsider: User) -> EvidenceItem:
    facts = IntakeFacts(source="another family", original_name="l.txt", case=other_case)
    return ingest_evidence(io.BytesIO(LETTER), facts=facts, actor=outsider)


def test_both_pages_say_so_to_whoever_may_open_both(
    theirs: EvidenceItem, ours: EvidenceItem, in_both: User, outsider: User, client_for: ClientFor
) -> None:
    for one, other in ((ours, theirs), (theirs, ours)):
        page = client_for(in_both).get(reverse("evidence:item", args=[one.pk])).content.decode()
        assert "Other receipts of the same bytes" in page
        assert other.reference in page
    page = client_for(outsider).get(reverse("evidence:item", args=[ours.pk])).content.decode()
    assert "Other receipts" not in page
    assert theirs.reference not in page
    assert list(other_receipts(ours, user=outsider)) == []


def test_a_disposal_tells_of_another_case_only_whoever_answers_for_it_and_afterwards(
    theirs: EvidenceItem,
    ours: EvidenceItem,
    other_case: Case,
    outsider: User,
    hire: Hire,
    client_for: ClientFor,
) -> None:
    facts = IntakeFacts(source="another family", original_name="l.txt", case=other_case)
    single = ingest_evidence(io.BytesIO(b"nobody else has this"), facts=facts, actor=outsider)
    second, paralegal = hire("soraya", Role.LAWYER), hire("pari", Role.PARALEGAL)
    for user in (second, paralegal):
        add_member(other_case, user=user, actor=outsider)

    def asked_on_the_page(item: EvidenceItem) -> str:
        page = client_for(outsider).get(reverse("evidence:dispose", args=[item.pk])).content.decode()
        return re.sub(r"<[^>]*>|E-\w{4}-\w{4}", "", page.partition("<main")[2])

    assert asked_on_the_page(ours) == asked_on_the_page(single)
    for item in (ours, single):
        asked = request_disposal(item, **WHY, actor=outsider)
        page = client_for(second).get(reverse("evidence:decide_disposal", args=[item.pk, asked.pk]))
        assert "unless another record needs them" in page.content.decode()
        dispose(asked, **HOW, actor=second)
    tools = {item.custody.get(kind="disposed").tool for item in (ours, single)}
    assert len(tools) == 1

    def told(item: EvidenceItem, user: User) -> str:
        return client_for(user).get(reverse("evidence:item", args=[item.pk])).content.decode()

    assert "Its bytes stay, because another record needs them." in told(ours, second)
    assert "Its bytes stay" not in told(single, second)
    for item in (ours, single):
        assert "Its bytes can no longer be read." in told(item, paralegal)
        assert "Its bytes stay" not in told(item, paralegal)
