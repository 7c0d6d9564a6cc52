"""A side case lets nothing out: names are looked for of every case that the exhibits of a dossier have to do with."""

import io
from pathlib import Path

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from audit.models import Entry
from audit.verification import verify_log
from cases.membership import add_member, open_case
from cases.models import Case
from dossiers.compiling import compile_dossier
from dossiers.handout import hand_out
from dossiers.leaks.answering import answer_for
from dossiers.leaks.asking import ask_for_check
from dossiers.leaks.errors import ChecksUsedUp, NotLookedThrough
from dossiers.leaks.standing import Lack, standing_of
from dossiers.models import LeakCheck
from dossiers.receivers import Receiver
from dossiers.sinks import DirectorySink
from evidence.derivative_words import DerivativeKind
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.linking import add_to_case
from tests.conftest import Hire
from tests.dossiers.conftest import PURPOSE, TakeIn
from tests.dossiers.looking import ANSWER, WHY, approved, cleared, looked_through, searched_on
from tests.dossiers.test_looking_for_names import ClientFor, held, places
from tests.dossiers.test_names_page import asked, page_of
from tests.evidence.derived import derive
from tests.witnesses.conftest import IDENTITY, NAME_FA
from tests.witnesses.consents import answers, consent_facts
from witnesses.consent_words import Purpose
from witnesses.consenting import record_consent
from witnesses.models import Witness
from witnesses.register import register_witness

COURT = Receiver(
    "court", "hearing", "The court of Inventedtown", "SE", conditions_met="Both met, I asked her"
)


@pytest.fixture
def side(lawyer: User) -> Case:
    return open_case(reference="DK-2026-09", title="A side case", summary="Opened today.", actor=lawyer)


def straight_out(case: Case, by: User, path: Path) -> None:
    compile_dossier(case, purpose=PURPOSE, sink=DirectorySink(path), actor=by)


def test_an_exhibit_of_two_cases_leaves_by_neither_unchecked(
    *, take_in: TakeIn, witness: Witness, side: Case, lawyer: User, tmp_path: Path
) -> None:
    add_to_case(take_in(NAME_FA.encode()), side, actor=lawyer)
    with pytest.raises(NotLookedThrough, match="before it leaves"):
        straight_out(side, lawyer, tmp_path / "d")
    dossier = held(side, lawyer)
    with pytest.raises(NotLookedThrough, match="Nobody has looked"):
        hand_out(dossier, actor=lawyer)
    result = looked_through(dossier, by=lawyer)
    assert result.identities == 1
    assert {part for _name, part in places(result)} == {"text"}
    with pytest.raises(NotLookedThrough, match="was found"):
        hand_out(dossier, actor=lawyer)
    assert verify_log().ok


@pytest.mark.parametrize("content", [NAME_FA.encode(), b""])
def test_bytes_that_are_taken_in_anew_are_the_same_exhibit(
    *,
    take_in: TakeIn,
    witness: Witness,
    side: Case,
    lawyer: User,
    paralegal: User,
    tmp_path: Path,
    content: bytes,
) -> None:
    take_in(content)
    add_member(side, user=paralegal, actor=lawyer)
    take_in(content, into=side)
    if content:
        with pytest.raises(NotLookedThrough):
            straight_out(side, lawyer, tmp_path / "d")
    else:
        straight_out(side, lawyer, tmp_path / "d")


def test_a_copy_that_was_changed_by_a_byte_is_the_same_exhibit_where_its_text_is(
    *, take_in: TakeIn, witness: Witness, side: Case, lawyer: User, paralegal: User, tmp_path: Path
) -> None:
    add_member(side, user=paralegal, actor=lawyer)
    text = f"What {NAME_FA} told us. ".encode() * 5
    for item in (take_in(b"%PDF one"), take_in(b"%PDF 1ne", into=side)):
        derive(item, DerivativeKind.TEXT, "text/plain; charset=utf-8", text)
    with pytest.raises(NotLookedThrough, match="before it leaves"):
        straight_out(side, lawyer, tmp_path / "d")
    assert looked_through(held(side, lawyer), by=lawyer).identities == 1


def test_a_case_without_sealed_identities_beside_another_needs_no_check(
    *, take_in: TakeIn, witness: Witness, side: Case, lawyer: User, paralegal: User, tmp_path: Path
) -> None:
    take_in(NAME_FA.encode())
    add_member(side, user=paralegal, actor=lawyer)
    take_in(b"Nothing to do with it.\n", into=side)
    straight_out(side, lawyer, tmp_path / "d")
    assert (tmp_path / "d").exists()


def test_a_witness_on_whom_an_exhibit_rests_is_looked_for_wherever_her_case_is(
    *, witness: Witness, case: Case, side: Case, lawyer: User, paralegal: User
) -> None:
    register_witness(case=case, identity=IDENTITY, actor=paralegal)
    facts = IntakeFacts(
        source=f"Brought by {witness.pseudonym}", original_name="a.txt", title="A letter", case=side
    )
    ingest_evidence(io.BytesIO(b"A letter.\n"), facts=facts, actor=lawyer)
    record_consent(witness, facts=consent_facts(), actor=lawyer)
    check, _code = ask_for_check(held(side, lawyer, receiver=COURT), reason=WHY, actor=lawyer)
    covered = {one.sealed_identity.witness_id for one in check.session.covered.all()}
    assert covered == {witness.pk}


def test_an_exhibit_that_comes_into_another_case_makes_the_check_stale(
    *,
    case: Case,
    take_in: TakeIn,
    witness: Witness,
    side: Case,
    lawyer: User,
    paralegal: User,
) -> None:
    item = take_in(b"A letter.\n")
    dossier = cleared(held(case, lawyer), by=lawyer)
    add_member(side, user=paralegal, actor=lawyer)
    register_witness(case=side, identity=IDENTITY, actor=paralegal)
    assert standing_of(dossier).lack is None
    add_to_case(item, side, actor=lawyer)
    assert standing_of(dossier).lack == Lack.STALE
    with pytest.raises(NotLookedThrough, match="came into another case"):
        hand_out(dossier, actor=lawyer)
    assert looked_through(dossier, by=lawyer).identities == 2
    hand_out(dossier, actor=lawyer).content.close()


def test_what_is_sealed_in_the_other_case_later_makes_the_check_stale(
    *, take_in: TakeIn, case: Case, witness: Witness, side: Case, lawyer: User, paralegal: User
) -> None:
    add_to_case(take_in(b"A letter.\n"), side, actor=lawyer)
    dossier = cleared(held(side, lawyer), by=lawyer)
    assert standing_of(dossier).lack is None
    register_witness(case=case, identity=IDENTITY, actor=paralegal)
    assert standing_of(dossier).lack == Lack.STALE


def test_who_asks_learns_that_other_cases_are_in_it_and_nothing_of_them(
    *,
    take_in: TakeIn,
    case: Case,
    witness: Witness,
    side: Case,
    lawyer: User,
    outsider: User,
    paralegal: User,
    client_for: ClientFor,
) -> None:
    add_to_case(take_in(NAME_FA.encode()), side, actor=lawyer)
    register_witness(case=case, identity=IDENTITY, actor=paralegal)
    # A lawyer of the side case alone.
    add_member(side, user=outsider, actor=lawyer)
    dossier, client = held(side, outsider), client_for(outsider)
    assert "also of witnesses of other cases" in client.get(page_of(dossier)).content.decode()
    code = asked(client, dossier)
    session = LeakCheck.objects.get().session
    told = client_for(User.objects.get(username="custodian_a")).get(
        reverse("witnesses:session", args=[session.pk])
    )
    assert "2 sealed identities" in told.content.decode()
    assert "2 of them are of other cases" in told.content.decode()
    approved(session)
    searched_on(client, page_of(dossier), code)
    shown = client.get(page_of(dossier)).content.decode()
    assert "also of witnesses of other cases" in shown
    for secret in (case.reference, witness.pseudonym, NAME_FA):
        assert secret not in shown
    # Of the side case itself none is sealed; how many are elsewhere is not hers to know.
    assert "<dt>Identities looked for</dt><dd>0" in shown


def test_conditions_of_another_case_are_met_by_nobody_elses_word(
    *, take_in: TakeIn, witness: Witness, case: Case, side: Case, lawyer: User
) -> None:
    add_to_case(take_in(NAME_FA.encode()), side, actor=lawyer)
    said = answers(yes=(Purpose.STORE,), conditional=(Purpose.COURT_IDENTITY,))
    record_consent(witness, facts=consent_facts(answers=said), actor=lawyer)
    assert looked_through(held(case, lawyer, receiver=COURT), by=lawyer).excused == 1
    result = looked_through(held(side, lawyer, receiver=COURT), by=lawyer)
    assert result.excused == 0
    assert result.findings.exists()


def test_side_cases_give_nobody_more_searches_of_the_same_names(
    *, take_in: TakeIn, witness: Witness, case: Case, side: Case, lawyer: User, settings: object
) -> None:
    settings.DADKHAH_LEAK_CHECKS_A_WEEK = 1  # type: ignore[attr-defined]
    add_to_case(take_in(b"A letter.\n"), side, actor=lawyer)
    looked_through(held(case, lawyer), by=lawyer)
    with pytest.raises(ChecksUsedUp):
        ask_for_check(held(side, lawyer), reason=WHY, actor=lawyer)
    assert Entry.objects.filter(action="dossier.leak_check_asked").count() == 1


def test_what_is_found_is_set_aside_by_somebody_of_each_other_case_too(
    *, case: Case, take_in: TakeIn, witness: Witness, side: Case, lawyer: User, outsider: User, hire: Hire
) -> None:
    add_to_case(take_in(NAME_FA.encode()), side, actor=lawyer)
    # Two lawyers of the side case alone; whoever opened it is of both.
    third = hire("soraya", Role.LAWYER)
    for user in (outsider, third):
        add_member(side, user=user, actor=lawyer)
    dossier = held(side, outsider)
    looked_through(dossier, by=outsider)
    for user in (outsider, third):
        answer_for(dossier, reason=ANSWER, actor=user)
        assert standing_of(dossier).lack == Lack.FOUND_BESIDE
    with pytest.raises(NotLookedThrough, match="custodians know which cases"):
        hand_out(dossier, actor=outsider)
    answer_for(dossier, reason=ANSWER, actor=lawyer)
    assert standing_of(dossier).lack is None
    hand_out(dossier, actor=outsider).content.close()
    assert Entry.objects.filter(action="dossier.leak_set_aside").count() == 3


def test_whoever_is_of_both_cases_still_needs_a_second(
    *, case: Case, take_in: TakeIn, witness: Witness, side: Case, lawyer: User, outsider: User
) -> None:
    add_to_case(take_in(NAME_FA.encode()), side, actor=lawyer)
    add_member(side, user=outsider, actor=lawyer)
    dossier = held(side, lawyer)
    looked_through(dossier, by=lawyer)
    answer_for(dossier, reason=ANSWER, actor=lawyer)
    assert standing_of(dossier).lack == Lack.FOUND
    answer_for(dossier, reason=ANSWER, actor=outsider)
    assert standing_of(dossier).lack is None


def test_custodians_are_told_which_other_cases_were_searched_for(
    *, case: Case, take_in: TakeIn, witness: Witness, side: Case, lawyer: User, client_for: ClientFor
) -> None:
    add_to_case(take_in(NAME_FA.encode()), side, actor=lawyer)
    check, _code = ask_for_check(held(side, lawyer), reason=WHY, actor=lawyer)
    told = client_for(User.objects.get(username="custodian_a")).get(
        reverse("witnesses:session", args=[check.session_id])
    )
    assert case.reference in told.content.decode()
