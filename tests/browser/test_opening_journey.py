"""An identity in real browsers: seen once with the name of the viewer across it, hidden at the end, refused, audited."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser import acts
from tests.browser.conftest import Enter
from tests.browser.houses import PASSWORD, House
from tests.browser.looking import faults_of
from tests.witnesses.residue import traces, unpacked

CUSTODIANS = {
    "custodian1": "heron lantern quarry velvet umbrella",
    "custodian2": "copper thistle window marble orchard",
    "custodian3": "saffron anchor winter pebble trumpet",
}
NAME, NEW_NAME, PHONE = "Golandam Namyafte", "Golandam Namyafteh", "+98 21 5550 7788"
SECRETS = (NAME, NEW_NAME, PHONE, "Shirzad Namyafte")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301"
    "0100c9fe92ef0000000049454e44ae426082"
)
DANGER = "Two men asked the neighbours for this person by name this morning"


def looks_right(page: Page, language: str = "en") -> None:
    assert list(faults_of(page, language=language)) == []


@pytest.fixture
def custodians(enter: Enter) -> dict[str, Page]:
    """Three custodians, enrolled, in Persian on a narrow screen."""
    pages = {name: enter(name, language="fa", width=390) for name in CUSTODIANS}
    for name, page in pages.items():
        page.goto("/witnesses/enrol/")
        if page.locator("[name=passphrase]").count():
            page.fill("[name=passphrase]", CUSTODIANS[name])
            page.fill("[name=again]", CUSTODIANS[name])
            acts.send(page)
            page.wait_for_url(re.compile(r"/witnesses/decisions/$"))
    return pages


def test_one_view_a_refusal_and_an_emergency(
    running_house: House, enter: Enter, custodians: dict[str, Page], tmp_path: Path
) -> None:
    lawyer = enter("laleh")
    case = acts.open_case(lawyer, "DK-1988-O", "A case with an opening")
    witness, pseudonym = register(lawyer, case, tmp_path)
    correct(lawyer, witness)

    # Two decisions in two sessions, one view; then nothing, whichever way one comes back.
    opening, code = ask(lawyer, f"{witness}open/", pseudonym, seconds="600")
    for name in ("custodian1", "custodian2"):
        decide(custodians[name], opening, pseudonym, CUSTODIANS[name])
    see(lawyer, opening, code)
    shown = lawyer.locator("[data-see-once-content]")
    assert NEW_NAME in shown.inner_text()
    assert PHONE in shown.inner_text()
    assert shown.locator("img").evaluate("image => image.complete && image.naturalWidth") == 1
    looks_right(lawyer)
    prints_nothing(lawyer)
    gone_after_the_back_button(lawyer, opening)

    # What comes while nobody looks waits for somebody. The time on the screen runs out by itself.
    opening, code = ask(lawyer, f"{witness}open/", pseudonym, seconds="30")
    for name in ("custodian2", "custodian3"):
        decide(custodians[name], opening, pseudonym, CUSTODIANS[name])
    window = see_while_nobody_looks(lawyer, opening, code)
    expect(window.locator("[data-see-once-content]")).to_have_count(0, timeout=45_000)
    # In the same moment the server's Refresh header leaves the page: what is looked at is where it leads.
    expect(window.locator("[data-see-once]")).to_have_count(0, timeout=45_000)
    window.wait_for_load_state()
    assert traces(window.content().encode(), SECRETS) == []
    gone_after_a_reload(window)
    window.close()

    # One refusal ends a request.
    opening, code = ask(lawyer, f"{witness}open/", pseudonym)
    decide(custodians["custodian1"], opening, pseudonym, None)
    lawyer.goto(opening)
    assert "I do not know who asks" in lawyer.locator("main").inner_text()
    assert lawyer.locator("[name=opening_code]").count() == 0

    emergency(lawyer, witness, pseudonym, custodians, enter)
    the_auditor_sees_every_step_and_no_name(enter("arash"))
    held = b"\n".join(
        path.read_bytes()
        for path in [*(running_house.home / "data").rglob("*"), running_house.server_log]
        if path.is_file()
    )
    forgotten = [*SECRETS, code, *CUSTODIANS.values()]
    assert traces(held + unpacked(held), [one for text in forgotten for one in (text, text.lower())]) == []


def register(page: Page, case: str, folder: Path) -> tuple[str, str]:
    """Seal an identity with a photograph; the witness's address and pseudonym."""
    picture = folder / "golandam.png"
    picture.write_bytes(PNG)
    page.goto(f"{case}witnesses/register/")
    looks_right(page)
    page.fill("[name=name_latin]", NAME)
    page.fill("[name=contacts-0-text]", PHONE)
    page.locator("button[name=more_rows]").nth(1).click()
    # More rows came, nothing that was typed is lost, nothing is sealed.
    assert page.input_value("[name=contacts-0-text]") == PHONE
    page.fill("[name=contacts-2-text]", PHONE)
    page.fill("[name=kin-0-kind]", "brother")
    page.fill("[name=kin-0-text]", "Shirzad Namyafte")
    page.set_input_files("[name=photograph]", picture)
    acts.send(page)
    page.wait_for_url(re.compile(r"/witnesses/[0-9a-f-]{36}/$"))
    assert traces(page.content().encode(), SECRETS) == []
    looks_right(page)
    return acts.path_of(page), page.locator("h1 .pseudonym bdi").inner_text()


def correct(page: Page, witness: str) -> None:
    """A new version, typed anew."""
    page.goto(witness)
    acts.follow(page, "/revise/")
    looks_right(page)
    page.fill("[name=reason]", "The last letter was missing")
    page.fill("[name=name_latin]", NEW_NAME)
    page.fill("[name=contacts-0-text]", PHONE)
    page.fill("[name=date_of_birth]", "1341/02/03")
    page.set_input_files("[name=photograph]", {"name": "g.png", "mimeType": "image/png", "buffer": PNG})
    acts.send(page)
    page.wait_for_url(re.compile(r"/witnesses/[0-9a-f-]{36}/$"))
    assert "The last letter was missing" in page.locator("main").inner_text()
    looks_right(page)


def ask(page: Page, address: str, pseudonym: str, *, seconds: str = "600") -> tuple[str, str]:
    """Ask for everything; the request's address and its code."""
    page.goto(address)
    looks_right(page)
    for field in ("full_names", "contacts", "photograph", "date_of_birth"):
        page.check(f"[name=fields_wanted][value={field}]")
    words = page.locator("[name=reason], [name=justification]")
    words.fill(DANGER)
    page.fill("[name=seconds]", seconds)
    page.fill("[name=confirmation]", pseudonym)
    page.fill("[name=password]", PASSWORD)
    acts.send(page)
    code = page.locator(".opening-code").inner_text().strip()
    return page.locator('main a[href^="/witnesses/openings/"]').first.get_attribute("href") or "", code


def decide(page: Page, opening: str, pseudonym: str, passphrase: str | None) -> None:
    """Approve with the passphrase; refuse without one."""
    page.goto("/witnesses/decisions/")
    acts.follow(page, opening.removeprefix("/witnesses/openings"))
    looks_right(page, "fa")
    if passphrase is None:
        page.check("[name=decision][value=refuse]")
        page.fill("[name=reason]", "I do not know who asks")
    else:
        page.check("[name=decision][value=approve]")
        page.fill("[name=reason]", "The letter of the court is known to me")
        page.fill("[name=passphrase]", passphrase)
        page.fill("[name=confirmation]", pseudonym)
    acts.send(page)
    page.wait_for_url(re.compile(r"/witnesses/decisions/$"))


def see(page: Page, opening: str, code: str) -> None:
    page.goto(opening)
    page.fill("[name=opening_code]", code)
    page.fill("[name=password]", "not my password")
    acts.send(page)
    expect(page.locator(".error-summary")).to_be_visible()
    assert page.locator("[data-see-once-content]").count() == 0
    page.fill("[name=opening_code]", code)
    page.fill("[name=password]", PASSWORD)
    acts.send(page)
    expect(page.locator("[data-see-once-content]")).to_have_count(1)
    mark = page.locator(".watermark-across > div").first
    assert "Laleh Lawyer" in (mark.get_attribute("data-mark") or "")
    assert mark.evaluate("line => line.getBoundingClientRect().width") > 300


def see_while_nobody_looks(page: Page, opening: str, code: str) -> Page:
    """The same in another window, which is left before the answer comes; that window, looked at again."""
    window = page.context.new_page()
    window.add_init_script("document.hasFocus = () => false")
    window.goto(opening)
    window.fill("[name=opening_code]", code)
    window.fill("[name=password]", PASSWORD)
    acts.send(window)
    shown = window.locator("[data-see-once-content]")
    expect(shown).to_have_count(1)
    expect(shown).to_be_hidden()
    window.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(shown).to_be_visible()
    return window


def prints_nothing(page: Page) -> None:
    """On paper: the mark and a sentence."""
    page.emulate_media(media="print")
    expect(page.locator("[data-see-once-content]")).to_be_hidden()
    expect(page.locator(".printed-instead")).to_be_visible()
    expect(page.locator(".watermark").first).to_be_visible()
    page.emulate_media(media="screen")


def gone_after_the_back_button(page: Page, opening: str) -> None:
    """Leave and come back: chromium asks whether to send the form again, and the page is shown by nothing else."""
    page.locator(f'main a[href="{opening}"]').click()
    for _time in range(2):
        with suppress(Error):
            page.go_back()
        page.wait_for_timeout(1_000)
        assert traces(page.content().encode(), SECRETS) == []
        page.goto(opening)
        assert page.locator("[data-see-once-content]").count() == 0


def gone_after_a_reload(page: Page) -> None:
    """The page is asked for anew; the form with its code is not sent once more."""
    page.reload()
    assert page.locator("[data-see-once], .error-summary").count() == 0
    assert traces(page.content().encode(), SECRETS) == []


def emergency(page: Page, witness: str, pseudonym: str, custodians: dict[str, Page], enter: Enter) -> None:
    """The louder path: first on the desks, two custodians all the same, reviewed by one who took no part."""
    opening, code = ask(page, f"{witness}emergency/", pseudonym)
    for name in ("custodian1", "custodian2"):
        custodians[name].goto("/")
        expect(custodians[name].locator("main a[href='/witnesses/alarms/']").first).to_be_visible()
        decide(custodians[name], opening, pseudonym, CUSTODIANS[name])
    see(page, opening, code)
    third = custodians["custodian3"]
    third.goto("/witnesses/alarms/")
    looks_right(third, "fa")
    third.locator("main td form button").first.click()
    third.wait_for_url(re.compile(r"/witnesses/alarms/$"))
    acts.follow(third, opening.replace("/witnesses/openings", "/witnesses/emergencies"))
    looks_right(third, "fa")
    assert DANGER in third.locator("main").inner_text()
    third.check("[name=found][value=justified]")
    third.fill("[name=reason]", "I spoke with the lawyer and with both custodians")
    acts.send(third)
    third.wait_for_url(re.compile(r"/witnesses/alarms/$"))
    looks_right(third, "fa")


def the_auditor_sees_every_step_and_no_name(page: Page) -> None:
    steps = {
        "witness.identity_revised": 1,
        "witness.opening_requested": 3,
        "witness.opening_approved": 6,
        "witness.opening_refused": 1,
        "witness.emergency_requested": 1,
        "witness.identity_opened": 3,
        "witness.emergency_reviewed": 1,
        "witness.alarm_seen": 1,
        "access.step_up_failed": 2,
    }
    for action, least in steps.items():
        page.goto(f"/log/entries/?action={action}")
        assert page.locator("#entries tbody tr").count() >= least, action
        assert traces(page.content().encode(), SECRETS) == []
    for address in ("/witnesses/alarms/", "/log/sensitive/", "/"):
        page.goto(address)
        looks_right(page)
        assert traces(page.content().encode(), SECRETS) == []
