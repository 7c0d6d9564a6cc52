"""Where taking in leads: from files to things, and from a translation that was added to its lines."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.conftest import Enter
from tests.browser.looking import faults_of

LINES = "سطر یکم: نامه از اوین\nThe second line\n" + "سطری دیگر\n" * 5
SCREENS = [("en", 1280), ("fa", 390)]


@pytest.fixture(params=SCREENS, ids=["english-wide", "persian-narrow"])
def screen(request: pytest.FixtureRequest) -> tuple[str, int]:
    return request.param


def assert_it_fits(page: Page, language: str) -> None:
    assert list(faults_of(page, language=language)) == []


def test_from_files_to_things_and_from_a_translation_to_its_lines(
    enter: Enter, screen: tuple[str, int], tmp_path: Path
) -> None:
    language, width = screen
    reference = f"DK-NEXT-{language.upper()}"
    lawyer = enter("laleh", language=language, width=width)
    case = acts.open_case(lawyer, reference, "Next steps")
    lawyer.goto(f"{case}evidence/")
    lawyer.goto(f"/evidence/upload/?case={case.strip('/').split('/')[-1]}")
    assert_it_fits(lawyer, language)
    acts.follow(lawyer, f"/evidence/things/new/?case={case.strip('/').split('/')[-1]}")
    expect(lawyer.locator("select[name=case] option:checked")).to_contain_text(reference)

    letter = tmp_path / "letter.txt"
    letter.write_text("A letter from Evin\n")
    acts.fill_upload(lawyer, reference, source="a family", files=[letter])
    acts.send(lawyer)
    lawyer.locator("[data-upload-panel] a[href*='/evidence/']").first.click()
    lawyer.wait_for_url(re.compile(r"/evidence/[0-9a-f-]{36}/$"))
    item = acts.path_of(lawyer)

    translation = tmp_path / "translation.txt"
    translation.write_text(LINES, encoding="utf-8")
    lawyer.goto(f"{item}copies/new/")
    lawyer.set_input_files("[name=file]", translation)
    lawyer.select_option("main [name=kind]", "translation")
    lawyer.select_option("main [name=language]", "fa")
    acts.send(lawyer)
    lawyer.wait_for_url(re.compile(r"/evidence/[0-9a-f-]{36}/$"))
    assert_it_fits(lawyer, language)
    lawyer.locator(".lineage a[href*='/text/']").first.click()
    expect(lawyer.locator("main")).to_contain_text("سطر یکم: نامه از اوین")
    expect(lawyer.locator("main")).to_contain_text("The second line")
    assert_it_fits(lawyer, language)
