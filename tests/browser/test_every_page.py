"""Every page that a role can reach, found by following links: it is there, readable by everybody, and fits."""

import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Enter
from tests.browser.looking import faults_of

# How many kinds of pages each role has at the least: a crawl that finds no links must not pass.
ROLES = {"paralegal": 20, "lawyer": 25, "auditor": 6, "custodian1": 3, "administrator": 4}
DEPTH = 4
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("fa", 390)])
def test_every_page_of_a_role_is_there_readable_and_fits(
    enter_demo: Enter, language: str, width: int, role: str
) -> None:
    page = enter_demo(role, language=language, width=width)
    visited, faults = [], []
    for address, status in pages_of(page):
        visited.append(address)
        faults += [f"{address}: status {status}"] if status != 200 else []
        faults += [f"{address}: {fault}" for fault in faults_of(page, language=language)]
    assert faults == []
    assert len(visited) >= ROLES[role], visited


def pages_of(page: Page) -> Iterator[tuple[str, int]]:
    """Visit one page of each kind, breadth first from the desk; its address and status."""
    known = {kind("/")}
    waiting = [("/", 0)]
    while waiting:
        address, depth = waiting.pop(0)
        answer = page.goto(address)
        yield address, answer.status if answer else 0
        if depth == DEPTH:
            continue
        for found in links(page):
            if kind(found) not in known:
                known.add(kind(found))
                waiting.append((found, depth + 1))


def kind(address: str) -> str:
    """What kind of page an address leads to: without ids, and with the names of its parameters alone."""
    parts = urlsplit(address)
    names = sorted({pair.split("=")[0] for pair in parts.query.split("&") if pair})
    return UUID.sub("…", parts.path) + "?" + "&".join(names)


def links(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
    base = urlsplit(page.url).path
    absolute = [base + one if one.startswith("?") else one for one in found]
    return [urldefrag(one).url for one in absolute if one.startswith("/")]
