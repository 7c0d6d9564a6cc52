"""What people do on the pages, by addresses, roles and names that are the same in every language."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_case" / "files"
LETTER = SAMPLES / "نامه به خواهر (ساختگی).pdf"
NOTE = SAMPLES / "desk-note.txt"
PICTURE = SAMPLES / "wall-from-the-road.jpg"


def path_of(page: Page) -> str:
    """The address without the house."""
    return re.sub(r"^https?://[^/]+", "", page.url)


def send(page: Page) -> None:
    """Press the button of the page's form of work, and wait until all of the next page is there."""
    page.locator("main form:has(.form-acts) .form-acts button[type=submit]").click()
    page.wait_for_load_state()


def follow(page: Page, ending: str) -> None:
    """Click the one link in the work whose address ends so, and wait until all of its page is there."""
    page.locator(f'main a[href$="{ending}"]').first.click()
    page.wait_for_load_state()


def open_case(page: Page, reference: str, title: str) -> str:
    """Open a case; returns its address."""
    page.goto("/cases/")
    follow(page, "/cases/open/")
    page.fill("[name=reference]", reference)
    page.fill("[name=title]", title)
    send(page)
    page.wait_for_url(re.compile(r"/cases/[0-9a-f-]{36}/$"))
    return path_of(page)


def add_member(page: Page, case: str, full_name: str) -> None:
    page.goto(f"{case}members/")
    follow(page, "/members/add/")
    choose(page, "user", full_name)
    send(page)
    page.wait_for_url(re.compile(r"/members/$"))


def add_person(page: Page, case: str, name: str) -> None:
    page.goto(f"{case}people/add/")
    page.select_option("[name=role]", "perpetrator")
    page.fill("[name=name_fa]", name)
    send(page)
    page.wait_for_url(re.compile(r"/people/([0-9a-f-]{36}/)?$"))


def record_incident(page: Page, case: str, title: str, when: str) -> None:
    page.goto(f"{case}incidents/add/")
    page.fill("[name=title]", title)
    page.fill("[name=when]", when)
    send(page)
    page.wait_for_url(re.compile(r"/incidents/$"))


def choose(page: Page, name: str, words: str) -> None:
    """Choose the option that holds the words."""
    option = page.locator(f"select[name={name}] option", has_text=words).first
    value = option.get_attribute("value")
    assert value is not None
    page.select_option(f"select[name={name}]", value)


def fill_upload(page: Page, reference: str, *, source: str, files: list[Path]) -> None:
    """Fill in the form that takes in evidence, without sending it."""
    page.goto("/evidence/upload/")
    page.set_input_files("[name=files]", files)
    choose(page, "case", reference)
    page.fill("[name=source]", source)
    page.fill("[name=collected_at]", "اواخر مرداد ۱۳۶۷")


def link_item(page: Page, item: str, reference: str, group: str) -> None:
    """Link an item to the first target of a kind: "person", "incident", "place"."""
    page.goto(item)
    follow(page, "/link/")
    choose(page, "case", reference)
    send(page)
    value = page.locator(f'select[name=to] option[value^="{group}:"]').first.get_attribute("value")
    assert value is not None
    page.select_option("select[name=to]", value)
    send(page)
    page.wait_for_url(re.compile(rf"{item}$"))


def ask_for_dossier(page: Page, case: str, reference: str, purpose: str) -> None:
    page.goto(f"{case}dossiers/")
    follow(page, "/dossiers/compile/")
    receiver(page)
    page.fill("[name=purpose]", purpose)
    page.fill("[name=confirmation]", reference)
    send(page)


def receiver(page: Page, name: str = "The prosecutor in Stockholm") -> None:
    """Say that a Swedish prosecutor receives it, for an investigation."""
    page.check("[name=to][value=prosecutor]")
    page.fill("[name=recipient_name]", name)
    page.select_option("[name=country]", "SE")
    page.check("[name=use][value=investigation]")


def save_dossier(page: Page, folder: Path) -> Path:
    """Wait until the page, which looks again by itself, offers the archive; save it."""
    button = page.locator('form[action$="/download/"] button')
    expect(button).to_be_visible(timeout=150_000)
    with page.expect_download(timeout=60_000) as started:
        button.click()
    saved = folder / started.value.suggested_filename
    started.value.save_as(saved)
    return saved


def post(page: Page, address: str) -> int:
    """Send an empty form to an address as this reader, with their own mark against foreign forms; the status."""
    mark = page.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value")
    answer = page.request.post(
        address, form={"csrfmiddlewaretoken": mark or ""}, headers={"Referer": page.url}, max_redirects=0
    )
    return answer.status


def events(page: Page) -> Locator:
    """The events of the custody line."""
    return page.locator("ol.custody-line > li.custody-event")
