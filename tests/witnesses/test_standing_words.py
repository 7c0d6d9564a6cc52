"""Small groups: what a case says already counts together with what is added, act by act and record by record."""

import io
from dataclasses import replace

import pytest

from cases.dating import read_date
from cases.models import PlaceKind
from cases.registry import record_incident, register_place
from cases.small_groups import SmallGroup
from evidence.acquiring import AcquisitionFacts, record_acquisition
from evidence.derivative_words import DerivativeKind
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.lineage import CopyFacts, add_copy
from evidence.linking import link_evidence
from tests.witnesses.conftest import IDENTITY, PLANNED
from tests.witnesses.dangers import HELP
from witnesses.depending import declare_dependence, end_dependence
from witnesses.interviewing import record_interview
from witnesses.models import Witness
from witnesses.noting import NoteFacts, write_note
from witnesses.referring import record_referral
from witnesses.register import register_witness
from witnesses.stating import StatementFacts, record_statement

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def prison(case, lawyer):
    return register_place(case=case, kind=PlaceKind.PRISON, name_latin="Qasr", actor=lawyer)


def _note(interview, text, by):
    return write_note(interview, facts=NoteFacts(text, sealed=False), actor=by)


def _incident(case, text, by, **more):
    return record_incident(case, title="An arrest", description=text, actor=by, **{"when": None} | more)


def test_the_prison_today_the_ward_tomorrow_and_the_date_next_week_are_asked_of(
    case, witness, interview, lawyer
):
    assert _note(interview, "She was in Qasr", lawyer)
    with pytest.raises(SmallGroup, match="Together with what the case says already") as ward:
        _incident(case, f"{witness.pseudonym} was in ward 4", lawyer)
    by = lawyer.confirming([ward.value.code])
    assert _incident(case, f"{witness.pseudonym} was in ward 4", by)
    with pytest.raises(SmallGroup) as year:
        record_referral(witness, facts=replace(HELP, note="Since 1367"), actor=by)
    assert year.value.code != ward.value.code
    assert record_referral(
        witness, facts=replace(HELP, note="Since 1367"), actor=lawyer.confirming([year.value.code])
    )


def test_what_stands_already_and_adds_nothing_is_not_asked_of_again(case, witness, interview, lawyer):
    assert _note(interview, "She was in Qasr", lawyer)
    assert _note(interview, "Qasr, she said again", lawyer)
    with pytest.raises(SmallGroup) as refused:
        _note(interview, "Ward 4 it was", lawyer)
    assert _note(interview, "Ward 4 it was", lawyer.confirming([refused.value.code]))
    # Nothing that was not confirmed: neither the ward alone, nor words without any attribute.
    assert _note(interview, "In ward 4, as noted", lawyer)
    assert _note(interview, "She wept", lawyer)


def test_a_text_that_was_replaced_does_not_count(witness, interview, lawyer):
    first = replace(PLANNED, care="She was in Qasr")
    record_interview(interview, facts=first, correction="More", last_seen=1, actor=lawyer)
    record_interview(
        interview, facts=replace(PLANNED, care="A calm room"), correction="Less", last_seen=2, actor=lawyer
    )
    assert _note(interview, "Ward 4 it was", lawyer)


def test_another_witness_of_the_case_is_another_person(case, witness, interview, paralegal, lawyer):
    other = register_witness(case=case, identity=IDENTITY, actor=paralegal)
    assert _note(interview, "She was in Qasr", lawyer)
    assert _incident(case, f"{other.pseudonym} was in ward 4", lawyer)


def test_what_exhibits_are_linked_to_counts(case, witness, told, prison, lawyer):
    declare_dependence(witness, told, tie="shows", actor=lawyer)
    assert link_evidence(told, case=case, to=prison, actor=lawyer)
    with pytest.raises(SmallGroup):
        add_copy(
            told,
            io.BytesIO(b"y"),
            facts=CopyFacts(DerivativeKind.TRANSCRIPT, "b.txt", language="fa", note="Ward 4, second tape"),
            actor=lawyer,
        )
    acquired = AcquisitionFacts("person", "A woman", how_obtained="She brought it in 1367")
    with pytest.raises(SmallGroup):
        record_acquisition(told, facts=acquired, actor=lawyer)
    with pytest.raises(SmallGroup):
        record_statement(
            witness, told, facts=StatementFacts("first_account", remark="As a cook"), actor=lawyer
        )


def test_a_link_without_words_counts_with_what_is_said_of_the_witness(
    case, witness, told, interview, prison, lawyer
):
    declare_dependence(witness, told, tie="shows", actor=lawyer)
    assert _note(interview, "Ward 4 it was", lawyer)
    with pytest.raises(SmallGroup) as refused:
        link_evidence(told, case=case, to=prison, actor=lawyer)
    assert link_evidence(told, case=case, to=prison, actor=lawyer.confirming([refused.value.code]))


def test_an_exhibit_of_which_the_tie_ended_counts_no_more(case, witness, told, prison, interview, lawyer):
    held = declare_dependence(witness, told, tie="shows", actor=lawyer)
    link_evidence(told, case=case, to=prison, actor=lawyer)
    end_dependence(held, reason="It shows her sister", actor=lawyer)
    assert _note(interview, "Ward 4 it was", lawyer)


def test_exhibits_whose_source_is_the_pseudonym_count(case, witness, interview, lawyer):
    said = f"The witness {witness.pseudonym.lower().replace('-', ' ')}"
    facts = IntakeFacts(source=said, title="From Qasr", original_name="a.txt", case=case)
    assert ingest_evidence(io.BytesIO(b"x"), facts=facts, actor=lawyer)
    with pytest.raises(SmallGroup):
        _note(interview, "Ward 4 it was", lawyer)


def test_receipts_of_one_batch_count_together_by_witness_and_not_across(case, witness, lawyer):
    from evidence.intake import weigh_receipts

    def receipt(text):
        return IntakeFacts(source=text, original_name="a.txt", case=case)

    weigh_receipts([receipt(f"{witness.pseudonym}, Qasr"), receipt("Somebody, ward 4")], actor=lawyer)
    with pytest.raises(SmallGroup):
        weigh_receipts(
            [receipt(f"{witness.pseudonym}, Qasr"), receipt(f"{witness.pseudonym}, ward 4")], actor=lawyer
        )


def test_a_date_of_an_incident_counts(case, witness, interview, lawyer):
    assert _incident(case, f"Of {witness.pseudonym}", lawyer, when=read_date("1988"))
    with pytest.raises(SmallGroup):
        _note(interview, "She was in Qasr", lawyer)


def test_the_number_of_queries_grows_with_nothing(
    case, witness, interview, lawyer, django_assert_max_num_queries
):
    def weigh(names):
        from cases.small_groups import weigh_words

        with pytest.raises(SmallGroup):
            weigh_words([f"{' '.join(names)} Qasr ward 4"], actor=lawyer)

    for number in range(12):
        _note(interview, f"Note {number}: she was in Qasr", lawyer)
        _incident(case, f"{witness.pseudonym} {number}", lawyer)
    others = [
        Witness.objects.create(case=case, pseudonym=f"W-AAA{number}-B", registered_by=lawyer)
        for number in range(2, 9)
    ]
    with django_assert_max_num_queries(40) as one:
        weigh([witness.pseudonym])
    # The exhibits behind them are read in a few steps more; nothing is asked witness by witness.
    with django_assert_max_num_queries(len(one) + 2):
        weigh([witness.pseudonym, *(one.pseudonym for one in others)])
