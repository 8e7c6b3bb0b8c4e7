"""get_booking, reschedule_booking, cancel_booking: with the customer's link as the customer, by id as the desk."""

from datetime import timedelta
from typing import Any

import pytest

from availengine.sandbox import Sandbox
from bookings import links
from bookings.models import Booking
from payments.models import Instruction
from tests.api import hostile
from tests.api.agents.calls import SLOT, Agent
from tests.api.calls import DAY, Tenant, nothing_changes, put_in_status
from tests.api.paying import configure, deposit_of, paid, takes

LATER = {"booking_date": DAY, "start_time": "12:00"}


@pytest.fixture
def booking(salon: Tenant) -> str:
    made: str = salon.book(resource_id=salon.resource("jim"))["id"]
    return made


def link_to(booking: str) -> str:
    return links.new_link(Booking.objects.get(uuid=booking))


def test_how_a_booking_stands(salon: Tenant, agent: Agent, desk: Agent, booking: str) -> None:
    link = link_to(booking)
    with nothing_changes():
        told = agent.call("get_booking", manage_link=link)
        assert desk.call("get_booking", booking_id=booking) == told
        assert agent.call("get_booking", manage_link=link.rsplit("/", 1)[1]) == told
    assert told == {
        "booking_id": booking,
        "status": "confirmed",
        "confirmation_code": Booking.objects.get().code,
        "services": ["Cut"],
        "resource": "Jim",
        "booking_date": DAY,
        "start_time": "10:00",
        "end_time": "11:00",
        "starts_at": "2026-05-15T15:00:00Z",
        "timezone": "America/Chicago",
        "capacity": 1,
        "price_cents": 3500,
        "currency": "USD",
        "cancellation_policy": "Free until 24 hours before, then 100 % of the deposit is kept.",
        "deposit": None,
        "next_step": "reschedule_booking moves it, cancel_booking tells first what cancelling costs.",
    }


def test_no_word_of_the_customer(salon: Tenant, desk: Agent) -> None:
    booking = salon.book(customer_notes="Secretly")["id"]
    told = str(desk.call("get_booking", booking_id=booking))
    for word in ("Jane", "Doe", "jane@", "1234567890", "Secretly"):
        assert word not in told


@pytest.mark.parametrize("link", ["x", "", "/b/", "https://host/b/" + "a" * 65, "a" * 22, "\n", "é" * 22, "../" * 9])
def test_links_that_are_none(agent: Agent, booking: str, link: str) -> None:
    with nothing_changes():
        _, error = agent.refused("get_booking", manage_link=link)
    assert error["code"] in ("not_found", "validation_error")


@pytest.mark.parametrize("value", [*hostile.IDS, 5])
def test_ids_that_are_none(desk: Agent, value: Any) -> None:
    with nothing_changes():
        assert list(desk.refused("get_booking", booking_id=value)[1]["details"]) == ["booking_id"]


def test_an_expired_link(agent: Agent, booking: str, clock: Any) -> None:
    link = link_to(booking)
    clock.shift(timedelta(days=60))
    assert agent.refused("get_booking", manage_link=link)[1]["code"] == "not_found"


# --- moving -------------------------------------------------------------------------------------------------------


def test_the_customer_moves(salon: Tenant, agent: Agent, booking: str) -> None:
    told = agent.call("reschedule_booking", manage_link=link_to(booking), **LATER)
    assert (told["moved"], told["start_time"], told["resource"]) == (True, "12:00", "Jim")
    assert salon.item(booking)["start_time"] == "12:00"


def test_moved_twice_is_moved_once(agent: Agent, booking: str) -> None:
    link = link_to(booking)
    agent.call("reschedule_booking", manage_link=link, **LATER)
    with nothing_changes():
        assert agent.call("reschedule_booking", manage_link=link, **LATER)["moved"] is False


def test_the_customer_moves_to_what_is_offered_only(salon: Tenant, agent: Agent, desk: Agent, booking: str) -> None:
    between = {"booking_date": DAY, "start_time": "12:17"}
    link = link_to(booking)
    with nothing_changes():
        words, error = agent.refused("reschedule_booking", manage_link=link, **between)
    assert error["details"]["reason"] == "off_grid"
    assert "Free instead: 2026-05-15 10:00, 2026-05-15 11:00, 2026-05-15 12:00" in words
    assert desk.call("reschedule_booking", booking_id=booking, **between)["start_time"] == "12:17"


def test_the_customer_moves_in_time_only(agent: Agent, desk: Agent, booking: str, clock: Any) -> None:
    link = link_to(booking)
    clock.move_to("2026-05-14T15:01:00Z")
    with nothing_changes():
        words, error = agent.refused("reschedule_booking", manage_link=link, **LATER)
    assert error["details"] == {"reason": "past_moving", "status": "confirmed"}
    assert words.startswith("The customer can no longer move this booking; only the business can.")
    assert desk.call("reschedule_booking", booking_id=booking, **LATER)["moved"] is True


def test_to_whom_says_the_desk_alone(salon: Tenant, agent: Agent, desk: Agent, booking: str) -> None:
    maria = {"resource_id": salon.resource("maria")}
    link = link_to(booking)
    with nothing_changes():
        _, error = agent.refused("reschedule_booking", manage_link=link, **LATER, **maria)
    assert list(error["details"]) == ["resource_id"]
    assert desk.call("reschedule_booking", booking_id=booking, **SLOT, **maria)["resource"] == "Maria"


def test_a_taken_time(salon: Tenant, agent: Agent, booking: str) -> None:
    for resource in ("maria", "jim"):
        salon.book(start_time="12:00", resource_id=salon.resource(resource))
    link = link_to(booking)
    with nothing_changes():
        _, error = agent.refused("reschedule_booking", manage_link=link, **LATER)
    assert error["details"]["reason"] == "busy"
    assert "12:00" not in [start["start_time"] for start in error["details"]["nearest"]]


@pytest.mark.parametrize("status", ["checked_in", "completed", "cancelled", "no_show"])
def test_what_is_past_moving_and_cancelling(agent: Agent, desk: Agent, booking: str, status: str) -> None:
    link = link_to(booking)
    put_in_status(booking, status)
    with nothing_changes():
        assert agent.refused("reschedule_booking", manage_link=link, **LATER)[1]["code"] == "conflict"
        assert desk.refused("reschedule_booking", booking_id=booking, **LATER)[1]["details"] == {"status": status}
        if status != "cancelled":
            assert desk.refused("cancel_booking", booking_id=booking)[1]["details"] == {"status": status}


# --- cancelling ---------------------------------------------------------------------------------------------------


def test_first_it_is_only_told(salon: Tenant, agent: Agent, booking: str) -> None:
    link = link_to(booking)
    with nothing_changes():
        told = agent.call("cancel_booking", manage_link=link)
    assert {name: told[name] for name in told if name != "booking"} == {
        "cancelled": False,
        "fee_cents": 0,
        "refund_cents": 0,
        "currency": "USD",
        "policy": "Free until 24 hours before, then 100 % of the deposit is kept.",
        "next_step": "Ask the person, then call again with agreed_fee_cents: 0. Nothing is cancelled yet.",
    }
    assert told["booking"]["booking_id"] == booking


@pytest.mark.parametrize("by", ["manage_link", "booking_id"])
def test_then_it_is_cancelled_once(salon: Tenant, desk: Agent, booking: str, by: str) -> None:
    which = {by: link_to(booking) if by == "manage_link" else booking}
    told = desk.call("cancel_booking", **which, agreed_fee_cents=0)
    assert (told["cancelled"], told["booking"]["status"]) == (True, "cancelled")
    assert salon.item(booking)["status"] == "cancelled"
    with nothing_changes():
        for again in ({}, {"agreed_fee_cents": 0}, {"agreed_fee_cents": 5}):
            told = desk.call("cancel_booking", **which, **again)
            assert (told["cancelled"], told["next_step"]) == (True, "It is cancelled already.")


def test_for_the_fee_that_was_agreed_only(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    takes(studio)
    configure(studio, cancellation_steps=[[48, 0], [24, 50]])
    booking = paid(studio, stripe)
    agent, link = Agent(studio.widget), link_to(booking)
    clock.move_to("2026-05-13T15:00:00Z")
    assert agent.call("cancel_booking", manage_link=link)["fee_cents"] == 0
    clock.move_to("2026-05-13T15:00:01Z")
    with nothing_changes():
        words, error = agent.refused("cancel_booking", manage_link=link, agreed_fee_cents=0)
        agent.refused("cancel_booking", manage_link=link, agreed_fee_cents=999)
    assert "agreed_fee_cents: 1000" in words
    assert {name: error["details"][name] for name in ("reason", "fee_cents", "refund_cents", "currency")} == {
        "reason": "another_fee",
        "fee_cents": 1000,
        "refund_cents": 1000,
        "currency": "EUR",
    }
    told = agent.call("cancel_booking", manage_link=link, agreed_fee_cents=1000)
    assert (told["cancelled"], told["fee_cents"], told["refund_cents"]) == (True, 1000, 1000)
    assert told["next_step"] == "Cancelled. A refund takes some days to arrive."
    assert deposit_of(booking).refunded_cents == 1000
    assert told["booking"]["deposit"]["status"] == "paid"  # what is left of it


def test_stripe_is_silent_and_a_job_goes_on(studio: Tenant, stripe: Sandbox, settings: Any) -> None:
    takes(studio)
    booking = paid(studio, stripe)
    settings.STRIPE_API_BASE = "http://127.0.0.1:1"
    told = Agent(studio.staff).call("cancel_booking", booking_id=booking, agreed_fee_cents=0)
    assert (told["cancelled"], told["booking"]["deposit"]["status"]) == (True, "refund_pending")
    assert Instruction.objects.filter(action="refund", progress="pending").count() == 1


def test_what_has_begun_is_not_cancelled(desk: Agent, booking: str, clock: Any) -> None:
    clock.move_to("2026-05-15T15:00:00Z")
    with nothing_changes():
        words, _ = desk.refused("cancel_booking", booking_id=booking, agreed_fee_cents=0)
    assert words == "This booking can no longer be cancelled."
    assert desk.call("get_booking", booking_id=booking)["next_step"] == "It can no longer be changed."


@pytest.mark.parametrize("value", [-1, "0", 0.0, True, [], {}, 10**9])
def test_bad_fees(desk: Agent, booking: str, value: Any) -> None:
    with nothing_changes():
        _, error = desk.refused("cancel_booking", booking_id=booking, agreed_fee_cents=value)
    assert list(error["details"]) == ["agreed_fee_cents"]


def test_waiving_the_fee_is_not_for_agents(desk: Agent, booking: str) -> None:
    with nothing_changes():
        _, error = desk.refused("cancel_booking", booking_id=booking, agreed_fee_cents=0, waive_fee=True)
    assert list(error["details"]) == ["waive_fee"]
