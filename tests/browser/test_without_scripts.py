"""Where scripts are off everything is still there: signing in, sending files, changing the language."""

import re

from playwright.sync_api import expect

from tests.browser import acts
from tests.browser.conftest import Enter


def test_signing_in_and_sending_files_need_no_scripts(enter: Enter) -> None:
    page = enter("parvin", scripts=False)
    page.locator('nav.rail a[href="/evidence/upload/"]').click()
    page.set_input_files("[name=files]", [acts.NOTE, acts.LETTER])
    page.fill("[name=source]", "somebody without scripts")
    page.fill("[name=collected_at]", "some day")
    acts.send(page)
    expect(page.locator(".error-summary")).to_be_visible()
    assert page.input_value("[name=source]") == "somebody without scripts"
    page.set_input_files("[name=files]", [acts.NOTE, acts.LETTER])
    page.fill("[name=collected_at]", "1988~")
    acts.send(page)
    page.wait_for_url(re.compile(r"/deliveries/[0-9a-f-]{36}/$"))
    page.goto("/evidence/")
    names = page.locator("table.records").inner_text()
    assert acts.NOTE.name in names
    assert acts.LETTER.name in names
    page.locator('table.records a[href^="/evidence/"]').first.click()
    page.wait_for_url(re.compile(r"/evidence/[0-9a-f-]{36}/"))
    assert acts.events(page).count() >= 1


def test_the_language_is_changed_and_kept_without_scripts(enter: Enter) -> None:
    page = enter("parvin", scripts=False)
    page.locator(".language-switch button").click()
    page.goto("/evidence/")
    html = page.locator("html")
    assert (html.get_attribute("lang"), html.get_attribute("dir")) == ("fa", "rtl")


def test_on_a_narrow_screen_the_menu_opens_without_scripts(enter: Enter) -> None:
    page = enter("parvin", scripts=False, width=390)
    link = page.locator('details.rail-menu a[href="/evidence/"]')
    expect(link).to_be_hidden()
    page.locator("details.rail-menu summary").click()
    link.click()
    page.wait_for_url(re.compile(r"/evidence/$"))


def test_after_signing_out_the_way_back_is_closed(enter: Enter) -> None:
    page = enter("parvin", scripts=False)
    page.goto("/evidence/")
    page.locator('form[action="/sign-out/"] button').click()
    page.wait_for_url(re.compile(r"/sign-in/"))
    page.goto("/evidence/")
    assert acts.path_of(page).startswith("/sign-in/")
