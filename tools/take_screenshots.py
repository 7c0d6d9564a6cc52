"""Take the pictures of the workspace that the README shows: `make screenshots`.

Run at development time, on a machine with chromium. Sets up a house of its own in a temporary folder, runs the demo
in it, serves it and looks at it as the demo's users do, so that the pictures are of today's pages.
"""

import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "images"
MOST_BYTES = 250_000
COLOURS = 256
CASE = "DK-1988-01"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: whose eyes, which language and width, and how to get to the page from the desk."""

    name: str
    user: str
    language: str
    way: tuple[str, ...]
    width: int = 1280
    height: int = 900


# Each step is a link or button to press, or what a worker has to put on the page first. The letter came twice, under
# two titles.
_UNTIL = "until "
_LOOKED_AT = f"{_UNTIL}main img"
_CASE = ('nav.rail a[href="/cases/"]', f'main a:has-text("{CASE}")')
_NARROW_CASE = ("details.rail-menu summary", 'details.rail-menu a[href="/cases/"]', _CASE[1])
_EVIDENCE = 'nav.tabs a[href$="/evidence/"]'
_CHECK = 'form[action$="/check/"] button'
_FROM_FAMILY = 'tr:has-text("نامه به خواهر از پشت در") a[href^="/evidence/"]'
_FROM_ARCHIVE = 'tr:has-text("The same letter") a[href^="/evidence/"]'
PICTURES_TAKEN = (
    Picture(
        "exhibit-en", "lawyer", "en", (*_CASE, _EVIDENCE, _FROM_ARCHIVE, _LOOKED_AT, _CHECK), height=1660
    ),
    Picture("exhibit-fa", "lawyer", "fa", (*_CASE, _EVIDENCE, _FROM_FAMILY, _LOOKED_AT), height=1560),
    Picture("desk-en", "lawyer", "en", ()),
    Picture("case-fa", "paralegal", "fa", (*_CASE, _EVIDENCE)),
    Picture(
        "log-en",
        "auditor",
        "en",
        ('nav.rail a[href="/log/"]', 'form[action="/log/verify/"] button', f"{_UNTIL}.verdict-line"),
    ),
    Picture(
        "item-narrow-fa",
        "paralegal",
        "fa",
        (*_NARROW_CASE, _EVIDENCE, _FROM_FAMILY),
        width=390,
        height=1400,
    ),
)


def main() -> int:
    """Take every picture; 1 when one is too large to be shown in the README."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.stderr.write("There is no chromium on this machine. Install it and run this again.\n")
        return 6
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="dadkhah-pictures-") as home, _served(Path(home)) as address:
        passwords = json.loads((Path(home) / "keys" / "demo_users.json").read_text())["passwords"]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            sizes = [_take(browser, address, picture, passwords[picture.user]) for picture in PICTURES_TAKEN]
            browser.close()
    return 0 if max(sizes) < MOST_BYTES else 1


def _take(browser: Browser, address: str, picture: Picture, password: str) -> int:
    """Take one picture and return its size."""
    context = browser.new_context(
        base_url=address,
        locale={"en": "en-GB", "fa": "fa-IR"}[picture.language],
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="light",
    )
    page = context.new_page()
    _sign_in(page, picture, password)
    for step in picture.way:
        if step.startswith(_UNTIL):
            _look_until(page, step.removeprefix(_UNTIL))
        else:
            page.locator(step).first.click()
        page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    content = _compressed(page.screenshot())
    (PICTURES / f"{picture.name}.png").write_bytes(content)
    sys.stdout.write(f"{picture.name}.png {len(content):,} bytes\n")
    context.close()
    return len(content)


def _look_until(page: Page, wanted: str) -> None:
    """Load the page anew until a worker has made what is wanted on it."""
    for _ in range(180):
        if page.locator(wanted).count():
            return
        time.sleep(1)
        page.reload()
    raise RuntimeError(f"Within three minutes {page.url} did not come to show {wanted}.")


def _sign_in(page: Page, picture: Picture, password: str) -> None:
    page.goto("/sign-in/")
    page.fill("input[name=username]", picture.user)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_selector("nav.rail, details.rail-menu", state="attached")
    # An account remembers its language, whatever the browser asks for.
    if page.locator("html").get_attribute("lang") != picture.language:
        page.click(".language-switch button")
        page.wait_for_selector(f"html[lang={picture.language}]")


def _compressed(picture: bytes) -> bytes:
    """The same picture with no more colours than a page has: the repository keeps every version."""
    smaller = Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE)
    written = io.BytesIO()
    smaller.save(written, "PNG", optimize=True)
    return written.getvalue()


@contextmanager
def _served(home: Path) -> Iterator[str]:
    """A house with the demo in it, answering at the address that is yielded."""
    ours = ("DADKHAH_", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment["DADKHAH_HOME"] = str(home)
    for words in (("make_keys",), ("migrate", "--verbosity", "0"), ("demo",)):
        subprocess.run(_manage(*words), cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)  # noqa: S603
    bind = f"127.0.0.1:{_free_port()}"
    server = subprocess.Popen(  # noqa: S603
        _manage("serve", "--bind", bind), cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(f"http://{bind}/sign-in/", server)
        yield f"http://{bind}"
    finally:
        server.terminate()
        server.wait(timeout=60)


def _manage(*words: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *words]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310
                return
        except OSError as error:
            if server.poll() is not None:
                raise RuntimeError("The server ended before it answered.") from error
            time.sleep(0.2)
    raise RuntimeError("The server did not answer within a minute.")


if __name__ == "__main__":
    sys.exit(main())
