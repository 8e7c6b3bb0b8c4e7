"""The pages of the waitlist, as people use them: the form of the booking page, the link of the mails, with deposits."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from availengine import waitlist_form
from availengine.sandbox import Sandbox
from bookings import tasks
from bookings.models import Booking, Message, WaitlistEntry
from bookings.waitlist import offers, turns
from payments.actions import reference_of
from tests.api.calls import DAY, Tenant, nothing_changes, ok
from tests.api.paying import DECISIVE, configure, takes
from tests.money import arrive, books_agree

FORM = "/book/endpoint-studio/waitlist"
ASKED = {
    "party": "1",
    "date": DAY,
    "earliest": "10:00",
    "latest": "10:00",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@example.com",
    "phone": "+30 210 1234567",
}


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the tests stands still."""
    monkeypatch.setattr(waitlist_form, "FASTEST", 0)


def shown(response: HttpResponse) -> str:
    return response.content.decode()


def hidden(response: HttpResponse, name: str) -> str:
    return re.findall(rf'name="{name}" value="([^"]*)"', shown(response))[0]


def fill_in(browser: Client, tenant: Tenant, **changes: str) -> HttpResponse:
    form = hidden(browser.get(FORM), "form")
    return browser.post(FORM, {"service": tenant.service("cut"), **ASKED, "form": form, "latest": "10:01", **changes})


def link_of(message: Message) -> str:
    return "/w/" + message.text.split("/w/")[1].split()[0]


def go_on() -> list[str]:
    """What the jobs do now. The feed shows committed events only, so the lists are marked by hand."""
    before = set(Message.objects.values_list("id", flat=True))
    for key in offers.to_settle(now=timezone.now(), most=10):
        offers.settle(key, now=timezone.now())
    turns.mark_all(now=timezone.now())
    for turn in turns.due(now=timezone.now(), most=10):
        offers.go_through(turn, now=timezone.now())
    return [message.kind for message in Message.objects.exclude(id__in=before).order_by("id")]


@pytest.fixture
def full(studio: Tenant) -> list[str]:
    """Everybody who could cut at ten is taken."""
    made = []
    while (answer := studio.full.post("/v1/bookings/", studio.public())).status_code == 201:
        made.append(answer.json()["booking"]["id"])
    return made


def free(studio: Tenant, booking: str) -> None:
    ok(studio.staff.post(f"/v1/manage/bookings/{booking}/cancel", {}))


@pytest.fixture
def offered(studio: Tenant, full: list[str], browser: Client) -> str:
    """The path of the page on which 10 o'clock is offered."""
    assert fill_in(browser, studio).status_code == 302
    go_on()
    free(studio, full[0])
    assert go_on() == ["waitlist_offer"]
    return link_of(Message.objects.latest("id"))


def press(browser: Client, page: str, button: str, **changes: str) -> HttpResponse:
    name = "leaving" if button == "leave" else "offer"
    return browser.post(f"{page}/{button}", {name: hidden(browser.get(page), name), **changes})


# --- the form -----------------------------------------------------------------------------------------------------


def test_the_form_is_filled_in_as_the_link_says(studio: Tenant, browser: Client) -> None:
    with nothing_changes():
        page = browser.get(FORM, {"service": studio.service("cut"), "party": "2", "date": DAY, "lang": "de"})
    assert page.status_code == 200
    assert f'value="{studio.service("cut")}" selected' in shown(page)
    assert re.search(r'name="party" value="2"', shown(page))
    assert f'value="{DAY}"' in shown(page)
    assert "Auf die Warteliste" in shown(page)
    assert page.cookies == {}
    assert page.headers["Cache-Control"] == "no-store"
    assert browser.get(FORM, {"service": "x", "party": "-1", "date": "31.12.", "lang": "xx"}).status_code == 200


def test_joined_they_see_their_place(studio: Tenant, full: list[str], browser: Client) -> None:
    answer = fill_in(browser, studio, lang="de")
    assert answer.status_code == 302
    page = browser.get(answer.headers["Location"])
    assert "Sie stehen auf der Warteliste, auf Platz 1." in shown(page)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    entry = WaitlistEntry.objects.get()
    assert (entry.guest_first_name, entry.from_minutes, entry.until_minutes) == ("Ada", 600, 601)
    assert len(entry.visitor) == 64
    assert entry.services == [UUID(studio.service("cut"))]
    assert "Sie stehen auf der Warteliste" in Message.objects.get().subject


def test_sent_twice_it_is_one_entry(studio: Tenant, full: list[str], browser: Client) -> None:
    form = hidden(browser.get(FORM), "form")
    body = {"service": studio.service("cut"), **ASKED, "latest": "", "form": form}
    assert [browser.post(FORM, body).status_code for _ in range(2)] == [302, 302]
    assert WaitlistEntry.objects.count() == 1
    assert Message.objects.filter(kind="waitlist_joined").count() == 1


@pytest.mark.parametrize("changes", [{"form": "x"}, {"form": ""}, {"website": "https://spam.example"}])
def test_robots_do_not_join(studio: Tenant, browser: Client, changes: dict[str, str]) -> None:
    with nothing_changes():
        answer = fill_in(browser, studio, **changes)
    assert answer.status_code == 400
    assert "Please send the form again." in shown(answer)


def test_nobody_is_that_fast(studio: Tenant, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waitlist_form, "FASTEST", 2)
    form = hidden(browser.get(FORM), "form")
    body = {"service": studio.service("cut"), **ASKED, "latest": "", "form": form}
    with time_machine.travel(timezone.now() + timedelta(seconds=1), tick=False), nothing_changes():
        assert browser.post(FORM, body).status_code == 400
    with time_machine.travel(timezone.now() + timedelta(seconds=2), tick=False):
        assert browser.post(FORM, body).status_code == 302
    with time_machine.travel(timezone.now() + timedelta(hours=7), tick=False), nothing_changes():
        assert browser.post(FORM, body).status_code == 400


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"email": "x"}, 400, "valid email"),
        ({"service": "x"}, 400, "Select a valid choice"),
        ({"date": "2026-04-01"}, 409, "Please look at the days"),
        ({"party": "40"}, 409, "fewer people"),
    ],
)
def test_refused_the_form_stays_filled_in(
    studio: Tenant, browser: Client, changes: dict[str, str], status: int, says: str
) -> None:
    with nothing_changes():
        answer = fill_in(browser, studio, **changes)
    assert answer.status_code == status
    assert says in shown(answer)
    assert 'value="Lovelace"' in shown(answer)


def test_no_waitlist_no_page(studio: Tenant, browser: Client) -> None:
    assert browser.get("/book/nobody/waitlist").status_code == 404
    configure(studio, waitlist=False)
    assert browser.get(FORM).status_code == 404
    configure(studio, waitlist=True, billing_status="past_due")
    assert browser.get(FORM).status_code == 404


# --- the link -----------------------------------------------------------------------------------------------------


def test_looking_changes_nothing(offered: str, browser: Client) -> None:
    with nothing_changes():
        page = browser.get(offered)
        assert browser.head(offered).status_code == 200
        for button in ("accept", "decline", "leave"):
            assert browser.get(f"{offered}/{button}").status_code == 405
            assert browser.post(f"{offered}/{button}", {"offer": "x", "leaving": "x"}).status_code == 403
    assert "This time is held for you until" in shown(page)
    assert "Friday, 15 May 2026, 10:00 – 11:00" in shown(page)
    assert "deposit" not in shown(page)
    assert "script" not in shown(page)
    assert browser.get("/w/nonsense").status_code == 404
    assert browser.get("/w/" + "x" * 65).status_code == 404


def test_taken_it_is_booked(offered: str, browser: Client) -> None:
    form = hidden(browser.get(offered), "offer")
    for _ in range(2):
        answer = browser.post(f"{offered}/accept", {"offer": form})
        assert (answer.status_code, answer.headers["Location"]) == (302, offered)
    assert "Your booking is made." in shown(browser.get(offered))
    assert "Friday, 15 May 2026, 10:00 – 11:00" in shown(browser.get(offered))
    booking = Booking.objects.get(guest_first_name="Ada")
    assert (booking.status, booking.held_until, booking.source) == ("confirmed", None, "online")


def test_declined_and_left(offered: str, browser: Client) -> None:
    form = hidden(browser.get(offered), "offer")
    assert press(browser, offered, "decline").status_code == 302
    assert "in place 1" in shown(browser.get(offered))
    assert browser.post(f"{offered}/accept", {"offer": form}).status_code == 409
    assert press(browser, offered, "leave").status_code == 302
    assert "not on the waitlist any more" in shown(browser.get(offered))
    assert Booking.objects.get(guest_first_name="Ada").status == "cancelled"


def test_too_late(offered: str, browser: Client) -> None:
    form = hidden(browser.get(offered), "offer")
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        answer = browser.post(f"{offered}/accept", {"offer": form})
        assert answer.status_code == 409
        assert "not held for you any more" in shown(answer)
        assert go_on() == ["waitlist_lapsed"]
    assert WaitlistEntry.objects.get().state == "waiting"


def test_a_form_of_another_entry_is_none(offered: str, studio: Tenant, browser: Client) -> None:
    ok(studio.full.post("/v1/waitlist", studio.waiting(email="bob@example.com", phone="+302101234568")), 201)
    other = link_of(Message.objects.latest("id"))
    with nothing_changes():
        assert browser.post(f"{other}/accept", {"offer": hidden(browser.get(offered), "offer")}).status_code == 403


# --- with a deposit -----------------------------------------------------------------------------------------------


@pytest.fixture
def accepted(studio: Tenant, stripe: Sandbox, offered: str, browser: Client) -> str:
    """Taken, and not paid yet."""
    takes(studio)
    assert "A deposit of EUR 20 is due." in shown(browser.get(offered))
    assert press(browser, offered, "accept").status_code == 302
    return offered


def mine() -> Booking:
    return Booking.objects.select_related("deposit").get(guest_first_name="Ada")


def test_a_deposit_leads_to_its_payment_and_confirms(accepted: str, stripe: Sandbox, browser: Client) -> None:
    booking = mine()
    assert booking.deposit is not None
    assert (booking.status, booking.held_until, booking.deposit.status) == ("pending", None, "pending")
    assert booking.deposit.checkout_url in shown(browser.get(accepted))
    assert "waits for its deposit until" in shown(browser.get(accepted))
    assert WaitlistEntry.objects.get().state == "offered"
    stripe.pay_session(booking.deposit.checkout_url.split("/")[-1], "pm_card_visa")
    arrive(stripe, *DECISIVE)
    go_on()
    assert mine().status == "confirmed"
    assert WaitlistEntry.objects.get().state == "booked"
    assert "Your booking is made." in shown(browser.get(accepted))
    assert "Your booking is confirmed." in shown(browser.get(f"/pay/{reference_of(booking.deposit)}?paid", follow=True))
    books_agree(stripe)


def test_not_paid_in_time_it_goes_to_the_next(accepted: str, stripe: Sandbox, browser: Client) -> None:
    booking = mine()
    assert booking.deposit is not None
    expires_at: datetime | None = booking.deposit.expires_at
    assert expires_at is not None
    with time_machine.travel(expires_at, tick=False):
        tasks.expire_unpaid()
        assert mine().status == "cancelled"
        assert go_on()[0] == "waitlist_lapsed"
    entry = WaitlistEntry.objects.get()
    assert (entry.state, entry.lapsed) == ("waiting", 1)
    assert "in place 1" in shown(browser.get(accepted))


def test_while_stripe_is_silent_nobody_loses_their_place(
    studio: Tenant, stripe: Sandbox, offered: str, browser: Client
) -> None:
    takes(studio)
    stripe.fail("POST", "/v1/checkout/sessions", kind="reset", times=5)
    answer = press(browser, offered, "accept")
    assert answer.status_code == 503
    stripe.clear_faults()
    tasks.carry_out_instructions()
    go_on()
    entry = WaitlistEntry.objects.get()
    assert list(entry.offers.order_by("id").values_list("state", flat=True)) == ["returned", "open"]
    assert (entry.state, entry.lapsed) == ("offered", 0)


def test_a_payment_that_cannot_be_taken(studio: Tenant, offered: str, browser: Client, settings: Any) -> None:
    takes(studio)
    settings.STRIPE_SECRET_KEY = ""
    with nothing_changes():
        answer = press(browser, offered, "accept")
    assert answer.status_code == 409
    assert "cannot be paid just now" in shown(answer)
