"""The main job in real browsers: from three files to a dossier that checks itself, and who sees nothing of it."""

import hashlib
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.conftest import Enter
from tests.browser.houses import House

FILES = [acts.LETTER, acts.NOTE, acts.PICTURE]
# Notes every state that a file's line shows, and whether it had a bar, while the page sends.
WATCH = """() => {
  window.seen = [];
  const list = document.querySelector("[data-upload-list]");
  new MutationObserver(() => {
    for (const line of list.children) {
      window.seen.push([line.querySelector(".upload-state").textContent, !!line.querySelector("progress")]);
    }
  }).observe(list, { childList: true, subtree: true, characterData: true });
}"""


@pytest.mark.parametrize("language", ["en", "fa"])
def test_from_three_files_to_a_dossier_that_checks_itself(
    running_house: House, enter: Enter, language: str, tmp_path: Path
) -> None:
    reference, source = f"DK-1988-{language.upper()}", f"خانواده‌ای ساختگی {language}"
    lawyer = enter("laleh", language=language)
    case = acts.open_case(lawyer, reference, "تابستان ۱۳۶۷")
    acts.add_member(lawyer, case, "Parvin Paralegal")
    acts.add_person(lawyer, case, "حمید نوری")
    acts.record_incident(lawyer, case, "The gate is closed", "late Mordad 1367")

    paralegal = enter("parvin", language=language)
    items = take_in(paralegal, reference, source)
    for item, file in zip(items, FILES, strict=True):
        see_custody(paralegal, item, file)

    acts.link_item(lawyer, items[0], reference, "person")
    acts.link_item(lawyer, items[0], reference, "incident")
    assert lawyer.locator("[aria-labelledby=links-title] tbody tr").count() == 2
    acts.ask_for_dossier(lawyer, case, reference, "For the prosecutor, on her request")
    dossier = acts.path_of(lawyer)
    # It is packed in the background: the button comes when it is.
    expect(lawyer.locator('form[action$="/download/"] button')).to_be_visible(timeout=150_000)
    paralegal.goto(items[0])
    expect(paralegal.locator(".custody-packed")).to_have_count(1)
    expect(paralegal.locator(".custody-disclosed")).to_have_count(0)
    archive = acts.save_dossier(lawyer, tmp_path)
    assert_it_checks_itself(archive, tmp_path / "opened", FILES)

    paralegal.goto(items[0])
    expect(paralegal.locator(".custody-packed")).to_have_count(1)
    expect(paralegal.locator(".custody-disclosed")).to_have_count(1)
    the_auditor_verifies(enter("arash", language=language), items[0])

    addresses = [case, *(f"{case}{tab}/" for tab in ("people", "incidents", "places", "members", "evidence"))]
    addresses += [f"{case}{tab}/" for tab in ("witnesses", "dossiers", "dossiers/compile", "people/add")]
    addresses += [dossier, items[0], f"{items[0]}link/", items[1], items[2]]
    sends = [f"{items[0]}download/", f"{items[0]}check/", f"{dossier}download/"]
    the_outsider_gets_nothing(enter("omid", language=language), addresses, sends)
    the_visitor_is_sent_to_the_door(enter(None, language=language), [*addresses, "/log/", "/"])
    assert source not in running_house.server_log.read_text()


def take_in(page: Page, reference: str, source: str) -> list[str]:
    """Upload the three files and return the addresses of their items."""
    acts.fill_upload(page, reference, source=source, files=FILES)
    expect(page.locator("[data-upload-panel]")).to_be_hidden()
    page.evaluate(WATCH)
    acts.send(page)
    taken = page.locator("[data-upload-list] > li.upload-taken")
    expect(taken).to_have_count(len(FILES), timeout=60_000)
    total = page.locator("[data-upload-total]")
    done = page.locator("[data-upload-panel]").get_attribute("data-text-done") or ""
    number = {"en": "3", "fa": "۳"}[page.locator("html").get_attribute("lang") or ""]
    expect(total).to_have_text(done.replace("{total}", number))
    assert page.locator("[data-upload-total-bar]").evaluate("bar => bar.value") == 1
    assert_progress_was_seen(page)
    names = page.locator("[data-upload-list] .upload-name bdi").all_inner_texts()
    assert names == [file.name for file in FILES]
    return [link.get_attribute("href") or "" for link in taken.locator("a").all()]


def assert_progress_was_seen(page: Page) -> None:
    words = page.locator("[data-upload-panel]").evaluate("panel => ({...panel.dataset})")
    seen: list[tuple[str, bool]] = page.evaluate("window.seen")
    with_bar = {state for state, bar in seen if bar}
    assert words["textWaiting"] in with_bar
    assert any(state.startswith(words["textSending"]) or state == words["textStoring"] for state in with_bar)


def see_custody(page: Page, item: str, file: Path) -> None:
    """The item's page names the file's own digest, and its custody begins with the receipt."""
    page.goto(item)
    content = page.locator("main").inner_text()
    assert file.name in content
    assert hashlib.sha256(file.read_bytes()).hexdigest() in page.content()
    first = acts.events(page).first
    assert "custody-received" in (first.get_attribute("class") or "")
    assert "Parvin Paralegal" in first.inner_text()


def assert_it_checks_itself(archive: Path, folder: Path, files: list[Path]) -> None:
    """Its own verifier is satisfied, and the files are in it as they were."""
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    (dossier,) = folder.iterdir()
    ended = subprocess.run(
        [sys.executable, "-I", "-S", str(dossier / "verify.py")],
        cwd=folder,
        env={},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "VERIFIED" in ended.stdout
    originals = {hashlib.sha256(path.read_bytes()).digest() for path in dossier.rglob("*") if path.is_file()}
    assert {hashlib.sha256(file.read_bytes()).digest() for file in files} <= originals


def the_auditor_verifies(page: Page, item: str) -> None:
    page.locator('nav.rail a[href="/log/"]').click()
    page.locator('form[action="/log/verify/"] button').click()
    expect(page.locator("#run .verdict-verified")).to_be_visible(timeout=60_000)
    expect(page.locator("#run .verdict-broken")).to_have_count(0)
    assert page.goto(item).status == 403
    assert page.goto(item.replace("/evidence/", "/custody/")).status == 200
    assert acts.LETTER.name not in page.content()


def the_outsider_gets_nothing(page: Page, addresses: list[str], sends: list[str]) -> None:
    for room in ("/", "/cases/", "/evidence/"):
        page.goto(room)
        assert page.locator('main a[href*="-"]').filter(has_text=re.compile("E-|DK-")).count() == 0, room
        assert page.locator("table.records").count() == 0, room
    for address in addresses:
        assert page.goto(address).status == 404, address
        assert page.locator("h1").count() == 1
    for address in sends:
        assert acts.post(page, address) == 404, address


def the_visitor_is_sent_to_the_door(page: Page, addresses: list[str]) -> None:
    for address in addresses:
        page.goto(address)
        assert acts.path_of(page).startswith("/sign-in/?next="), address
