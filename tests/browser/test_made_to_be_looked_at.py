"""From the upload to the viewer, by the programs of this machine: what comes in can be looked at, and nothing hostile runs."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.conftest import Enter
from tests.browser.looking import faults_of

VIDEO = acts.SAMPLES / "along-the-wall.mp4"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="window.ran=1"><script>window.ran=1</script></svg>'
PERSIAN = re.compile("[آ-ی]{3}")


@pytest.fixture(params=[("en", 1280), ("fa", 390)], ids=["english-wide", "persian-narrow"])
def page(request: pytest.FixtureRequest, enter: Enter) -> Page:
    language, width = request.param
    return enter("laleh", language=language, width=width)


def taken_in(page: Page, file: Path, *, until: str) -> str:
    """Upload a file in a case of its own, and wait until its page shows what it is to show; its address."""
    reference = f"DK-MADE-{file.suffix[1:]}-{page.viewport_size['width']}"  # type: ignore[index]
    acts.open_case(page, reference, "What is made visible")
    acts.fill_upload(page, reference, source="A family", files=[file])
    acts.send(page)
    taken = page.locator("[data-upload-list] > li.upload-taken a")
    expect(taken).to_have_count(1, timeout=60_000)
    item = taken.get_attribute("href") or ""
    for _try in range(90):
        page.goto(item)
        if page.locator(until).count():
            return item
        page.wait_for_timeout(1000)
    raise AssertionError(f"{file.name}: {page.locator('#viewer').inner_text()}")


def assert_it_fits(page: Page) -> None:
    language = page.locator("html").get_attribute("lang") or ""
    assert list(faults_of(page, language=language)) == []


@pytest.mark.program("ffmpeg")
def test_a_video_that_was_taken_in_plays_and_seeks(page: Page) -> None:
    taken_in(page, VIDEO, until="#viewer video[poster]")
    video = page.locator("video")
    video.evaluate("video => { video.muted = true; return video.play(); }")
    for _try in range(200):
        if video.evaluate("video => video.currentTime > 0.3"):
            break
        page.wait_for_timeout(50)
    video.evaluate("video => { video.pause(); video.currentTime = 3.2; }")
    expect(page.locator("[data-time]")).to_have_text("00:00:03")
    assert video.evaluate("video => video.error") is None
    assert_it_fits(page)


@pytest.mark.program("tesseract")
def test_a_persian_pdf_that_was_taken_in_is_read_by_page_and_cited(page: Page) -> None:
    taken_in(page, acts.LETTER, until="#leaf .text-line")
    words = page.locator("#leaf .line-words", has_text=PERSIAN)
    expect(words.first).to_have_attribute("dir", "rtl")
    assert page.locator("#leaf img").evaluate("image => image.complete && image.naturalWidth > 500")
    assert_it_fits(page)
    page.locator("#leaf .leaf-nav a.act").click()
    page.wait_for_url(re.compile(r"pinpoint="))


def test_a_hostile_drawing_that_was_taken_in_is_read_and_never_drawn(page: Page, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.svg"
    hostile.write_text(SVG, encoding="utf-8")
    taken_in(page, hostile, until="#viewer .text-line")
    assert "onload" in page.locator("#viewer").inner_text()
    assert page.locator("main img, main object, main iframe, main embed, main svg").count() == 0
    assert page.evaluate("window.ran") is None
    with page.expect_download() as started:
        page.locator(".page-head-act button").click()
    assert started.value.suggested_filename == "hostile.svg"
    assert page.evaluate("window.ran") is None
