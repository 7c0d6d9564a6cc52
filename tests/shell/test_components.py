"""The pieces of pages say the right thing, whatever they are given."""

from datetime import UTC, datetime

import pytest
from django.core.paginator import Paginator
from django.template import engines
from django.template.loader import render_to_string
from django.utils import translation

from audit.errors import DomainError
from config.templatetags.gallery import SampleForm

DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def piece(name: str, **arguments: object) -> str:
    return render_to_string(f"components/{name}.html", arguments)


@pytest.mark.parametrize("given", [DIGEST, bytes.fromhex(DIGEST), memoryview(bytes.fromhex(DIGEST))])
def test_a_digest_is_shown_by_its_ends_and_whole_on_demand(given):
    shown = piece("digest", digest=given)
    assert "9f86d081…b0f00a08" in shown
    assert f'data-copy="{DIGEST}"' in shown


def test_a_missing_digest_is_said_not_left_blank():
    assert "No digest" in piece("digest", digest=None)


@pytest.mark.parametrize("at", [None, datetime(2026, 11, 22, 14, 30, tzinfo=UTC)])
def test_a_full_stop_may_follow_a_moment(at):
    shown = piece("moment", at=at)
    assert shown == shown.strip()


@pytest.mark.parametrize(
    ("state", "words"), [("verified", "Verified"), ("broken", "Broken"), ("unchecked", "Not yet checked")]
)
def test_a_verdict_is_a_word_before_it_is_a_colour(state, words):
    assert words in piece("verdict", state=state)


def test_an_unknown_state_never_reads_as_verified():
    assert "Not yet checked" in piece("verdict", state="who knows")


def test_a_hostile_file_name_is_shown_with_its_tricks_and_without_its_markup():
    shown = piece("bdi", text="<img src=x>\u202egpj.exe\n")
    assert "<img" not in shown
    assert "U+202E" in shown
    assert "U+000A" in shown
    assert "\u202e" not in shown


def test_a_form_that_came_back_links_each_error_to_its_field_and_keeps_what_was_typed():
    form = SampleForm({"note": "kept"})
    shown = piece("form", form=form, submit="Send")
    assert 'href="#id_source"' in shown
    assert ">\nkept</textarea>" in shown
    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="about-source"' in shown
    assert 'id="about-source"' in shown


def test_optional_fields_are_marked_and_required_ones_are_not():
    shown = piece("form", form=SampleForm(), submit="Send")
    assert shown.count("(optional)") == 2


def test_a_pager_counts_exactly_and_keeps_the_address():
    shown = piece("pager", page=Paginator(range(230), 50).page(2), query="state=unchecked")
    assert "51–100 of 230" in shown
    assert 'href="?state=unchecked&amp;page=3"' in shown


def test_an_empty_custody_line_says_what_will_stand_there():
    assert "No custody is recorded yet" in piece("custody_line", events=[])


def test_a_refusal_page_tells_what_happened_and_what_to_do():
    sentence = str(DomainError("Your role does not include this."))
    shown = render_to_string("errors/refused.html", {"sentence": sentence})
    assert sentence in shown
    assert "ask an administrator" in shown


@pytest.mark.parametrize("name", ["refused", "not_found", "bad_request", "failed", "locked", "csrf"])
@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fa", "rtl")])
def test_every_error_page_renders_without_request_or_database(name, language, direction):
    with translation.override(language):
        shown = render_to_string(f"errors/{name}.html")
    assert f'<html lang="{language}" dir="{direction}">' in shown
    assert shown.count("<h1") == 1


def test_persian_pages_load_the_mirrored_sheet_and_english_ones_do_not():
    page = engines["django"].from_string('{% extends "base.html" %}')
    with translation.override("fa"):
        assert "bootstrap.rtl.css" in page.render({})
    with translation.override("en"):
        assert "bootstrap.rtl.css" not in page.render({})


def test_the_desk_says_what_would_wait_there_when_nothing_does():
    sections = [
        {"title": "Open transfers", "rows": [], "count": 0, "empty": "Nobody has offered you anything."}
    ]
    assert "Nobody has offered you anything." in render_to_string("desk.html", {"sections": sections})
