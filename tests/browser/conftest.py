"""Headless Chromium and a study of two cases, one rater and two leads."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from annotations.models import Study
from annotations.services import rater_seat, study_open
from tests import factories, people
from tests.browser.chromium import FLAGS

SignIn = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The installed Chromium; without one these tests do not run."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no chromium is installed")
    # Playwright's event loop runs in this thread, where Django would refuse the ORM.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS.split())
        yield chromium
        chromium.close()


@pytest.fixture
def open_study(live_server: object) -> Study:
    study = study_open(study=factories.study(n_cases=2, n_raters=1))
    rater_seat(study=study, rater=people.rater("ada"))
    people.lead("cleo")
    people.lead("dora")
    return study


@pytest.fixture
def sign_in(browser: Browser, live_server, open_study: Study) -> Iterator[SignIn]:
    """Sign a person in, in a separate browser context; script errors fail the test."""
    contexts = []
    problems: list[str] = []

    def signed_in(name: str, **options: object) -> Page:
        context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 800}, **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{live_server.url}/login/")
        page.fill("#id_username", name)
        page.fill("#id_password", people.PASSWORD)
        page.click("button.primary")
        page.wait_for_url(lambda url: "login" not in url)
        if "2fa" in page.url:
            page.fill("#id_code", people.totp_code())
            page.click("button.primary")
            page.wait_for_url(lambda url: "2fa" not in url)
        return page

    yield signed_in
    for context in contexts:
        context.close()
    assert problems == []
