"""Pages of a thing speak of the thing: of no digest, no download and no check, for there is nothing of that kind."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from cases.models import Case
from evidence import keeping
from evidence.circumstances import Circumstances
from evidence.disposal import request_disposal
from evidence.handing_over import offer
from evidence.models import EvidenceItem
from tests.evidence.conftest import TakeIn
from tests.evidence.test_disposal import WHY
from tests.evidence.things import put_on_the_shelf

ClientFor = Callable[[User | None], Client]
OF_FILES = re.compile(
    r"digest|download|fixity|stored bytes|its bytes|previews|sha-256|same bytes|checked against", re.I
)
GIVEN = Circumstances("For the reading of the engraving")
OF_THE_MEMBER = (
    "item",
    "hand_over",
    "seal",
    "move",
    "check_out",
    "collected",
    "hold",
    "dispose",
    "copy_new",
    "certificate",
)


@pytest.fixture
def ring(case: Case, lawyer: User) -> EvidenceItem:
    return put_on_the_shelf(case, lawyer, description="Of silver", seal="A 7", location="Box 4")


def words_of(page: str) -> str:
    """What a reader sees in the work of a page."""
    work = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", work))


def said(client: Client, address: str) -> list[str]:
    answer = client.get(address)
    if answer.status_code == 405:
        return []
    assert answer.status_code == 200, address
    return OF_FILES.findall(words_of(answer.content.decode()))


def test_no_page_of_a_thing_speaks_of_what_it_does_not_have(
    ring: EvidenceItem, lawyer: User, client_for: ClientFor
) -> None:
    client = client_for(lawyer)
    addresses = [reverse(f"evidence:{name}", args=[ring.pk]) for name in OF_THE_MEMBER]
    addresses += [reverse("erase_records", args=[ring.pk])]
    addresses += [reverse("erase_ask", args=[ring.pk, "thing", ring.thing.pk])]
    found = {address: words for address in addresses if (words := said(client, address))}
    assert found == {}


def test_no_page_of_what_is_done_with_it_does_either(
    ring: EvidenceItem, lawyer: User, paralegal: User, client_for: ClientFor
) -> None:
    client = client_for(lawyer)
    due = timezone.now().date() + timedelta(days=7)
    keeping.check_out(ring, to="An expert", due=due, facts=GIVEN, actor=lawyer)
    assert said(client, reverse("evidence:take_back", args=[ring.pk])) == []
    keeping.take_back(ring, facts=Circumstances(), actor=lawyer)
    asked = request_disposal(ring, **WHY, actor=lawyer)
    assert said(client, reverse("evidence:decide_disposal", args=[ring.pk, asked.pk])) == []
    offered = offer(put_on_the_shelf(asked.item.cases.get(), lawyer), to=paralegal, facts=GIVEN, actor=lawyer)
    where = reverse("evidence:answer_offer", args=[offered.item_id, offered.pk])
    assert said(client_for(paralegal), where) == []


def test_an_auditor_reads_the_custody_of_a_thing_without_columns_of_nothing(
    ring: EvidenceItem, auditor: User, client_for: ClientFor
) -> None:
    assert said(client_for(auditor), reverse("evidence:custody_item", args=[ring.pk])) == []


def test_a_file_goes_on_being_told_as_one(take_in: TakeIn, lawyer: User, client_for: ClientFor) -> None:
    item, client = take_in(actor=lawyer), client_for(lawyer)
    for name in ("item", "hand_over", "dispose", "copy_new"):
        assert said(client, reverse(f"evidence:{name}", args=[item.pk])), name
