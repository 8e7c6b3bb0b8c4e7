"""The customer's page of a booking (GUARANTEES A6): the link is the key, and GET changes nothing."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from bookings import execution, links, tasks
from bookings.models import Booking, ManageLink, Message
from payments.models import Deposit, Instruction
from tests.api.calls import Tenant, nothing_changes, ok
from tests.messages.conftest import MakeStudio
from tests.messages.post import collect, configure, link_in, with_deposit


@pytest.fixture
def page(studio: Tenant) -> str:
    """The path of a page, as the confirmation has it."""
    studio.book(customer_notes="<i>window</i>")
    (message,) = collect()
    return link_in(message)


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def form_of(response: HttpResponse) -> str:
    (form,) = re.findall(r'name="form" value="([^"]+)"', text_of(response))
    return form


def cancel(browser: Client, page: str, form: str | None = None) -> HttpResponse:
    if form is None:
        form = form_of(browser.get(page))
    return browser.post(f"{page}/cancel", {"form": form})


def status_of_booking() -> str:
    return Booking.objects.get().status


def test_what_it_shows(page: str, browser: Client) -> None:
    with nothing_changes():
        response = browser.get(page)
    assert response.status_code == 200
    shown = text_of(response)
    for text in (
        '<html lang="en">',
        "<title>Studio</title>",
        "Your booking is confirmed.",
        "Friday, 15 May 2026, 10:00 – 11:00",
        "<dd>Cut</dd>",
        Booking.objects.get().code,
        "Cancelling costs nothing.",
        f'href="{page}/calendar.ics"',
    ):
        assert text in shown
    assert "script" not in shown
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.cookies == {}


@pytest.mark.parametrize(
    ("language", "confirmed", "button"),
    [
        ("de", "Ihre Buchung ist bestätigt.", "Jetzt stornieren"),
        ("el", "Η κράτησή σας επιβεβαιώθηκε.", "Ακύρωση τώρα"),
    ],
)
def test_in_the_language_of_the_business(
    make_studio: MakeStudio, browser: Client, language: str, confirmed: str, button: str
) -> None:
    make_studio(business={"language": language}).book()
    (message,) = collect()
    shown = text_of(browser.get(link_in(message)))
    assert f'<html lang="{language}">' in shown
    assert confirmed in shown
    assert f">{button}</button>" in shown


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_changes_nothing(page: str, browser: Client, method: str) -> None:
    with nothing_changes():
        for path in (page, f"{page}/calendar.ics", f"{page}/cancel"):
            response = getattr(browser, method)(path)
            assert response.status_code in (200, 405)
    assert status_of_booking() == "confirmed"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_other_methods_do_nothing(page: str, browser: Client, method: str) -> None:
    with nothing_changes():
        for path in (page, f"{page}/calendar.ics"):
            assert getattr(Client(), method)(path).status_code == 405


def test_cancelling(page: str, browser: Client) -> None:
    response = cancel(browser, page)
    assert (response.status_code, response.headers["Location"]) == (302, page)
    assert status_of_booking() == "cancelled"
    shown = text_of(browser.get(page))
    assert "Your booking is cancelled." in shown
    assert "calendar.ics" not in shown
    assert "/cancel" not in shown
    (message,) = collect()
    assert (message.kind, message.recipient) == ("cancellation", "jane@example.com")


def test_cancelling_twice_has_one_effect(page: str, browser: Client) -> None:
    form = form_of(browser.get(page))
    assert cancel(browser, page, form).status_code == 302
    with nothing_changes():
        assert cancel(browser, page, form).status_code == 302


@pytest.mark.parametrize("form", ["", "x", "W10:1vXyz:abc", "\x00", "é"])
def test_without_our_form_nothing_happens(page: str, browser: Client, form: str) -> None:
    with nothing_changes():
        response = cancel(browser, page, form)
    assert response.status_code == 403
    assert "Nothing was cancelled." in text_of(response)


def test_a_form_of_another_booking_is_not_ours(studio: Tenant, page: str, browser: Client) -> None:
    studio.book(start_time="12:00")
    (message,) = collect()
    with nothing_changes():
        assert cancel(browser, link_in(message), form_of(browser.get(page))).status_code == 403


def test_a_form_of_yesterday_is_not_taken(page: str, browser: Client, clock: Any) -> None:
    form = form_of(browser.get(page))
    clock.shift(timedelta(hours=24, seconds=1))
    with nothing_changes():
        assert cancel(browser, page, form).status_code == 403


def test_the_price_that_was_shown_is_the_price(page: str, browser: Client, clock: Any, monkeypatch: Any) -> None:
    """Free when the page was opened, not any more when the button was pressed: it is shown again."""
    monkeypatch.setattr(execution, "carry_out", lambda reference, now: None)
    booking = Booking.objects.get()
    with_deposit(str(booking.uuid), captured_cents=2000, intent_ref="pi_1")
    clock.move_to(booking.starts_at - timedelta(hours=24))
    response = browser.get(page)
    assert "EUR 20 of your deposit go back to your card" in text_of(response)
    assert "EUR 20: paid" in text_of(response)
    form = form_of(response)
    clock.shift(timedelta(minutes=1))
    with nothing_changes():
        response = cancel(browser, page, form)
    assert response.status_code == 409
    assert "By the cancellation policy, EUR 20 of your deposit are kept." in text_of(response)
    assert cancel(browser, page, form_of(response)).status_code == 302
    assert status_of_booking() == "cancelled"
    assert not Instruction.objects.exists()


def test_what_is_owed_is_carried_out(page: str, browser: Client, monkeypatch: Any) -> None:
    done: list[Any] = []
    monkeypatch.setattr(execution, "carry_out", lambda reference, now: done.append(reference))
    with_deposit(str(Booking.objects.get().uuid), captured_cents=2000, intent_ref="pi_1")
    assert cancel(browser, page).status_code == 302
    instruction = Instruction.objects.get()
    assert (instruction.action, instruction.amount_cents) == ("refund", 2000)
    assert done == [instruction.uuid]
    assert Deposit.objects.get().status == "refund_pending"
    assert "EUR 20: refund on its way" in text_of(browser.get(page))


def test_what_has_begun_is_not_cancelled(page: str, browser: Client, clock: Any) -> None:
    form = form_of(browser.get(page))
    clock.move_to(Booking.objects.get().starts_at)
    assert "/cancel" not in text_of(browser.get(page))
    with nothing_changes():
        assert cancel(browser, page, form).status_code == 409


@pytest.mark.parametrize("status", ["checked_in", "completed", "no_show"])
def test_what_is_past_that_is_not_cancelled(page: str, browser: Client, status: str) -> None:
    form = form_of(browser.get(page))
    Booking.objects.update(status=status)
    with nothing_changes():
        assert cancel(browser, page, form).status_code == 409


def test_a_past_due_business_lets_its_customers_cancel(studio: Tenant, page: str, browser: Client) -> None:
    configure(studio, billing_status="past_due")
    assert cancel(browser, page).status_code == 302


def test_a_payment_link_is_on_the_page(studio: Tenant, page: str, browser: Client) -> None:
    with_deposit(str(Booking.objects.get().uuid), status="pending", checkout_url="https://pay.example/x")
    Booking.objects.update(status="pending")
    shown = text_of(browser.get(page))
    assert 'href="https://pay.example/x">Pay the deposit</a>' in shown
    assert "EUR 20: not paid yet" in shown


@pytest.mark.parametrize("token", ["x", "a" * 22, "a" * 5000, "%00", "%ff", "é", "..%2f..", "-", "'%20OR%201=1"])
def test_wrong_tokens(page: str, browser: Client, token: str) -> None:
    with nothing_changes():
        for path in (f"/b/{token}", f"/b/{token}/calendar.ics"):
            assert browser.get(path).status_code == 404
        assert browser.post(f"/b/{token}/cancel", {"form": "x"}).status_code == 404


def test_the_stored_digest_opens_nothing(page: str, browser: Client) -> None:
    link = ManageLink.objects.get()
    assert page.removeprefix("/b/") not in link.digest
    assert browser.get(f"/b/{link.digest}").status_code == 404


def test_tokens_are_long_and_never_the_same(studio: Tenant) -> None:
    booking = Booking.objects.get(uuid=studio.book()["id"])
    tokens = {links.new_link(booking).rsplit("/", 1)[1] for _ in range(50)}
    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {22}  # 128 bits, six to a character


def test_several_links_at_once(studio: Tenant, page: str, browser: Client) -> None:
    booking = str(Booking.objects.get().uuid)
    ok(studio.full.post(f"/v1/manage/bookings/{booking}/reschedule", {"date": "2026-05-16", "time": "12:00"}))
    (message,) = collect()
    for path in (page, link_in(message)):
        assert "Saturday, 16 May 2026, 12:00" in text_of(browser.get(path))


def test_links_expire_a_month_after_the_visit(page: str, browser: Client, clock: Any) -> None:
    clock.move_to(Booking.objects.get().ends_at + timedelta(days=30, seconds=-1))
    assert browser.get(page).status_code == 200
    assert tasks.purge_links() == 0
    clock.shift(timedelta(seconds=1))
    response = browser.get(page)
    assert response.status_code == 404
    assert response.content == browser.get(f"/b/{'a' * 22}").content
    assert tasks.purge_links() == 1


def test_a_later_visit_prolongs_them(studio: Tenant, page: str, browser: Client, clock: Any) -> None:
    booking = str(Booking.objects.get().uuid)
    ok(studio.full.post(f"/v1/manage/bookings/{booking}/reschedule", {"date": "2026-09-16", "time": "12:00"}))
    collect()
    clock.move_to(timezone.datetime(2026, 9, 17, tzinfo=timezone.get_current_timezone()))
    assert browser.get(page).status_code == 200


def test_a_link_opens_its_own_booking_only(make_studio: MakeStudio, studio: Tenant, page: str, browser: Client) -> None:
    rival = make_studio(business={"slug": "rival", "name": "Rival"})
    rival.book(first_name="John")
    (message,) = collect()
    assert "<title>Rival</title>" in text_of(browser.get(link_in(message)))
    assert cancel(browser, link_in(message)).status_code == 302
    assert Booking.objects.get(business=studio.business).status == "confirmed"
    assert Booking.objects.get(business=rival.business).status == "cancelled"


def test_names_are_text(studio: Tenant, page: str, browser: Client) -> None:
    configure(studio, name="<script>alert(1)</script>", address='"><img src=x>')
    shown = text_of(browser.get(page))
    assert "<script" not in shown
    assert "<img" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_the_token_is_in_its_message_only(page: str) -> None:
    token = page.removeprefix("/b/")
    assert [token in message.text for message in Message.objects.all()] == [True]
    assert not any(token in str(value) for value in ManageLink.objects.values_list().get())
