"""The pieces of pages in a real browser: readable by everybody, on any width, in both directions, in light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_component_is_accessible_and_nothing_scrolls_sideways(enter, language, width, theme):
    page = enter("parvin", language=language, width=width)
    page.emulate_media(color_scheme=theme)
    page.goto("/gallery/")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    faults = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults] == []


def test_a_reader_chooses_dark_once_and_keeps_it(enter):
    page = enter("parvin")
    page.goto("/gallery/")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.click("[data-theme-toggle]")
    page.click("[data-theme-toggle]")
    dark = page.evaluate(paper)
    assert dark != light
    page.reload()
    assert page.evaluate(paper) == dark


def test_the_whole_digest_shows_when_it_has_the_focus(enter):
    page = enter("parvin")
    page.goto("/gallery/")
    whole = page.locator(".digest-hex").first
    assert whole.bounding_box()["width"] <= 1
    page.locator(".digest-whole").first.focus()
    assert whole.bounding_box()["width"] > 300


def test_a_grave_act_waits_for_the_typed_word(enter):
    page = enter("parvin")
    page.goto("/gallery/")
    button = page.locator(".grave button")
    assert button.is_disabled()
    page.fill("#typed", "W-7F3K")
    assert button.is_enabled()


def test_the_skip_link_is_the_first_stop_and_leads_to_the_work(enter):
    page = enter("parvin")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "work"
