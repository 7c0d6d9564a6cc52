"""The interviews and statements of a witness in a real browser: read before asked again, sealed, and side by side."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import acts
from tests.browser.conftest import CHROMIUM, Enter, Visits
from tests.browser.houses import PASSPHRASES, PASSWORD, House, build, served
from tests.browser.looking import faults_of
from tests.browser.test_witness_journey import everything_stored
from tests.skipping import need_program
from tests.witnesses.residue import traces

REFERENCE = "DK-1988-I"
SECRET = "Golnavaz must not be asked about her brother Farrokhbakht"
CANARIES = ("Golnavaz", "Farrokhbakht")
WHY = "The day of the second visit is not in the first account"
FIRST, SECOND = "told.txt", "court.txt"


@pytest.fixture
def quiet_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of its own: other journeys count the entries of theirs."""
    need_program(*CHROMIUM)
    house = build(tmp_path_factory.mktemp("interviews"))
    house.run("-m", "tests.browser.cast_in")
    with served(house):
        yield house


@pytest.fixture
def enter(quiet_house: House, browser: Browser) -> Iterator[Enter]:
    visits = Visits(browser, quiet_house)
    yield visits.enter
    visits.close()
    assert visits.complaints == []


def test_a_witness_is_not_asked_twice_unread_and_her_statements_stand_side_by_side(
    quiet_house: House, enter: Enter, tmp_path: Path
) -> None:
    custodians = enrolled(enter)
    lawyer = enter("laleh")
    case = acts.open_case(lawyer, REFERENCE, "A case with interviews")
    acts.add_member(lawyer, case, "Parvin")
    witness = register(lawyer, case)
    pseudonym = lawyer.locator("h1 .pseudonym bdi").inner_text()

    elsewhere(lawyer, witness)
    planned_again(lawyer, witness)
    interview = acts.path_of(lawyer)
    sealed_note(lawyer, interview)
    see_the_note(lawyer, interview, pseudonym, custodians)

    statements(lawyer, quiet_house, witness, tmp_path)
    side_by_side(lawyer, witness)
    in_persian_on_a_telephone(enter, witness, case)
    assert traces(everything_stored(quiet_house), CANARIES) == []


def looks_right(page: Page, language: str = "en") -> None:
    assert list(faults_of(page, language=language)) == []


def enrolled(enter: Enter) -> dict[str, Page]:
    """The custodians, each with a key."""
    pages = {name: enter(name) for name in PASSPHRASES}
    for name, page in pages.items():
        page.goto("/witnesses/enrol/")
        if page.locator("[name=passphrase]").count():
            page.fill("[name=passphrase]", PASSPHRASES[name])
            page.fill("[name=again]", PASSPHRASES[name])
            acts.send(page)
            page.wait_for_url(re.compile(r"/witnesses/decisions/$"))
    return pages


def register(page: Page, case: str) -> str:
    page.goto(f"{case}witnesses/register/")
    page.fill("[name=name_latin]", "Invented Witnessname")
    acts.send(page)
    page.wait_for_url(re.compile(r"/witnesses/[0-9a-f-]{36}/$"))
    return acts.path_of(page)


def elsewhere(page: Page, witness: str) -> None:
    page.goto(f"{witness}interviews/")
    looks_right(page)
    acts.follow(page, "/interviews/elsewhere/")
    looks_right(page)
    page.check("[name=state][value=held]")
    page.check("[name=kind][value=media]")
    page.fill("[name=organisation]", "A radio station abroad")
    page.fill("[name=held]", "1388")
    acts.send(page)
    page.wait_for_url(re.compile(r"/interviews/[0-9a-f-]{36}/$"))
    looks_right(page)


def planned_again(page: Page, witness: str) -> None:
    page.goto(f"{witness}interviews/")
    acts.follow(page, "/interviews/new/")
    expect(page.locator("main table")).to_contain_text("A radio station abroad")
    looks_right(page)
    page.check("[name=state][value=planned]")
    page.check("[name=kind][value=first_account]")
    page.fill("[name=held]", "12 Azar 1405")
    acts.send(page)
    expect(page.locator(".error-summary")).to_be_visible()
    looks_right(page)
    page.fill("[name=justification]", WHY)
    acts.send(page)
    page.wait_for_url(re.compile(r"/interviews/[0-9a-f-]{36}/$"))
    expect(page.locator("main")).to_contain_text(WHY)


def sealed_note(page: Page, interview: str) -> None:
    page.goto(interview)
    acts.follow(page, "/notes/new/")
    looks_right(page)
    page.check("[name=kept][value=sealed]")
    page.fill("[name=text]", SECRET)
    acts.send(page)
    page.wait_for_url(re.compile(rf"{interview}$"))
    assert traces(page.content().encode(), CANARIES) == []
    looks_right(page)


def see_the_note(page: Page, interview: str, pseudonym: str, custodians: dict[str, Page]) -> None:
    page.goto(interview)
    acts.follow(page, "/open/")
    looks_right(page)
    page.fill("[name=reason]", "The second interview must not ask the same again")
    page.fill("[name=seconds]", "120")
    page.fill("[name=confirmation]", pseudonym)
    page.fill("[name=password]", PASSWORD)
    acts.send(page)
    code = page.locator(".opening-code").inner_text().strip()
    opening = page.locator('main a[href^="/witnesses/openings/"]').first.get_attribute("href") or ""
    for name in ("custodian1", "custodian2"):
        decide(custodians[name], opening, pseudonym, PASSPHRASES[name])
    page.goto(opening)
    looks_right(page)
    page.fill("[name=opening_code]", code)
    page.fill("[name=password]", PASSWORD)
    acts.send(page)
    expect(page.locator("[data-see-once-content]")).to_contain_text("Golnavaz")
    page.goto(interview)
    assert traces(page.content().encode(), CANARIES) == []


def decide(page: Page, opening: str, pseudonym: str, passphrase: str) -> None:
    page.goto("/witnesses/decisions/")
    acts.follow(page, opening.removeprefix("/witnesses/openings"))
    page.check("[name=decision][value=approve]")
    page.fill("[name=reason]", "The letter is known to me")
    page.fill("[name=passphrase]", passphrase)
    page.fill("[name=confirmation]", pseudonym)
    acts.send(page)
    page.wait_for_url(re.compile(r"/witnesses/decisions/$"))


def statements(page: Page, house: House, witness: str, folder: Path) -> None:
    """Two exhibits with a transcript each become statements."""
    told = "".join(f"[00:{n:02}:00] In the ward, the {n}th thing that I saw\n" for n in range(40))
    for name, words in ((FIRST, told), (SECOND, "آنچه در دادگاه گفتم\nسطر دوم")):
        (folder / name).write_text(f"original of {name}")
        words_of = ("--case", REFERENCE, "--source", "The witness", "--actor", "laleh")
        house.manage("ingest_evidence", str(folder / name), *words_of)
        item, reference = open_item(page, name)
        acts.follow(page, "/copies/new/")
        (folder / f"t-{name}").write_text(words)
        page.set_input_files("[name=file]", [folder / f"t-{name}"])
        page.select_option("main select[name=kind]", "transcript")
        page.select_option("main select[name=language]", "fa" if name == SECOND else "en")
        acts.send(page)
        page.wait_for_url(re.compile(rf"{item}$"))
        page.goto(f"{witness}statements/new/")
        looks_right(page)
        page.fill("[name=item]", reference)
        page.check("[name=kind][value=first_account]")
        acts.send(page)
        page.wait_for_url(re.compile(r"/interviews/$"))


def open_item(page: Page, name: str) -> tuple[str, str]:
    """Open the exhibit's page; its address and its reference."""
    page.goto("/evidence/")
    link = page.locator("main tbody tr", has_text=name).locator('a:has(.mono)[href^="/evidence/"]').first
    reference = link.inner_text().strip()
    link.click()
    page.wait_for_url(re.compile(r"/evidence/[0-9a-f-]{36}/$"))
    return acts.path_of(page), reference


def side_by_side(page: Page, witness: str) -> None:
    page.goto(f"{witness}interviews/")
    looks_right(page)
    for box in page.locator("[name=statement]").all():
        box.check()
    page.locator("main form:has([name=statement]) button[type=submit]").click()
    expect(page.locator(".side")).to_have_count(2)
    first, second = (box.bounding_box() for box in page.locator(".side").all())
    assert first is not None
    assert second is not None
    assert first["y"] == second["y"]
    looks_right(page)
    page.locator(".side-turn input[name^=from]").first.fill("0:30:00")
    page.locator(".side-turn button").first.click()
    expect(page.locator(".side").first).to_contain_text("30th thing")
    expect(page.locator(".side").first).not_to_contain_text("29th thing")
    expect(page.locator(".side").nth(1)).to_contain_text("سطر دوم")


def in_persian_on_a_telephone(enter: Enter, witness: str, case: str) -> None:
    page = enter("parvin", language="fa", width=390)
    for address in (
        f"{witness}interviews/",
        f"{witness}interviews/new/",
        f"{witness}interviews/elsewhere/",
        f"{witness}statements/new/",
        f"{case}interviews/",
    ):
        page.goto(address)
        looks_right(page, "fa")
    page.goto(f"{witness}interviews/")
    page.locator('main a[href*="/interviews/"][href$="/"]').nth(1).click()
    looks_right(page, "fa")
    page.goto(f"{witness}interviews/")
    page.locator('main th a[href*="/statements/"]').first.click()
    looks_right(page, "fa")
    page.goto(f"{witness}interviews/")
    for box in page.locator("[name=statement]").all():
        box.check()
    page.locator("main form:has([name=statement]) button[type=submit]").click()
    first, second = (box.bounding_box() for box in page.locator(".side").all())
    assert first is not None
    assert second is not None
    assert first["y"] < second["y"], "one under the other on a narrow screen"
    looks_right(page, "fa")
