"""What a player asks for, and what it gets: RFC 9110, section 14."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import NoSuchRange
from evidence.ranges import MOST_AT_ONCE, Span, read_range

SIZE = 1000


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-499", 0, 499),
        ("bytes=500-999", 500, 999),
        ("bytes=-500", 500, 999),
        ("bytes=9500-", None, None),
        ("bytes=0-0", 0, 0),
        ("bytes=-1", 999, 999),
        ("bytes=999-", 999, 999),
        ("bytes=0-", 0, 999),
        ("bytes=0-99999", 0, 999),
        ("bytes=-99999", 0, 999),
        ("Bytes= 1-2 ", 1, 2),
    ],
)
def test_a_range_is_read_as_the_rfc_says(header: str, first: int | None, last: int | None) -> None:
    if first is None or last is None:
        with pytest.raises(NoSuchRange):
            read_range(header, size=SIZE)
    else:
        assert read_range(header, size=SIZE) == Span(first, last)


@pytest.mark.parametrize("header", ["", "bytes", "seconds=1-2", "bytes=0-1,5-6", "bytes=0-1, 5-6,", "none"])
def test_what_need_not_be_understood_asks_for_the_whole(header: str) -> None:
    if header == "bytes":
        with pytest.raises(NoSuchRange):
            read_range(header, size=SIZE)
    else:
        assert read_range(header, size=SIZE) is None


@pytest.mark.parametrize(
    "header",
    [
        "bytes=",
        "bytes=-",
        "bytes=x-y",
        "bytes=5",
        "bytes=--5",
        "bytes=1000-",
        "bytes=5-4",
        "bytes=-0",
        "bytes=٣-٥",
        "bytes=" + "9" * 30 + "-",
    ],
)
def test_a_range_that_is_none_is_refused(header: str) -> None:
    with pytest.raises(NoSuchRange):
        read_range(header, size=SIZE)


def test_an_empty_file_has_no_range() -> None:
    for header in ("bytes=0-", "bytes=-1", "bytes=0-0"):
        with pytest.raises(NoSuchRange):
            read_range(header, size=0)


def test_no_answer_holds_more_than_a_player_needs_at_once() -> None:
    size = 5 * MOST_AT_ONCE
    assert read_range("bytes=0-", size=size) == Span(0, MOST_AT_ONCE - 1)
    assert read_range(f"bytes={MOST_AT_ONCE}-", size=size) == Span(MOST_AT_ONCE, 2 * MOST_AT_ONCE - 1)


@given(st.text(max_size=40).map(lambda text: "bytes=" + text) | st.text(max_size=40), st.integers(0, 10**12))
def test_any_header_is_answered_within_the_file(header: str, size: int) -> None:
    try:
        span = read_range(header, size=size)
    except NoSuchRange:
        return
    if span is not None:
        assert 0 <= span.first <= span.last < size
        assert span.size <= MOST_AT_ONCE
