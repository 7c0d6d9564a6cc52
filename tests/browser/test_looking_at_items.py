"""Looking at items in real browsers: a video plays and seeks, a page is cited, an image comes closer, nothing hostile runs."""

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import acts
from tests.browser.conftest import Enter
from tests.browser.derived_in import REFERENCE
from tests.browser.houses import House
from tests.browser.looking import faults_of

SCREENS = [("en", 1280), ("fa", 390)]


@pytest.fixture(scope="module")
def items(running_house: House) -> dict[str, str]:
    """The addresses of items of every kind that can be looked at."""
    found: dict[str, str] = json.loads(running_house.run("-m", "tests.browser.derived_in").stdout)
    return found


@pytest.fixture(params=SCREENS, ids=["english-wide", "persian-narrow"])
def page(request: pytest.FixtureRequest, enter: Enter) -> Page:
    language, width = request.param
    return enter("laleh", language=language, width=width)


def assert_it_fits(page: Page) -> None:
    language = page.locator("html").get_attribute("lang") or ""
    assert list(faults_of(page, language=language)) == []


def until(page: Page, true: str) -> None:
    """Wait for a condition. Asked from outside: the page's own policy lets nothing be evaluated inside it."""
    for _ in range(400):
        if page.evaluate(true):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {true}")


def transform(frame: Locator) -> str:
    style: str = frame.locator("img").evaluate("image => image.style.transform")
    return style


def scale(frame: Locator) -> float:
    return float(re.search(r"scale\(([\d.]+)\)", transform(frame))[1])  # type: ignore[index]


def test_every_way_of_looking_is_there_readable_and_fits(page: Page, items: dict[str, str]) -> None:
    for address in items.values():
        page.goto(address)
        assert_it_fits(page)


def test_a_video_plays_and_seeks_and_its_time_is_cited(page: Page, items: dict[str, str]) -> None:
    asked = []
    page.on("request", lambda request: asked.append(request.headers.get("range")))
    page.goto(items["video"])
    video = page.locator("video")
    until(page, "document.querySelector('video').readyState >= 1")
    video.evaluate("video => { video.muted = true; return video.play(); }")
    until(page, "document.querySelector('video').currentTime > 0.3")
    video.evaluate("video => { video.pause(); video.currentTime = 3.2; }")
    until(
        page,
        "(() => { const v = document.querySelector('video'); return !v.seeking && v.readyState >= 2; })()",
    )
    assert video.evaluate("video => video.error") is None
    assert any(range_ and range_.startswith("bytes=") for range_ in asked)
    cite = page.locator("[data-cite-time]")
    expect(cite.locator("[data-time]")).to_have_text("00:00:03")
    video.focus()
    page.keyboard.press(",")
    expect(cite.locator("[data-time]")).to_have_text("00:00:02")
    cite.click()
    arrive_at_the_link_form(page, "00:00:02")


def arrive_at_the_link_form(page: Page, pinpoint: str) -> None:
    acts.choose(page, "case", REFERENCE)
    acts.send(page)
    expect(page.locator("[name=pinpoint]")).to_have_value(pinpoint)


def test_a_recording_is_heard_from_where_its_wave_is_clicked(page: Page, items: dict[str, str]) -> None:
    page.goto(items["audio"])
    until(page, "document.querySelector('audio').readyState >= 1")
    wave = page.locator("[data-wave]")
    box = wave.bounding_box()
    assert box is not None
    wave.click(position={"x": box["width"] * 0.5, "y": 10})
    until(
        page,
        "(() => { const a = document.querySelector('audio'); return Math.abs(a.currentTime - a.duration / 2) < 1; })()",
    )
    page.locator("[data-jump='-10']").click()
    until(
        page,
        "(() => { const a = document.querySelector('audio'); return a.currentTime < a.duration / 2 - 8; })()",
    )


def test_an_image_comes_closer_moves_and_turns_by_keys(page: Page, items: dict[str, str]) -> None:
    page.goto(items["image"])
    frame = page.locator("[data-zoom-frame]")
    assert scale(frame) == 1
    frame.focus()
    page.keyboard.press("+")
    page.keyboard.press("+")
    assert scale(frame) == pytest.approx(1.5625)
    before = transform(frame)
    page.keyboard.press("ArrowRight")
    assert transform(frame) != before
    page.keyboard.press("r")
    assert "rotate(90deg)" in transform(frame)
    expect(page.locator("[data-zoom-status]")).to_contain_text(re.compile("90|۹۰"))
    page.keyboard.press("0")
    assert (scale(frame), "rotate(0deg)" in transform(frame)) == (1, True)
    frame.hover()
    page.mouse.wheel(0, -100)
    assert scale(frame) > 1


def test_the_wheel_is_left_to_who_scrolls_past(enter: Enter, items: dict[str, str]) -> None:
    page = enter("laleh")
    page.goto(items["image"])
    frame = page.locator("[data-zoom-frame]")
    frame.hover()
    page.mouse.wheel(0, -100)
    assert scale(frame) == 1


def test_two_fingers_bring_an_image_closer(enter: Enter, items: dict[str, str]) -> None:
    page = enter("laleh", language="fa", width=390)
    page.goto(items["image"])
    frame = page.locator("[data-zoom-frame]")
    frame.scroll_into_view_if_needed()
    frame.evaluate(
        """frame => {
          const box = frame.getBoundingClientRect();
          const at = (type, pointerId, x) => frame.dispatchEvent(new PointerEvent(type, { pointerId, pointerType: "touch",
            clientX: box.left + box.width / 2 + x, clientY: box.top + 50, bubbles: true }));
          frame.setPointerCapture = () => {};
          at("pointerdown", 1, -20); at("pointerdown", 2, 20); at("pointermove", 2, 100); at("pointerup", 1, -20); at("pointerup", 2, 100);
        }"""
    )
    assert scale(frame) == pytest.approx(3)


def test_a_document_is_leafed_through_by_keys_and_a_page_is_cited(page: Page, items: dict[str, str]) -> None:
    rtl = page.locator("html").get_attribute("dir") == "rtl"
    page.goto(items["pages"])
    leaf = page.locator("#leaf")
    expect(leaf.locator(".line-words").first).to_have_attribute("dir", "rtl")
    expect(leaf.locator(".line-words").last).to_have_attribute("dir", "ltr")
    page.locator("[data-zoom-frame]").focus()
    page.keyboard.press("ArrowLeft" if rtl else "ArrowRight")
    expect(leaf.locator(".line-words").first).to_have_text("صفحهٔ دوم")
    # The reader stands where they stood, and goes on.
    until(page, "document.activeElement.matches('[data-zoom-frame]')")
    page.keyboard.press("PageDown")
    expect(leaf.locator(".line-words").first).to_have_text("پایان")
    expect(leaf.locator("[data-leaf=next]")).to_have_count(0)
    page.keyboard.press("Home")
    expect(leaf.locator(".line-words").first).to_have_text("جمهوری اسلامی ایران")
    leaf.locator("[data-leaf=next]").click()
    expect(leaf.locator(".line-words").first).to_have_text("صفحهٔ دوم")
    # The exchanged page has an image that comes closer like the first.
    page.locator("[data-zoom-act=closer]").click()
    assert scale(page.locator("[data-zoom-frame]")) > 1
    leaf.locator("a.act").click()
    arrive_at_the_link_form(page, "صفحهٔ 2" if rtl else "page 2")


def test_a_page_has_an_address_of_its_own_without_scripts(enter: Enter, items: dict[str, str]) -> None:
    page = enter("laleh", scripts=False)
    page.goto(items["pages"])
    page.locator("[data-leaf=next]").click()
    page.wait_for_url(re.compile(rf"{items['pages']}pages/2/"))
    expect(page.locator(".line-words").first).to_have_text("صفحهٔ دوم")
    expect(page.locator("#leaf img")).to_be_visible()
    page.goto(items["video"])
    expect(page.locator("video[controls]")).to_be_visible()


def test_words_are_found_in_a_text_however_they_are_typed(page: Page, items: dict[str, str]) -> None:
    page.goto(items["text"])
    page.locator("#viewer a.act", has_text=re.compile(".")).last.click()
    page.wait_for_url(re.compile("/text/"))
    page.fill("[name=words]", "علیرضا")
    page.locator(".find-words button").click()
    expect(page.locator(".text-line")).to_have_count(1)
    assert "علیرضا" not in page.url
    assert_it_fits(page)
    page.locator("a.line-number").click()
    expect(page.locator("[name=pinpoint]")).to_have_value(re.compile("507"))


def test_a_hostile_drawing_does_nothing(page: Page, items: dict[str, str]) -> None:
    page.goto(items["svg"])
    expect(page.locator("#viewer .empty")).to_be_visible()
    assert page.locator("#viewer img, #viewer object, #viewer iframe, #viewer svg").count() == 0
    assert page.evaluate("window.ran") is None
    with page.expect_download() as started:
        page.locator(".page-head-act button").click()
    assert started.value.suggested_filename == "hostile.svg"
    assert page.evaluate("window.ran") is None
