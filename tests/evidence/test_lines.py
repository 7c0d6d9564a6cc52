"""Text by numbered lines: what is cited as line 7 is line 7, however long the text."""

import io
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from evidence.lines import (
    LONGEST,
    MOST_FOUND,
    MOST_ON_A_PAGE,
    STRETCH,
    Line,
    Stretch,
    lines_with,
    page_lines,
    stretch_of,
)


def text(*lines: str) -> io.BytesIO:
    return io.BytesIO("\n".join(lines).encode())


def numbers(stretch: Stretch) -> tuple[int, int]:
    return stretch.lines[0].number, stretch.lines[-1].number


def test_a_text_is_read_stretch_by_stretch() -> None:
    whole = text(*(str(number) for number in range(1, STRETCH * 2 + 3)))
    first = stretch_of(whole)
    assert (numbers(first), first.earlier, first.later) == ((1, STRETCH), None, STRETCH + 1)
    whole.seek(0)
    second = stretch_of(whole, first=STRETCH + 1)
    assert (numbers(second), second.earlier, second.later) == ((STRETCH + 1, STRETCH * 2), 1, STRETCH * 2 + 1)
    whole.seek(0)
    last = stretch_of(whole, first=STRETCH * 2 + 1)
    assert ([line.text for line in last.lines], last.later) == (["801", "802"], None)


def test_a_stretch_beyond_the_end_or_before_the_beginning_is_no_fault() -> None:
    assert stretch_of(text("one"), first=999).lines == ()
    assert stretch_of(text("one"), first=-5).lines == (Line(1, "one"),)
    assert stretch_of(io.BytesIO()).lines == ()


def test_a_line_without_end_goes_on_under_its_own_number() -> None:
    found = stretch_of(text("x" * (LONGEST + 5), "next")).lines
    assert [(line.number, len(line.text), line.goes_on) for line in found] == [
        (1, LONGEST, False),
        (1, 5, True),
        (2, 4, False),
    ]


def test_a_form_feed_ends_a_page_and_its_line() -> None:
    whole = "یک\nدو\fسه\f\fچهار\n\fx"
    texts = [line.text for line in stretch_of(text(whole)).lines]
    assert texts == ["یک", "دو", "سه", "چهار", "x"]
    pages = [page_lines(text(whole), number) for number in range(1, 7)]
    found = [page if page is None else [line.text for line in page] for page in pages]
    assert found == [["یک", "دو"], ["سه"], [], ["چهار"], ["x"], None]


def test_a_page_without_end_is_cut_where_nobody_reads_on() -> None:
    page = page_lines(text("x" * (MOST_ON_A_PAGE + 9)), 1)
    assert page is not None
    assert sum(len(line.text) for line in page) == MOST_ON_A_PAGE


def test_what_is_no_text_is_shown_and_stops_nothing() -> None:
    assert stretch_of(io.BytesIO(b"a\xff\r\nb")).lines == (Line(1, "a\ufffd"), Line(2, "b"))


def test_words_are_found_however_their_letters_are_typed() -> None:
    content = text("نامه\u200cای از كيان", "nothing", "NAMEH")
    assert [line.number for line in lines_with(content, "کیان")[0]] == [1]
    content.seek(0)
    assert [line.number for line in lines_with(content, "nameh")[0]] == [3]


def test_of_too_many_the_first_are_given_and_it_is_said() -> None:
    found, more = lines_with(text(*["x"] * (MOST_FOUND + 1)), "x")
    assert (len(found), more) == (MOST_FOUND, True)
    assert lines_with(text(*["x"] * MOST_FOUND), "x")[1] is False


def test_a_text_of_any_size_takes_no_more_memory() -> None:
    content = io.BytesIO(b"x" * 30_000_000)
    tracemalloc.start()
    try:
        lines_with(content, "y")
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=5000), st.integers(-3, 20))
def test_any_bytes_are_read(content: bytes, first: int) -> None:
    found = stretch_of(io.BytesIO(content), first=first).lines
    assert all(line.number >= max(1, first) for line in found)
