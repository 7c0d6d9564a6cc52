"""The rule of consent, without any database: closed, by purpose and receiver, to the day."""

from datetime import date, timedelta

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from witnesses.consent_rule import Destination, Given, needs, objection
from witnesses.consent_words import Answer, Purpose, RecipientKind, Standing, Use, Why

DAY = date(2026, 11, 26)
STATED_KINDS = [kind for kind in RecipientKind if kind != RecipientKind.UNSTATED]
STATED_USES = [use for use in Use if use != Use.UNSTATED]
ICC = Destination(RecipientKind.ICC_OR_UN, Use.INVESTIGATION, "OTP")
PROSECUTOR = Destination(RecipientKind.PROSECUTOR, Use.INVESTIGATION, "Prosecutor of Stockholm")

destinations = st.builds(
    Destination,
    kind=st.sampled_from(STATED_KINDS),
    use=st.sampled_from(STATED_USES),
    name=st.sampled_from(["Prosecutor of Stockholm", "Somebody else"]),
    conditions_met=st.booleans(),
)
givens = st.builds(
    Given,
    answers=st.fixed_dictionaries({one: st.sampled_from(list(Answer)) for one in Purpose}),
    withdrawn=st.frozensets(st.sampled_from(list(Purpose))),
    expires_on=st.none() | st.dates(DAY - timedelta(5), DAY + timedelta(5)),
    prosecutors=st.sampled_from([(), ("prosecutor of  stockholm",)]),
    conditions_known=st.booleans(),
)


def yes_to(*purposes: Purpose, **changes: object) -> Given:
    said = {one: Answer.YES if one in purposes else Answer.NO for one in Purpose}
    return Given(said, **changes)  # type: ignore[arg-type]


def why(given: Given | None, destination: Destination, *, tells_who: bool = True) -> Why | None:
    found = objection(given, destination, tells_who=tells_who, on=DAY)
    return found.why if found else None


def test_who_was_never_asked_consented_to_nothing() -> None:
    assert why(None, ICC) == Why.NONE


def test_a_yes_to_one_receiver_is_no_yes_to_another() -> None:
    to_icc = yes_to(Purpose.STORE, Purpose.ICC_OR_UN)
    assert why(to_icc, ICC) is None
    assert why(to_icc, PROSECUTOR) == Why.NO
    assert why(yes_to(Purpose.STORE, Purpose.ANY_UJ_AUTHORITY), ICC) == Why.NO


@pytest.mark.parametrize("spelt", ["Prosecutor of Stockholm", " prosecutor  OF stockholm "])
def test_a_named_prosecutor_is_known_in_any_spelling_that_reads_the_same(spelt: str) -> None:
    named = yes_to(Purpose.STORE, Purpose.NAMED_PROSECUTORS, prosecutors=(spelt,))
    assert why(named, PROSECUTOR) is None


def test_another_prosecutor_than_the_named_one_gets_nothing() -> None:
    named = yes_to(Purpose.STORE, Purpose.NAMED_PROSECUTORS, prosecutors=("Prosecutor of Karlsruhe",))
    assert why(named, PROSECUTOR) == Why.NOT_NAMED
    assert why(named, Destination(RecipientKind.UJ_AUTHORITY, Use.INVESTIGATION, "x")) == Why.NO


def test_any_authority_includes_every_prosecutor() -> None:
    assert why(yes_to(Purpose.STORE, Purpose.ANY_UJ_AUTHORITY), PROSECUTOR) is None


def test_a_court_needs_that_the_identity_may_be_disclosed() -> None:
    court = Destination(RecipientKind.COURT, Use.HEARING, "Svea hovrätt")
    assert why(yes_to(*Purpose), court) is None
    assert why(yes_to(*(set(Purpose) - {Purpose.COURT_IDENTITY})), court) == Why.NO


def test_what_tells_who_the_witness_is_is_published_only_with_the_name() -> None:
    public = Destination(RecipientKind.PUBLIC, Use.PUBLICATION)
    without_name = yes_to(Purpose.STORE, Purpose.PUBLISH_ANONYMISED)
    assert why(without_name, public, tells_who=False) is None
    assert why(without_name, public, tells_who=True) == Why.NO


def test_the_day_of_expiry_is_the_last_on_which_it_holds() -> None:
    ends = yes_to(Purpose.STORE, Purpose.ICC_OR_UN, expires_on=DAY)
    assert ends.standing(Purpose.STORE, on=DAY) == Standing.YES
    assert ends.standing(Purpose.STORE, on=DAY + timedelta(1)) == Standing.EXPIRED
    assert why(ends, ICC) is None
    assert why(yes_to(Purpose.STORE, Purpose.ICC_OR_UN, expires_on=DAY - timedelta(1)), ICC) == Why.EXPIRED


def test_a_condition_asks_for_a_statement_and_one_that_was_erased_for_a_new_consent() -> None:
    said = dict.fromkeys(Purpose, Answer.CONDITIONAL)
    assert why(Given(said), ICC) == Why.CONDITIONS
    stated = Destination(ICC.kind, ICC.use, ICC.name, conditions_met=True)
    assert why(Given(said), stated) is None
    assert why(Given(said, conditions_known=False), stated) == Why.CONDITIONS_ERASED


def test_to_nobody_known_goes_nothing() -> None:
    assert why(yes_to(*Purpose), Destination()) == Why.UNSTATED


@generated(givens, destinations, st.booleans())
def test_what_passes_met_every_need_by_an_answer_that_stands(
    given: Given, destination: Destination, tells_who: bool
) -> None:
    if objection(given, destination, tells_who=tells_who, on=DAY) is not None:
        return
    for need in needs(destination, tells_who=tells_who):
        standing = {given.standing(one, on=DAY) for one in need}
        assert standing & {Standing.YES, Standing.CONDITIONAL}
        if Standing.YES not in standing:
            assert destination.conditions_met


@generated(givens, destinations, st.booleans(), st.frozensets(st.sampled_from(list(Purpose))))
def test_a_withdrawal_opens_nothing(
    given: Given, destination: Destination, tells_who: bool, more: frozenset[Purpose]
) -> None:
    less = Given(
        given.answers, given.withdrawn | more, given.expires_on, given.prosecutors, given.conditions_known
    )
    if objection(given, destination, tells_who=tells_who, on=DAY) is not None:
        assert objection(less, destination, tells_who=tells_who, on=DAY) is not None


@generated(givens, destinations, st.booleans())
def test_after_everything_is_withdrawn_nothing_goes_anywhere(
    given: Given, destination: Destination, tells_who: bool
) -> None:
    nothing = Given(given.answers, frozenset(Purpose), given.expires_on, given.prosecutors)
    assert objection(nothing, destination, tells_who=tells_who, on=DAY) is not None


@generated(givens, destinations, st.booleans())
def test_every_objection_says_a_sentence(given: Given, destination: Destination, tells_who: bool) -> None:
    found = objection(given, destination, tells_who=tells_who, on=DAY)
    assert found is None or (len(found.sentence) > 10 and "%" not in found.sentence)


def test_every_receiver_and_use_needs_something_beyond_keeping() -> None:
    for kind in STATED_KINDS:
        for use in STATED_USES:
            assert len(list(needs(Destination(kind, use), tells_who=True))) > 1
