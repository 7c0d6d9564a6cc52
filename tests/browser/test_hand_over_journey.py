"""A two-person hand-over in real browsers, and its printed certificate, in English and in Persian."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.conftest import Enter
from tests.browser.looking import faults_of

PURPOSE = {
    "en": "For the reading of the handwriting by our expert",
    "fa": "برای خواندن دستخط به دست کارشناس ما",
}


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("fa", 390)])
def test_one_offers_another_accepts_and_the_certificate_is_printed(
    enter: Enter, language: str, width: int, tmp_path: Path
) -> None:
    reference = f"DK-HAND-{language.upper()}"
    lawyer = enter("laleh", language=language, width=width)
    case = acts.open_case(lawyer, reference, "تابستان ۱۳۶۷")
    acts.add_member(lawyer, case, "Parvin Paralegal")
    paralegal = enter("parvin", language=language, width=width)
    item = take_in(paralegal, reference)
    give(paralegal, item, language)
    take(lawyer, item)
    expect(acts.events(lawyer)).to_have_count(acts.events(paralegal).count() + 1)
    expect(lawyer.locator(".custody-transfer_accepted .custody-outcome")).to_have_count(1)
    expect(lawyer.locator(".custody-standing")).to_contain_text("Laleh Lawyer")
    assert list(faults_of(lawyer, language=language)) == []
    paper = print_certificate(lawyer, language, tmp_path)
    assert paper.read_bytes().startswith(b"%PDF-")
    paralegal.goto("/")
    assert f"{item}hand-over/" not in paralegal.content()


def take_in(page: Page, reference: str) -> str:
    acts.fill_upload(page, reference, source="یک خانواده", files=[acts.NOTE])
    acts.send(page)
    taken = page.locator("[data-upload-list] > li.upload-taken a")
    expect(taken).to_have_count(1, timeout=60_000)
    return taken.get_attribute("href") or ""


def give(page: Page, item: str, language: str) -> None:
    """Offer the item to the lawyer of the case."""
    page.goto(item)
    acts.follow(page, "/hand-over/")
    assert list(faults_of(page, language=language)) == []
    acts.choose(page, "to", "Laleh Lawyer")
    page.fill("[name=purpose]", PURPOSE[language])
    page.fill("[name=location]", "دفتر")
    page.fill("[name=happened]", "۵ آذر ۱۴۰۵")
    acts.send(page)
    page.wait_for_url(re.compile(rf"{item}$"))
    expect(page.locator(".custody-waits")).to_have_count(1)


def take(page: Page, item: str) -> None:
    """Find the offer on one's own desk, and accept it."""
    page.goto("/")
    offer = page.locator(f'main a[href^="{item}hand-over/"]').first
    expect(offer).to_be_visible()
    offer.click()
    assert list(faults_of(page, language=page.locator("html").get_attribute("lang") or "")) == []
    page.check('input[name=decision][value="accept"]')
    page.fill("[name=condition]", "سالم")
    acts.send(page)
    page.wait_for_url(re.compile(rf"{item}$"))


def print_certificate(page: Page, language: str, folder: Path) -> Path:
    """Print it in the reader's language; what the browser saves."""
    with page.expect_download(timeout=60_000) as started:
        page.locator(f'form[action$="/certificate/"] button[value="{language}"]').click()
    saved = folder / started.value.suggested_filename
    started.value.save_as(saved)
    return saved
