"""The life of a witness in real browsers: sealed, opened once by two of three custodians, and found nowhere else."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts, searching
from tests.browser.conftest import CHROMIUM, Enter
from tests.browser.houses import PASSPHRASES, PASSWORD, House, build, served
from tests.browser.looking import faults_of
from tests.skipping import need_program
from tests.witnesses.residue import traces, unpacked

REFERENCE = "DK-1988-W"
# An invented person, with words that are in no other text of ours.
NAME_FA, NAME_LATIN = "شهرنوش ساختگی‌پور", "Shahrnush Sakhtegipur"
SECRETS = (NAME_FA, NAME_LATIN, "Mahvash Sakhtegipur", "shahrnush@nowhere.invalid", "Kheradmand Alley 77")


@pytest.fixture(scope="module")
def running_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of this journey's own: in it custodians enrol, and nothing else is written."""
    need_program(*CHROMIUM)
    house = build(tmp_path_factory.mktemp("witness"))
    house.run("-m", "tests.browser.cast_in")
    with served(house):
        yield house


def test_an_identity_opens_once_to_a_quorum_and_lies_nowhere(
    running_house: House, enter: Enter, tmp_path: Path
) -> None:
    custodians = {name: enter(name, language="fa", width=390) for name in PASSPHRASES}
    for name, page in custodians.items():
        enrol(page, PASSPHRASES[name])
    lawyer = enter("laleh")
    case = acts.open_case(lawyer, REFERENCE, "A case with a witness")
    witness = register(lawyer, case)
    pseudonym = lawyer.locator("h1 .pseudonym bdi").inner_text()

    opening, code = ask(lawyer, witness, pseudonym)
    for name in ("custodian3", "custodian1"):
        approve(custodians[name], opening, pseudonym, PASSPHRASES[name])
    see_once(lawyer, opening, code)
    refused_again(lawyer, opening, code)

    auditor = enter("arash")
    for action in ("witness.registered", "witness.opening_requested", "witness.identity_opened"):
        in_the_log(auditor, action, times=1)
    in_the_log(auditor, "witness.opening_approved", times=2)
    in_the_log(auditor, "witness.custodian_enrolled", times=3)

    name, address = held_dossier(running_house)
    two = {custodians[one]: PASSPHRASES[one] for one in ("custodian1", "custodian2")}
    second_code = searching.have_searched(lawyer, address, two)
    forgotten = [*SECRETS, code, second_code, *PASSPHRASES.values()]
    everything = everything_stored(running_house) + released(running_house, name, tmp_path / "out")
    # The same search does find what may be known.
    assert traces(everything, [pseudonym]) == [pseudonym]
    assert (
        traces(everything, [form for text in forgotten for form in (text, text.lower(), text.upper())]) == []
    )


def looks_right(page: Page, language: str = "en") -> None:
    assert list(faults_of(page, language=language)) == []


def enrol(page: Page, passphrase: str) -> None:
    page.locator('main a[href="/witnesses/enrol/"]').first.click()
    looks_right(page, "fa")
    page.fill("[name=passphrase]", passphrase)
    page.fill("[name=again]", passphrase)
    acts.send(page)
    page.wait_for_url(re.compile(r"/witnesses/decisions/$"))


def register(page: Page, case: str) -> str:
    """Seal the identity; returns the witness's address."""
    page.goto(f"{case}witnesses/")
    acts.follow(page, "/witnesses/register/")
    looks_right(page)
    for name, text in zip(
        ("name_fa", "name_latin", "kin-0-text", "contacts-0-text", "how_to_reach_safely"),
        SECRETS,
        strict=True,
    ):
        page.fill(f"[name={name}]", text)
    acts.send(page)
    page.wait_for_url(re.compile(r"/witnesses/[0-9a-f-]{36}/$"))
    assert traces(page.content().encode(), SECRETS) == []
    return acts.path_of(page)


def ask(page: Page, witness: str, pseudonym: str) -> tuple[str, str]:
    """Ask to open the identity; the request's address and the opening code."""
    page.goto(witness)
    acts.follow(page, "/open/")
    looks_right(page)
    page.check("[name=fields_wanted][value=full_names]")
    page.fill("[name=reason]", "The court asks whether the witness can be heard")
    page.fill("[name=seconds]", "120")
    page.fill("[name=confirmation]", pseudonym)
    page.fill("[name=password]", PASSWORD)
    acts.send(page)
    code = page.locator(".opening-code").inner_text().strip()
    looks_right(page)
    return page.locator('main a[href^="/witnesses/openings/"]').first.get_attribute("href") or "", code


def approve(page: Page, opening: str, pseudonym: str, passphrase: str) -> None:
    """Approve, after a first try with a wrong passphrase, which the page refuses with nothing typed lost."""
    page.goto("/witnesses/decisions/")
    acts.follow(page, opening.removeprefix("/witnesses/openings"))
    for typed in ("not " + passphrase, passphrase):
        page.check("[name=decision][value=approve]")
        if typed != passphrase:
            page.fill("[name=reason]", "The court's letter is known to me")
        assert page.input_value("[name=reason]") == "The court's letter is known to me"
        page.fill("[name=passphrase]", typed)
        page.fill("[name=confirmation]", pseudonym)
        acts.send(page)
        if typed != passphrase:
            expect(page.locator(".error-summary")).to_be_visible()
            assert page.input_value("[name=passphrase]") == ""
            looks_right(page, "fa")
    page.wait_for_url(re.compile(r"/witnesses/decisions/$"))


def see_once(page: Page, opening: str, code: str) -> None:
    page.goto(opening)
    looks_right(page)
    page.fill("[name=opening_code]", code)
    page.fill("[name=password]", PASSWORD)
    acts.send(page)
    shown = page.locator("[data-see-once-content]")
    assert {NAME_FA, NAME_LATIN} <= set(shown.locator("dd > bdi").all_inner_texts())
    assert "Mahvash" not in page.content(), "only what was asked for is shown"
    looks_right(page)


def refused_again(page: Page, opening: str, code: str) -> None:
    """The page of a request that is done asks for no code, and a code sent all the same opens nothing."""
    page.goto(opening)
    assert page.locator("[name=opening_code]").count() == 0
    mark = page.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""
    answer = page.request.post(
        opening,
        form={"csrfmiddlewaretoken": mark, "opening_code": code, "password": PASSWORD},
        headers={"Referer": page.url},
    )
    assert answer.status == 422
    assert traces(answer.body(), SECRETS) == []


def in_the_log(page: Page, action: str, *, times: int) -> None:
    """The auditor finds the entries by their action, opens the newest and reads no name in it."""
    page.goto(f"/log/entries/?action={action}")
    rows = page.locator("#entries tbody tr")
    expect(rows).to_have_count(times)
    assert traces(page.content().encode(), SECRETS) == []
    rows.first.locator("a").last.click()
    page.wait_for_url(re.compile(r"/log/entries/[0-9a-f-]{36}/$"))
    assert action in page.locator("main").inner_text()
    assert traces(page.content().encode(), SECRETS) == []


def everything_stored(house: House) -> bytes:
    """The database with its side files, the vault, and what the server said."""
    files = [path for path in (house.home / "data").rglob("*") if path.is_file()] + [house.server_log]
    assert any(path.name.endswith("-wal") for path in files)
    content = b"\n".join(path.read_bytes() for path in files)
    return content + unpacked(content)


def held_dossier(house: House) -> tuple[str, str]:
    """A dossier of the case that lies in the vault, by command; its name and its address."""
    words_of = ("--case", REFERENCE, "--source", "the office", "--actor", "laleh")
    house.manage("ingest_evidence", str(acts.NOTE), *words_of)
    words = ("--purpose", "To look for names in it", "--hold", "--actor", "laleh", "--json")
    made = json.loads(house.manage("compile_dossier", REFERENCE, *words).stdout)
    return made["name"], f"/dossiers/{made['dossier']}/"


def released(house: House, name: str, folder: Path) -> bytes:
    """Every byte of the dossier, written out by command."""
    house.manage("release_dossier", name, "--out", str(folder), "--actor", "laleh")
    content = b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return content + unpacked(content)
