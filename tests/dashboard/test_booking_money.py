"""The money of a booking at the desk: no-shows that charge, holds released, refunds, cancellations with a fee."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from availengine.sandbox import Sandbox
from tests.api.calls import Tenant, nothing_changes
from tests.api.conftest import _rival, _salon, _sandbox, _studio, clock, rival, salon, stored, stripe, studio
from tests.api.paying import NEAR, asked, deposit_of, jobs, letters, paid, state, takes, told
from tests.dashboard.panel import HTMX, at_desk, booking, path, text
from tests.money import arrive, books_agree

__all__ = ["_rival", "_salon", "_sandbox", "_studio", "clock", "rival", "salon", "stored", "stripe", "studio"]


@pytest.fixture
def held(studio: Tenant, stripe: Sandbox) -> str:
    """The id of a confirmed booking with EUR 20 held."""
    takes(studio, "authorization_hold")
    return paid(studio, stripe, booking_date=NEAR)


@pytest.fixture
def charged(studio: Tenant, stripe: Sandbox) -> str:
    """The id of a confirmed booking with EUR 20 paid."""
    takes(studio)
    return paid(studio, stripe)


def status(key: str, status: str) -> dict[str, str]:
    return {"status": status, "version": str(booking(key).version)}


# --- no-shows -------------------------------------------------------------------------------------------------------


def test_staff_charge_a_no_show(studio: Tenant, stripe: Sandbox, held: str) -> None:
    desk = at_desk(studio)
    said = text(desk.get(path(studio, "bookings", held)))
    assert "EUR 20 are charged to the customer's card." in said
    assert "EUR 20 Held on the card" in said
    answer = desk.post(path(studio, "bookings", held, "status"), status(held, "no_show"))
    assert answer.status_code == 302
    assert state(studio, held) == ("no_show", "captured")
    said = text(desk.get(path(studio, "bookings", held)))
    assert "The booking is now “No-show”." in said
    assert "EUR 20 Charged" in said
    history = said[said.rindex("History") :]
    assert "Recorded as a no-show Staff · " in history
    assert "EUR 20 charged Staff · " in history
    assert "EUR 20 held on the card Automatic · " in history
    books_agree(stripe)


def test_two_clicks_capture_once(studio: Tenant, stripe: Sandbox, held: str) -> None:
    desk, body = at_desk(studio), status(held, "no_show")
    desk.post(path(studio, "bookings", held, "status"), body)
    with nothing_changes():
        again = desk.post(path(studio, "bookings", held, "status"), body, headers=HTMX)
    assert again.status_code == 200
    assert len(asked(stripe, "/capture")) == 1
    books_agree(stripe)


def test_a_refused_capture_is_told_and_nothing_is_recorded(studio: Tenant, stripe: Sandbox, held: str) -> None:
    stripe.fail("POST", ".*/capture", kind="decline")
    answer = at_desk(studio).post(path(studio, "bookings", held, "status"), status(held, "no_show"), headers=HTMX)
    assert answer.status_code == 200
    said = text(answer)
    assert "The hold could not be charged, and nothing was charged: " in said
    assert "is now “No-show”" not in said
    assert state(studio, held) == ("confirmed", "held")
    assert 'data-status="confirmed"' in answer.content.decode()
    books_agree(stripe)


def test_while_stripe_is_silent_a_job_goes_on(
    studio: Tenant, stripe: Sandbox, held: str, clock: time_machine.Traveller
) -> None:
    stripe.fail("POST", ".*/capture", kind="reset")
    answer = at_desk(studio).post(path(studio, "bookings", held, "status"), status(held, "no_show"), headers=HTMX)
    said = text(answer)
    assert "The payment provider has not answered yet. It is asked again by itself." in said
    assert "The payment provider is being asked." in said
    assert state(studio, held) == ("confirmed", "held")
    clock.shift(timedelta(seconds=10))
    jobs()
    assert state(studio, held) == ("no_show", "captured")
    assert len(asked(stripe, "/capture")) == 1
    books_agree(stripe)


# --- releasing ------------------------------------------------------------------------------------------------------


def test_staff_release_a_hold(studio: Tenant, stripe: Sandbox, held: str) -> None:
    desk, where = at_desk(studio), path(studio, "bookings", held, "release")
    answer = desk.post(where, headers=HTMX)
    assert answer.headers["HX-Trigger"] == "bookings-changed"
    said = text(answer)
    assert "The hold of EUR 20 was released." in said
    assert state(studio, held) == ("confirmed", "released")
    assert 'id="panel-release"' not in answer.content.decode()
    with nothing_changes():
        assert desk.post(where).status_code == 302
    assert len(asked(stripe, "/cancel")) == 1
    books_agree(stripe)


def test_without_a_hold_there_is_nothing_to_release(studio: Tenant, stripe: Sandbox, charged: str) -> None:
    desk, where = at_desk(studio), path(studio, "bookings", charged, "release")
    with nothing_changes():
        answer = desk.post(where)
    assert answer.status_code == 409
    assert "This booking has no held deposit." in text(answer)
    assert 'id="panel-release"' not in answer.content.decode()


def test_a_silent_release_is_told(studio: Tenant, stripe: Sandbox, held: str) -> None:
    stripe.fail("POST", ".*/cancel", kind="reset")
    answer = at_desk(studio).post(path(studio, "bookings", held, "release"), headers=HTMX)
    said = text(answer)
    assert "has not answered yet" in said
    assert "was released" not in said
    assert state(studio, held) == ("confirmed", "held")


# --- refunds --------------------------------------------------------------------------------------------------------


def test_a_manager_refunds_a_part(studio: Tenant, stripe: Sandbox, charged: str) -> None:
    desk, where = at_desk(studio, "manager"), path(studio, "bookings", charged, "refund")
    page = desk.get(where)
    assert "At most EUR 20 can go back to the customer's card." in text(page)
    assert 'value="20.00"' in page.content.decode()
    assert desk.post(where, {"amount": "7,50", "left": "2000"}).status_code == 302
    assert (deposit_of(charged).refunded_cents, state(studio, charged)) == (750, ("confirmed", "paid"))
    said = text(desk.get(path(studio, "bookings", charged)))
    assert "EUR 20 paid Customer · " in said
    assert "EUR 7.50 refunded." in said
    assert "EUR 7.50 went back." in said
    assert "EUR 7.50 refunded Manager · " in said
    arrive(stripe)
    books_agree(stripe)


def test_who_asked_is_told_although_an_event_was_faster(studio: Tenant, stripe: Sandbox, charged: str) -> None:
    stripe.fail("POST", "/v1/refunds", kind="reset_after")
    where = path(studio, "bookings", charged, "refund")
    answer = at_desk(studio, "manager").post(where, {"amount": "5", "left": "2000"}, headers=HTMX)
    assert "has not answered yet" in text(answer)
    arrive(stripe)
    said = text(at_desk(studio).get(path(studio, "bookings", charged)))
    assert "EUR 5 refunded Manager · " in said
    books_agree(stripe)


def test_two_clicks_refund_once(studio: Tenant, stripe: Sandbox, charged: str) -> None:
    desk, where = at_desk(studio, "owner"), path(studio, "bookings", charged, "refund")
    body = {"amount": "5", "left": "2000"}
    desk.post(where, body)
    with nothing_changes():
        again = desk.post(where, body)
    assert again.status_code == 409
    assert "The deposit has changed meanwhile." in text(again)
    assert [refund["amount"] for refund in asked(stripe, "/refunds")] == ["500"]
    books_agree(stripe)


@pytest.mark.parametrize(
    ("amount", "code", "said"),
    [
        ("20.01", 409, "Only EUR 20 can be refunded."),
        ("0", 400, "Not an amount."),
        ("-5", 400, "Not an amount."),
        ("5.001", 400, "Not an amount."),
        ("five", 400, "Not an amount."),
        ("٥", 400, "Not an amount."),
        ("1" * 21, 400, "Not an amount."),
        ("", 400, "Not an amount."),
    ],
)
def test_what_is_not_refunded(studio: Tenant, stripe: Sandbox, charged: str, amount: str, code: int, said: str) -> None:
    desk, where = at_desk(studio, "owner"), path(studio, "bookings", charged, "refund")
    with nothing_changes():
        answer = desk.post(where, {"amount": amount, "left": "2000"})
    assert answer.status_code == code
    assert said in text(answer)


def test_refunds_are_a_matter_of_money(studio: Tenant, stripe: Sandbox, charged: str) -> None:
    desk, where = at_desk(studio), path(studio, "bookings", charged, "refund")
    assert 'id="panel-refund"' not in desk.get(path(studio, "bookings", charged)).content.decode()
    with nothing_changes():
        assert desk.get(where).status_code == 403
        assert desk.post(where, {"amount": "5", "left": "2000"}).status_code == 403


def test_a_refused_refund_is_told(studio: Tenant, stripe: Sandbox, charged: str) -> None:
    stripe.fail("POST", "/v1/refunds", kind="decline")
    where = path(studio, "bookings", charged, "refund")
    answer = at_desk(studio, "owner").post(where, {"amount": "20", "left": "2000"}, headers=HTMX)
    said = text(answer)
    assert "The refund failed: " in said
    assert "EUR 20 Refund failed" in said
    assert 'id="panel-refund"' in answer.content.decode()
    assert deposit_of(charged).refunded_cents == 0
    books_agree(stripe)


def test_a_refund_under_way_is_no_refund_yet(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    key = paid(studio, stripe, "pm_card_pendingRefund")
    where = path(studio, "bookings", key, "refund")
    answer = at_desk(studio, "owner").post(where, {"amount": "20", "left": "2000"}, headers=HTMX)
    assert "A refund of EUR 20 is under way." in text(answer)
    assert "EUR 20 Refund on its way" in text(answer)


def test_nothing_to_refund(studio: Tenant, stripe: Sandbox) -> None:
    key = studio.book()["id"]
    desk, where = at_desk(studio, "owner"), path(studio, "bookings", key, "refund")
    with nothing_changes():
        for answer in (desk.get(where), desk.post(where, {"amount": "5", "left": "500"})):
            assert answer.status_code == 409
            assert "There is nothing to refund." in text(answer)


# --- cancelling -----------------------------------------------------------------------------------------------------


@pytest.fixture
def late(charged: str, clock: time_machine.Traveller) -> str:
    """Two hours before the visit all of the deposit is kept."""
    clock.move_to(booking(charged).starts_at - timedelta(hours=2))
    return charged


def cancel(studio: Tenant, key: str, **body: Any) -> tuple[str, dict[str, str]]:
    return path(studio, "bookings", key, "cancel"), {"version": str(booking(key).version), "fee": "2000", **body}


def test_cancelling_in_time_gives_all_back(studio: Tenant, stripe: Sandbox, charged: str) -> None:
    desk = at_desk(studio)
    where, body = cancel(studio, charged, fee="0")
    said = text(desk.get(where))
    assert "Is kept EUR 0 Goes back EUR 20 Free until 24 hours before" in said
    assert desk.post(where, body).status_code == 302
    assert state(studio, charged) == ("cancelled", "refunded")
    books_agree(stripe)


def test_cancelling_late_keeps_the_fee(studio: Tenant, stripe: Sandbox, late: str) -> None:
    desk = at_desk(studio)
    where, body = cancel(studio, late)
    said = text(desk.get(where))
    assert "Is kept EUR 20 Goes back EUR 0" in said
    assert "The fee can be waived by a manager." in said
    assert desk.post(where, body).status_code == 302
    assert state(studio, late) == ("cancelled", "paid")
    assert asked(stripe, "/refunds") == []


def test_the_fee_is_waived_by_who_may(studio: Tenant, stripe: Sandbox, late: str) -> None:
    where, body = cancel(studio, late, waive="1")
    staff, manager = at_desk(studio), at_desk(studio, "manager")
    with nothing_changes():
        assert staff.post(where, body).status_code == 403
    assert "Waive the fee: EUR 20 go back" in text(manager.get(where))
    assert manager.post(where, body).status_code == 302
    assert state(studio, late) == ("cancelled", "refunded")
    books_agree(stripe)


def test_the_price_that_was_shown_is_the_price(studio: Tenant, stripe: Sandbox, late: str) -> None:
    desk = at_desk(studio)
    where, body = cancel(studio, late, fee="0")
    with nothing_changes():
        answer = desk.post(where, body)
    assert answer.status_code == 409
    assert "What cancelling costs has changed. Please look again." in text(answer)
    assert "Is kept EUR 20" in text(answer)


def test_cancelling_releases_a_hold(studio: Tenant, stripe: Sandbox, held: str) -> None:
    desk = at_desk(studio)
    where, body = cancel(studio, held, fee="0")
    assert "The hold of EUR 20 is released. Nothing is charged." in text(desk.get(where))
    desk.post(where, body)
    assert state(studio, held) == ("cancelled", "released")
    assert "booking.canceled" in told()
    books_agree(stripe)


def test_cancelled_although_stripe_is_silent(studio: Tenant, stripe: Sandbox, charged: str) -> None:
    stripe.fail("POST", "/v1/refunds", kind="reset")
    where, body = cancel(studio, charged, fee="0")
    answer = at_desk(studio).post(where, body, headers=HTMX)
    said = text(answer)
    assert "has not answered yet" in said
    assert "EUR 20 Refund on its way" in said
    assert state(studio, charged) == ("cancelled", "refund_pending")


# --- asking for a deposit later: what becomes of it, tests/payments/test_requests.py --------------------------------


def test_asking_for_a_deposit(studio: Tenant, stripe: Sandbox) -> None:
    key = studio.book()["id"]
    desk, where = at_desk(studio, "manager"), path(studio, "bookings", key, "link")
    assert 'id="panel-link"' in desk.get(path(studio, "bookings", key)).content.decode()
    answer = desk.post(where, {"amount": "12.50"}, headers=HTMX)
    said = text(answer)
    assert "The payment link is sent to jane@example.com." in said
    assert "EUR 12.50 Not paid yet" in said
    assert "A deposit of EUR 12.50 was asked for Manager · " in said
    assert "Notes or details saved" not in said
    assert state(studio, key) == ("confirmed", "pending")
    with nothing_changes():
        again = desk.post(where, {"amount": "12.50"})
    assert again.status_code == 409
    assert "There is a deposit already." in text(again)
    assert letters() == [("payment_link", "jane@example.com")]


def test_only_who_may_asks(studio: Tenant, stripe: Sandbox) -> None:
    key = studio.book()["id"]
    desk, manager = at_desk(studio), at_desk(studio, "manager")
    assert 'id="panel-link"' not in desk.get(path(studio, "bookings", key)).content.decode()
    with nothing_changes():
        assert desk.post(path(studio, "bookings", key, "link"), {"amount": "5"}).status_code == 403
        wrong = manager.post(path(studio, "bookings", key, "link"), {"amount": "x"})
    assert wrong.status_code == 400
    assert "Not an amount." in text(wrong)
