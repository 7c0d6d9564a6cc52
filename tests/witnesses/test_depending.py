"""Which exhibits depend on which witness: who may say so, who sees it, and that no row of it is ever changed."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.errors import NotPermitted
from accounts.models import User
from audit.commitments import commit
from audit.models import Entry
from audit.verification import verify_log
from cases.errors import BadText, NotAMember
from cases.membership import add_member
from cases.models import Case
from evidence.errors import UnknownEvidence
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.linking import add_to_case
from evidence.models import EvidenceItem
from witnesses.dependence_errors import (
    AlreadyDepends,
    BadDependence,
    DependenceEnded,
    ItemNotInCase,
)
from witnesses.dependence_queries import dependences_of, dependences_on, resting_besides
from witnesses.depending import declare_dependence, end_dependence
from witnesses.identity import IdentityFacts, SealedName
from witnesses.models import Dependence, Tie, Witness
from witnesses.register import register_witness

ClientFor = Callable[[User | None], Client]
NOTE = "Inventednote: she tells it from the second hour"
WHY = "Inventedreason: it was the other letter"


@pytest.fixture
def take_in(case: Case, paralegal: User) -> Callable[..., EvidenceItem]:
    def take(content: bytes = b"a letter", *, into: Case | None = case, by: User = paralegal) -> EvidenceItem:
        facts = IntakeFacts(source="a family", original_name="letter.txt", case=into)
        return ingest_evidence(io.BytesIO(content), facts=facts, actor=by)

    return take


@pytest.fixture
def item(take_in: Callable[..., EvidenceItem]) -> EvidenceItem:
    return take_in()


@pytest.fixture
def dependence(witness: Witness, item: EvidenceItem, paralegal: User) -> Dependence:
    return declare_dependence(witness, item, tie=Tie.STATEMENT, note=NOTE, actor=paralegal)


def facts_of(action: str) -> dict[str, Any]:
    return json.loads(bytes(Entry.objects.get(action=action).body))["facts"]


def page(client: Client, name: str, *args: Any) -> str:
    answer = client.get(reverse(f"witnesses:{name}", args=args))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def test_a_member_says_that_an_exhibit_is_a_statement_of_a_witness(
    dependence: Dependence, witness: Witness, item: EvidenceItem, lawyer: User
) -> None:
    assert list(dependences_of(witness, user=lawyer)) == [dependence]
    assert list(dependences_on(item, user=lawyer)) == [dependence]
    facts = facts_of("witness.dependence_declared")
    assert facts == {
        "dependence": str(dependence.pk),
        "item": str(item.pk),
        "tie": "statement",
        "note": commit(NOTE, salt=bytes(dependence.salt)),
    }
    assert verify_log().ok


def test_the_same_is_recorded_once_and_another_way_beside_it(
    dependence: Dependence, witness: Witness, item: EvidenceItem, paralegal: User
) -> None:
    with pytest.raises(AlreadyDepends):
        declare_dependence(witness, item, tie=Tie.STATEMENT, actor=paralegal)
    declare_dependence(witness, item, tie=Tie.NAMES, actor=paralegal)
    assert Dependence.objects.count() == 2


def test_a_lawyer_ends_it_with_a_reason_and_it_can_be_recorded_anew(
    dependence: Dependence, witness: Witness, item: EvidenceItem, lawyer: User, paralegal: User
) -> None:
    ended = end_dependence(dependence, reason=WHY, actor=lawyer)
    assert list(dependences_on(item, user=lawyer)) == []
    assert [one.end for one in dependences_of(witness, user=lawyer)] == [ended]
    assert facts_of("witness.dependence_ended")["reason"] == commit(WHY, salt=bytes(ended.salt))
    with pytest.raises(DependenceEnded):
        end_dependence(dependence, reason=WHY, actor=lawyer)
    declare_dependence(witness, item, tie=Tie.STATEMENT, actor=paralegal)


def test_a_paralegal_does_not_open_the_gate(dependence: Dependence, paralegal: User) -> None:
    with pytest.raises(NotPermitted):
        end_dependence(dependence, reason=WHY, actor=paralegal)


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_it_is_not_ended_without_a_reason(dependence: Dependence, lawyer: User, reason: str) -> None:
    with pytest.raises(BadDependence, match="Say why"):
        end_dependence(dependence, reason=reason, actor=lawyer)
    assert Dependence.objects.standing().exists()


@pytest.mark.parametrize("who", ["auditor", "custodian_a", "administrator"])
def test_other_roles_say_nothing_of_it(
    request: pytest.FixtureRequest, witness: Witness, item: EvidenceItem, who: str
) -> None:
    with pytest.raises(NotPermitted):
        declare_dependence(witness, item, tie=Tie.NAMES, actor=request.getfixturevalue(who))


def test_an_outsider_neither_says_nor_ends_it(
    dependence: Dependence, witness: Witness, item: EvidenceItem, outsider: User
) -> None:
    with pytest.raises(NotAMember):
        declare_dependence(witness, item, tie=Tie.NAMES, actor=outsider)
    with pytest.raises(NotAMember):
        end_dependence(dependence, reason=WHY, actor=outsider)


def test_an_exhibit_of_another_case_is_not_found_and_one_of_no_case_has_to_join_it(
    take_in: Callable[..., EvidenceItem], witness: Witness, other_case: Case, outsider: User, paralegal: User
) -> None:
    theirs = take_in(b"theirs", into=other_case, by=outsider)
    with pytest.raises(UnknownEvidence):
        declare_dependence(witness, theirs, tie=Tie.NAMES, actor=paralegal)
    with pytest.raises(ItemNotInCase):
        declare_dependence(witness, take_in(b"loose", into=None), tie=Tie.NAMES, actor=paralegal)


@pytest.mark.parametrize("wrong", [{"tie": "friend"}, {"note": "a\u202eb"}, {"note": "x" * 2001}])
def test_what_cannot_be_read_is_refused_with_a_sentence(
    witness: Witness, item: EvidenceItem, paralegal: User, wrong: dict[str, str]
) -> None:
    with pytest.raises((BadDependence, BadText)):
        declare_dependence(witness, item, actor=paralegal, **({"tie": Tie.NAMES} | wrong))
    assert not Dependence.objects.exists()


def test_members_of_another_case_of_the_exhibit_do_not_learn_of_the_witness(
    dependence: Dependence, item: EvidenceItem, other_case: Case, lawyer: User, outsider: User
) -> None:
    add_member(other_case, user=lawyer, actor=outsider)
    add_to_case(item, other_case, actor=lawyer)
    assert list(dependences_on(item, user=outsider)) == []
    assert list(dependences_on(item, user=lawyer)) == [dependence]


@pytest.mark.parametrize("table", ["witnesses_dependence", "witnesses_dependenceend"])
@pytest.mark.parametrize("act", ["UPDATE {0} SET id = id", "DELETE FROM {0}"])
def test_the_database_refuses_to_change_it(
    dependence: Dependence, lawyer: User, table: str, act: str
) -> None:
    end_dependence(dependence, reason=WHY, actor=lawyer)
    connection.check_constraints()
    with (
        pytest.raises(DatabaseError, match=r"append-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(act.format(table))


def test_the_page_of_the_witness_takes_a_reference_and_shows_what_depends(
    client_for: ClientFor, witness: Witness, item: EvidenceItem, paralegal: User, lawyer: User
) -> None:
    client, args = client_for(paralegal), (witness.case_id, witness.pk)
    here = reverse("witnesses:dependences", args=args)
    typed = {"item": f" {item.reference.lower()} ", "tie": "shows", "note": NOTE}
    assert client.post(here, typed).status_code == 302
    shown = page(client, "dependences", *args)
    assert item.reference in shown
    assert NOTE in shown
    [made] = Dependence.objects.all()
    end = reverse("witnesses:dependence_end", args=[*args, made.pk])
    assert client.get(end).status_code == 403
    assert end not in shown
    assert end in page(client_for(lawyer), "dependences", *args)


@pytest.mark.parametrize("typed", ["", "EV-NONE", "not a reference", "\x00", "x" * 41])
def test_a_reference_that_finds_nothing_stays_on_the_form_with_a_sentence(
    client_for: ClientFor, witness: Witness, paralegal: User, typed: str
) -> None:
    here = reverse("witnesses:dependences", args=[witness.case_id, witness.pk])
    answer = client_for(paralegal).post(here, {"item": typed, "tie": "shows"})
    assert answer.status_code == 422
    assert "error" in answer.content.decode()


def test_the_page_of_the_exhibit_takes_a_pseudonym_and_shows_the_witness(
    client_for: ClientFor, witness: Witness, item: EvidenceItem, paralegal: User
) -> None:
    client = client_for(paralegal)
    here = reverse("witnesses:depend_item", args=[item.pk])
    assert client.post(here, {"pseudonym": witness.pseudonym.lower(), "tie": "source"}).status_code == 302
    section = client.get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert witness.pseudonym in section


@pytest.mark.parametrize("typed", ["W-7K3Q-M", "Shahindokht Nemunei", ""])
def test_nobody_is_found_by_a_name_or_by_another_pseudonym(
    client_for: ClientFor, witness: Witness, item: EvidenceItem, paralegal: User, typed: str
) -> None:
    here = reverse("witnesses:depend_item", args=[item.pk])
    answer = client_for(paralegal).post(here, {"pseudonym": typed, "tie": "source"})
    assert answer.status_code == 422
    assert not Dependence.objects.exists()


def test_ending_asks_for_the_pseudonym_typed_out(
    client_for: ClientFor, dependence: Dependence, lawyer: User
) -> None:
    witness, client = dependence.witness, client_for(lawyer)
    here = reverse("witnesses:dependence_end", args=[witness.case_id, witness.pk, dependence.pk])
    assert client.post(here, {"reason": WHY, "confirmation": "W-0000-0"}).status_code == 422
    assert Dependence.objects.standing().exists()
    assert client.post(here, {"reason": WHY, "confirmation": witness.pseudonym}).status_code == 302
    assert not Dependence.objects.standing().exists()


def test_a_dependence_of_another_witness_is_not_found(
    client_for: ClientFor, dependence: Dependence, case: Case, lawyer: User
) -> None:
    identity = IdentityFacts(full_names=(SealedName("Inventedsecond", "latin"),))
    second = register_witness(case=case, identity=identity, actor=lawyer)
    here = reverse("witnesses:dependence_end", args=[case.pk, second.pk, dependence.pk])
    assert client_for(lawyer).get(here).status_code == 404


def test_more_dependences_ask_no_more_of_the_database(
    client_for: ClientFor,
    witness: Witness,
    take_in: Callable[..., EvidenceItem],
    item: EvidenceItem,
    lawyer: User,
) -> None:
    client = client_for(lawyer)
    pages = [
        reverse("witnesses:dependences", args=[witness.case_id, witness.pk]),
        reverse("evidence:item", args=[item.pk]),
    ]

    def queries() -> list[int]:
        counted = []
        for address in pages:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            counted.append(len(captured))
        return counted

    declare_dependence(witness, item, tie=Tie.NAMES, actor=lawyer)
    queries()
    few = queries()
    declare_dependence(witness, item, tie=Tie.SHOWS, actor=lawyer)
    for number in range(5):
        declare_dependence(witness, take_in(b"%d" % number), tie=Tie.NAMES, actor=lawyer)
    assert queries() == few


def test_the_page_tells_what_rests_on_the_witness_without_being_recorded(
    client_for: ClientFor, witness: Witness, take_in: Callable[..., EvidenceItem], case: Case, paralegal: User
) -> None:
    facts = IntakeFacts(source=f"told by {witness.pseudonym}", original_name="a.txt", case=case)
    named = ingest_evidence(io.BytesIO(b"named"), facts=facts, actor=paralegal)
    film, again = take_in(b"a film"), take_in(b"a film")
    declare_dependence(witness, film, tie=Tie.SHOWS, actor=paralegal)
    found = {one.item: set(one.ties) for one in resting_besides(witness, user=paralegal)}
    assert found == {named: {Tie.SOURCE}, again: {Tie.SHOWS}}
    shown = page(client_for(paralegal), "dependences", witness.case_id, witness.pk)
    assert named.reference in shown
    assert again.reference in shown
