"""Small groups in real browsers: what narrows a pseudonym is asked of before it is kept, and before it goes out."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.conftest import Enter
from tests.browser.houses import House
from tests.browser.looking import faults_of
from tests.browser.test_consent_journey import ask_for_icc, consent, register

PRISON = "زندان آزمایشی"
SAYS = "آشپز زندان آزمایشی، بند ۴، سال ۱۳۶۷"
WHY = "Her counsel knows of it and wants it said"


@pytest.fixture
def custodians(running_house: House) -> None:
    """Three who hold shares, made where no other journey of this house made them."""
    running_house.run("-m", "tests.browser.custodians_in")


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("fa", 390)])
def test_what_narrows_a_pseudonym_is_confirmed_at_the_intake_in_an_assessment_and_before_a_dossier(
    *, enter: Enter, custodians: None, language: str, width: int, tmp_path: Path
) -> None:
    reference = f"DK-FEW-{language.upper()}"
    lawyer = enter("laleh", language=language, width=width)
    case = acts.open_case(lawyer, reference, "تابستان")
    add_prison(lawyer, case)
    witness, pseudonym = register(lawyer, case)
    send_file(lawyer, reference, pseudonym, language, tmp_path)
    assess(lawyer, witness, language)
    consent(lawyer, witness, language)
    ask_for_dossier(lawyer, case, reference, pseudonym, language)


def add_prison(page: Page, case: str) -> None:
    page.goto(f"{case}places/add/")
    page.select_option("[name=kind]", "prison")
    page.fill("[name=name_fa]", PRISON)
    acts.send(page)
    page.wait_for_url(re.compile(r"/places/$"))


def send_file(page: Page, reference: str, pseudonym: str, language: str, folder: Path) -> None:
    """The script sends the file: it is refused, ticked, and goes in with the next press of the same button."""
    letter = folder / "letter.txt"
    letter.write_text(f"A letter in {reference}\n", encoding="utf-8")
    acts.fill_upload(page, reference, source=f"{pseudonym}، {SAYS}", files=[letter])
    acts.send(page)
    box = page.locator("form[data-upload] input[name=small_group]")
    expect(box).to_have_count(1, timeout=60_000)
    assert list(faults_of(page, language=language)) == []
    box.check()
    acts.send(page)
    taken = page.locator("[data-upload-list] > li.upload-taken a")
    expect(taken).to_have_count(1, timeout=60_000)


def assess(page: Page, witness: str, language: str) -> None:
    """Enter saves; what narrows is asked of, with nothing typed lost."""
    page.goto(f"{witness}danger/assess/")
    for name, value in {"to_witness": "low", "to_family": "low", "to_third": "low"}.items():
        page.select_option(f"[name={name}]", value)
    page.check("[name=contact][value=safe_way]")
    # What is sealed lies open to nobody, and is asked of by nobody.
    expect(page.locator("[name=kept][value=sealed]")).to_be_checked()
    page.check("[name=kept][value=plain]")
    page.check("[name=disclosure][value=consented]")
    page.fill("[name=grounds]", SAYS)
    page.fill("[name=measures-0-text]", "A safe route")
    page.locator("[name=measures-0-text]").press("Enter")
    expect(page.locator(".error-summary")).to_be_visible()
    assert page.input_value("[name=measures-0-text]") == "A safe route"
    expect(page.locator("#field-due_on .wrong")).to_be_visible()
    page.evaluate(
        "document.querySelector('[name=due_on]').value ="
        " new Date(Date.now() + 30 * 86400000).toISOString().slice(0, 10)"
    )
    acts.send(page)
    page.check("[name=small_group]")
    assert list(faults_of(page, language=language)) == []
    acts.send(page)
    page.wait_for_url(re.compile(r"/danger/$"))


def ask_for_dossier(page: Page, case: str, reference: str, pseudonym: str, language: str) -> None:
    """The exhibit came from the witness, by its source: what it says narrows the pseudonym."""
    ask_for_icc(page, case, reference, conditions="Her brother left in May; his new card was seen")
    expect(page.locator("main")).to_contain_text(pseudonym)
    page.check("[name=small_group]")
    page.fill("[name=narrowing_reason]", WHY)
    assert page.input_value("[name=confirmation]") == reference
    assert list(faults_of(page, language=language)) == []
    acts.send(page)
    page.wait_for_url(re.compile(r"/dossiers/[0-9a-f-]{36}/$"))
