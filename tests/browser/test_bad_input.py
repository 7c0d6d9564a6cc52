"""What pages do with what nobody should send: say so, keep what was typed, and show hidden characters."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import acts
from tests.browser.conftest import Enter
from tests.browser.looking import faults_of

UNKNOWN = "/cases/7d9f4b9e-3c43-4c3f-9d0c-3a1f5b8f0c11/"
NEWLINE, OVERRIDE = "minutes\nof the meeting.txt", "photo\u202egpj.exe"
# 127 Persian letters and one byte more: as long as a file system lets a name be.
LONGEST = "ش" * 125 + "x.txt"


@pytest.fixture(params=["en", "fa"])
def language(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def lawyer(enter: Enter, language: str) -> Page:
    return enter("laleh", language=language, width=390)


def case_of(page: Page, reference: str) -> str:
    """The address of a case of this name, opened when it is not there yet."""
    page.goto("/cases/")
    there = page.locator("table.records a", has_text=reference)
    if there.count():
        return there.first.get_attribute("href") or ""
    return acts.open_case(page, reference, "Bad input")


def test_a_wrong_date_is_said_beside_its_field_and_nothing_typed_is_lost(lawyer: Page, language: str) -> None:
    case = case_of(lawyer, "DK-BAD")
    typed = {"title": "What happened then", "when": "the day after", "description": "As I was told"}
    lawyer.goto(f"{case}incidents/add/")
    for name, text in typed.items():
        lawyer.fill(f"[name={name}]", text)
    with lawyer.expect_navigation() as navigation:
        acts.send(lawyer)
    assert navigation.value.status == 422
    assert {name: lawyer.input_value(f"[name={name}]") for name in typed} == typed
    expect(lawyer.locator("#field-when .wrong")).to_be_visible()
    lawyer.locator(".error-summary a").click()
    assert lawyer.evaluate("document.activeElement.name") == "when"
    assert list(faults_of(lawyer, language=language)) == []
    lawyer.fill("[name=when]", "late Mordad 1367")
    acts.send(lawyer)
    lawyer.wait_for_url("**/incidents/")


def test_long_words_without_spaces_fit_on_a_narrow_screen(lawyer: Page, language: str) -> None:
    case = case_of(lawyer, f"DK-LONG-{language}-" + "9" * 18)
    acts.add_person(lawyer, case, "ش" * 200)
    faults = list(faults_of(lawyer, language=language))
    acts.record_incident(lawyer, case, "W" * 200, "1367")
    faults += faults_of(lawyer, language=language)
    for address in ("/", "/cases/", case, f"{case}people/", f"{case}evidence/", f"{case}dossiers/compile/"):
        lawyer.goto(address)
        faults += [f"{address}: {fault}" for fault in faults_of(lawyer, language=language)]
    assert faults == []


def test_an_unknown_case_is_a_page_that_says_what_to_do(lawyer: Page, language: str) -> None:
    for address in (UNKNOWN, f"{UNKNOWN}dossiers/", f"{UNKNOWN}people/add/", "/no/such/page/"):
        assert lawyer.goto(address).status == 404
        assert lawyer.locator('main a[href="/"]').count() == 1
    assert list(faults_of(lawyer, language=language)) == []


def test_a_purpose_too_short_and_a_wrong_reference_are_each_said(lawyer: Page, language: str) -> None:
    case = case_of(lawyer, "DK-BAD")
    lawyer.goto(f"{case}dossiers/compile/")
    lawyer.fill("[name=purpose]", "short")
    lawyer.fill("[name=confirmation]", "DK-WRONG")
    with lawyer.expect_navigation() as navigation:
        acts.send(lawyer)
    assert navigation.value.status == 422
    assert lawyer.locator("#field-purpose .wrong, #field-confirmation .wrong").count() == 2
    assert lawyer.input_value("[name=purpose]") == "short"
    lawyer.goto(f"{case}dossiers/")
    assert lawyer.locator("table.records").count() == 0


def test_hostile_names_and_an_empty_file_are_taken_in_and_shown_as_they_are(
    lawyer: Page, language: str, tmp_path: Path
) -> None:
    case_of(lawyer, "DK-BAD")
    content = {NEWLINE: b"", OVERRIDE: b"MZ", LONGEST: "نامه".encode()}
    for name, data in content.items():
        (tmp_path / name).write_bytes(data)
    acts.fill_upload(lawyer, "DK-BAD", source="a family", files=[tmp_path / name for name in content])
    acts.send(lawyer)
    taken = lawyer.locator("[data-upload-list] > li.upload-taken")
    expect(taken).to_have_count(3, timeout=60_000)
    shown = lawyer.locator("[data-upload-list] .upload-name bdi").all_inner_texts()
    assert list(faults_of(lawyer, language=language)) == []
    items = [link.get_attribute("href") or "" for link in taken.locator("a").all()]
    for item, line, name in zip(items, shown, content, strict=True):
        assert not {"\n", "\u202e"} & set(line)
        lawyer.goto(item)
        on_page = lawyer.locator("h1").inner_text()
        assert not {"\n", "\u202e"} & set(on_page)
        assert ("U+000A" in on_page, "U+202E" in on_page) == (name == NEWLINE, name == OVERRIDE)
        assert list(faults_of(lawyer, language=language)) == []
    assert lawyer.locator("h1").inner_text() == LONGEST
    lawyer.goto(items[0])
    size = lawyer.locator("main .facts").first.inner_text()
    assert ("the file was empty" in size) or language == "fa"


def test_a_file_that_fails_stays_listed_and_is_sent_again_by_the_same_button(
    lawyer: Page, language: str
) -> None:
    """What is refused keeps what went before, says why, and can be put right."""
    case_of(lawyer, "DK-BAD")
    acts.fill_upload(lawyer, "DK-BAD", source="a family", files=[acts.NOTE, acts.PICTURE])
    lines = lawyer.locator("[data-chosen-list] > li")
    lines.nth(1).locator("summary").click()
    lines.nth(1).locator("input[id^=collected_at]").fill("some day")
    acts.send(lawyer)
    expect(lawyer.locator("li.upload-taken")).to_have_count(1, timeout=60_000)
    expect(lawyer.locator("li.upload-failed")).to_have_count(1, timeout=60_000)
    assert list(faults_of(lawyer, language=language)) == []
    expect(lines).to_have_count(1)
    lines.locator("summary").click()
    lines.locator("input[id^=collected_at]").fill("1988")
    acts.send(lawyer)
    expect(lawyer.locator("li.upload-taken")).to_have_count(1, timeout=60_000)
    expect(lawyer.locator("li.upload-failed")).to_have_count(0)


def test_a_line_that_is_cut_is_tried_again_by_itself(lawyer: Page, language: str) -> None:
    case_of(lawyer, "DK-BAD")
    acts.fill_upload(lawyer, "DK-BAD", source="a cut line", files=[acts.NOTE, acts.PICTURE])
    cut: list[str] = []

    def fail_first(route: Route) -> None:
        method = route.request.method
        if method in cut:
            route.continue_()
        else:
            cut.append(method)
            route.abort()

    lawyer.route("**/evidence/uploads/**", fail_first)
    acts.send(lawyer)
    expect(lawyer.locator("li.upload-taken")).to_have_count(2, timeout=60_000)
    assert set(cut) == {"POST", "HEAD", "PATCH", "GET"}


def test_a_wrong_date_with_files_is_said_for_each_file(lawyer: Page, language: str) -> None:
    case_of(lawyer, "DK-BAD")
    acts.fill_upload(lawyer, "DK-BAD", source="a family", files=[acts.NOTE])
    lawyer.fill("[name=collected_at]", "some day")
    acts.send(lawyer)
    failed = lawyer.locator("li.upload-failed .upload-state")
    expect(failed).to_have_count(1, timeout=60_000)
    assert len(failed.inner_text()) > 60
    assert lawyer.input_value("[name=collected_at]") == "some day"
