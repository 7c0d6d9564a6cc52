"""Every page that a role can reach, found by following links: it is there, readable by everybody, and fits."""

import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Enter
from tests.browser.looking import faults_of, faults_of_form

# How many kinds of pages each role has at the least: a crawl that finds no links must not pass.
ROLES = {"lawyer": 25, "paralegal": 20, "auditor": 6, "custodian1": 3, "administrator": 4}
DEPTH = 5
WITNESS = "/cases/…/witnesses/…/"
# Pages of few people and rare hours: nobody would miss them until they are needed.
GRAVE = {
    "lawyer": {
        f"{WITNESS}danger/",
        f"{WITNESS}danger/assess/",
        f"{WITNESS}danger/incidents/new/",
        f"{WITNESS}danger/incidents/…/",
        f"{WITNESS}danger/incidents/…/open/",
        f"{WITNESS}danger/assessments/…/open/",
        f"{WITNESS}danger/help/new/",
        f"{WITNESS}danger/help/…/",
        "/cases/…/groups/",
        "/dossiers/…/names/",
    },
    "custodian1": {
        "/witnesses/dangers/",
        "/witnesses/quorum/kit/",
        "/witnesses/quorum/duplicates/",
        "/witnesses/quorum/drill/",
        "/witnesses/quorum/…/",
    },
}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def looked_at() -> set[tuple[str, str]]:
    """Language and kind of each page that was read in full; roles that share a kind share its templates."""
    return set()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("fa", 390)])
def test_every_page_of_a_role_is_there_readable_and_fits(
    enter_demo: Enter, looked_at: set[tuple[str, str]], language: str, width: int, role: str
) -> None:
    page = enter_demo(role, language=language, width=width)
    visited, faults = [], []
    for address, status in pages_of(page):
        visited.append(address)
        faults += [f"{address}: status {status}"] if status != 200 else []
        look = faults_of_form if (language, kind(address)) in looked_at else faults_of
        faults += [f"{address}: {fault}" for fault in look(page, language=language)]
        looked_at.add((language, kind(address)))
    assert faults == []
    assert len(visited) >= ROLES[role], visited
    assert GRAVE.get(role, set()) <= {kind(address).partition("?")[0] for address in visited}


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
