"""Signing in, a wrong password, a new password by mail, an invitation accepted in another browser."""

import re

from django.core import mail
from playwright.sync_api import Page, ViewportSize, expect

from bookings.models import Message
from businesses.models import Member, Role, User
from tests.browser.conftest import NewContext
from tests.dashboard.conftest import PASSWORD


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_role("textbox", name="mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_signing_in_leads_to_where_one_wanted_to_go(owner: Member, new_context: NewContext, size: ViewportSize) -> None:
    page = new_context(viewport=size).new_page()
    page.goto("/dashboard/salon/setup/members/")
    sign_in(page, owner.user.email, "not the password")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    sign_in(page, owner.user.email, PASSWORD)
    expect(page).to_have_url(re.compile("/dashboard/salon/setup/members/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Members")


def test_a_new_password_by_mail(owner: Member, visitor: Page) -> None:
    visitor.goto("/accounts/password/reset/")
    visitor.get_by_role("textbox", name="mail").fill(owner.user.email)
    visitor.locator("main form button, form button").first.click()
    visitor.wait_for_url("**/password/reset/done/")
    (link,) = re.findall(r"http://\S+", str(mail.outbox[0].body))
    visitor.goto(link)
    for field in visitor.locator("input[type=password]").all():
        field.fill("a new and long enough one")
    visitor.locator("main form button, form button").first.click()
    visitor.wait_for_url("**/done/")
    assert User.objects.get(id=owner.user_id).check_password("a new and long enough one")


def test_an_invitation_is_accepted_in_another_browser(
    owner: Member, as_member: object, new_context: NewContext, size: ViewportSize
) -> None:
    desk = as_member(owner, viewport=size)  # type: ignore[operator]
    desk.goto("/dashboard/salon/setup/members/")
    desk.get_by_label("E-mail address").fill("ada@example.com")
    desk.get_by_role("button", name="Send the invitation").click()
    expect(desk.get_by_text("Invited", exact=True)).to_be_visible()
    (link,) = re.findall(r"/accounts/invitation/\S+", Message.objects.get(kind="invitation").text)

    hers = new_context(viewport=size).new_page()
    hers.goto(link)
    hers.get_by_label("name", exact=False).first.fill("Ada Lovelace")
    hers.locator("input[type=password]").first.fill("a long enough one")
    hers.locator("main form button, form button").first.click()
    expect(hers).to_have_url(re.compile("/dashboard/salon/$"))
    assert Member.objects.get(user__email="ada@example.com").role == Role.STAFF
