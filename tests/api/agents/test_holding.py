"""hold_slot, confirm_booking, release_hold: nothing is booked by accident, and nothing twice."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from availengine.clock import current_minute
from availengine.sandbox import Sandbox
from bookings import services, tasks
from bookings.models import Booking, Customer, ManageLink
from payments.models import Instruction
from tests.api import hostile
from tests.api.agents.calls import GUEST, SLOT, Agent
from tests.api.calls import DAY, Tenant, nothing_changes
from tests.api.paying import arrive, configure, deposit_of, jobs, letters, takes
from tests.money import empty

REQUEST = "request-0001"
AFTER = ["2026-05-15 09:00", "2026-05-15 10:00", "2026-05-15 11:00", "2026-05-15 12:00", "2026-05-15 13:00"]


def booked() -> list[str]:
    return sorted(Booking.objects.values_list("status", flat=True))


def test_a_hold_is_no_booking(salon: Tenant, agent: Agent) -> None:
    held = agent.hold(resource_id=salon.resource("jim"))
    UUID(held["hold_id"])
    assert {name: held[name] for name in held if name != "hold_id"} == {
        "held_until": "2026-05-01T07:10:00Z",
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
        "next_step": "Ask the person whether to book this, then confirm_booking with hold_id, their name, phone "
        "and e-mail.",
    }
    assert not Customer.objects.exists()
    assert letters() == []
    assert "10:00" not in salon.free(resource_id=salon.resource("jim"))


def test_what_is_held_is_booked(salon: Tenant, agent: Agent) -> None:
    hold = agent.hold()["hold_id"]
    told = agent.call("confirm_booking", hold_id=hold, customer_notes="By the window", **GUEST)
    booking = Booking.objects.get()
    assert (told["booking_id"], told["status"], told["confirmation_code"]) == (hold, "confirmed", booking.code)
    assert told["next_step"].startswith("Booked and confirmed. manage_link is for the customer alone")
    assert (booking.guest_first_name, booking.guest_email, booking.customer_notes) == (
        "Jane",
        "jane@example.com",
        "By the window",
    )
    assert salon.item(hold)["status"] == "confirmed"


def test_confirmed_twice_it_is_the_same(agent: Agent) -> None:
    hold = agent.hold()["hold_id"]
    first = agent.call("confirm_booking", hold_id=hold, **GUEST)
    second = agent.call("confirm_booking", hold_id=hold, **GUEST)
    assert first.pop("manage_link") != second.pop("manage_link")
    assert first == second
    assert (booked(), ManageLink.objects.count()) == (["confirmed"], 2)


@pytest.mark.parametrize("field", list(GUEST))
def test_nobody_else_is_given_the_booking(agent: Agent, field: str) -> None:
    """Who knows the hold's id, but not whose it became, does not get at the link."""
    hold = agent.hold()["hold_id"]
    agent.call("confirm_booking", hold_id=hold, **GUEST)
    others = {"first_name": "Joe", "last_name": "Roe", "phone": "+301234567899", "email": "joe@example.com"}
    with nothing_changes():
        words, error = agent.refused("confirm_booking", hold_id=hold, **{**GUEST, field: others[field]})
    assert error["details"] == {"reason": "confirmed_already"}
    assert words.startswith("This hold is a booking already")


def test_somebody_else_confirms_at_the_same_time(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    hold = agent.hold()["hold_id"]
    monkeypatch.setattr("availengine.agents.holding._require_held", lambda *args: None)  # both are past that
    agent.call("confirm_booking", hold_id=hold, **GUEST)
    with nothing_changes():
        _, error = agent.refused("confirm_booking", hold_id=hold, **{**GUEST, "email": "joe@example.com"})
    assert error["details"] == {"reason": "confirmed_already"}


def test_held_twice_with_one_request_id_is_held_once(agent: Agent) -> None:
    first = agent.hold(request_id=REQUEST)
    with nothing_changes():
        assert agent.hold(request_id=REQUEST) == first
    assert booked() == ["pending"]


@pytest.mark.parametrize("change", [{"start_time": "11:00"}, {"booking_date": "2026-05-16"}, {"service": "another"}])
def test_a_request_id_is_for_one_hold(salon: Tenant, agent: Agent, change: dict[str, str]) -> None:
    agent.hold(request_id=REQUEST)
    if "service" in change:
        change = {"service_id": str(uuid4())}
    with nothing_changes():
        _, error = agent.refused("hold_slot", **{**SLOT, "request_id": REQUEST, **change})
    assert error["details"] == {"reason": "request_used"}


def test_request_ids_of_two_keys_are_two(salon: Tenant) -> None:
    holds = [Agent(caller).hold(request_id=REQUEST)["hold_id"] for caller in (salon.widget, salon.staff)]
    assert holds[0] != holds[1]


def test_request_ids_of_two_visitors_are_two(agent: Agent, settings: Any) -> None:
    settings.TRUSTED_PROXY_HOPS = 1
    said = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    said["params"] = {"name": "hold_slot", "arguments": {**SLOT, "request_id": REQUEST}}  # type: ignore[assignment]
    told = [agent.send(said, X_Forwarded_For=f"192.0.2.{number}").json() for number in (1, 2, 1)]
    holds = [each["result"]["structuredContent"]["hold_id"] for each in told]
    assert holds[0] == holds[2] != holds[1]


def test_a_request_id_whose_hold_was_booked(agent: Agent) -> None:
    agent.call("confirm_booking", hold_id=agent.hold(request_id=REQUEST)["hold_id"], **GUEST)
    with nothing_changes():
        _, error = agent.refused("hold_slot", **SLOT, request_id=REQUEST)
    assert error["details"] == {"reason": "confirmed_already"}


def test_a_hold_is_over_when_its_time_is(salon: Tenant, agent: Agent, clock: Any) -> None:
    hold = agent.hold(request_id=REQUEST)["hold_id"]
    clock.shift(timedelta(minutes=10))
    with nothing_changes():
        for words, error in (
            agent.refused("confirm_booking", hold_id=hold, **GUEST),
            agent.refused("hold_slot", **SLOT, request_id=REQUEST),
        ):
            assert error["details"]["reason"] == "hold_expired"
            assert words.startswith("This time is not held any more, and nothing is booked.")
    assert tasks.expire_held() == 1
    words, error = agent.refused("confirm_booking", hold_id=hold, **GUEST)
    assert f"Free instead: {', '.join(AFTER)}." in words
    assert [f"{start['booking_date']} {start['start_time']}" for start in error["details"]["nearest"]] == AFTER
    assert booked() == ["cancelled"]
    agent.book()


def test_until_the_last_minute(agent: Agent, clock: Any) -> None:
    hold = agent.hold(minutes=30)
    assert hold["held_until"] == "2026-05-01T07:30:00Z"
    clock.shift(timedelta(minutes=29))
    assert agent.call("confirm_booking", hold_id=hold["hold_id"], **GUEST)["status"] == "confirmed"


def test_a_taken_time_is_refused_with_others(salon: Tenant, agent: Agent) -> None:
    for resource in ("maria", "jim"):
        salon.book(resource_id=salon.resource(resource))
    with nothing_changes():
        words, error = agent.refused("hold_slot", **SLOT)
    free = [time for time in AFTER if not time.endswith("10:00")]
    assert words == (
        f"This time is no longer available.\nReason: busy.\nFree instead: {', '.join([*free, '2026-05-15 14:00'])}."
    )
    assert (error["code"], error["details"]["reason"]) == ("conflict", "busy")
    assert error["details"]["nearest"][0] == {
        "booking_date": DAY,
        "start_time": "09:00",
        "starts_at": "2026-05-15T14:00:00Z",
    }


def test_when_nothing_is_free_at_all(salon: Tenant, agent: Agent) -> None:
    salon.business.openinghourss.all().delete()
    words, error = agent.refused("hold_slot", **SLOT)
    assert words.endswith("Nothing else is free in the days after.")
    assert error["details"]["nearest"] == []


def test_let_go(salon: Tenant, agent: Agent) -> None:
    hold = agent.hold()["hold_id"]
    assert agent.call("release_hold", hold_id=hold)["released"] is True
    with nothing_changes():
        assert agent.call("release_hold", hold_id=hold)["released"] is True
        assert agent.refused("confirm_booking", hold_id=hold, **GUEST)[1]["details"]["reason"] == "hold_expired"
    assert booked() == ["cancelled"]


def test_what_is_booked_is_not_let_go(agent: Agent) -> None:
    booking = agent.book()["booking_id"]
    with nothing_changes():
        assert agent.refused("release_hold", hold_id=booking)[1]["details"] == {"reason": "not_held"}


def test_what_was_never_held(salon: Tenant, agent: Agent) -> None:
    booking = salon.book()["id"]
    with nothing_changes():
        for tool, more in (("confirm_booking", GUEST), ("release_hold", {})):
            assert agent.refused(tool, hold_id=booking, **more)[1]["code"] == "not_found"


def test_a_visitor_holds_three_at_most(agent: Agent) -> None:
    for time in ("09:00", "10:00", "11:00"):
        agent.hold(start_time=time)
    with nothing_changes():
        _, error = agent.refused("hold_slot", **{**SLOT, "start_time": "12:00"})
    assert error["details"] == {"reason": "too_many_unpaid"}


def test_a_key_holds_twenty_at_most(desk: Agent) -> None:
    for day in range(11, 31):
        desk.hold(booking_date=f"2026-05-{day}")
    with nothing_changes():
        assert desk.refused("hold_slot", **SLOT)[1]["details"] == {"reason": "too_many_holds"}


def test_a_business_that_accepts_by_hand(salon: Tenant, agent: Agent) -> None:
    configure(salon, auto_confirm=False)
    told = agent.book()
    assert told["status"] == "pending"
    assert told["next_step"].startswith("Booked; the business has yet to accept it.")


# --- deposits -----------------------------------------------------------------------------------------------------


@pytest.fixture
def paying(studio: Tenant, stripe: Sandbox) -> Agent:
    takes(studio)
    return Agent(studio.widget)


def test_a_deposit_is_told_before_and_paid_after(paying: Agent, studio: Tenant, stripe: Sandbox) -> None:
    held = paying.hold()
    nothing = {"status": None, "payment_url": None, "pay_until": None}
    assert held["deposit"] == {"type": "charge", "amount_cents": 2000, "currency": "EUR", **nothing}
    told = paying.call("confirm_booking", hold_id=held["hold_id"], **GUEST)
    deposit = told["deposit"]
    assert (told["status"], deposit["status"], deposit["amount_cents"]) == ("pending", "pending", 2000)
    assert deposit["pay_until"] == "2026-05-01T09:00:00Z"
    assert told["next_step"].startswith("Not confirmed yet: it is when the deposit is paid at deposit.payment_url")
    stripe.pay_session(deposit["payment_url"].split("/")[-1], "pm_card_visa")
    arrive(stripe, "checkout.session.completed")
    after = paying.call("get_booking", manage_link=told["manage_link"])
    assert (after["status"], after["deposit"]["status"], after["deposit"]["payment_url"]) == ("confirmed", "paid", None)


def test_confirmed_twice_it_is_one_deposit(paying: Agent, stripe: Sandbox) -> None:
    hold = paying.hold()["hold_id"]
    first, second = (paying.call("confirm_booking", hold_id=hold, **GUEST) for _ in range(2))
    assert first["deposit"] == second["deposit"]
    assert len([r for r in stripe.requests if r.path.endswith("/checkout/sessions") and r.method == "POST"]) == 1


def test_what_is_under_way_later_is_not_begun_by_confirming_again(
    paying: Agent, studio: Tenant, stripe: Sandbox
) -> None:
    told = paying.book()
    stripe.pay_session(told["deposit"]["payment_url"].split("/")[-1], "pm_card_visa")
    arrive(stripe, "checkout.session.completed")
    which = {"business_id": studio.business.id, "live": True, "booking_id": UUID(told["booking_id"])}
    services.refund_deposit(**which, now=current_minute())
    again = paying.call("confirm_booking", hold_id=told["booking_id"], **GUEST)
    assert (again["status"], again["deposit"]["status"]) == ("confirmed", "refund_pending")
    assert Instruction.objects.get(action="refund").progress == "pending"


def test_an_unpaid_booking_ends(paying: Agent, clock: Any) -> None:
    told = paying.book()
    clock.shift(timedelta(hours=2, minutes=1))
    jobs()
    after = paying.call("get_booking", manage_link=told["manage_link"])
    assert (after["status"], after["deposit"]["payment_url"]) == ("cancelled", None)
    assert after["next_step"] == "It can no longer be changed."
    with nothing_changes():
        _, error = paying.refused("confirm_booking", hold_id=told["booking_id"], **GUEST)
    assert error["details"]["reason"] == "hold_expired"


def test_stripe_gives_no_answer(paying: Agent, stripe: Sandbox, settings: Any) -> None:
    """Nobody could pay: it is taken back, and the model is told so."""
    hold = paying.hold()["hold_id"]
    settings.STRIPE_API_BASE = "http://127.0.0.1:1"
    words, error = paying.refused("confirm_booking", hold_id=hold, **GUEST)
    assert error["code"] == "temporarily_unavailable"
    assert words.endswith("Try again in 5 s.")
    assert booked() == ["cancelled"]
    empty(stripe)


def test_no_payments_are_set_up(studio: Tenant, settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = ""
    takes(studio)
    agent = Agent(studio.widget)
    hold = agent.hold()["hold_id"]
    with nothing_changes():
        _, error = agent.refused("confirm_booking", hold_id=hold, **GUEST)
    assert error["details"] == {"reason": "payments_not_set_up"}


def test_regulars_who_need_none(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, only_for=("earlier_no_shows",))
    told = Agent(studio.widget).book()
    assert (told["status"], told["deposit"]) == ("confirmed", None)
    assert deposit_of(told["booking_id"]) is None


# --- bad arguments ------------------------------------------------------------------------------------------------

HOLD: dict[str, list[Any]] = {
    "booking_date": hostile.DATES,
    "start_time": hostile.MOMENTS,
    "minutes": [*hostile.NUMBERS[:2], 31, "10", 1.5, True],
    "capacity": hostile.NUMBERS[:12],
    "request_id": ["short", "x" * 101, 5, [], {}, "\x00" * 9],
    "starts_at": ["x", 5, "2026-05-15T15:00:30Z"],
    "override_hours": [True],
    "waive_fee": [True],
}
CONFIRM: dict[str, list[Any]] = {
    "hold_id": hostile.IDS,
    "first_name": [*hostile.TEXTS, "", " ", "x" * 101],
    "last_name": [*hostile.TEXTS, ""],
    "phone": [*hostile.TEXTS, "", "12", "x" * 21],
    "email": [*hostile.TEXTS, "", "x", "x@", "@x"],
    "customer_notes": ["\x00", 5, "x" * 1001],
}


@pytest.mark.parametrize("name", list(HOLD))
def test_bad_holds(desk: Agent, name: str) -> None:
    with nothing_changes():
        for value in HOLD[name]:
            _, error = desk.refused("hold_slot", **{**SLOT, name: value})
            assert list(error.get("details", {})) == [name], (value, error)


@pytest.mark.parametrize("name", list(CONFIRM))
def test_bad_confirmations(desk: Agent, name: str) -> None:
    with nothing_changes():
        for value in CONFIRM[name]:
            _, error = desk.refused("confirm_booking", **{"hold_id": str(uuid4()), **GUEST, name: value})
            assert list(error["details"]) == [name], value


def test_hours_that_the_clocks_skip_or_repeat(salon: Tenant, agent: Agent, clock: Any) -> None:
    clock.move_to("2026-10-20T07:00:00Z")
    salon.business.openinghourss.update(opens=0, closes=1440)
    twice = {"booking_date": "2026-11-01", "start_time": "01:00"}
    told = [agent.hold(**twice, starts_at=f"2026-11-01T0{hour}:00:00Z")["starts_at"] for hour in (6, 7)]
    assert told == ["2026-11-01T06:00:00Z", "2026-11-01T07:00:00Z"]
    with nothing_changes():
        _, error = agent.refused("hold_slot", **twice, starts_at="2026-11-01T08:00:00Z")
        assert list(error["details"]) == ["starts_at"]
        _, error = agent.refused("hold_slot", booking_date="2027-03-14", start_time="02:30")
        assert list(error["details"]) == ["start_time"]
