"""Which exhibits rest on a witness: what was recorded, what the source names, what is inside what, and the same bytes."""

import io
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from cases.membership import add_member
from cases.models import Case
from config.erasing import erase_private_values
from evidence.acquiring import AcquisitionFacts, record_acquisition
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.models import EvidenceItem
from evidence.vocabulary import Relation, SourceKind
from witnesses.depending import declare_dependence, end_dependence
from witnesses.models import Tie, Witness
from witnesses.reach import items_of, pseudonyms_in, reaching

TakeIn = Callable[..., EvidenceItem]


@pytest.fixture
def take_in(case: Case, paralegal: User) -> TakeIn:
    def take(
        content: bytes = b"a letter",
        *,
        source: str = "a family",
        into: Case | None = None,
        by: User | None = None,
        parent: EvidenceItem | None = None,
    ) -> EvidenceItem:
        facts = IntakeFacts(source=source, original_name="letter.txt", case=into or case)
        item = ingest_evidence(io.BytesIO(content), facts=facts, actor=by or paralegal)
        if parent is not None:
            EvidenceItem.objects.filter(pk=item.pk).update(parent=parent, relation=Relation.ARCHIVE_MEMBER)
        return item

    return take


def ties(item: EvidenceItem) -> set[Tie]:
    return set().union(*(reach.ties for reach in reaching([item.pk])))


def test_an_item_that_nobody_tied_to_anybody_rests_on_nobody(take_in: TakeIn) -> None:
    assert reaching([take_in().pk]) == []


def test_what_was_recorded_and_not_ended(
    witness: Witness, take_in: TakeIn, paralegal: User, lawyer: User
) -> None:
    item = take_in()
    made = declare_dependence(witness, item, tie=Tie.SHOWS, actor=paralegal)
    declare_dependence(witness, item, tie=Tie.SOURCE, actor=paralegal)
    [reach] = reaching([item.pk])
    assert (reach.ties, reach.tells_who) == ({Tie.SHOWS, Tie.SOURCE}, True)
    end_dependence(made, reason="It was another", actor=lawyer)
    [reach] = reaching([item.pk])
    assert (reach.ties, reach.tells_who) == ({Tie.SOURCE}, False)


def test_another_receipt_of_the_same_bytes_shows_the_same_witness_but_came_from_elsewhere(
    witness: Witness, take_in: TakeIn, paralegal: User
) -> None:
    first, second = take_in(b"one film"), take_in(b"one film", source="a newspaper")
    declare_dependence(witness, first, tie=Tie.SHOWS, actor=paralegal)
    declare_dependence(witness, first, tie=Tie.SOURCE, actor=paralegal)
    assert ties(second) == {Tie.SHOWS}
    assert items_of(witness)[second.pk] == {Tie.SHOWS}


def test_the_archive_and_its_members_share_what_they_rest_on_and_siblings_do_not(
    witness: Witness, take_in: TakeIn, paralegal: User
) -> None:
    archive = take_in(b"archive")
    inner = take_in(b"inner archive", parent=archive)
    member = take_in(b"member", parent=inner)
    sibling = take_in(b"sibling", parent=archive)
    declare_dependence(witness, member, tie=Tie.NAMES, actor=paralegal)
    assert ties(member) == ties(inner) == ties(archive) == {Tie.NAMES}
    assert ties(sibling) == set()
    declare_dependence(witness, archive, tie=Tie.SOURCE, actor=paralegal)
    assert Tie.SOURCE in ties(member) & ties(sibling)
    assert set(items_of(witness)) == {archive.pk, inner.pk, member.pk, sibling.pk}


@pytest.mark.parametrize("wrap", ["{}", "told by {}.", "({})", "منبع: {}", "from {}, in 2019"])
def test_a_receipt_that_names_the_pseudonym_as_its_source_rests_on_the_witness(
    witness: Witness, take_in: TakeIn, wrap: str
) -> None:
    item = take_in(b"named", source=wrap.format(witness.pseudonym.lower()))
    assert ties(item) == {Tie.SOURCE}
    assert items_of(witness) == {item.pk: {Tie.SOURCE}}


def test_the_newest_acquisition_is_what_counts_of_the_source(
    witness: Witness, take_in: TakeIn, paralegal: User
) -> None:
    item = take_in(source=witness.pseudonym)
    facts = AcquisitionFacts(source_kind=SourceKind.PUBLIC, source_name="A newspaper")
    record_acquisition(item, facts=facts, actor=paralegal)
    assert ties(item) == set()
    facts = AcquisitionFacts(source_kind=SourceKind.PERSON, source_name=f"Witness {witness.pseudonym}")
    record_acquisition(item, facts=facts, actor=paralegal)
    assert ties(item) == {Tie.SOURCE}


def test_an_erased_source_names_nobody(
    witness: Witness, take_in: TakeIn, lawyer: User, auditor: User
) -> None:
    item = take_in(source=witness.pseudonym)
    for kind, row in (("evidenceitem", item), ("intake", item.intake)):
        erase_private_values(
            kind, row.pk, names=["source"], reason="Asked in writing", actor=lawyer, approver=auditor
        )
    assert ties(item) == set()


def test_a_witness_of_another_case_is_found_too(
    witness: Witness, take_in: TakeIn, other_case: Case, lawyer: User, outsider: User, paralegal: User
) -> None:
    add_member(other_case, user=lawyer, actor=outsider)
    item = take_in(b"of both")
    declare_dependence(witness, item, tie=Tie.STATEMENT, actor=paralegal)
    theirs = take_in(b"of both", into=other_case, by=outsider)
    assert ties(theirs) == {Tie.STATEMENT}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("W-7K3Q-M", {"W-7K3Q-M"}),
        ("w-7k3q-m and W‑00AA‑1", {"W-7K3Q-M", "W-00AA-1"}),
        ("W 7K3Q M", {"W-7K3Q-M"}),
        ("XW-7K3Q-M", set()),
        ("W-7K3Q-MM", set()),
        ("somebody else", set()),
        ("", set()),
    ],
)
def test_pseudonyms_are_read_whole_or_not_at_all(text: str, found: set[str]) -> None:
    assert pseudonyms_in(text) == found


def test_more_items_ask_no_more_of_the_database(witness: Witness, take_in: TakeIn, paralegal: User) -> None:
    def queries(items: list[EvidenceItem]) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(reaching([item.pk for item in items])) == len(items)
        return len(captured)

    items = [take_in(b"%d" % number, source=witness.pseudonym) for number in range(8)]
    assert queries(items[:1]) == queries(items)
