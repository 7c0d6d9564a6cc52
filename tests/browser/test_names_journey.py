"""A name is planted in a dossier: it is found, told to nobody, and keeps the dossier here; a clean one goes out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import acts, searching
from tests.browser.conftest import CHROMIUM, Enter, Visits
from tests.browser.houses import PASSPHRASES, House, build, served
from tests.browser.test_main_journey import assert_it_checks_itself
from tests.evidence.inspecting_files import pdf
from tests.skipping import need_program
from tests.witnesses.residue import traces

NAME_FA, NAME_LATIN = "شهرنوش ساختگی‌پور", "Shahrnush Sakhtegipur"
SECRETS = (NAME_FA, NAME_LATIN, "Sakhtegipur", "ساختگی‌پور")


@pytest.fixture(scope="module")
def names_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of this journey's own: a custodian lets names be looked for a few times a day. All three have keys."""
    need_program(*CHROMIUM)
    house = build(tmp_path_factory.mktemp("names"))
    house.run("-m", "tests.browser.cast_in")
    house.run("-m", "tests.browser.custodians_in")
    with served(house):
        yield house


@pytest.fixture
def enter_names(names_house: House, browser: Browser) -> Iterator[Enter]:
    visits = Visits(browser, names_house)
    yield visits.enter
    visits.close()
    assert visits.complaints == []


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("fa", 390)])
def test_a_planted_name_keeps_the_dossier_here_and_a_clean_one_goes_out(
    names_house: House, enter_names: Enter, language: str, width: int, tmp_path: Path
) -> None:
    lawyer = enter_names("laleh", language=language, width=width)
    custodians = {
        enter_names("custodian1"): PASSPHRASES["custodian1"],
        enter_names("custodian3", language="fa", width=390): PASSPHRASES["custodian3"],
    }
    dossier = asked_for(lawyer, f"DK-NAMED-{language.upper()}", planted(tmp_path, language))
    code = searching.have_searched(lawyer, dossier, custodians)
    it_stays(lawyer, dossier)

    clean = tmp_path / "clean.txt"
    clean.write_text(f"A list of the things on the table, {language}\n")
    dossier = asked_for(lawyer, f"DK-CLEAN-{language.upper()}", [clean])
    searching.have_searched(lawyer, dossier, custodians)
    expect(lawyer.locator("main table")).to_have_count(0)
    acts.follow(lawyer, dossier)
    archive = acts.save_dossier(lawyer, tmp_path)
    assert_it_checks_itself(archive, tmp_path / "opened", [clean])
    assert traces(names_house.server_log.read_bytes(), [*SECRETS, code]) == []


def planted(folder: Path, language: str) -> list[Path]:
    """Subtitles with the Persian name, and a document whose text layer holds the Latin one."""
    subtitles, document = folder / f"film-{language}.srt", folder / f"letter-{language}.pdf"
    subtitles.write_text(f"1\n00:00:01,000 --> 00:00:02,000\n{language} {NAME_FA}\n", encoding="utf-8")
    document.write_bytes(pdf(f"A letter in {language}", f"Signed: {NAME_LATIN}"))
    return [subtitles, document]


def asked_for(page: Page, reference: str, files: list[Path]) -> str:
    """A case with a sealed witness and the files, and a dossier of it that is asked for; the dossier's address."""
    case = acts.open_case(page, reference, "تابستان ۱۳۶۷")
    page.goto(f"{case}witnesses/register/")
    page.fill("[name=name_fa]", NAME_FA)
    page.fill("[name=name_latin]", NAME_LATIN)
    acts.send(page)
    page.wait_for_url(f"**{case}witnesses/*/")
    acts.fill_upload(page, reference, source="یک خانواده", files=files)
    acts.send(page)
    taken = page.locator("[data-upload-list] > li.upload-taken")
    expect(taken).to_have_count(len(files), timeout=searching.PATIENT)
    acts.ask_for_dossier(page, case, reference, "For the prosecutor, on her request")
    page.wait_for_url("**/dossiers/*-*-*/")
    return acts.path_of(page)


def it_stays(page: Page, dossier: str) -> None:
    """The report names both files and no person; neither the page nor a form that is sent all the same gives it out."""
    rows = page.locator("main tbody tr")
    assert {Path(one).suffix for one in rows.locator("th bdi").all_inner_texts()} >= {".srt", ".pdf"}
    expect(page.locator("main .warning")).to_be_visible()
    assert traces(page.content().encode(), SECRETS) == []
    page.goto(dossier)
    searching.looks_right(page)
    expect(page.locator('form[action$="/download/"]')).to_have_count(0)
    assert acts.post(page, f"{dossier}download/") == 409
