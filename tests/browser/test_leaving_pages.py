"""Pages that outlive their session, and forms on a slow connection."""

import pytest
from playwright.sync_api import Page, expect

from annotations.services import raters_invite, study_open
from tests import factories
from tests.browser.test_study import open_case
from tests.people import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_page_says_when_its_session_has_ended_and_goes_on_after_signing_in(
    sign_in, open_study
) -> None:
    page = sign_in("ada")
    page.clock.install()
    open_case(page)
    before = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    page.context.clear_cookies()
    page.clock.fast_forward("01:01")
    expect(page.locator("#session")).to_contain_text("You have been signed out")
    with page.expect_popup() as opened:
        page.click("text=Sign in again")
    other = opened.value
    other.fill("[name=username]", "ada")
    other.fill("[name=password]", PASSWORD)
    other.click("main button[type=submit]")
    other.wait_for_url("**/cases/")
    page.clock.fast_forward("00:11")
    expect(page.locator("#session")).to_be_hidden()
    assert page.locator("[name=csrfmiddlewaretoken]").first.input_value() != before
    page.check("#cell-A-grounding input[value='4']", force=True)
    expect(page.locator("#saved")).to_contain_text("Saved")


def clicked_twice(page: Page, button: str) -> None:
    """The second click while the answer to the first is on its slow way."""
    devtools = page.context.new_cdp_session(page)
    slow = {"latency": 400, "downloadThroughput": -1, "uploadThroughput": -1}
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", {"offline": False, **slow})
    box = page.locator(button).bounding_box()
    for _ in range(2):
        page.mouse.click(box["x"] + 10, box["y"] + 10)
        page.wait_for_timeout(150)


def test_a_form_that_is_clicked_twice_is_sent_once(
    sign_in, open_study, browser, live_server
) -> None:
    second = factories.study("Second", n_cases=2, n_raters=1, start=50)
    study_open(study=second)
    address = {"emails": ["eva@example.org"], "site_url": live_server.url}
    (sent,) = raters_invite(study=second, **address)
    guest = browser.new_page()
    guest.goto(sent.link)
    guest.fill("#id_password", PASSWORD)
    clicked_twice(guest, "main button")
    expect(guest.locator("h1")).to_contain_text("My cases")
    guest.close()


def test_a_form_of_a_page_that_comes_back_as_it_was_can_be_sent(
    sign_in, open_study
) -> None:
    page = sign_in("ada")
    open_case(page)
    page.evaluate("document.getElementById('sheet').dataset.sent = 'yes'")
    page.evaluate(
        "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
    )
    page.click("#review")
    page.wait_for_url("**/review/", timeout=5000)
