"""Custodians in browsers of their own: a drill held by two, one of them removed, and identities sealed anew."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import acts
from tests.browser.conftest import CHROMIUM, Enter, Visits
from tests.browser.houses import PASSPHRASES, House, build, served
from tests.browser.looking import faults_of
from tests.skipping import need_program
from tests.witnesses.recovery.conftest import paper_kit

NAME = "Shahrnush Sakhtegipur"


@pytest.fixture
def quorum_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of each journey's own, for in one a custodian is removed. All three have their keys."""
    need_program(*CHROMIUM)
    house = build(tmp_path_factory.mktemp("quorum"))
    house.run("-m", "tests.browser.cast_in")
    house.run("-m", "tests.browser.custodians_in")
    with served(house):
        yield house


@pytest.fixture
def enter_quorum(quorum_house: House, browser: Browser) -> Iterator[Enter]:
    visits = Visits(browser, quorum_house)
    yield visits.enter
    visits.close()
    assert visits.complaints == []


def looks_right(page: Page, language: str = "en") -> None:
    assert list(faults_of(page, language=language)) == []


def seal(page: Page, reference: str) -> str:
    """A case with a witness, who is the same person in each; the pseudonym."""
    case = acts.open_case(page, reference, "A case with a witness")
    page.goto(f"{case}witnesses/register/")
    page.fill("[name=name_latin]", NAME)
    acts.send(page)
    page.wait_for_url(re.compile(r"/witnesses/[0-9a-f-]{36}/$"))
    return page.locator("h1 .pseudonym bdi").inner_text()


def ask(
    page: Page, room: str, reason: str, *, language: str = "en", kit: Path | None = None
) -> tuple[str, str]:
    """Ask a quorum for something; the address of the request, and its code."""
    page.goto(f"/witnesses/quorum/{room}/")
    looks_right(page, language)
    page.fill("[name=reason]", reason)
    if kit:
        page.set_input_files("[name=kit]", [kit])
    acts.send(page)
    looks_right(page, language)
    code = page.locator(".opening-code").inner_text().strip()
    page.locator('main a[href^="/witnesses/quorum/"]').last.click()
    page.wait_for_url(re.compile(r"/witnesses/quorum/[0-9a-f-]{36}/$"))
    return acts.path_of(page), code


def approve(page: Page, session: str, passphrase: str, language: str = "en") -> None:
    page.goto(session)
    looks_right(page, language)
    page.check("[name=decision][value=approve]")
    page.fill("[name=reason]", "I was asked by voice")
    page.fill("[name=passphrase]", passphrase)
    page.fill("[name=confirmation]", page.locator("h1 + p bdi").first.inner_text())
    acts.send(page)
    page.wait_for_url(re.compile(rf"{session}$"))
    expect(page.locator("[name=passphrase]")).to_have_count(0)


def carry_out(page: Page, session: str, code: str, language: str = "en") -> None:
    page.goto(f"{session}carry-out/")
    looks_right(page, language)
    page.fill("[name=code]", code)
    acts.send(page)
    page.wait_for_url(re.compile(rf"{session}$"))
    expect(page.locator(".flash-success")).to_be_visible()


def test_a_kit_is_proposed_and_one_person_found_under_two_pseudonyms(
    enter_quorum: Enter, tmp_path: Path
) -> None:
    first = enter_quorum("custodian1")
    second = enter_quorum("custodian2", language="fa", width=390)
    third = enter_quorum("custodian3")
    lawyer = enter_quorum("laleh")
    pseudonyms = {seal(lawyer, reference) for reference in ("DK-1988-R", "DK-1988-S")}

    public = tmp_path / "recovery-kit.json"
    public.write_bytes(paper_kit().public.as_file())
    session, code = ask(second, "kit", "Two of us were followed last week", language="fa", kit=public)
    for page, name, language in ((first, "custodian1", "en"), (second, "custodian2", "fa")):
        approve(page, session, PASSPHRASES[name], language)
    carry_out(second, session, code, "fa")
    for page, language in ((first, "en"), (second, "fa")):
        page.goto("/witnesses/custodians/")
        looks_right(page, language)

    session, code = ask(second, "duplicates", "Somebody may have been asked twice", language="fa")
    for page, name in ((first, "custodian1"), (third, "custodian3")):
        approve(page, session, PASSPHRASES[name])
    second.goto(f"{session}carry-out/")
    looks_right(second, "fa")
    second.fill("[name=code]", code)
    acts.send(second)
    expect(second.locator("main tbody tr")).to_have_count(1, timeout=60_000)
    assert set(second.locator("main tbody .pseudonym bdi").all_inner_texts()) == pseudonyms
    assert NAME not in second.content()
    looks_right(second, "fa")


def test_two_hold_a_drill_and_two_who_are_left_seal_anew(enter_quorum: Enter) -> None:
    enter = enter_quorum
    first, second = enter("custodian1"), enter("custodian2", language="fa", width=390)
    lawyer = enter("laleh")
    seal(lawyer, "DK-1988-Q")

    session, code = ask(first, "drill", "Once a quarter we see whether we still can")
    approve(first, session, PASSPHRASES["custodian1"])
    approve(second, session, PASSPHRASES["custodian2"], "fa")
    carry_out(first, session, code)
    for page, language in ((first, "en"), (second, "fa")):
        page.goto("/witnesses/custodians/")
        looks_right(page, language)
    expect(first.locator("main")).to_contain_text("passed")

    first.locator('main table a[href$="/remove/"]').last.click()
    looks_right(first)
    first.fill("[name=reason]", "Not heard of since Tuesday")
    first.fill("[name=confirmation]", "custodian3")
    acts.send(first)
    first.wait_for_url(re.compile(r"/witnesses/custodians/$"))
    expect(first.locator(".flash-error")).to_be_visible()  # one more loss, and identities are lost

    session, code = ask(enter("custodian2"), "reseal", "One of us was arrested")
    approve(first, session, PASSPHRASES["custodian1"])
    approve(second, session, PASSPHRASES["custodian2"], "fa")
    again = enter("custodian2")
    carry_out(again, session, code)
    again.goto("/witnesses/custodians/")
    looks_right(again)
    everything_known = again.content() + lawyer.content()
    assert NAME not in everything_known

    administrator = enter("admin")
    administrator.goto("/witnesses/custodians/")
    looks_right(administrator)
    auditor = enter("arash")
    for action in ("witness.drill_passed", "witness.custodian_removed", "witness.identity_resealed"):
        auditor.goto(f"/log/entries/?action={action}")
        expect(auditor.locator("#entries tbody tr")).to_have_count(1)
        assert NAME not in auditor.content()
