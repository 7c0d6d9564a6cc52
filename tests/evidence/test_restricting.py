"""What was promised of one item is told on the pages of what it came out of, and of what came out of it."""

import io
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from cases.membership import add_member
from cases.models import Case
from evidence.acquiring import AcquisitionFacts, record_acquisition
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.linking import add_to_case
from evidence.models import EvidenceItem
from evidence.physical import take_photograph
from evidence.restricting import restrictions_along
from evidence.vocabulary import Relation
from tests.evidence.conftest import TakeIn
from tests.evidence.things import put_on_the_shelf

ClientFor = Callable[[User | None], Client]
PROMISE = "Not to be shown to the press"


def restrict(item: EvidenceItem, words: str, *, actor: User) -> None:
    record_acquisition(item, facts=AcquisitionFacts("person", "W-1", restrictions=words), actor=actor)


@pytest.fixture
def line(take_in: TakeIn, case: Case, paralegal: User) -> list[EvidenceItem]:
    """An archive, a message in it, a letter attached to that."""

    def out_of(parent: EvidenceItem, relation: Relation) -> EvidenceItem:
        facts = IntakeFacts(source="s", original_name="in.txt", case=case, parent=parent, relation=relation)
        return ingest_evidence(io.BytesIO(str(relation).encode()), facts=facts, actor=paralegal)

    archive = take_in(b"an archive")
    message = out_of(archive, Relation.ARCHIVE_MEMBER)
    return [archive, message, out_of(message, Relation.ATTACHMENT)]


@pytest.mark.parametrize("restricted", [0, 1, 2])
def test_a_restriction_is_told_along_the_whole_line(
    line: list[EvidenceItem], take_in: TakeIn, paralegal: User, client_for: ClientFor, restricted: int
) -> None:
    other = take_in(b"of nobody's line")
    restrict(line[restricted], PROMISE, actor=paralegal)
    client = client_for(paralegal)
    for item in [*line, other]:
        page = client.get(reverse("evidence:item", args=[item.pk])).content.decode()
        assert (PROMISE in page) == (item != other)
        told = [one.item for one in restrictions_along(item, user=paralegal).told]
        assert told == ([] if item in (other, line[restricted]) else [line[restricted]])


def test_a_restriction_that_was_lifted_is_told_no_more(line: list[EvidenceItem], paralegal: User) -> None:
    restrict(line[0], PROMISE, actor=paralegal)
    restrict(line[0], "", actor=paralegal)
    assert restrictions_along(line[2], user=paralegal).told == []


def test_a_photograph_shows_what_its_thing_is_restricted_by(case: Case, paralegal: User) -> None:
    ring = put_on_the_shelf(case, paralegal)
    picture = take_photograph(ring, io.BytesIO(b"picture"), name="ring.jpg", actor=paralegal)
    restrict(ring, PROMISE, actor=paralegal)
    assert [one.restrictions for one in restrictions_along(picture, user=paralegal).told] == [PROMISE]


def test_of_another_cases_restriction_only_that_there_is_one(
    line: list[EvidenceItem], other_case: Case, lawyer: User, outsider: User, client_for: ClientFor
) -> None:
    add_member(other_case, user=lawyer, actor=outsider)
    add_to_case(line[2], other_case, actor=lawyer)
    restrict(line[0], PROMISE, actor=lawyer)
    found = restrictions_along(line[2], user=outsider)
    assert (found.told, found.more, found.elsewhere) == ([], 0, True)
    page = client_for(outsider).get(reverse("evidence:item", args=[line[2].pk])).content.decode()
    assert PROMISE not in page
    assert line[0].reference not in page
    assert "is restricted too" in page
