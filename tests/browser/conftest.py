"""A real house for real browsers: own folder, own keys, gunicorn with the embedded worker, and chromium."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.skipping import need_program

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery staple"
CAST = {
    "parvin": ("Parvin Paralegal", "paralegal"),
    "laleh": ("Laleh Lawyer", "lawyer"),
    "omid": ("Omid Outsider", "lawyer"),
    "arash": ("Arash Auditor", "auditor"),
    "admin": ("Ada Administrator", "administrator"),
    "custodian1": ("Custodian One", "custodian"),
    "custodian2": ("Custodian Two", "custodian"),
    "custodian3": ("Custodian Three", "custodian"),
}
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


@dataclass(frozen=True)
class House:
    """A running installation."""

    address: str
    home: Path
    environment: dict[str, str]

    def manage(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=check,
            timeout=120,
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(150):
        try:
            with urllib.request.urlopen(f"{address}/sign-in/", timeout=2) as answer:
                assert answer.status == 200
                return
        except OSError:
            assert server.poll() is None, "the server ended before it answered"
            time.sleep(0.2)
    raise AssertionError("the server did not answer within half a minute")


@pytest.fixture(scope="session")
def running_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    need_program("chromium", "chromium-browser", "google-chrome")
    home = tmp_path_factory.mktemp("house")
    environment = {
        **{key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}},
        "DADKHAH_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
    }
    house = House(f"http://127.0.0.1:{free_port()}", home, environment)
    house.manage("make_keys")
    house.manage("migrate", "--verbosity", "0")
    secret = home / "password"
    secret.write_text(PASSWORD + "\n")
    for username, (full_name, role) in CAST.items():
        house.manage(
            "create_user", username, "--full-name", full_name, "--role", role, "--password-file", str(secret)
        )
    log = (home / "server.log").open("wb")
    bind = house.address.removeprefix("http://")
    server = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--bind", bind],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=log,
    )
    try:
        wait_for(house.address, server)
        yield house
    finally:
        server.terminate()
        server.wait(timeout=30)
        log.close()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    path = need_program("chromium", "chromium-browser", "google-chrome")
    return {"executable_path": path, "args": QUIET}


Enter = Callable[..., Page]


@pytest.fixture
def enter(running_house: House, browser: Browser) -> Iterator[Enter]:
    """Signs somebody in, in a browser of their own: `enter("parvin", language="fa", width=390)`.

    Fails the test at its end when any page broke the content policy, raised a script error or asked for an address
    outside the house.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # A refused page is a failed request to chromium; that is what the journey is after.
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def make(username: str | None, *, language: str = "en", width: int = 1280) -> Page:
        context = browser.new_context(
            base_url=running_house.address,
            locale={"en": "en-GB", "fa": "fa-IR"}[language],
            viewport={"width": width, "height": 900},
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                request.url.startswith((running_house.address, "blob:", "data:"))
                or complaints.append(f"left the house: {request.url}")
            ),
        )
        if username is not None:
            page.goto("/sign-in/")
            page.fill("input[name=username]", username)
            page.fill("input[name=password]", PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_url(f"{running_house.address}/")
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []
