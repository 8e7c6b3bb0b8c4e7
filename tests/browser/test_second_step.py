"""Signing in with a one-time code as second step, and with a passkey of a virtual authenticator; ending a session."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from playwright.sync_api import Page, expect

from businesses.models import Member
from tests.browser.conftest import NewContext
from tests.browser.test_signin import sign_in
from tests.dashboard.conftest import PASSWORD
from tests.dashboard.test_signin import code_of

TODAY = re.compile("/dashboard/salon/$")
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(owner: Member, new_context: NewContext) -> Page:
    """The owner, signed in with the password."""
    page = new_context().new_page()
    page.goto("/accounts/login/")
    sign_in(page, owner.user.email, PASSWORD)
    expect(page).to_have_url(TODAY)
    return page


def confirm(page: Page) -> None:
    """Changes of how one signs in ask who it is."""
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def sign_out(page: Page) -> None:
    page.locator(".side-end summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_a_code_is_the_second_step(owner: Member, page: Page, clock: time_machine.Traveller) -> None:
    page.goto("/accounts/security/totp/activate/")
    confirm(page)
    secret = page.locator("code").inner_text()
    page.locator("input[name=code]").fill(code_of(secret))
    page.get_by_role("button", name="Switch on").click()
    expect(page).to_have_url(re.compile("/recovery-codes/"))
    page.goto("/dashboard/salon/")
    sign_out(page)
    sign_in(page, owner.user.email, PASSWORD)
    code = page.locator("input[name=code]")
    code.fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".errorlist")).to_be_visible()
    clock.shift(30)  # the one before was used
    code.fill(code_of(secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(TODAY)


def virtual_key(page: Page) -> Callable[[], Any]:
    """A key in the browser that says yes by itself; tells what it has stored."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    number = devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]
    return lambda: devices.send("WebAuthn.getCredentials", {"authenticatorId": number})["credentials"]


def test_a_passkey_opens_without_a_password(owner: Member, page: Page) -> None:
    stored = virtual_key(page)
    page.goto("/accounts/security/passkeys/add/")
    confirm(page)
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    expect(page).not_to_have_url(re.compile("/add/"))
    assert [(key["isResidentCredential"], key["rpId"]) for key in stored()] == [(True, "localhost")]
    assert Authenticator.objects.filter(user=owner.user, type=Authenticator.Type.WEBAUTHN).count() == 1
    page.goto("/dashboard/salon/")
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(TODAY)


def test_another_session_is_ended(owner: Member, page: Page, new_context: NewContext) -> None:
    other = new_context().new_page()
    other.goto("/accounts/login/")
    sign_in(other, owner.user.email, PASSWORD)
    expect(other).to_have_url(TODAY)
    page.goto("/accounts/sessions/")
    page.get_by_role("button", name=re.compile("^End session")).click()
    expect(page.get_by_text("You are signed in here only.")).to_be_visible()
    assert UserSession.objects.filter(user=owner.user).count() == 1
    other.reload()
    expect(other).to_have_url(re.compile("/accounts/login/"))
