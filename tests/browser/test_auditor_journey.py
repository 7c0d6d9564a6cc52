"""An auditor finds who opened exhibit 3 last week, verifies the log, and takes a report, in both languages."""

import re
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from audit.proof_file import CHECK_SIGNATURE, CHECK_TREE
from audit.reporting import CHECK_PAPERS
from tests.browser.acts import choose, follow
from tests.browser.conftest import CHROMIUM, Enter, Visits
from tests.browser.exhibits_in import REFERENCE
from tests.browser.houses import House, build, served
from tests.browser.looking import faults_of
from tests.skipping import need_program

PAGES = ("/log/", "/log/entries/", "/log/sensitive/", "/log/report/", "/log/compare/", "/custody/")
BEAT = """
import django; django.setup()
from django.utils import timezone
from audit.models import VerificationRun
now = timezone.now()
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of the auditor's own, so that what it finds is what this journey left."""
    need_program(*CHROMIUM)
    made = build(tmp_path_factory.mktemp("audited"))
    made.run("-m", "tests.browser.cast_in")
    made.run("-m", "tests.browser.exhibits_in")
    with served(made):
        yield made


@pytest.fixture
def enter_audited(house: House, browser: Browser) -> Iterator[Enter]:
    visits = Visits(browser, house)
    yield visits.enter
    visits.close()
    assert visits.complaints == []


def without_faults(page: Page, language: str) -> None:
    assert list(faults_of(page, language=language)) == []


def rows(page: Page) -> list[str]:
    """Every row of the table, once all of it has come."""
    page.wait_for_load_state()
    return page.locator("#entries tbody tr").all_inner_texts()


def look_for_exhibit(page: Page, number: str) -> None:
    """Choose what, about what and in which case, and then the week."""
    page.goto("/log/entries/")
    page.locator(".filter-panel summary").click()
    page.select_option("[name=action]", "evidence.viewed")
    page.fill("[name=subject]", number)
    page.fill("[name=case]", REFERENCE)
    page.locator(".filter-panel button").click()
    page.locator('.filters a.chip[href*="since"]').nth(1).click()


@pytest.mark.parametrize(("language", "width", "number"), [("en", 1280, "3"), ("fa", 390, "۳")])
def test_an_auditor_finds_who_opened_exhibit_three_verifies_and_takes_the_report(
    enter_audited: Enter, tmp_path: Path, language: str, width: int, number: str
) -> None:
    page = enter_audited("arash", language=language, width=width)
    follow(page, "/log/")
    without_faults(page, language)

    look_for_exhibit(page, number)
    without_faults(page, language)
    [found] = rows(page)
    assert "Laleh Lawyer" in found
    assert "E-" in found
    assert "Titleof" not in page.content()
    expect(page.locator(".chips-set .chip")).to_have_count(5)

    page.locator("#entries tbody a").first.click()
    without_faults(page, language)
    assert page.locator("#check-tree").inner_text() == CHECK_TREE
    with page.expect_download() as started:
        page.locator('form[action$="/proof/"] button').click()
    started.value.save_as(tmp_path / "proof.json")
    assert shell(CHECK_TREE, tmp_path) == "IN THE TREE\n"

    page.goto("/log/")
    page.locator(".page-head-act button").click()
    page.wait_for_url(re.compile(r"/log/verifications/[0-9a-f-]{36}/$"))
    expect(page.locator("#run .verdict-verified")).to_be_visible(timeout=30_000)
    without_faults(page, language)

    page.goto("/log/report/")
    with page.expect_download() as started:
        page.locator("main .form-acts button").click()
    started.value.save_as(tmp_path / "report.zip")
    with zipfile.ZipFile(tmp_path / "report.zip") as packed:
        packed.extractall(tmp_path / "report")
    assert shell(CHECK_PAPERS, tmp_path / "report") == "entries.csv: OK\nreport.pdf: OK\n"
    assert "Verified" in shell(CHECK_SIGNATURE, tmp_path / "report")


def shell(commands: str, folder: Path) -> str:
    return subprocess.run(
        ["bash", "-c", commands], cwd=folder, capture_output=True, text=True, check=True, timeout=60
    ).stdout


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("fa", 1280), ("en", 390), ("fa", 390)])
def test_every_page_of_the_log_is_readable_and_fits(enter_audited: Enter, language: str, width: int) -> None:
    page = enter_audited("arash", language=language, width=width)
    for address in PAGES:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200
        without_faults(page, language)


def test_a_long_verification_shows_how_far_it_is_and_ends_by_itself(
    enter_audited: Enter, house: House
) -> None:
    begun = house.run(
        "-c",
        BEAT + "run = VerificationRun.objects.create(actor='visitor', channel='page', state='running',"
        " requested_at=now, started_at=now - timezone.timedelta(seconds=20), beat_at=now, checked=40_000, total=100_000)\n"
        "print(run.pk)",
    )
    run = begun.stdout.strip()
    page = enter_audited("arash")
    page.goto("/log/")
    page.locator(".page-head-act button").click()
    page.wait_for_url(re.compile(run))
    expect(page.locator("#run progress")).to_have_attribute("value", "40000")
    expect(page.locator("#run .progress-left")).to_contain_text(
        "2000 entries a second · about 30 seconds left"
    )
    without_faults(page, "en")
    advance(house, "checked=90_000, beat_at=now")
    expect(page.locator("#run progress")).to_have_attribute("value", "90000", timeout=10_000)
    advance(house, "state='failed', ended_at=now, outcome='{\"failure\": \"stopped\"}'")
    expect(page.locator("#run")).to_contain_text("The program stopped", timeout=10_000)


def advance(house: House, changes: str) -> None:
    house.run("-c", f"{BEAT}VerificationRun.objects.filter(ended_at=None).update({changes})")


def test_without_scripts_the_same_work_is_done(enter_audited: Enter) -> None:
    page = enter_audited("arash", scripts=False)
    look_for_exhibit(page, "3")
    assert len(rows(page)) == 1
    page.locator(".chips-set a.chip").first.click()
    expect(page.locator(".chips-set .chip")).to_have_count(4)
    assert len(rows(page)) >= 1
    page.goto("/log/")
    page.locator(".page-head-act button").click()
    # The page is loaded again by itself, for there is nothing else that could.
    expect(page.locator("#run .verdict-verified")).to_be_visible(timeout=30_000)


def test_the_work_is_done_by_keyboard_alone(enter_audited: Enter) -> None:
    page = enter_audited("arash")
    page.goto("/log/entries/")
    page.locator(".filter-panel summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    choose(page, "actor", "Laleh Lawyer")
    page.locator("[name=subject]").focus()
    page.keyboard.type("3")
    page.keyboard.press("Tab")
    page.keyboard.type(REFERENCE)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("subject=3"))
    assert rows(page)
    chip = page.locator(".chips-set a.chip").first
    chip.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("entries"))


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_file_that_is_no_checkpoint_is_said_beside_its_field(enter_audited: Enter, language: str) -> None:
    page = enter_audited("arash", language=language, width=390)
    page.goto("/log/compare/")
    page.set_input_files(
        "[name=notes]", {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no note"}
    )
    page.locator("main .form-acts button").click()
    expect(page.locator(".error-summary")).to_be_visible()
    without_faults(page, language)
