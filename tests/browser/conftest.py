"""Real houses for real browsers: gunicorn with the embedded worker, and chromium."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.browser.houses import PASSWORD, House, build, served
from tests.skipping import need_program

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# Without these chromium looks for its maker's servers at every start.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Enter = Callable[..., Page]


@pytest.fixture(scope="session")
def running_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with its cast and nothing else, as real as on a laptop."""
    need_program(*CHROMIUM)
    house = build(tmp_path_factory.mktemp("house"))
    house.run("-m", "tests.browser.cast_in")
    with served(house):
        yield house


@pytest.fixture(scope="session")
def demo_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house in which the whole main job was done on the sample case: there is something on every page."""
    need_program(*CHROMIUM)
    house = build(tmp_path_factory.mktemp("demo"), settings="tests.config.quick_settings")
    house.manage("demo")
    house.run("-m", "tests.browser.dangers_in")
    with served(house):
        yield house


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": need_program(*CHROMIUM), "args": QUIET}


class Visits:
    """Browsers in one house, and what their pages complained about."""

    def __init__(self, browser: Browser, house: House) -> None:
        self.browser = browser
        self.house = house
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def enter(
        self,
        username: str | None,
        *,
        language: str = "en",
        width: int = 1280,
        password: str = PASSWORD,
        scripts: bool = True,
    ) -> Page:
        context = self.browser.new_context(
            base_url=self.house.address,
            locale={"en": "en-GB", "fa": "fa-IR"}[language],
            viewport={"width": width, "height": 900},
            accept_downloads=True,
            java_script_enabled=scripts,
        )
        # The account's language greets whoever has not chosen one; this reader has.
        context.add_cookies([{"name": "language", "value": language, "url": self.house.address}])
        context.set_default_timeout(20_000)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._stay(request.url))
        if username is not None:
            page.goto("/sign-in/")
            page.fill("input[name=username]", username)
            page.fill("input[name=password]", password)
            page.click("main button[type=submit]")
            page.wait_for_url(f"{self.house.address}/")
            # An account remembers its language, whatever the browser asks for.
            if page.locator("html").get_attribute("lang") != language:
                page.click(".language-switch button")
            expect(page.locator("html")).to_have_attribute("lang", language)
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    def _note(self, message: ConsoleMessage) -> None:
        # A refused page is a failed request to chromium; that is what a journey is after.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def _stay(self, address: str) -> None:
        if not address.startswith((self.house.address, "blob:", "data:")):
            self.complaints.append(f"left the house: {address}")


@pytest.fixture
def enter(running_house: House, browser: Browser) -> Iterator[Enter]:
    """Signs somebody in, in a browser of their own: `enter("parvin", language="fa", width=390)`.

    Fails the test at its end when any page broke the content policy, raised a script error or asked for an address
    outside the house.
    """
    visits = Visits(browser, running_house)
    yield visits.enter
    visits.close()
    assert visits.complaints == []


@pytest.fixture
def enter_demo(demo_house: House, browser: Browser) -> Iterator[Enter]:
    """The same in the demo's house, by the demo's sign-in names."""
    passwords = json.loads((demo_house.home / "keys" / "demo_users.json").read_text())["passwords"]
    visits = Visits(browser, demo_house)
    yield lambda username, **how: visits.enter(username, password=passwords[username], **how)
    visits.close()
    assert visits.complaints == []
