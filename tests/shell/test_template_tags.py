"""Dates, digits and foreign text as the pages show them."""

import re
from datetime import UTC, date, datetime

import pytest
from django.template import RequestContext, Template
from django.utils import translation
from django.utils.html import conditional_escape
from hypothesis import given
from hypothesis import strategies as st

from cases.dating import read_date
from config.templatetags import dadkhah

MOMENT = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)


def test_a_moment_reads_in_both_calendars_with_its_zone():
    assert dadkhah.gregorian_day(MOMENT) == "22 November 2026"
    assert dadkhah.solar_hijri(MOMENT) == "1 Azar 1405"
    assert dadkhah.clock(MOMENT) == "14:05 UTC"


def test_persian_readers_get_persian_digits_and_months():
    with translation.override("fa"):
        assert dadkhah.solar_hijri(date(1988, 7, 28)) == "۶ مرداد ۱۳۶۷"
        assert dadkhah.digits(1367) == "۱۳۶۷"
        assert dadkhah.clock(MOMENT) == "۱۴:۰۵ UTC"


def test_a_day_in_a_sentence_is_not_broken_and_the_rest_is_escaped():
    assert dadkhah.whole_days("A <day> as 2027-01-31.") == (
        'A &lt;day&gt; as <bdi class="unbroken" dir="ltr">2027-01-31</bdi>.'
    )
    assert dadkhah.whole_days("tel. 0912-2027-01-31-7 and 2027-1") == "tel. 0912-2027-01-31-7 and 2027-1"


@pytest.mark.parametrize("reference", ["E-4H22-WSKQ", "D-CG8S-J73Z", "DK-1988-01-dossier-01"])
def test_a_reference_in_a_text_is_not_broken_and_the_rest_is_escaped(reference):
    assert dadkhah.whole_references(f"مدرک <پیوست> {reference}.") == (
        f'مدرک &lt;پیوست&gt; <bdi class="unbroken" dir="ltr">{reference}</bdi>.'
    )


@pytest.mark.parametrize(
    "text", ["a-b well-known", "X-" + "Y" * 60, "tel. 0912-44", "account", "-E-4-", "E-"]
)
def test_what_is_no_reference_may_break(text):
    assert dadkhah.whole_references(text) == text


def test_a_vague_date_stays_vague_in_the_other_calendar():
    assert list(dadkhah.both_calendars(read_date("late Mordad 1367"))) == ["12–22 August 1988"]


@pytest.mark.parametrize(
    ("text", "direction"),
    [("1988~", "ltr"), ("late Mordad 1367", "ltr"), ("۵ مرداد ۱۳۶۷", "rtl"), ("", "ltr")],
)
def test_text_runs_in_the_direction_of_its_first_letter(text, direction):
    assert dadkhah.written_direction(text) == direction


def test_the_joiners_that_persian_needs_are_left_in_place():
    assert dadkhah.verbatim_text("نامه\u200cی") == "نامه\u200cی"


@given(st.text())
def test_no_text_can_bring_markup_or_a_direction_override_onto_a_page(text):
    shown = dadkhah.verbatim_text(text).replace('<span class="hidden-character">', "").replace("</span>", "")
    assert "<" not in shown
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\x00\n\r")


def test_the_tag_that_hides_what_would_be_refused_works_inside_isolated_includes(rf):
    class Reader:
        is_authenticated = False

        def has_perm(self, permission: str) -> bool:
            return permission == "dossiers.view_dossier"

    request = rf.get("/")
    request.user = Reader()
    inner = Template(
        '{% load dadkhah %}{% may "dossiers.view_dossier" as a %}{% may "audit.review_log" as b %}{{ a }} {{ b }}'
    )
    outer = Template("{% include inner only %}")
    assert outer.render(RequestContext(request, {"inner": inner})) == "True False"


def test_a_size_has_the_digits_of_the_reader():
    with translation.override("fa"):
        assert "۱٫۴" in dadkhah.file_size(1434)
    with translation.override("en"):
        assert dadkhah.file_size(1434).startswith("1.4")


@given(st.text())
def test_a_cell_says_what_it_was_given_and_no_markup_of_it(text):
    shown = re.sub(r'<wbr>|<bdi class="unbroken" dir="ltr">|</bdi>', "", dadkhah.in_cell(text))
    assert shown == conditional_escape(text)


def test_a_word_that_no_column_holds_may_be_broken_and_a_reference_is_not():
    assert dadkhah.in_cell("Exhibit E-4KQ7-2M9D") == dadkhah.whole_references("Exhibit E-4KQ7-2M9D")
    assert "<wbr>" not in dadkhah.in_cell("59deb205-e43c-4b97-8ef9-a8291dad58e3 and more")
    assert dadkhah.in_cell("a" * 30 + "&" + "b" * 30).split("<wbr>")[1] == "a" * 12 + "&amp;" + "b" * 5
