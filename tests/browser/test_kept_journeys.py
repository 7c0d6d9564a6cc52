"""Deliveries and receipts, things without bytes, what is inside an archive, and web captures, in real browsers."""

import json
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.conftest import Enter
from tests.browser.houses import House
from tests.browser.kept_in import INSIDE, REFERENCE
from tests.browser.looking import faults_of

SCREENS = [("en", 1280), ("fa", 390)]


@pytest.fixture(scope="module")
def kept(running_house: House) -> dict[str, str]:
    """The addresses of an archive and of a web capture."""
    found: dict[str, str] = json.loads(running_house.run("-m", "tests.browser.kept_in").stdout)
    return found


@pytest.fixture(params=SCREENS, ids=["english-wide", "persian-narrow"])
def page(request: pytest.FixtureRequest, enter: Enter) -> Page:
    language, width = request.param
    return enter("parvin", language=language, width=width)


def language_of(page: Page) -> str:
    return page.locator("html").get_attribute("lang") or ""


def look(page: Page, name: str) -> None:
    """It is readable and fits; with a folder named in LOOK it is also kept to be looked at."""
    if folder := os.environ.get("LOOK"):
        page.screenshot(path=Path(folder) / f"{name}-{language_of(page)}.png", full_page=True)
    assert list(faults_of(page, language=language_of(page))) == []


def test_a_delivery_has_a_receipt_on_paper_and_as_a_file(
    page: Page, kept: dict[str, str], tmp_path: Path
) -> None:
    page.goto("/deliveries/")
    look(page, "deliveries")
    page.locator("table.records a", has_text=re.compile("D-")).first.click()
    page.wait_for_url(re.compile(r"/deliveries/[0-9a-f-]{36}/$"))
    look(page, "delivery")
    expect(page.locator("select[name=language]")).to_have_value(language_of(page))
    with page.expect_download(timeout=60_000) as printed:
        page.locator('button[name=form][value="pdf"]').click()
    printed.value.save_as(tmp_path / "receipt.pdf")
    assert (tmp_path / "receipt.pdf").read_bytes().startswith(b"%PDF-")
    with page.expect_download(timeout=60_000) as saved:
        page.locator('button[name=form][value="json"]').click()
    saved.value.save_as(tmp_path / "receipt.json")
    assert json.loads((tmp_path / "receipt.json").read_bytes())


def test_a_thing_is_taken_in_photographed_and_stands_on_its_shelf(page: Page, kept: dict[str, str]) -> None:
    page.goto("/evidence/")
    acts.follow(page, "/things/new/")
    look(page, "thing-new")
    acts.send(page)
    expect(page.locator(".field-wrong").first).to_be_visible()
    look(page, "thing-refused")
    page.fill("[name=title]", "انگشتر")
    page.fill("[name=condition]", "خراشیده")
    page.fill("[name=seal]", "A-113")
    page.fill("[name=location]", "کمد ۲، جعبهٔ ۴")
    page.fill("[name=source]", "یک خانواده")
    acts.choose(page, "case", REFERENCE)
    acts.send(page)
    page.wait_for_url(re.compile(r"/evidence/[0-9a-f-]{36}/$"))
    look(page, "thing")
    main = page.locator("main")
    expect(main).to_contain_text("A-113")
    expect(main).to_contain_text("کمد ۲، جعبهٔ ۴")
    page.set_input_files("[name=files]", [acts.PICTURE])
    page.locator('form[action$="/photographs/"] button[type=submit]').click()
    page.wait_for_url(re.compile(r"/evidence/[0-9a-f-]{36}/$"))
    expect(main).to_contain_text(acts.PICTURE.name)
    look(page, "thing-photographed")


def test_files_are_taken_out_of_an_archive_and_name_it_as_where_they_came_from(
    page: Page, kept: dict[str, str]
) -> None:
    until_listed(page, kept["archive"])
    look(page, "inside")
    row = page.locator("table.records tr", has_text=INSIDE)
    if row.locator("input[name=number]").count():
        row.locator("input[name=number]").check()
        page.locator('form[action$="/inside/take/"] button:not([name])').click()
        page.wait_for_url(re.compile("/inside/$"))
    for _turn in range(60):
        page.goto(f"{kept['archive']}inside/")
        if row.locator("a").count():
            break
        page.wait_for_timeout(500)
    look(page, "inside-taken")
    row.locator("a").click()
    page.wait_for_url(re.compile(r"/evidence/[0-9a-f-]{36}/$"))
    expect(page.locator(f'main a[href="{kept["archive"]}"]').first).to_be_visible()
    look(page, "member")


def until_listed(page: Page, item: str) -> None:
    """The house's worker lists by itself what is inside."""
    for _turn in range(60):
        page.goto(f"{item}inside/")
        if page.locator("table.records").count():
            return
        if page.locator('form[action$="/inside/list/"] button').count():
            page.locator('form[action$="/inside/list/"] button').click()
        page.wait_for_timeout(500)
    raise AssertionError("what is inside was not listed within half a minute")


def test_a_capture_begins_with_what_its_file_states_and_is_held_against_it(
    enter: Enter, page: Page, kept: dict[str, str]
) -> None:
    page.goto(kept["capture"])
    acts.follow(page, "/capture/")
    look(page, "capture-form")
    expect(page.locator("[name=url]")).to_have_value("https://example.org/")
    page.fill("[name=collector]", f"همکار {language_of(page)}")
    acts.send(page)
    page.wait_for_url(re.compile(rf"{kept['capture']}$"))
    page.locator('form[action$="/capture/check/"] button').click()
    page.wait_for_url(re.compile(rf"{kept['capture']}$"))
    expect(page.locator(".verdict").first).to_be_visible()
    look(page, "capture")
    lawyer = enter("laleh", language=language_of(page), width=page.viewport_size["width"])  # type: ignore[index]
    lawyer.goto(kept["capture"])
    acts.follow(lawyer, "/capture/collector/")
    lawyer.fill("[name=collector_ip]", "198.51.100.7")
    lawyer.fill("[name=persona_used]", f"Invented {language_of(page)}")
    acts.send(lawyer)
    expect(lawyer.locator("main")).to_contain_text("198.51.100.7")
    look(lawyer, "collector")
