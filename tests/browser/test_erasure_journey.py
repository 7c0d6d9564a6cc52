"""Words of an item's record are erased by two people in real browsers: a lawyer asks, an auditor decides."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.conftest import Enter
from tests.browser.looking import faults_of
from tests.browser.test_hand_over_journey import take_in

WHO = {"en": "Shahrzad Inventedova", "fa": "شهرزاد ساختگی"}
WHY = {"en": "Request of the family, file 12", "fa": "درخواست کتبی خانواده، پروندهٔ ۱۲"}


def look(page: Page, name: str, language: str) -> None:
    """It is readable and fits; with a folder named in LOOK it is also kept to be looked at."""
    if folder := os.environ.get("LOOK"):
        page.screenshot(path=Path(folder) / f"{name}-{language}.png", full_page=True)
    assert list(faults_of(page, language=language)) == []


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("fa", 390)])
def test_one_asks_another_decides_and_the_word_is_gone(enter: Enter, language: str, width: int) -> None:
    reference = f"DK-ERASE-{language.upper()}"
    lawyer = enter("laleh", language=language, width=width)
    acts.open_case(lawyer, reference, "تابستان ۱۳۶۷")
    item = take_in(lawyer, reference)
    collected(lawyer, item, WHO[language])
    lawyer.goto(f"{item}erase/")
    look(lawyer, "erase-records", language)
    named = lawyer.locator("tr", has_text=WHO[language])
    named.locator('a[href*="/erase/custodyevent/"]').click()
    look(lawyer, "erase-ask", language)
    lawyer.check('input[name=names][value="received_by"]')
    acts.send(lawyer)
    expect(lawyer.locator(".error-summary")).to_be_visible()
    look(lawyer, "erase-ask-refused", language)
    lawyer.fill("[name=reason]", WHY[language])
    lawyer.fill("[name=confirmation]", lawyer.locator("bdi.mono").first.inner_text())
    acts.send(lawyer)
    lawyer.wait_for_url(re.compile(rf"{item}erasures/[0-9a-f-]{{36}}/$"))
    look(lawyer, "erasure-waits", language)
    auditor = enter("arash", language=language, width=width)
    decide(auditor, WHO[language], language)
    lawyer.goto(item)
    expect(lawyer.locator(".custody-line")).not_to_contain_text(WHO[language])
    look(lawyer, "erased-item", language)


def collected(page: Page, item: str, name: str) -> None:
    """Record who collected it, by a name that must be forgotten."""
    page.goto(f"{item}collected/")
    page.fill("[name=collected_by]", name)
    page.fill("[name=happened]", "1367")
    acts.send(page)
    page.wait_for_url(re.compile(rf"{item}$"))


def decide(page: Page, name: str, language: str) -> None:
    """Find the request on one's own desk, and approve it without having seen the word."""
    page.goto("/custody/erasures/")
    look(page, "erasures", language)
    page.goto("/")
    page.locator('main a[href^="/custody/erasures/"]').first.click()
    look(page, "erase-decide", language)
    assert name not in page.content()
    page.check('input[name=decision][value="erase"]')
    page.fill("[name=confirmation]", page.locator("dl.facts bdi.mono").first.inner_text())
    acts.send(page)
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("main bdi.mono").last).to_have_text(re.compile("^[0-9a-f]{32}$"))
    look(page, "erasure-done", language)
