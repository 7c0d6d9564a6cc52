"""An exhibit as the statement of a witness, with its texts paired, and several side by side."""

import io
import json
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import NotPermitted
from accounts.models import User
from audit.models import Entry
from cases.errors import NotAMember
from cases.membership import add_member, open_case
from evidence.derivative_words import DerivativeKind
from evidence.errors import UnknownEvidence
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.lineage import CopyFacts, add_copy
from tests.evidence.derived import derive
from tests.witnesses.conftest import IDENTITY, PLANNED
from witnesses.errors import BadStatement, RegisterMovedOn, UnknownInterview, UnknownStatement
from witnesses.interviewing import open_interview
from witnesses.models import AccountKind, Dependence, Statement, Tie
from witnesses.register import register_witness
from witnesses.side_by_side import column_of, is_plain_text, seconds_of, time_in
from witnesses.statement_queries import find_statement, paired, statements_of, text_for
from witnesses.stating import StatementFacts, record_statement

FACTS = StatementFacts(
    AccountKind.FIRST_ACCOUNT, signed="yes", read_back="yes", remark="Two pages are missing"
)


def add_text(item, kind, language, words, actor, parent=None):
    facts = CopyFacts(kind, f"{language}.txt", parent=parent, language=language)
    return add_copy(
        item, io.BytesIO(words.encode() if isinstance(words, str) else words), facts=facts, actor=actor
    )


def test_an_exhibit_of_the_case_becomes_a_statement(witness, told, interview, paralegal):
    facts = replace(FACTS, interview=interview)
    statement = record_statement(witness, told, facts=facts, actor=paralegal)
    assert (statement.version, statement.stands, statement.interview) == (1, True, interview)
    assert [one.item for one in statements_of(witness, user=paralegal)] == [told]


def test_a_correction_stands_above_and_the_old_version_stays(statement, witness, told, paralegal):
    with pytest.raises(BadStatement, match="Say why"):
        record_statement(witness, told, facts=FACTS, last_seen=1, actor=paralegal)
    with pytest.raises(RegisterMovedOn):
        record_statement(witness, told, facts=FACTS, correction="It was signed", actor=paralegal)
    record_statement(witness, told, facts=FACTS, correction="It was signed", last_seen=1, actor=paralegal)
    assert list(Statement.objects.order_by("version").values_list("version", "signed")) == [
        (1, "not_known"),
        (2, "yes"),
    ]
    assert find_statement(told.pk, witness=witness, user=paralegal).signed == "yes"
    same = replace(FACTS)
    with pytest.raises(BadStatement, match="Nothing is different"):
        record_statement(witness, told, facts=same, correction="x", last_seen=2, actor=paralegal)


def test_what_is_no_statement_after_all_leaves_the_list_and_not_the_record(
    statement, witness, told, paralegal
):
    gone = replace(FACTS, stands=False)
    record_statement(witness, told, facts=gone, correction="Another witness", last_seen=1, actor=paralegal)
    assert statements_of(witness, user=paralegal) == []
    assert find_statement(told.pk, witness=witness, user=paralegal).stands is False
    record_statement(witness, told, facts=FACTS, correction="It is", last_seen=2, actor=paralegal)
    assert len(statements_of(witness, user=paralegal)) == 1


def test_a_statement_depends_on_its_witness_until_a_lawyer_ends_that(statement, witness, told, paralegal):
    [made] = Dependence.objects.standing().filter(witness=witness, item=told)
    assert made.tie == Tie.STATEMENT
    for number, stands in ((1, False), (2, True)):
        facts = replace(FACTS, stands=stands)
        record_statement(witness, told, facts=facts, correction="x", last_seen=number, actor=paralegal)
        assert Dependence.objects.standing().filter(witness=witness, item=told).get() == made


def test_a_full_statement_is_a_lawyers_to_record_and_to_correct(witness, told, paralegal, lawyer):
    full = replace(FACTS, kind=AccountKind.FULL_STATEMENT)
    with pytest.raises(NotPermitted):
        record_statement(witness, told, facts=full, actor=paralegal)
    record_statement(witness, told, facts=full, actor=lawyer)
    with pytest.raises(NotPermitted):
        record_statement(witness, told, facts=FACTS, correction="wrong", last_seen=1, actor=paralegal)


@pytest.fixture
def elsewhere(hire, lawyer, paralegal):
    """A second case of the paralegal's, with a witness, an interview and an exhibit of its own."""
    case = open_case(reference="DK-1988-09", title="Another", actor=lawyer)
    add_member(case, user=paralegal, actor=lawyer)
    witness = register_witness(case=case, identity=IDENTITY, actor=lawyer)
    interview = open_interview(witness, facts=PLANNED, earlier_seen=0, actor=lawyer)
    facts = IntakeFacts(source="s", original_name="x.txt", case=case)
    return witness, interview, ingest_evidence(io.BytesIO(b"of another case"), facts=facts, actor=lawyer)


def test_nothing_of_another_case_gets_in_by_the_code_or_by_the_database(witness, told, elsewhere, paralegal):
    _other, interview, item = elsewhere
    with pytest.raises(UnknownEvidence):
        record_statement(witness, item, facts=FACTS, actor=paralegal)
    with pytest.raises(UnknownInterview):
        record_statement(witness, told, facts=replace(FACTS, interview=interview), actor=paralegal)
    row = {"witness": witness, "version": 1, "kind": "media", "recorded_by": paralegal}
    for columns in ({"item": item}, {"item": told, "interview": interview}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Statement.objects.create(**row, **columns)
    assert not Statement.objects.exists()


def test_only_members_who_may_see_the_exhibit_do_anything(statement, witness, told, outsider, auditor):
    for user, error in ((outsider, NotAMember), (auditor, NotPermitted)):
        with pytest.raises(error):
            record_statement(witness, told, facts=FACTS, correction="x", last_seen=1, actor=user)
        assert statements_of(witness, user=user) == []
        with pytest.raises(UnknownStatement):
            find_statement(told.pk, witness=witness, user=user)


def test_the_log_holds_no_word_of_a_remark_nor_a_language(witness, told, paralegal):
    record_statement(witness, told, facts=replace(FACTS, language="bal"), actor=paralegal)
    body = bytes(Entry.objects.get(action="witness.statement_recorded").body).decode()
    assert "missing" not in body
    assert '"bal"' not in body
    assert json.loads(body)["facts"]["item"] == str(told.pk)


def test_translations_are_paired_with_the_transcript_they_were_made_from(statement, witness, told, paralegal):
    transcript = add_text(told, DerivativeKind.TRANSCRIPT, "fa", "آنچه دیدم", paralegal)
    english = add_text(told, DerivativeKind.TRANSLATION, "en", "What I saw", paralegal, parent=transcript)
    german = add_text(told, DerivativeKind.TRANSLATION, "de", "Was ich sah", paralegal)
    item = find_statement(told.pk, witness=witness, user=paralegal).item
    pairs = [(pair.text, pair.translations) for pair in paired(item)]
    assert pairs == [(transcript, [english]), (None, [german])]
    assert [text_for(item, language) for language in ("en", "fa", "fr")] == [english, transcript, transcript]


def column(statement, user: User, **how):
    found = find_statement(statement.item_id, witness=statement.witness, user=user)
    return column_of(found, user=user, **{"language": "en", **how})


def test_a_column_shows_the_readers_language_and_the_reading_is_in_the_log(statement, told, paralegal):
    add_text(told, DerivativeKind.TRANSCRIPT, "fa", "آنچه دیدم", paralegal)
    english = add_text(told, DerivativeKind.TRANSLATION, "en", "What I saw", paralegal)
    shown = column(statement, paralegal)
    assert shown.text == english
    assert [one.line.text for one in shown.lines] == ["What I saw"]
    read = Entry.objects.filter(action="evidence.derivative_read", actor=paralegal.audit_name)
    assert json.loads(bytes(read.get().body))["facts"]["derivative"] == str(english.pk)
    assert [one.line.text for one in column(statement, paralegal, language="fa").lines] == ["آنچه دیدم"]


def test_an_exhibit_without_a_text_says_so_and_is_logged_as_opened(statement, paralegal):
    shown = column(statement, paralegal)
    assert shown.text is None
    assert "Add a transcript" in shown.trouble
    assert Entry.objects.filter(action="evidence.viewed").count() == 1


def test_a_text_in_a_format_that_is_not_plain_is_not_shown(statement, told, paralegal):
    for content in (b"PK\x03\x04 a document", b"\xff\xfe\x00text", b"a\x00b"):
        text = add_text(told, DerivativeKind.TRANSCRIPT, "fa", content, paralegal)
        shown = column(statement, paralegal, wanted=str(text.pk))
        assert (shown.lines, "not shown here" in shown.trouble) == ((), True)


def test_pages_and_times_are_the_places_by_which_it_is_cited(statement, told, paralegal):
    words = "[00:00:05] سلام\nand then\f۰۰:۰۱:۳۰ later\nthe end"
    add_text(told, DerivativeKind.TRANSCRIPT, "en", words, paralegal)
    lines = column(statement, paralegal).lines
    assert [(one.page, one.time) for one in lines] == [
        (None, "00:00:05"),
        (None, ""),
        (2, "00:01:30"),
        (None, ""),
    ]
    assert [one.pinpoint for one in lines] == ["at 00:00:05", "line 2", "at 00:01:30", "page 2, line 4"]


@pytest.mark.parametrize(
    ("place", "first"), [("", 1), ("3", 3), ("۳", 3), ("0:01:00", 3), ("9:00:00", 1), ("x", 1)]
)
def test_a_column_begins_where_it_is_asked_to(statement, told, paralegal, place, first):
    add_text(told, DerivativeKind.TRANSCRIPT, "en", "[00:00:05] a\nb\n[00:01:30] c\nd", paralegal)
    assert column(statement, paralegal, place=place).lines[0].line.number == first


def test_what_a_program_read_serves_where_nobody_wrote_a_transcript(statement, told, paralegal):
    text = derive(told, DerivativeKind.TEXT, "text/plain", b"words in the file")
    assert column(statement, paralegal).text == text


@given(st.binary(max_size=300))
def test_no_bytes_make_the_look_at_them_fail(content):
    opened = io.BytesIO(content)
    assert is_plain_text(opened) in (True, False)
    assert opened.tell() == 0


@given(
    st.integers(0, 99), st.integers(0, 59), st.integers(0, 59), st.sampled_from(["[{}]", "{} word", "<{}>"])
)
def test_a_time_is_read_back_as_it_was_written(hours, minutes, seconds, dress):
    time = f"{hours}:{minutes:02}:{seconds:02}"
    assert time_in(dress.format(time)) == time
    assert seconds_of(time) == hours * 3600 + minutes * 60 + seconds


@given(st.text(max_size=60))
def test_no_line_makes_the_reading_of_a_time_fail(line):
    assert time_in(line) == "" or seconds_of(time_in(line)) >= 0
