"""The register of interviews: nobody is asked again unread, and nothing in it is overwritten."""

import json
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import NotPermitted
from audit.models import Entry
from audit.private import sealed
from cases.dating import read_date
from cases.errors import BadText, NotAMember
from tests.witnesses.conftest import PLANNED
from witnesses.errors import BadInterview, RegisterMovedOn, UnjustifiedInterview
from witnesses.interview_queries import interviews_of, planned_in
from witnesses.interviewing import InterviewFacts, open_interview, record_elsewhere, record_interview
from witnesses.models import AccountKind, Interview, InterviewRecord, InterviewState

WHY = "The two tellings name different days; only the witness can say"
ELSEWHERE = InterviewFacts(
    kind=AccountKind.MEDIA, state=InterviewState.HELD, organisation="A radio station", held=read_date("1388")
)
HELD = InterviewFacts(
    kind=AccountKind.FIRST_ACCOUNT,
    state=InterviewState.HELD,
    held=read_date("12 Azar 1405"),
    care="Two pauses",
)


def test_the_first_interview_needs_no_reason(interview):
    assert (interview.number, interview.justification) == (1, "")
    assert interview.now.date.as_written == "2026-12-03"


@pytest.mark.parametrize("why", ["", "   ", "again", "x" * 19])
def test_a_second_one_without_a_typed_reason_is_refused(interview, witness, paralegal, why):
    with pytest.raises(UnjustifiedInterview):
        open_interview(witness, facts=PLANNED, earlier_seen=1, justification=why, actor=paralegal)
    assert Interview.objects.count() == 1


def test_an_earlier_one_elsewhere_counts_too(witness, paralegal):
    record_elsewhere(witness, facts=ELSEWHERE, earlier_seen=0, actor=paralegal)
    with pytest.raises(UnjustifiedInterview):
        open_interview(witness, facts=PLANNED, earlier_seen=1, actor=paralegal)
    again = open_interview(witness, facts=PLANNED, earlier_seen=1, justification=WHY, actor=paralegal)
    assert (again.number, again.justification) == (2, WHY)


def test_whoever_has_not_read_all_earlier_ones_is_sent_back_to_them(interview, witness, paralegal):
    for seen in (0, 2):
        with pytest.raises(RegisterMovedOn):
            open_interview(witness, facts=PLANNED, earlier_seen=seen, justification=WHY, actor=paralegal)


def test_the_database_refuses_an_unjustified_second_one_whoever_writes_it(interview, witness, paralegal):
    row = {"witness": witness, "opened_by": paralegal}
    refused = (
        {"number": 2, "ours": True},
        # As if it were the first: the number is taken, and there is no gap to hide in.
        {"number": 1, "ours": True},
        {"number": 7, "ours": True, "justification": WHY},
    )
    for columns in refused:
        with pytest.raises(IntegrityError), transaction.atomic():
            Interview.objects.create(**row, **columns)
    Interview.objects.create(**row, number=2, ours=True, justification=WHY)


def test_a_paralegal_takes_a_first_account_and_no_full_statement(witness, paralegal, lawyer):
    full = replace(PLANNED, kind=AccountKind.FULL_STATEMENT)
    with pytest.raises(NotPermitted):
        open_interview(witness, facts=full, earlier_seen=0, actor=paralegal)
    taken = open_interview(witness, facts=full, earlier_seen=0, actor=lawyer)
    # Nor by correcting one that is there, nor by making a lawyer's one something else.
    with pytest.raises(NotPermitted):
        record_interview(taken, facts=HELD, correction="wrong kind", last_seen=1, actor=paralegal)
    first = open_interview(witness, facts=PLANNED, earlier_seen=1, justification=WHY, actor=paralegal)
    with pytest.raises(NotPermitted):
        record_interview(first, facts=replace(full, state="held"), last_seen=1, actor=paralegal)


def test_that_a_full_statement_was_given_elsewhere_anybody_of_the_case_may_enter(witness, paralegal):
    police = replace(ELSEWHERE, kind=AccountKind.FULL_STATEMENT, organisation="Police of another country")
    assert record_elsewhere(witness, facts=police, earlier_seen=0, actor=paralegal).ours is False


def test_only_members_of_the_case_write_in_the_register(witness, interview, outsider, auditor):
    for user, error in ((outsider, NotAMember), (auditor, NotPermitted)):
        with pytest.raises(error):
            open_interview(witness, facts=PLANNED, earlier_seen=1, justification=WHY, actor=user)
        with pytest.raises(error):
            record_interview(interview, facts=HELD, last_seen=1, actor=user)
    assert InterviewRecord.objects.count() == 1


def test_what_became_of_it_stands_above_what_was_planned(interview, paralegal):
    record = record_interview(interview, facts=HELD, last_seen=1, actor=paralegal)
    assert record.version == 2
    kept = Interview.objects.get()
    assert kept.now == record
    assert kept.records.get(version=1).state == InterviewState.PLANNED
    assert [one.now.state for one in interviews_of(kept.witness)] == ["held"]


@pytest.mark.parametrize(
    ("facts", "correction", "sentence"),
    [
        (PLANNED, "", "Nothing is different"),
        (replace(PLANNED, care="x"), "", "Say why the record is changed"),
        (replace(PLANNED, state="broken_off"), "", "Say why it was broken off"),
        (replace(PLANNED, state="held", held=None), "", "Say when it was held"),
        (replace(PLANNED, state="lost"), "", "planned, was held"),
        (replace(PLANNED, kind="chat"), "", "what kind"),
        (replace(PLANNED, recording="wire"), "", "whether it was recorded"),
        (replace(PLANNED, language="xx"), "", "from the list"),
    ],
)
def test_a_record_that_says_too_little_is_refused_with_what_is_missing(
    interview, paralegal, facts, correction, sentence
):
    with pytest.raises(BadInterview, match=sentence):
        record_interview(interview, facts=facts, correction=correction, last_seen=1, actor=paralegal)
    assert interview.records.count() == 1


def test_a_held_one_is_made_no_plan_again_and_no_correction_passes_another(interview, paralegal, lawyer):
    record_interview(interview, facts=HELD, last_seen=1, actor=paralegal)
    with pytest.raises(BadInterview, match="no plan any more"):
        record_interview(interview, facts=PLANNED, last_seen=2, actor=paralegal)
    with pytest.raises(RegisterMovedOn):
        record_interview(
            interview, facts=replace(HELD, care="None"), correction="x", last_seen=1, actor=lawyer
        )


def test_elsewhere_it_is_said_who_took_it_and_nothing_is_planned(witness, paralegal):
    for facts, sentence in (
        (replace(ELSEWHERE, organisation=""), "which organisation"),
        (replace(ELSEWHERE, state="planned"), "once it was given"),
    ):
        with pytest.raises(BadInterview, match=sentence):
            record_elsewhere(witness, facts=facts, earlier_seen=0, actor=paralegal)


def test_hidden_characters_are_refused(witness, paralegal):
    with pytest.raises(BadText, match="hidden character"):
        open_interview(witness, facts=replace(PLANNED, care="a\u202eb"), earlier_seen=0, actor=paralegal)


def test_the_log_commits_to_what_was_written_and_holds_none_of_it(interview, witness, paralegal):
    facts = replace(
        HELD, interpreter="The interpreter Mahvashi", why_ended="", where_held="At Kheradmand Alley"
    )
    record = record_interview(interview, facts=facts, last_seen=1, actor=paralegal)
    entry = Entry.objects.get(action="witness.interview_recorded")
    body = bytes(entry.body).decode()
    told = json.loads(body)["facts"]
    assert told["interpreter"] == sealed(record, "interpreter")
    assert told["held"] == sealed(record, "held")
    for word in ("Mahvashi", "Kheradmand", "Azar", "1405"):
        assert word not in body
    assert entry.case_id == witness.case_id


def test_the_plans_of_a_case_come_by_their_dates_and_without_what_is_over(
    case, witness, interview, lawyer, outsider
):
    sooner = replace(PLANNED, held=read_date("2026-11-30"))
    undated = replace(PLANNED, held=None)
    for number, facts in enumerate((undated, sooner), start=1):
        open_interview(witness, facts=facts, earlier_seen=number, justification=WHY, actor=lawyer)
    assert [one.number for one in planned_in(case, user=lawyer)] == [3, 1, 2]
    record_interview(interview, facts=HELD, last_seen=1, actor=lawyer)
    assert [one.number for one in planned_in(case, user=lawyer)] == [3, 2]
    assert planned_in(case, user=outsider) == []


def test_facts_of_an_interview_say_nothing_in_a_traceback():
    assert "pauses" not in repr(HELD)
