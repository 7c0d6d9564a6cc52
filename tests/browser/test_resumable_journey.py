"""Large files over bad lines: paused, cut, reloaded, the server restarted; and in the end it is the file."""

import hashlib
import random
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import acts
from tests.browser.conftest import CHROMIUM, Visits
from tests.browser.houses import House, build, served
from tests.browser.looking import faults_of
from tests.skipping import need_program

SIZE = 64 * 1024 * 1024
MEGABYTE = 1024 * 1024


class Line:
    """A house whose server can be taken away and put back."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._stack = ExitStack()
        self.is_cut = True
        self.mend()

    def mend(self) -> None:
        if self.is_cut:
            self._stack.enter_context(served(self.house))
        self.is_cut = False

    def cut(self) -> None:
        self.is_cut = True
        self._stack.close()


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    need_program(*CHROMIUM)
    house = build(tmp_path_factory.mktemp("house"))
    house.run("-m", "tests.browser.cast_in")
    line = Line(house)
    yield line
    line.cut()


@pytest.fixture
def visits(line: Line, browser: Browser) -> Iterator[Visits]:
    line.mend()
    visits = Visits(browser, line.house)
    yield visits
    visits.close()
    assert visits.complaints == []


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "فیلم دیوار.bin"
    chance = random.Random(3)
    with path.open("wb") as file:
        for _ in range(SIZE // MEGABYTE):
            file.write(chance.randbytes(MEGABYTE))
    return path


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def slowed(page: Page, megabytes_a_second: float) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    rate = int(megabytes_a_second * MEGABYTE)
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": rate},
    )


def begin(page: Page, film: Path) -> Locator:
    page.goto("/evidence/upload/")
    page.set_input_files("[name=files]", film)
    page.fill("[name=source]", "a family")
    slowed(page, 8)
    acts.send(page)
    return under_way(page)


def under_way(page: Page) -> Locator:
    """The bar of the one file, when a good part of it is there."""
    bar = page.locator("[data-upload-list] progress")
    for _ in range(600):
        if bar.evaluate("bar => bar.value") > 0.2:
            return bar
        # Waits in the browser's own time: the page's policy lets no script of ours in.
        page.wait_for_timeout(50)
    raise AssertionError(page.locator("[data-upload-panel]").inner_text())


def taken(page: Page) -> str:
    link = page.locator("[data-upload-list] > li.upload-taken a")
    expect(link).to_have_count(1, timeout=180_000)
    return link.get_attribute("href") or ""


def test_a_paused_upload_goes_on_after_the_server_was_restarted(
    line: Line, visits: Visits, film: Path
) -> None:
    page = visits.enter("parvin")
    bar = begin(page, film)
    expect(page.locator("[data-upload-speed]")).to_have_text(re.compile("a second"))
    page.locator("[data-upload-pause]").click()
    expect(page.locator("[data-upload-speed]")).to_have_text("Paused")
    reached = bar.evaluate("bar => bar.value")
    line.cut()
    line.mend()
    assert reached <= bar.evaluate("bar => bar.value") < 1
    line.cut()
    page.locator("[data-upload-pause]").click()
    # The button goes on, and what stands beside the counts is true: neither "Paused" nor a rate.
    expect(page.locator("[data-upload-pause]")).to_have_text("Pause")
    expect(page.locator("[data-upload-speed]")).to_have_text("Waiting for the server", timeout=60_000)
    line.mend()
    item = taken(page)
    expect(page.locator("[data-upload-counts]")).to_contain_text("Taken in: 1")
    page.goto(item)
    assert digest(film) in page.content()
    assert acts.events(page).count() >= 1


@pytest.mark.parametrize("language", ["en", "fa"])
def test_after_a_reload_the_same_file_goes_on_without_being_described_again(
    visits: Visits, film: Path, language: str
) -> None:
    page = visits.enter("parvin", language=language, width=390)
    begin(page, film)
    page.reload()
    waits = page.locator("[data-waiting-upload]")
    expect(waits).to_have_count(1)
    expect(waits).to_contain_text(film.name)
    assert list(faults_of(page, language=language)) == []
    begun: list[str] = []
    page.on(
        "request", lambda request: begun.append(request.method) if request.url.endswith("/uploads/") else None
    )
    page.set_input_files("[name=files]", film)
    acts.send(page)
    page.goto(taken(page))
    assert digest(film) in page.content()
    assert begun == []
    page.goto("/evidence/upload/")
    expect(waits).to_have_count(0)


def test_a_dropped_line_is_said_and_goes_on_by_itself(line: Line, visits: Visits, film: Path) -> None:
    page = visits.enter("parvin")
    begin(page, film)
    line.cut()
    expect(page.locator("[data-upload-list] .upload-state")).to_contain_text(
        "The line was cut", timeout=60_000
    )
    expect(page.locator("[data-upload-speed]")).to_have_text("Waiting for the server")
    line.mend()
    page.goto(taken(page))
    assert digest(film) in page.content()


def test_a_file_that_changed_on_the_way_is_refused(visits: Visits, film: Path) -> None:
    page = visits.enter("parvin")
    page.goto("/evidence/upload/")
    # Another file under the same fingerprint: what the server has of the first is not what this one says.
    page.evaluate("() => { Object.defineProperty(File.prototype, 'lastModified', { get: () => 1 }); }")
    page.set_input_files("[name=files]", film)
    page.fill("[name=source]", "a family")
    slowed(page, 8)
    acts.send(page)
    under_way(page)
    page.reload()
    page.evaluate("() => { Object.defineProperty(File.prototype, 'lastModified', { get: () => 1 }); }")
    with film.open("r+b") as file:
        file.write(b"another beginning")
    page.set_input_files("[name=files]", film)
    acts.send(page)
    failed = page.locator("[data-upload-list] > li.upload-failed .upload-state")
    expect(failed).to_contain_text("not the one announced", timeout=60_000)


def test_one_file_of_a_folder_may_differ(visits: Visits, tmp_path: Path) -> None:
    folder = tmp_path / "نامه‌ها"
    (folder / "inner").mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"one")
    (folder / "inner" / "b.txt").write_bytes(b"two")
    page = visits.enter("parvin")
    page.goto("/evidence/upload/")
    page.set_input_files("[data-folder]", folder)
    lines = page.locator("[data-chosen-list] > li")
    expect(lines).to_have_count(2)
    inner = lines.filter(has_text="inner/b.txt")
    inner.locator("summary").click()
    inner.locator("input[id^=title]").fill("The second letter")
    page.fill("[name=source]", "a family")
    assert list(faults_of(page, language="en")) == []
    acts.send(page)
    expect(page.locator("li.upload-taken")).to_have_count(2, timeout=60_000)
    expect(page.locator("[data-upload-total]")).to_have_text("All 2 files were taken in.")
    assert list(faults_of(page, language="en")) == []
    # What was sent is not sent again: the form is folded away, and the receipt is one step from here.
    expect(page.locator("[name=source]")).to_be_hidden()
    expect(page.get_by_role("button", name="Take in", exact=True)).to_be_hidden()
    expect(page.get_by_text("If you leave this page now")).to_be_hidden()
    delivery = page.locator("[data-upload-deliveries] a")
    expect(delivery).to_have_count(1)
    href = delivery.get_attribute("href") or ""
    page.get_by_role("button", name="Take in more files").click()
    expect(page.locator("[name=source]")).to_have_value("")
    expect(page.locator("[data-upload-panel]")).to_be_hidden()
    page.goto(href)
    expect(page.get_by_role("button", name="Print the receipt")).to_be_visible()
    page.goto("/evidence/")
    rows = page.locator("table.records").inner_text()
    assert "The second letter" in rows
    assert "a.txt" in rows
