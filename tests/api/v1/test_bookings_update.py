"""PATCH /v1/manage/bookings/{booking_id}"""

from typing import Any

import pytest

from availengine.sandbox import Sandbox
from bookings import tasks
from bookings.models import Allocation, Booking
from businesses.models import Business, Resource
from tests.api.calls import (
    Tenant,
    hides_others,
    needs_key,
    needs_scope,
    nothing_changes,
    ok,
    put_in_status,
    refused,
    refused_fields,
)
from tests.api.paying import NEAR, asked, configure, deposit_of, forget_the_past, paid, pay, state, takes, told, unpaid
from tests.money import arrive, books_agree
from webhooks.models import Event

PATH = "/v1/manage/bookings/{}"

# seed 001, "Status transitions"
ALLOWED = {
    "pending": ("confirmed", "cancelled"),
    "confirmed": ("checked_in", "cancelled", "no_show"),
    "checked_in": ("completed", "no_show"),
    "completed": (),
    "cancelled": (),
    "no_show": (),
}
MATRIX = [(before, after) for before in ALLOWED for after in ALLOWED]


@pytest.fixture
def booking(salon: Tenant) -> str:
    """The id of Maria's booking at ten."""
    booked: str = salon.book(resource_id=salon.resource("maria"))["id"]
    return booked


@pytest.fixture
def path(booking: str) -> str:
    return PATH.format(booking)


@pytest.mark.parametrize(("before", "after"), MATRIX, ids=[f"{b}-{a}" for b, a in MATRIX])
def test_the_whole_matrix_of_transitions(salon: Tenant, booking: str, path: str, before: str, after: str) -> None:
    put_in_status(booking, before)
    Event.objects.all().delete()
    if after not in ALLOWED[before]:
        with nothing_changes():
            error = refused(salon.staff.patch(path, {"status": after}), 409)
        assert error["details"] == {"status": before, "allowed": list(ALLOWED[before])}
        return
    told = ok(salon.staff.patch(path, {"status": after}))
    assert told["status"] == after
    assert told == salon.item(booking)
    holding = after not in ("cancelled", "no_show")
    assert [a.active for a in Allocation.objects.filter(booking__uuid=booking)] == [holding]
    assert ("10:00" in salon.free(resource_id=salon.resource("maria"))) is not holding
    names = {"cancelled": "booking.canceled"}
    assert list(Event.objects.order_by("id").values_list("type", flat=True)) == [
        names.get(after, f"booking.{after}"),
        "booking.updated",
    ]


def test_cancelled_time_can_be_booked_again(salon: Tenant, path: str) -> None:
    ok(salon.staff.patch(path, {"status": "cancelled"}))
    assert salon.book(resource_id=salon.resource("maria"))["status"] == "confirmed"


def test_to_another_resource(salon: Tenant, booking: str, path: str) -> None:
    told = ok(salon.staff.patch(path, {"resource_id": salon.resource("jim")}))
    assert told["resource"]["name"] == "Jim"
    assert (told["booking_date"], told["start_time"], told["end_time"]) == ("2026-05-15", "10:00", "11:00")
    assert "10:00" in salon.free(resource_id=salon.resource("maria"))
    assert "10:00" not in salon.free(resource_id=salon.resource("jim"))


def test_to_its_own_resource(salon: Tenant, path: str) -> None:
    assert ok(salon.staff.patch(path, {"resource_id": salon.resource("maria")}))["resource"]["name"] == "Maria"


def test_to_a_busy_resource(salon: Tenant, path: str) -> None:
    salon.book(resource_id=salon.resource("jim"))
    with nothing_changes():
        error = refused(salon.staff.patch(path, {"resource_id": salon.resource("jim")}), 409)
    assert error["details"] == {"reason": "busy"}


def test_to_a_resource_that_is_too_small(salon: Tenant) -> None:
    ok(salon.full.patch(f"/v1/manage/resources/{salon.resource('maria')}", {"capacity_max": 4}))
    path = PATH.format(salon.book(capacity=3)["id"])
    with nothing_changes():
        error = refused(salon.staff.patch(path, {"resource_id": salon.resource("jim")}), 409)
    assert error["details"] == {"reason": "capacity"}


def test_to_a_resource_that_does_not_perform_the_service(salon: Tenant, path: str) -> None:
    body = {"name": "Ann", "kind": "staff"}
    ann = ok(salon.full.post("/v1/manage/resources", body), 201)["id"]
    with nothing_changes():
        error = refused(salon.staff.patch(path, {"resource_id": ann}), 409)
    assert error["details"] == {"reason": "no_resource"}


def test_to_a_resource_that_is_gone_or_out_of_use(salon: Tenant, path: str) -> None:
    Resource.objects.filter(uuid=salon.resource("jim")).update(active=False)
    with nothing_changes():
        refused(salon.staff.patch(path, {"resource_id": salon.resource("jim")}), 404)
    ok(salon.full.patch(f"/v1/manage/resources/{salon.resource('jim')}", {"active": True}))
    assert salon.full.delete(f"/v1/manage/resources/{salon.resource('jim')}").status_code == 204
    with nothing_changes():
        refused(salon.staff.patch(path, {"resource_id": salon.resource("jim")}), 404)


def test_to_another_tenants_resource(salon: Tenant, rival: Tenant, path: str) -> None:
    hides_others(salon.staff, "PATCH", path, rival.resource("jim"), {"resource_id": "{}"})


def test_the_party(salon: Tenant, booking: str, path: str) -> None:
    ok(salon.full.patch(f"/v1/manage/resources/{salon.resource('maria')}", {"capacity_max": 4}))
    assert ok(salon.staff.patch(path, {"capacity": 4}))["capacity"] == 4
    with nothing_changes():
        error = refused(salon.staff.patch(path, {"capacity": 5}), 409)
    assert error["details"] == {"reason": "capacity"}
    assert ok(salon.staff.patch(path, {"capacity": 1}))["capacity"] == 1


def test_all_together(salon: Tenant, booking: str, path: str) -> None:
    ok(salon.full.patch(f"/v1/manage/resources/{salon.resource('jim')}", {"capacity_max": 4}))
    body = {"status": "checked_in", "resource_id": salon.resource("jim"), "capacity": 3}
    told = ok(salon.staff.patch(path, body))
    assert (told["status"], told["resource"]["name"], told["capacity"]) == ("checked_in", "Jim", 3)


@pytest.mark.parametrize(
    "change",
    [
        {"status": "completed", "capacity": 1},
        {"status": "checked_in", "capacity": 9},
        {"status": "cancelled", "resource": "jim"},
        {"status": "checked_in", "resource": "jim", "capacity": 1},
    ],
)
def test_all_or_nothing(salon: Tenant, path: str, change: dict[str, Any]) -> None:
    salon.book(resource_id=salon.resource("jim"))
    body = dict(change)
    if key := body.pop("resource", None):
        body["resource_id"] = salon.resource(key)
    with nothing_changes():
        refused(salon.staff.patch(path, body), 409)


@pytest.mark.parametrize("status", ["completed", "cancelled", "no_show"])
@pytest.mark.parametrize("field", ["capacity", "resource_id"])
def test_what_is_over_does_not_change(salon: Tenant, booking: str, path: str, status: str, field: str) -> None:
    put_in_status(booking, status)
    value = 1 if field == "capacity" else salon.resource("jim")
    with nothing_changes():
        error = refused(salon.staff.patch(path, {field: value}), 409)
    assert error["details"] == {"status": status}


def test_a_new_time_taken_meanwhile(salon: Tenant, booking: str, path: str) -> None:
    """A cancelled booking does not come back to life by moving it."""
    ok(salon.staff.patch(path, {"status": "cancelled"}))
    salon.book(resource_id=salon.resource("maria"))
    with nothing_changes():
        refused(salon.staff.patch(path, {"status": "confirmed"}), 409)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", ""),
        ("status", "done"),
        ("status", "CONFIRMED"),
        ("status", None),
        ("status", ["confirmed"]),
        ("status", 1),
        ("capacity", 0),
        ("capacity", 51),
        ("capacity", -1),
        ("capacity", "2"),
        ("capacity", 1.5),
        ("capacity", True),
        ("capacity", None),
        ("resource_id", "jim"),
        ("resource_id", ""),
        ("resource_id", None),
        ("resource_id", 5),
    ],
)
def test_bad_values(salon: Tenant, path: str, field: str, value: Any) -> None:
    with nothing_changes():
        refused_fields(salon.staff.patch(path, {field: value}), field)


def test_unknown_and_forbidden_fields_have_no_effect(salon: Tenant, booking: str, path: str) -> None:
    before = salon.item(booking)
    with nothing_changes():
        told = ok(
            salon.staff.patch(
                path,
                {"staff_notes": "x", "price_cents": 1, "source": "staff", "booking_date": "2026-05-16", "live": False},
            )
        )
    assert told == before


def test_an_empty_change(salon: Tenant, booking: str, path: str) -> None:
    with nothing_changes():
        assert ok(salon.staff.patch(path, {})) == salon.item(booking)


def test_every_change_counts_a_version(salon: Tenant, booking: str, path: str) -> None:
    ok(salon.staff.patch(path, {"resource_id": salon.resource("jim")}))
    ok(salon.staff.patch(path, {"status": "checked_in"}))
    assert Booking.objects.get(uuid=booking).version == 3


def test_needs_a_key(salon: Tenant, path: str) -> None:
    needs_key(salon, "PATCH", path, {"status": "cancelled"})


def test_needs_the_scope(salon: Tenant, path: str) -> None:
    needs_scope(salon, "widget", "read_only", method="PATCH", path=path, body={"status": "cancelled"})


def test_another_tenants_booking_is_not_found(salon: Tenant, rival: Tenant) -> None:
    hides_others(salon.staff, "PATCH", PATH, rival.book()["id"], {"status": "cancelled"})


def test_the_other_mode_is_not_found(salon: Tenant, path: str) -> None:
    with nothing_changes():
        refused(salon.test.patch(path, {"status": "cancelled"}), 404)


def test_past_due(salon: Tenant, path: str) -> None:
    Business.objects.filter(id=salon.business.id).update(billing_status="past_due")
    salon.staff = salon.caller("staff")
    with nothing_changes():
        refused(salon.staff.patch(path, {"status": "cancelled"}), 402)


# --- what a status means for the deposit --------------------------------------------------------------------------


def test_confirmed_waives_the_unpaid_deposit(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    takes(studio)
    made = unpaid(studio)
    booking = made["booking"]["id"]
    item = ok(studio.staff.patch(PATH.format(booking), {"status": "confirmed"}))
    assert (item["status"], item["deposit"]) == ("confirmed", {"status": "canceled", "amount_cents": 2000})
    assert stripe.objects("payment_intent")[0]["status"] == "canceled"
    clock.move_to("2026-05-01T08:00:00Z")
    assert tasks.expire_unpaid() == 0
    arrive(stripe)
    assert state(studio, booking) == ("confirmed", "canceled")


def test_confirmed_what_the_customer_has_just_paid(studio: Tenant, stripe: Sandbox) -> None:
    """Stripe refuses to close the payment: the deposit stands."""
    takes(studio)
    made = unpaid(studio)
    stripe.confirm(made["stripe_client_secret"])
    item = ok(studio.staff.patch(PATH.format(made["booking"]["id"]), {"status": "confirmed"}))
    assert (item["status"], item["deposit"]["status"]) == ("confirmed", "paid")
    arrive(stripe)
    assert state(studio, made["booking"]["id"]) == ("confirmed", "paid")
    books_agree(stripe)


def test_cancelled_refunds_by_policy(studio: Tenant, stripe: Sandbox, clock: Any) -> None:
    configure(studio, cancellation_steps=[[48, 0], [24, 50]])
    takes(studio)
    booking = paid(studio, stripe)
    clock.move_to("2026-05-14T15:00:00Z")
    item = ok(studio.staff.patch(PATH.format(booking), {"status": "cancelled"}))
    assert (item["status"], item["deposit"]["status"]) == ("cancelled", "paid")
    assert deposit_of(booking).refunded_cents == 1000
    books_agree(stripe)


def test_cancelled_unpaid(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    booking = unpaid(studio)["booking"]["id"]
    item = ok(studio.staff.patch(PATH.format(booking), {"status": "cancelled"}))
    assert (item["status"], item["deposit"]["status"]) == ("cancelled", "canceled")


def test_completed_releases_the_hold(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe, booking_date=NEAR)
    assert ok(studio.staff.patch(PATH.format(booking), {"status": "checked_in"}))["deposit"]["status"] == "held"
    assert ok(studio.staff.patch(PATH.format(booking), {"status": "completed"}))["deposit"]["status"] == "released"
    assert asked(stripe, "/capture") == []
    books_agree(stripe)


def test_completed_keeps_a_charge(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    booking = paid(studio, stripe)
    for status in ("checked_in", "completed"):
        item = ok(studio.staff.patch(PATH.format(booking), {"status": status}))
    assert (item["status"], item["deposit"]["status"]) == ("completed", "paid")
    books_agree(stripe)


@pytest.mark.parametrize(("rule", "day"), [("authorization_hold", NEAR), ("authorization_hold", "2026-05-15")])
def test_no_show_captures(studio: Tenant, stripe: Sandbox, rule: str, day: str) -> None:
    takes(studio, rule)
    booking = paid(studio, stripe, booking_date=day)
    item = ok(studio.staff.patch(PATH.format(booking), {"status": "no_show"}))
    assert (item["status"], item["deposit"]["status"]) == ("no_show", "captured")
    books_agree(stripe)


def test_no_show_keeps_a_charge(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    booking = paid(studio, stripe)
    item = ok(studio.staff.patch(PATH.format(booking), {"status": "no_show"}))
    assert (item["status"], item["deposit"]["status"]) == ("no_show", "paid")
    books_agree(stripe)


@pytest.mark.parametrize(("kind", "status"), [("decline", 409), ("error_500", 503)])
def test_a_no_show_that_could_not_be_captured_is_none(studio: Tenant, stripe: Sandbox, kind: str, status: int) -> None:
    takes(studio, "authorization_hold")
    booking = paid(studio, stripe, booking_date=NEAR)
    forget_the_past()
    stripe.fail("POST", ".*/capture", kind=kind)
    refused(studio.staff.patch(PATH.format(booking), {"status": "no_show"}), status)
    assert state(studio, booking) == ("confirmed", "held")
    assert told() == []
    item = ok(studio.staff.patch(PATH.format(booking), {"status": "no_show"}))
    assert (item["status"], item["deposit"]["status"]) == ("no_show", "captured")
    books_agree(stripe)


def test_other_changes_leave_the_deposit_alone(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    made = unpaid(studio)
    calls = len(stripe.requests)
    jim = {"resource_id": studio.resource("jim")}
    assert ok(studio.staff.patch(PATH.format(made["booking"]["id"]), jim))["deposit"]["status"] == "pending"
    assert len(stripe.requests) == calls
    pay(stripe, made)
    assert state(studio, made["booking"]["id"]) == ("confirmed", "paid")


def test_a_confirmation_while_the_payment_is_being_opened(studio: Tenant, stripe: Sandbox) -> None:
    """Somebody else is at it: the change is refused as a whole, and can be tried again."""
    takes(studio)
    booking = unpaid(studio)["booking"]["id"]
    deposit_of(booking).instructions.update(progress="pending", leased_until="2026-05-01T07:01:00Z")
    with nothing_changes():
        response = studio.staff.patch(PATH.format(booking), {"status": "cancelled"})
    assert refused(response, 409)["details"] == {"reason": "deposit_busy"}
    assert response.headers["Retry-After"] == "1"
