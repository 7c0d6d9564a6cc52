"""Consent in real browsers: what depends, what was agreed, a refused dossier, a withdrawal, and the papers."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts, searching
from tests.browser.conftest import Enter
from tests.browser.houses import PASSPHRASES, House
from tests.browser.looking import faults_of
from witnesses.consent_words import Purpose

CONDITION = {"en": "Only when her brother has left", "fa": "تنها پس از رفتن برادرش"}
OTP = "Office of the Prosecutor"


@pytest.fixture
def custodians(running_house: House) -> None:
    """Three who hold shares, made where no other journey of this house made them."""
    running_house.run("-m", "tests.browser.custodians_in")


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("fa", 390)])
def test_a_dossier_waits_for_consent_goes_with_it_and_stays_after_the_withdrawal(
    *, enter: Enter, custodians: None, language: str, width: int, tmp_path: Path
) -> None:
    reference = f"DK-CONSENT-{language.upper()}"
    lawyer = enter("laleh", language=language, width=width)
    case = acts.open_case(lawyer, reference, "تابستان ۱۳۶۷")
    item = take_in(lawyer, reference, tmp_path)
    witness, pseudonym = register(lawyer, case)
    depend(lawyer, item, pseudonym, language)

    ask_for_icc(lawyer, case, reference)
    expect(lawyer.locator("#refused")).to_be_visible()
    expect(lawyer.locator("main table .pseudonym")).to_contain_text(pseudonym)
    looks_right(lawyer, language)

    consent(lawyer, witness, language)
    print_form(lawyer, tmp_path)
    ask_for_icc(lawyer, case, reference, conditions="Her brother left in May; his new card was seen")
    lawyer.wait_for_url(re.compile(r"/dossiers/[0-9a-f-]{36}/$"))
    dossier = acts.path_of(lawyer)
    two = {enter(name): PASSPHRASES[name] for name in ("custodian1", "custodian3")}
    searching.have_searched(lawyer, dossier, two)
    lawyer.goto(dossier)
    acts.save_dossier(lawyer, tmp_path)

    withdraw(lawyer, witness, pseudonym, language)
    lawyer.goto(dossier)
    looks_right(lawyer, language)
    expect(lawyer.locator('form[action$="/download/"]')).to_have_count(0)
    assert acts.post(lawyer, f"{dossier}download/") == 409
    expect(lawyer.locator('main a[href$="/dossiers/consent/"]')).to_be_visible()
    look_ahead(lawyer, case, pseudonym, language)


def looks_right(page: Page, language: str) -> None:
    assert list(faults_of(page, language=language)) == []


def take_in(page: Page, reference: str, folder: Path) -> str:
    """A statement of its own: the same bytes would depend on the witness of the other journey too."""
    statement = folder / "statement.txt"
    statement.write_text(f"What she told in {reference}\n", encoding="utf-8")
    acts.fill_upload(page, reference, source="یک خانواده", files=[statement])
    acts.send(page)
    taken = page.locator("[data-upload-list] > li.upload-taken a")
    expect(taken).to_have_count(1, timeout=60_000)
    return taken.get_attribute("href") or ""


def register(page: Page, case: str) -> tuple[str, str]:
    """A witness of an invented name; the address and the pseudonym."""
    page.goto(f"{case}witnesses/register/")
    page.locator("main form [name*=name][type=text]").first.fill("Inventedwitness")
    acts.send(page)
    page.wait_for_url(re.compile(r"/witnesses/[0-9a-f-]{36}/$"))
    return acts.path_of(page), page.locator("h1 .pseudonym bdi").inner_text()


def depend(page: Page, item: str, pseudonym: str, language: str) -> None:
    """Say on the exhibit's page that it is a statement of the witness."""
    page.goto(item)
    acts.follow(page, f"{item}witnesses/")
    looks_right(page, language)
    page.fill("[name=pseudonym]", pseudonym.lower())
    page.check("[name=tie][value=statement]")
    acts.send(page)
    page.wait_for_url(re.compile(rf"{item}$"))
    expect(page.locator("#witnesses .pseudonym")).to_contain_text(pseudonym)


def ask_for_icc(page: Page, case: str, reference: str, *, conditions: str = "") -> None:
    page.goto(f"{case}dossiers/compile/")
    page.check("[name=to][value=icc_or_un]")
    page.fill("[name=recipient_name]", OTP)
    page.check("[name=use][value=investigation]")
    page.fill("[name=purpose]", "For the office of the prosecutor, which asked")
    page.fill("[name=conditions_met]", conditions)
    page.fill("[name=confirmation]", reference)
    acts.send(page)


def consent(page: Page, witness: str, language: str) -> None:
    """A yes to keep it, a yes on conditions to the ICC, a no to all else."""
    page.goto(f"{witness}consent/")
    looks_right(page, language)
    acts.follow(page, "/consent/new/")
    looks_right(page, language)
    for purpose in Purpose:
        page.check(f"[name=answer_{purpose.value}][value=no]")
    page.check("[name=answer_store][value=yes]")
    page.check("[name=answer_share_with_icc_or_un][value=conditional]")
    page.fill("[name=given]", "۵ مهر ۱۴۰۵")
    page.check("[name=given_by][value=witness]")
    page.check("[name=method][value=recorded]")
    page.check("[name=form][value=c1]")
    page.fill("[name=taken_by]", "Paris desk, colleague 2")
    # Conditions are missing: the page says so and keeps what was typed.
    acts.send(page)
    expect(page.locator(".error-summary")).to_be_visible()
    assert page.input_value("[name=taken_by]") == "Paris desk, colleague 2"
    page.fill("[name=conditions]", CONDITION[language])
    acts.send(page)
    page.wait_for_url(re.compile(r"/consent/$"))
    expect(page.locator(".consent-is-conditional")).to_have_count(1)
    expect(page.locator("main")).to_contain_text(CONDITION[language])
    looks_right(page, language)


def print_form(page: Page, folder: Path) -> None:
    with page.expect_download(timeout=60_000) as started:
        page.locator('form[action$="/consent/print/"] button[value=fa]').first.click()
    saved = folder / started.value.suggested_filename
    started.value.save_as(saved)
    assert saved.read_bytes().startswith(b"%PDF-")


def withdraw(page: Page, witness: str, pseudonym: str, language: str) -> None:
    """Everything is taken back; the page names the dossier that left."""
    page.goto(f"{witness}consent/")
    acts.follow(page, "/consent/withdraw/")
    expect(page.locator("main table tbody tr")).to_have_count(1)
    looks_right(page, language)
    page.fill("[name=when]", "آذر ۱۴۰۵")
    page.check("[name=received][value=through]")
    page.fill("[name=confirmation]", pseudonym)
    acts.send(page)
    page.wait_for_url(re.compile(r"/consent/$"))
    expect(page.locator(".consent-is-withdrawn")).to_have_count(2)
    looks_right(page, language)


def look_ahead(page: Page, case: str, pseudonym: str, language: str) -> None:
    page.goto(f"{case}dossiers/")
    acts.follow(page, "/dossiers/consent/")
    page.check("[name=to][value=icc_or_un]")
    page.fill("[name=recipient_name]", OTP)
    page.check("[name=use][value=investigation]")
    acts.send(page)
    expect(page.locator("main table .pseudonym")).to_contain_text(pseudonym)
    looks_right(page, language)
