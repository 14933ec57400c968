"""A passkey is set up and signs in, with Chromium's own authenticator."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.people import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def with_authenticator(page: Page) -> None:
    """A platform authenticator that keeps keys and says yes at once."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_a_rater_sets_up_a_passkey_and_signs_in_with_it(sign_in, live_server) -> None:
    page = sign_in("ada")
    with_authenticator(page)
    page.goto(live_server.url + reverse("mfa_add_webauthn"))
    if "confirm" in page.url:
        page.fill("input[type=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url("**" + reverse("mfa_add_webauthn"))
    page.fill("[name=name]", "my tablet")
    page.check("[name=passwordless]")
    page.click("main button[type=submit], main button#mfa_webauthn_add")
    page.wait_for_url(lambda url: "add" not in url)
    page.goto(live_server.url + reverse("mfa_list_webauthn"))
    expect(page.locator("main")).to_contain_text("my tablet")

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/login/")
    page.click("#passkey_login")
    page.wait_for_url(lambda url: "login" not in url)
    page.goto(live_server.url + reverse("case_list"))
    expect(page.locator("h1")).to_contain_text("cases", ignore_case=True)
