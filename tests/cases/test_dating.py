"""Dates as they are written, against values known from outside and against rules that hold for every date."""

import datetime

import jdatetime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.calendars import Calendar, first_day, months_span, parts_of, year_span
from cases.dating import PartialDate, Precision, Qualifier, display_dates, read_date
from cases.errors import BadDate

# Written, EDTF, earliest, latest, precision: from the tests of jalaali-js and the Iranian civil calendar.
KNOWN = [
    ("5 Mordad 1367", "1988-07-27", "1988-07-27", "1988-07-27", "day"),
    ("1367-05-05", "1988-07-27", "1988-07-27", "1988-07-27", "day"),
    ("۱۳۶۷/۵/۶", "1988-07-28", "1988-07-28", "1988-07-28", "day"),
    ("٥ مرداد ١٣٦٧", "1988-07-27", "1988-07-27", "1988-07-27", "day"),
    ("1367-06-31", "1988-09-22", "1988-09-22", "1988-09-22", "day"),
    ("30 Esfand 1366", "1988-03-20", "1988-03-20", "1988-03-20", "day"),
    ("Mordad 1367", "1988-07-23/1988-08-22", "1988-07-23", "1988-08-22", "month"),
    ("مردادماه ۱۳۶۷", "1988-07-23/1988-08-22", "1988-07-23", "1988-08-22", "month"),
    ("1367-05", "1988-07-23/1988-08-22", "1988-07-23", "1988-08-22", "month"),
    ("۱۳۶۷-۰۵", "1988-07-23/1988-08-22", "1988-07-23", "1988-08-22", "month"),
    ("Shahrivar 1367", "1988-08-23/1988-09-22", "1988-08-23", "1988-09-22", "month"),
    ("late Mordad 1367", "1988-08-12/1988-08-22", "1988-08-12", "1988-08-22", "part_of_month"),
    ("اواخر مرداد ۱۳۶۷", "1988-08-12/1988-08-22", "1988-08-12", "1988-08-22", "part_of_month"),
    ("early Mordad 1367", "1988-07-23/1988-08-01", "1988-07-23", "1988-08-01", "part_of_month"),
    ("mid-Mordad 1367", "1988-08-02/1988-08-11", "1988-08-02", "1988-08-11", "part_of_month"),
    ("summer 1367", "1988-06-22/1988-09-22", "1988-06-22", "1988-09-22", "season"),
    ("1367", "1988-03-21/1989-03-20", "1988-03-21", "1989-03-20", "year"),
    ("136X", "1981-03-21/1991-03-20", "1981-03-21", "1991-03-20", "decade"),
    ("1360/1368", "1981-03-21/1990-03-20", "1981-03-21", "1990-03-20", "interval"),
    (
        "از مرداد تا شهریور ۱۳۶۷".replace("مرداد", "مرداد ۱۳۶۷"),
        "1988-07-23/1988-09-22",
        "1988-07-23",
        "1988-09-22",
        "interval",
    ),
    ("1360/..", "1981-03-21/..", "1981-03-21", None, "interval"),
    ("1988", "1988", "1988-01-01", "1988-12-31", "year"),
    ("1988-07", "1988-07", "1988-07-01", "1988-07-31", "month"),
    ("1988-07-28", "1988-07-28", "1988-07-28", "1988-07-28", "day"),
    ("28 July 1988", "1988-07-28", "1988-07-28", "1988-07-28", "day"),
    ("July 28, 1988", "1988-07-28", "1988-07-28", "1988-07-28", "day"),
    ("1988-07-27/1988-09-22", "1988-07-27/1988-09-22", "1988-07-27", "1988-09-22", "interval"),
    ("../1988-08", "../1988-08", None, "1988-08-31", "interval"),
    ("198X", "198X", "1980-01-01", "1989-12-31", "decade"),
    ("1988-07-XX", "1988-07-XX", "1988-07-01", "1988-07-31", "month"),
]
BAD = [
    ("", "Write a date"),
    ("Mordad 67", "all four digits"),
    ("67", "all four digits"),
    ("67-05-05", "all four digits"),
    ("5 Mordad", "all four digits"),
    ("2536", "imperial year"),
    ("1050", "neither a solar Hijri year"),
    ("30 Esfand 1367", "no day 30"),
    ("1367-07-31", "no day 31"),
    ("1988-02-30", "no day 30"),
    ("1988-13", "There is no month 13"),
    ("1988-22", "season"),
    ("summer 1988", "season"),
    ("Mordad 1988", "different calendars"),
    ("July 1367", "different calendars"),
    ("1367-05/1988-09", "different calendars"),
    ("1988-09/1988-07", "ends before it begins"),
    ("Ramadan 1408", "Lunar"),
    ("5/5/1367", "cannot be read"),
    ("the day my brother was taken", "cannot be read"),
    ("1988-07-27T10:00", "cannot be read"),
    ("1988\n1989", "on one line"),
    ("1988-07-2\u202e7", "on one line"),
    ("1" * 300, "on one line"),
]


def _iso(day: datetime.date | None) -> str | None:
    return day.isoformat() if day else None


@pytest.mark.parametrize(("text", "edtf", "earliest", "latest", "precision"), KNOWN)
def test_it_reads_a_known_date(text: str, edtf: str, earliest: str, latest: str, precision: str) -> None:
    date = read_date(text)
    assert (date.edtf, _iso(date.earliest), _iso(date.latest), date.precision) == (
        edtf,
        earliest,
        latest,
        precision,
    )
    assert date.as_written == text


@pytest.mark.parametrize(("text", "sentence"), BAD)
def test_it_refuses_what_cannot_be_read_and_says_what_to_write(text: str, sentence: str) -> None:
    with pytest.raises(BadDate, match=sentence):
        read_date(text)


@pytest.mark.parametrize(
    ("text", "qualifier", "edtf"),
    [
        ("1988~", Qualifier.APPROXIMATE, "1988~"),
        ("1988?", Qualifier.UNCERTAIN, "1988?"),
        ("1988-07%", Qualifier.BOTH, "1988-07%"),
        ("about Mordad 1367", Qualifier.APPROXIMATE, "1988-07-23~/1988-08-22~"),
        ("شاید ۱۳۶۷", Qualifier.UNCERTAIN, "1988-03-21?/1989-03-20?"),
        ("late Mordad 1367", Qualifier.NONE, "1988-08-12/1988-08-22"),
    ],
)
def test_doubt_is_kept_apart_and_never_moves_the_bounds(text: str, qualifier: Qualifier, edtf: str) -> None:
    date = read_date(text)
    assert (date.qualifier, date.edtf) == (qualifier, edtf)
    plain = read_date(text.strip("~?%").removeprefix("about ").removeprefix("شاید "))
    assert (date.earliest, date.latest) == (plain.earliest, plain.latest)


def test_the_converter_and_its_version_are_kept() -> None:
    assert read_date("Mordad 1367").converter == "jdatetime 6.1.1"
    assert read_date("1988-07").converter == "edtf 5.0.2"


def test_the_leap_years_of_1354_to_1410_are_those_of_the_civil_calendar() -> None:
    leap = [1354, 1358, 1362, 1366, 1370, 1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408]
    assert [
        year
        for year in range(1354, 1411)
        if year_span(Calendar.SOLAR_HIJRI, year)[1]
        == first_day(Calendar.SOLAR_HIJRI, year, 12, 29) + datetime.timedelta(days=1)
    ] == leap


def test_the_gregorian_year_1988_runs_from_11_dey_1366_to_10_dey_1367() -> None:
    first, last = year_span(Calendar.GREGORIAN, 1988)
    assert parts_of(Calendar.SOLAR_HIJRI, first) == (1366, 10, 11)
    assert parts_of(Calendar.SOLAR_HIJRI, last) == (1367, 10, 10)


@given(st.integers(1200, 1499), st.integers(1, 12))
def test_no_solar_hijri_month_is_ever_taken_for_a_gregorian_one(year: int, month: int) -> None:
    date = read_date(f"{year}-{month:02}")
    assert date.calendar is Calendar.SOLAR_HIJRI
    assert date.earliest is not None
    assert date.earliest.year >= 1821
    assert (date.earliest, date.latest) == months_span(Calendar.SOLAR_HIJRI, year, month)


@given(st.dates(datetime.date(1821, 3, 21), datetime.date(2120, 3, 19)))
def test_a_day_reads_the_same_in_both_calendars(day: datetime.date) -> None:
    solar = jdatetime.date.fromgregorian(date=day)
    read = read_date(f"{solar.year}/{solar.month}/{solar.day}")
    assert (read.earliest, read.latest) == (day, day)
    assert read_date(day.isoformat()).earliest == day


@given(st.text(max_size=40))
def test_any_text_is_either_a_whole_date_or_refused(text: str) -> None:
    try:
        date = read_date(text)
    except BadDate:
        return
    assert date.as_written == text.strip()
    assert date.earliest or date.latest
    assert display_dates(date, "fa").as_written == date.as_written


@given(st.text("0123456789-/.~?%xX تا۱۳۶۷مردادMordaleJuy", max_size=24))
def test_texts_that_look_like_dates_never_break_the_reader(text: str) -> None:
    try:
        date = read_date(text)
    except BadDate:
        return
    if date.earliest and date.latest:
        assert date.earliest <= date.latest


@pytest.mark.parametrize(
    ("text", "english", "persian"),
    [
        (
            "late Mordad 1367",
            "late Mordad 1367 · 12–22 August 1988",
            "late Mordad 1367 · اواخر مرداد ۱۳۶۷ · ۱۲–۲۲ اوت ۱۹۸۸",
        ),
        (
            "اواخر مرداد ۱۳۶۷",
            "اواخر مرداد ۱۳۶۷ · late Mordad 1367 · 12–22 August 1988",
            "اواخر مرداد ۱۳۶۷ · ۱۲–۲۲ اوت ۱۹۸۸",
        ),
        ("5 Mordad 1367", "5 Mordad 1367 · 27 July 1988", "5 Mordad 1367 · ۵ مرداد ۱۳۶۷ · ۲۷ ژوئیه ۱۹۸۸"),
        ("1988", "1988 · 11 Dey 1366 – 10 Dey 1367", "1988 · ۱۱ دی ۱۳۶۶ – ۱۰ دی ۱۳۶۷ · ۱۹۸۸"),
        (
            "summer 1367",
            "summer 1367 · Tir – Shahrivar 1367 · 22 June – 22 September 1988",
            "summer 1367 · تیر – شهریور ۱۳۶۷ · ۲۲ ژوئن – ۲۲ سپتامبر ۱۹۸۸",
        ),
        (
            "1360/..",
            "1360/.. · from 1 Farvardin 1360 on · from 21 March 1981 on",
            "1360/.. · از ۱ فروردین ۱۳۶۰ به بعد · از ۲۱ مارس ۱۹۸۱ به بعد",
        ),
        (
            "1988~",
            "1988~ · about 11 Dey 1366 – 10 Dey 1367 · about 1988",
            "1988~ · حدود ۱۱ دی ۱۳۶۶ – ۱۰ دی ۱۳۶۷ · حدود ۱۹۸۸",
        ),
    ],
)
def test_a_date_is_shown_as_written_first_then_in_both_calendars(
    text: str, english: str, persian: str
) -> None:
    date = read_date(text)
    assert str(display_dates(date, "en")) == english
    assert str(display_dates(date, "fa")) == persian


def test_a_year_is_never_shown_as_its_first_day() -> None:
    date: PartialDate = read_date("1988")
    assert date.precision is Precision.YEAR
    assert "January" not in str(display_dates(date, "en"))
