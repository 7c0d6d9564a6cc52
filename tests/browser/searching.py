"""Has the names of witnesses looked for in a dossier as people do: asked, let by a quorum, and searched with the code."""

from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.looking import faults_of

# Each opening of a share is slow on purpose, and a machine can be busy: a wait that is long ends as soon as it can.
LONG = 150_000
PATIENT = 60_000


def looks_right(page: Page) -> None:
    """The page that is shown has no fault, in whatever language it is."""
    assert list(faults_of(page, language=page.locator("html").get_attribute("lang") or "")) == []


def ask_for_search(page: Page, dossier: str) -> tuple[str, str]:
    """Wait until the dossier is compiled and ask the custodians; the reference for them and the code."""
    page.goto(dossier)
    to_the_names = page.locator(f'main a.act[href="{dossier}names/"]')
    expect(to_the_names).to_be_visible(timeout=LONG)
    expect(page.locator('form[action$="/download/"]')).to_have_count(0)
    to_the_names.click()
    looks_right(page)
    page.fill("[name=reason]", "The package leaves on Monday")
    acts.send(page)
    code = page.locator(".opening-code").inner_text().strip()
    looks_right(page)
    acts.follow(page, f"{dossier}names/")
    reference = page.locator("main p > bdi[dir=ltr]").first.inner_text()
    looks_right(page)
    return reference, code


def let_search(page: Page, reference: str, passphrase: str) -> None:
    """A custodian finds the request by its reference, reads what it is about and approves."""
    page.goto("/witnesses/decisions/")
    page.locator("main li", has_text=reference).locator("a").first.click()
    looks_right(page)
    page.check("[name=decision][value=approve]")
    page.fill("[name=reason]", "I was asked by voice")
    page.fill("[name=passphrase]", passphrase)
    page.fill("[name=confirmation]", reference)
    acts.send(page)
    expect(page.locator(".flash-success")).to_be_visible(timeout=PATIENT)
    expect(page.locator("[name=passphrase]")).to_have_count(0)


def search(page: Page, dossier: str, code: str) -> None:
    """Type the code on the page of the dossier; the report stands there when this returns."""
    page.goto(f"{dossier}names/")
    looks_right(page)
    page.fill("[name=code]", code)
    page.set_default_navigation_timeout(LONG)
    acts.send(page)
    # The page grows while the search runs, and ends with the way to the report.
    report = page.locator(f'main a.act[href="{dossier}names/"]')
    expect(report).to_be_visible(timeout=LONG)
    looks_right(page)
    report.click()
    expect(page.locator("[name=code]")).to_have_count(0, timeout=LONG)
    looks_right(page)


def have_searched(page: Page, dossier: str, custodians: dict[Page, str]) -> str:
    """The whole of it, by the lawyer on `page` and each custodian with a passphrase; the code that was used."""
    reference, code = ask_for_search(page, dossier)
    for custodian, passphrase in custodians.items():
        let_search(custodian, reference, passphrase)
    search(page, dossier, code)
    return code
