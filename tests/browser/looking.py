"""What is looked at on every page, whatever it is for."""

from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe()


def faults_of(page: Page, *, language: str) -> Iterator[str]:
    """What is wrong with the page that is shown: for those who use other senses, on this width, in this language."""
    yield from faults_of_form(page, language=language)
    for fault in AXE.run(page).response["violations"]:
        yield f"{fault['id']}: {[node['html'][:200] for node in fault['nodes'][:3]]}"


def faults_of_form(page: Page, *, language: str) -> Iterator[str]:
    """What is wrong with the page's frame alone; quick."""
    html = page.locator("html")
    spoken = (html.get_attribute("lang"), html.get_attribute("dir"))
    if spoken != (language, {"en": "ltr", "fa": "rtl"}[language]):
        yield f"is in {spoken}"
    if page.locator("h1").count() != 1:
        yield f"{page.locator('h1').count()} first headings"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        yield f"scrolls sideways by {wide} px"
