"""The pages of interviews and statements."""

import io

import pytest
from django.urls import reverse

from evidence.derivative_words import DerivativeKind
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.lineage import CopyFacts, add_copy
from tests.witnesses.test_interviews import WHY
from witnesses.models import Interview, Statement
from witnesses.stating import StatementFacts, record_statement

FORM = {"state": "planned", "kind": "first_account", "recording": "audio", "held": "۱۲ آذر ۱۴۰۵"}


def at(name, witness, *more):
    return reverse(f"witnesses:{name}", args=[witness.case_id, witness.pk, *more])


def test_a_new_interview_is_entered_after_every_earlier_one_was_listed(client_for, witness, paralegal):
    client = client_for(paralegal)
    first = client.get(at("interview_new", witness))
    assert "justification" not in first.context["form"].fields
    assert client.post(at("interview_new", witness), {**FORM, "seen": 0}).status_code == 302
    page = client.get(at("interview_new", witness))
    assert "justification" in page.context["form"].fields
    assert "Interview 1" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    for why, status in (("", 422), ("because", 422), (WHY, 302)):
        answer = client.post(at("interview_new", witness), {**FORM, "seen": 1, "justification": why})
        assert answer.status_code == status
    assert Interview.objects.count() == 2


def test_whoever_filled_in_the_form_while_somebody_else_entered_one_reads_that_first(
    client_for, witness, interview, paralegal
):
    client = client_for(paralegal)
    sent = {**FORM, "seen": 0, "care": "Typed with care", "justification": WHY}
    answer = client.post(at("interview_new", witness), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "read what is new above" in page
    assert "Interview 1" in page
    assert "Typed with care" in page
    assert 'name="seen" value="1"' in page


def test_a_paralegal_is_not_offered_a_full_statement_and_cannot_send_one(
    client_for, witness, paralegal, lawyer
):
    sent = {**FORM, "kind": "full_statement", "seen": 0}
    client = client_for(paralegal)
    assert "full_statement" not in client.get(at("interview_new", witness)).content.decode()
    assert client.post(at("interview_new", witness), sent).status_code == 422
    assert client_for(lawyer).post(at("interview_new", witness), sent).status_code == 302
    mine = Interview.objects.get()
    correct = {**sent, "state": "held", "seen": 1}
    assert client.post(at("interview_record", witness, mine.pk), correct).status_code in (403, 422)


def test_what_became_of_it_is_recorded_by_page_and_the_plan_stays_below(
    client_for, witness, interview, lawyer
):
    client = client_for(lawyer)
    assert client.get(at("interview_record", witness, interview.pk)).status_code == 200
    sent = {**FORM, "state": "broken_off", "why_ended": "", "seen": 1}
    assert client.post(at("interview_record", witness, interview.pk), sent).status_code == 422
    sent["why_ended"] = "The witness was tired"
    assert client.post(at("interview_record", witness, interview.pk), sent).status_code == 302
    page = client.get(at("interview", witness, interview.pk)).content.decode()
    assert "The witness was tired" in page
    assert "What was recorded before" in page
    assert client.post(at("interview_record", witness, interview.pk), sent).status_code == 422


def test_the_plans_of_the_case_stand_on_one_page(client_for, witness, interview, lawyer, outsider):
    address = reverse("witnesses:interviews_planned", args=[witness.case_id])
    assert witness.pseudonym in client_for(lawyer).get(address).content.decode()
    assert client_for(outsider).get(address).status_code == 404


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_pages_stand_in_both_languages(client_for, witness, interview, statement, lawyer, language):
    lawyer.language = language
    lawyer.save()
    client = client_for(lawyer)
    for address in (
        at("interviews", witness),
        at("interview", witness, interview.pk),
        at("interview_new", witness),
        at("interview_elsewhere", witness),
        at("statement_new", witness),
        at("statement", witness, statement.item_id),
        at("side_by_side", witness),
        reverse("witnesses:interviews_planned", args=[witness.case_id]),
    ):
        assert client.get(address, headers={"accept-language": language}).status_code == 200


def test_a_statement_is_added_by_the_reference_of_the_exhibit(
    client_for, witness, told, interview, paralegal
):
    client = client_for(paralegal)
    sent = {
        "item": f" {told.reference.lower()} ",
        "kind": "first_account",
        "interview": str(interview.pk),
        "signed": "yes",
        "read_back": "no",
        "under_oath": "not_known",
        "seen": 0,
    }
    wrong = client.post(at("statement_new", witness), {**sent, "item": "DK-0000-0000"})
    assert wrong.status_code == 422
    assert "DK-0000-0000" in wrong.content.decode()
    assert client.post(at("statement_new", witness), sent).status_code == 302
    assert Statement.objects.get().interview == interview
    assert client.post(at("statement_new", witness), sent).status_code == 422
    assert told.reference in client.get(at("interview", witness, interview.pk)).content.decode()


def test_it_is_taken_back_by_page_with_a_reason(client_for, witness, statement, paralegal):
    client = client_for(paralegal)
    address = at("statement", witness, statement.item_id)
    sent = {"kind": "first_account", "signed": "no", "read_back": "no", "under_oath": "no", "seen": 1}
    assert client.post(address, {**sent, "taken_back": "on"}).status_code == 422
    assert client.post(address, {**sent, "taken_back": "on", "correction": "Not theirs"}).status_code == 302
    assert Statement.objects.get(version=2).stands is False


@pytest.fixture
def second(case, witness, paralegal):
    facts = IntakeFacts(source="A court", original_name="court.txt", title="In court", case=case)
    item = ingest_evidence(io.BytesIO(b"in court"), facts=facts, actor=paralegal)
    return record_statement(witness, item, facts=StatementFacts("third_party_record"), actor=paralegal)


def transcript(statement, words, actor):
    facts = CopyFacts(DerivativeKind.TRANSCRIPT, "t.txt", language="en")
    return add_copy(statement.item, io.BytesIO(words.encode()), facts=facts, actor=actor)


def test_two_statements_stand_side_by_side_and_one_is_turned_without_the_other(
    client_for, witness, statement, second, paralegal
):
    transcript(statement, "\n".join(f"first {n}" for n in range(1, 900)), paralegal)
    transcript(second, "<b>second</b>", paralegal)
    chosen = {"statement": [str(statement.item_id), str(second.item_id)]}
    client = client_for(paralegal)
    page = client.get(at("side_by_side", witness), chosen).content.decode()
    assert "first 1" in page
    assert "first 500" not in page
    assert "&lt;b&gt;second" in page
    later = client.get(at("side_by_side", witness), {**chosen, f"from-{statement.item_id}": "401"})
    assert "first 500" in later.content.decode()
    assert f"from-{statement.item_id}=401" in page.replace("&amp;", "&")


def test_too_few_too_many_and_foreign_ones_are_answered_with_a_sentence(
    client_for, witness, statement, second, paralegal, outsider
):
    client, address = client_for(paralegal), at("side_by_side", witness)
    assert client.get(address, {"statement": str(statement.item_id)}).status_code == 422
    assert client.get(address, {"statement": [str(statement.item_id), "x"]}).status_code == 404
    both = {"statement": [str(statement.item_id), str(second.item_id)]}
    assert client_for(outsider).get(address, both).status_code == 404
