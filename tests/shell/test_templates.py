"""Every template keeps the policies of the house: nothing inline, nothing from outside, every piece declared."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
ALL = sorted(TEMPLATES.rglob("*.html"))
# Parts of the frame itself: every page shows them, the gallery among them.
FRAME = {"styles.html", "me.html", "rail.html", "messages.html"}
# Needs a record, which the gallery has not; the records' own pages show it.
OF_A_RECORD = {
    "case_tabs.html",
    "witness_tabs.html",
    "drop_zone.html",
    "upload_panel.html",
    "waiting_uploads.html",
}


def named(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix()


@pytest.mark.parametrize("path", ALL, ids=named)
def test_nothing_is_inline_and_nothing_comes_from_outside(path):
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text), "an inline style"
    assert not re.search(r"<style\b", text), "a style element"
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text), "an inline script"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "an inline event handler"
    assert not re.search(r"(src|href|action)\s*=\s*[\"'](https?:)?//", text), "an address outside"


@pytest.mark.parametrize("path", ALL, ids=named)
def test_every_posting_form_carries_its_token(path):
    for form in re.findall(r"<form\b[^>]*method=[\"']post[\"'].*?</form>", path.read_text(), re.S | re.I):
        assert "{% csrf_token %}" in form


@pytest.mark.parametrize("path", COMPONENTS, ids=named)
def test_a_component_lists_its_arguments_on_its_first_line(path):
    assert path.read_text().startswith("{# ")


@pytest.mark.parametrize("path", ALL, ids=named)
def test_components_are_included_with_nothing_but_their_arguments(path):
    for include in re.findall(r'{% include "components/[^%]+%}', path.read_text()):
        assert include.endswith(" only %}") or "me.html" in include, include


def test_the_gallery_shows_every_component():
    shown = set()
    waiting = list((TEMPLATES / "gallery").rglob("*.html"))
    while waiting:
        for name in re.findall(r'{% include "components/([\w.]+)"', waiting.pop().read_text()):
            if name not in shown:
                shown.add(name)
                waiting.append(TEMPLATES / "components" / name)
    assert {path.name for path in COMPONENTS} - shown - FRAME - OF_A_RECORD == set()
