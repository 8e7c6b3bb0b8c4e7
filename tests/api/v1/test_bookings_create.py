"""POST /v1/bookings/"""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from availengine.models import IdempotencyRecord
from bookings.models import Allocation, Booking, Customer
from businesses.models import Business, Closure, Service
from tests.api.calls import (
    DAY,
    Caller,
    Tenant,
    hides_others,
    is_uuid,
    needs_key,
    needs_scope,
    nothing_changes,
    ok,
    refused,
    refused_fields,
)
from webhooks.models import Event

PATH = "/v1/bookings/"


@pytest.mark.parametrize("path", ["/v1/bookings/", "/v1/bookings"])
def test_books_an_offered_start(salon: Tenant, path: str) -> None:
    booking = ok(salon.widget.post(path, salon.public(customer_notes="Prefers window seat")), 201)["booking"]
    assert is_uuid(booking.pop("id"))
    code = booking.pop("confirmation_code")
    assert re.fullmatch(r"AV-[2-9A-HJKMNP-Z]{6}", code)
    assert booking == {
        "status": "confirmed",
        "booking_date": DAY,
        "start_time": "10:00:00",
        "end_time": "11:00:00",
        "capacity": 1,
        "resource_id": salon.resource("maria"),
    }
    stored = Booking.objects.get(business=salon.business)
    assert stored.code == code
    assert stored.live is True
    assert stored.source == "online"
    assert stored.starts_at == datetime(2026, 5, 15, 15, tzinfo=UTC)
    assert stored.ends_at == datetime(2026, 5, 15, 16, tzinfo=UTC)
    assert (stored.price_cents, stored.currency) == (3500, "USD")
    assert stored.customer_notes == "Prefers window seat"
    assert stored.staff_notes == ""
    told = Event.objects.filter(business=salon.business, data__has_any_keys=["booking", "customer"]).order_by("id")
    assert list(told.values_list("type", "live")) == [("customer.updated", True), ("booking.created", True)]


def test_the_second_guest_gets_the_other_resource_the_third_is_refused(salon: Tenant) -> None:
    taken = {salon.book()["resource_id"] for _ in range(2)}
    assert taken == {salon.resource("maria"), salon.resource("jim")}
    with nothing_changes():
        error = refused(salon.widget.post(PATH, salon.public()), 409)
    assert error["details"]["reason"] == "busy"
    assert error["details"]["nearest"] == [
        {"booking_date": DAY, "start_time": f"{hour:02}:00", "starts_at": f"{DAY}T{hour + 5}:00:00Z"}
        for hour in (9, 11, 12, 13, 14)
    ]


def test_without_auto_confirm_it_is_pending(salon: Tenant) -> None:
    Business.objects.filter(id=salon.business.id).update(auto_confirm=False)
    assert salon.book()["status"] == "pending"
    assert "10:00" not in salon.free(resource_id=salon.resource("maria"))


def test_a_given_resource(salon: Tenant) -> None:
    jim = salon.resource("jim")
    assert salon.book(resource_id=jim)["resource_id"] == jim
    refused(salon.full.post(PATH, salon.public(resource_id=jim)), 409)


def test_several_services_in_one_visit(salon: Tenant) -> None:
    cut = salon.service("cut")
    booking = salon.book(services=[cut, cut])
    assert (booking["start_time"], booking["end_time"]) == ("10:00:00", "12:00:00")
    held = Allocation.objects.filter(booking__uuid=booking["id"]).order_by("sequence")
    assert [(a.starts_at.hour, a.ends_at.hour) for a in held] == [(15, 16), (16, 17)]
    assert len({a.resource_id for a in held}) == 1
    assert Booking.objects.get().price_cents == 7000


# --- fields -----------------------------------------------------------------------------------------------------

LIMITS: list[tuple[str, Any, bool]] = [
    ("business_id", None, False),
    ("business_id", "", False),
    ("business_id", "uuid", False),
    ("business_id", 7, False),
    ("booking_date", None, False),
    ("booking_date", "15.05.2026", False),
    ("booking_date", "2026-5-15", False),
    ("booking_date", 20260515, False),
    ("start_time", None, False),
    ("start_time", "10", False),
    ("start_time", "10:00:00", False),
    ("start_time", "9:00", False),
    ("start_time", "10:60", False),
    ("start_time", 10, False),
    ("capacity", 0, False),
    ("capacity", 51, False),
    ("capacity", "1", False),
    ("capacity", 1.0, False),
    ("capacity", True, False),
    ("first_name", None, False),
    ("first_name", "", False),
    ("first_name", "   ", False),
    ("first_name", "J", True),
    ("first_name", "J" * 100, True),
    ("first_name", "J" * 101, False),
    ("first_name", "Jürgen-Łukasz 李 🙂", True),
    ("first_name", 5, False),
    ("last_name", None, False),
    ("last_name", "", False),
    ("last_name", "D", True),
    ("last_name", "D" * 100, True),
    ("last_name", "D" * 101, False),
    ("last_name", ["Doe"], False),
    ("email", None, False),
    ("email", "", False),
    ("email", "jane", False),
    ("email", "jane@", False),
    ("email", "jane@example", False),
    ("email", "jane doe@example.com", False),
    ("email", "jane@example.com\nBcc: x@example.com", False),
    ("email", "j+tag@sub.example.co.uk", True),
    ("email", "jane@münchen.de", True),
    ("email", f"{'j' * 60}@{'d' * 60}.{'d' * 60}.{'d' * 60}.com", True),
    ("email", f"{'j' * 64}@{'d' * 63}.{'d' * 63}.{'d' * 57}.com", True),  # 254 characters
    ("email", f"{'j' * 64}@{'d' * 63}.{'d' * 63}.{'d' * 58}.com", False),
    ("phone", None, False),
    ("phone", "", False),
    ("phone", "123456", False),
    ("phone", "1234567", True),
    ("phone", "+30 210 123 4567", True),
    ("phone", "(210) 123-4567", True),
    ("phone", "+30 (210) 123-456789", True),  # 20 characters
    ("phone", "0030 (210) 123-45678", True),  # 20 characters, without a plus
    ("phone", "+30 (210) 123-4567890", False),
    ("phone", 2101234567, False),
    ("customer_notes", "", True),
    ("customer_notes", "n" * 1000, True),
    ("customer_notes", "n" * 1001, False),
    ("customer_notes", 5, False),
    ("service_id", "cut", False),
    ("resource_id", "maria", False),
    ("services", [], False),
    ("services", "cut", False),
    ("services", ["cut"], False),
    ("same_resource", "yes", False),
    ("starts_at", "2026-05-15T15:00:00", False),
]


@pytest.mark.parametrize(
    ("field", "value", "fine"), LIMITS, ids=[f"{n}-{str(v)[:24]}-{len(str(v))}" for n, v, _ in LIMITS]
)
def test_the_limits_of_a_field(salon: Tenant, field: str, value: Any, fine: bool) -> None:
    body = salon.public()
    body.pop(field, None)
    if value is not None:
        body[field] = value
    if fine:
        ok(salon.widget.post(PATH, body), 201)
        return
    with nothing_changes():
        refused_fields(salon.widget.post(PATH, body), field)


@pytest.mark.parametrize("party", [1, 50])
def test_the_bounds_of_capacity(salon: Tenant, party: int) -> None:
    ok(salon.full.patch(f"/v1/manage/resources/{salon.resource('maria')}", {"capacity_max": 50}))
    assert salon.book(capacity=party)["capacity"] == party


def test_a_party_that_fits_nowhere(salon: Tenant) -> None:
    with nothing_changes():
        error = refused(salon.full.post(PATH, salon.public(capacity=2)), 409)
    assert error["details"] == {"reason": "capacity", "nearest": []}


def test_capacity_is_one_by_default(salon: Tenant) -> None:
    assert "capacity" not in salon.public()
    assert salon.book()["capacity"] == 1


def test_every_fault_is_named_at_once(salon: Tenant) -> None:
    refused_fields(
        salon.widget.post(PATH, {}),
        "business_id",
        "booking_date",
        "start_time",
        "first_name",
        "last_name",
        "email",
        "phone",
    )


def test_names_are_trimmed(salon: Tenant) -> None:
    item = salon.item(salon.book(first_name="  Jane ", last_name="\tDoe\n", phone=" +301234567890 ")["id"])
    assert (item["customer"]["first_name"], item["customer"]["last_name"]) == ("Jane", "Doe")
    assert item["customer"]["phone"] == "+301234567890"


FORBIDDEN = {
    "status": "completed",
    "source": "staff",
    "price_cents": 1,
    "price": "0.01",
    "currency": "JPY",
    "business": 1,
    "live": False,
    "staff_notes": "from outside",
    "notes": "from outside",
    "override_hours": True,
    "confirmation_code": "AV-AAAAAA",
    "code": "AV-AAAAAA",
    "id": "00000000-0000-4000-8000-000000000000",
    "customer_id": "00000000-0000-4000-8000-000000000000",
    "created_at": "2000-01-01T00:00:00Z",
    "deposit": {"status": "held", "amount_cents": 2000},
    "version": 9,
}


def test_unknown_and_forbidden_fields_have_no_effect(salon: Tenant) -> None:
    answer = ok(salon.full.post(PATH, {**salon.public(), **FORBIDDEN}), 201)
    assert list(answer) == ["booking"]
    stored = Booking.objects.get(business=salon.business)
    assert (stored.status, stored.source, stored.live, stored.staff_notes) == ("confirmed", "online", True, "")
    assert (stored.price_cents, stored.currency, stored.version) == (3500, "USD", 1)
    assert stored.code != "AV-AAAAAA"
    assert str(stored.uuid) != FORBIDDEN["id"]
    assert stored.deposit is None


def test_override_hours_is_for_staff_only(salon: Tenant) -> None:
    with nothing_changes():
        error = refused(salon.full.post(PATH, salon.public(start_time="20:00", override_hours=True)), 409)
    assert error["details"]["reason"] == "outside_hours"


# --- refused starts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "time", "reason"),
    [
        (DAY, "10:30", "off_grid"),
        (DAY, "10:01", "off_grid"),
        (DAY, "08:00", "outside_hours"),
        (DAY, "17:00", "outside_hours"),
        (DAY, "16:30", "outside_hours"),
        (DAY, "23:59", "outside_hours"),
        ("2026-04-30", "10:00", "past"),
        ("2026-05-01", "01:00", "past"),
        ("2026-07-01", "10:00", "beyond_window"),
    ],
)
def test_other_starts_are_refused_with_the_reason(salon: Tenant, day: str, time: str, reason: str) -> None:
    with nothing_changes():
        error = refused(salon.full.post(PATH, salon.public(booking_date=day, start_time=time)), 409)
    assert list(error["details"]) == ["reason", "nearest"]
    assert error["details"]["reason"] == reason


def test_the_nearest_starts_can_be_booked(salon: Tenant) -> None:
    error = refused(salon.full.post(PATH, salon.public(start_time="10:30")), 409)
    nearest = error["details"]["nearest"]
    assert [start["start_time"] for start in nearest] == ["09:00", "10:00", "11:00", "12:00", "13:00"]
    for start in nearest:
        salon.book(**start)


def test_the_nearest_starts_reach_into_the_next_days(salon: Tenant) -> None:
    ok(salon.full.post("/v1/manage/closures", {"from": DAY, "to": "2026-05-16"}), 201)
    error = refused(salon.full.post(PATH, salon.public()), 409)
    assert error["details"]["reason"] == "closed"
    assert error["details"]["nearest"][0] == {
        "booking_date": "2026-05-17",
        "start_time": "09:00",
        "starts_at": "2026-05-17T14:00:00Z",
    }


def test_the_lead_time(salon: Tenant, clock: Any) -> None:
    Business.objects.filter(id=salon.business.id).update(lead_time_minutes=120)
    clock.move_to("2026-05-15T13:00:01Z")  # 08:00:01: 10:00 is a second too soon
    with nothing_changes():
        error = refused(salon.full.post(PATH, salon.public()), 409)
    assert error["details"]["reason"] == "lead_time"
    clock.move_to("2026-05-15T13:00:00Z")
    salon.book()


def test_the_last_day_of_the_window(salon: Tenant) -> None:
    assert salon.book(booking_date="2026-06-30")["booking_date"] == "2026-06-30"


def test_closed(salon: Tenant) -> None:
    Closure.objects.create(
        business=salon.business, starts_at="2026-05-15T15:30:00Z", ends_at="2026-05-15T16:00:00Z", reason="Meeting"
    )
    with nothing_changes():
        assert refused(salon.full.post(PATH, salon.public()), 409)["details"]["reason"] == "closed"
    salon.book(start_time="11:00")


def test_buffers_keep_their_distance(salon: Tenant) -> None:
    Service.objects.filter(uuid=salon.service("cut")).update(buffer_after_minutes=15)
    maria = salon.resource("maria")
    salon.book(resource_id=maria)
    with nothing_changes():
        error = refused(salon.full.post(PATH, salon.public(start_time="09:00", resource_id=maria)), 409)
        refused(salon.full.post(PATH, salon.public(start_time="11:00", resource_id=maria)), 409)
    assert error["details"]["reason"] == "buffer"
    salon.book(start_time="12:00", resource_id=maria)


@pytest.mark.parametrize("day", ["2025-04-01", "2030-01-01", "2100-12-31", "2000-01-01"])
def test_a_date_that_is_far_off_is_not_valid(salon: Tenant, day: str) -> None:
    with nothing_changes():
        refused_fields(salon.full.post(PATH, salon.public(booking_date=day)), "booking_date")


def test_a_service_that_is_not_offered_online(salon: Tenant) -> None:
    Service.objects.filter(uuid=salon.service("cut")).update(bookable_online=False)
    with nothing_changes():
        error = refused(salon.full.post(PATH, salon.public(service_id=salon.service("cut"))), 409)
    assert error["details"] == {"reason": "not_bookable_online", "nearest": []}


# --- the clocks change ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def _night(stored: Any) -> Tenant:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    tenant: Tenant = stored(
        "create-night",
        business={"hours": dict.fromkeys(days, ["00:00-24:00"]), "rules": {"window_days": 730}},
        resources=[{"key": "maria", "name": "Maria", "kind": "staff"}],
        services=[{"key": "cut", "name": "Cut", "duration_minutes": 60, "resources": ["maria"], "default": True}],
    )
    return tenant


@pytest.fixture
def night(db: None, _night: Tenant) -> Tenant:
    """One stylist who works around the clock, in Chicago."""
    return _night


def test_a_local_time_that_does_not_exist(night: Tenant) -> None:
    with nothing_changes():
        response = night.full.post(PATH, night.public(booking_date="2027-03-14", start_time="02:00"))
        refused_fields(response, "start_time")
    assert "02:00" not in night.free("2027-03-14")
    assert night.book(booking_date="2027-03-14", start_time="03:00")["start_time"] == "03:00:00"


FALL = {"booking_date": "2026-11-01", "start_time": "01:00"}  # 01:00 comes twice: at 06:00Z and at 07:00Z


@pytest.mark.parametrize(
    ("starts_at", "hour"),
    [
        ("2026-11-01T01:00:00-05:00", 6),
        ("2026-11-01T01:00:00-06:00", 7),
        ("2026-11-01T06:00:00Z", 6),
        ("2026-11-01T07:00Z", 7),
    ],
)
def test_starts_at_picks_the_hour(night: Tenant, starts_at: str, hour: int) -> None:
    night.book(**FALL, starts_at=starts_at)
    assert Booking.objects.get().starts_at == datetime(2026, 11, 1, hour, tzinfo=UTC)


def test_without_starts_at_the_first_free_of_the_two(night: Tenant) -> None:
    for hour in (6, 7):
        night.book(**FALL)
        assert Booking.objects.latest("id").starts_at == datetime(2026, 11, 1, hour, tzinfo=UTC)
    with nothing_changes():
        assert refused(night.full.post(PATH, night.public(**FALL)), 409)["details"]["reason"] == "busy"


@pytest.mark.parametrize("starts_at", ["2026-11-01T08:00:00Z", "2026-11-02T07:00:00Z", "2026-11-01T01:00:00+00:00"])
def test_starts_at_must_agree_with_date_and_time(night: Tenant, starts_at: str) -> None:
    with nothing_changes():
        refused_fields(night.full.post(PATH, night.public(**FALL, starts_at=starts_at)), "starts_at")


def test_an_end_in_the_other_offset(night: Tenant) -> None:
    """An hour is an hour: 01:30 before the change ends at 01:30 after it."""
    booking = night.book(**FALL)
    assert (booking["start_time"], booking["end_time"]) == ("01:00:00", "01:00:00")


# --- customers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phone", ["+13125550100", "(312) 555-0100", "312-555-0100", "+1 312 555 0100"])
def test_a_returning_customer_is_matched_by_phone_and_not_changed(salon: Tenant, phone: str) -> None:
    first = salon.item(salon.book(phone="+13125550100")["id"])["customer"]
    booking = salon.book(phone=phone, first_name="Eve", last_name="Other", email="eve@example.com")
    assert Customer.objects.count() == 1
    assert salon.item(booking["id"])["customer"] == first
    stored = Booking.objects.get(uuid=booking["id"])
    assert (stored.guest_first_name, stored.guest_email, stored.guest_phone) == ("Eve", "eve@example.com", phone)


def test_another_phone_is_another_customer(salon: Tenant) -> None:
    salon.book(phone="+13125550100")
    salon.book(phone="+13125550101")
    assert Customer.objects.count() == 2


def test_the_answer_says_nothing_of_a_stored_customer(salon: Tenant) -> None:
    salon.book(first_name="Secret", last_name="Person", email="secret@example.com")
    response = salon.widget.post(PATH, salon.public(first_name="Eve"))
    assert ok(response, 201)
    for secret in (b"Secret", b"Person", b"secret@example.com"):
        assert secret not in response.content


def test_customers_of_tenants_and_modes_are_apart(salon: Tenant, rival: Tenant) -> None:
    salon.book()
    rival.book()
    ok(salon.test.post(PATH, salon.public()), 201)
    assert Customer.objects.count() == 3


# --- test mode --------------------------------------------------------------------------------------------------


def test_a_test_booking_takes_no_live_slot(salon: Tenant) -> None:
    for _ in range(2):
        ok(salon.test.post(PATH, salon.public()), 201)
    refused(salon.test.post(PATH, salon.public()), 409)
    assert "10:00" in salon.free()
    salon.book()
    assert list(Booking.objects.order_by("id").values_list("live", flat=True)) == [False, False, True]
    created = Event.objects.filter(type="booking.created").order_by("id")
    assert list(created.values_list("live", flat=True)) == [False, False, True]


# --- access -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", ["widget", "staff", "full"])
def test_every_key_with_the_write_scope(salon: Tenant, preset: str) -> None:
    ok(getattr(salon, preset).post(PATH, salon.public()), 201)


def test_needs_a_key(salon: Tenant) -> None:
    needs_key(salon, "POST", PATH, salon.public())


def test_needs_the_scope(salon: Tenant) -> None:
    needs_scope(salon, "read_only", method="POST", path=PATH, body=salon.public())


@pytest.mark.parametrize("field", ["business_id", "service_id", "services", "resource_id"])
def test_another_tenants_ids_are_not_found(salon: Tenant, rival: Tenant, field: str) -> None:
    theirs = {"business_id": rival.id, "resource_id": rival.resource("maria")}.get(field, rival.service("cut"))
    body = salon.public(**{field: ["{}"] if field == "services" else "{}"})
    hides_others(salon.widget, "POST", PATH, theirs, body)


def test_past_due(salon: Tenant) -> None:
    Business.objects.filter(id=salon.business.id).update(billing_status="past_due")
    with nothing_changes():
        refused(salon.widget.post(PATH, salon.public()), 402)
    assert "10:00" in salon.free()


# --- Idempotency-Key --------------------------------------------------------------------------------------------


def test_a_replay_is_byte_identical_and_books_nothing(salon: Tenant) -> None:
    first = salon.widget.post(PATH, salon.public(), Idempotency_Key="one")
    assert "Idempotent-Replayed" not in first.headers
    with nothing_changes():
        again = salon.widget.post(PATH, salon.public(), Idempotency_Key="one")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("spelling", ['"one"', "one"])
@pytest.mark.parametrize("path", ["/v1/bookings/", "/v1/bookings"])
def test_quotes_and_slash_make_no_difference(salon: Tenant, spelling: str, path: str) -> None:
    first = salon.widget.post(PATH, salon.public(), Idempotency_Key="one")
    assert salon.widget.post(path, salon.public(), Idempotency_Key=spelling).content == first.content
    assert Booking.objects.count() == 1


def test_another_body_is_refused(salon: Tenant) -> None:
    ok(salon.widget.post(PATH, salon.public(), Idempotency_Key="one"), 201)
    with nothing_changes():
        refused(salon.widget.post(PATH, salon.public(start_time="11:00"), Idempotency_Key="one"), 422)


def test_a_key_counts_per_api_key_and_tenant(salon: Tenant, rival: Tenant) -> None:
    for tenant, caller in ((salon, salon.widget), (salon, salon.full), (salon, salon.test), (rival, rival.full)):
        ok(caller.post(PATH, tenant.public(), Idempotency_Key="one"), 201)
    assert Booking.objects.count() == 4


def test_a_refusal_is_replayed_too(salon: Tenant) -> None:
    """409 slot taken is final for its key, even when the slot is free again."""
    blocking = [salon.book() for _ in range(2)]
    first = salon.widget.post(PATH, salon.public(), Idempotency_Key="one")
    refused(first, 409)
    for booking in blocking:
        ok(salon.full.post(f"/v1/manage/bookings/{booking['id']}/cancel"))
    with nothing_changes():
        again = salon.widget.post(PATH, salon.public(), Idempotency_Key="one")
    assert (again.status_code, again.content) == (409, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_what_may_succeed_later_is_not_kept(salon: Tenant, rival: Tenant) -> None:
    """400, 402, 403, 404 leave no record: the corrected request may use the key."""
    attempts: list[tuple[Caller, dict[str, Any], int]] = [
        (salon.widget, salon.public(email="jane"), 400),
        (salon.widget, salon.public(service_id=str(uuid4())), 404),
        (salon.read, salon.public(), 403),
    ]
    for caller, body, status in attempts:
        refused(caller.post(PATH, body, Idempotency_Key="one"), status)
        assert not IdempotencyRecord.objects.exists()
    ok(salon.widget.post(PATH, salon.public(), Idempotency_Key="one"), 201)


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "caf\u00e9", "tab\there"])
def test_a_malformed_key(salon: Tenant, key: str) -> None:
    with nothing_changes():
        refused(salon.widget.post(PATH, salon.public(), Idempotency_Key=key), 400)


@pytest.mark.parametrize("key", ["x", "x" * 255, "!~", "8e03978e-40d5-43dd-bc93-6894a57f9324"])
def test_a_well_formed_key(salon: Tenant, key: str) -> None:
    ok(salon.widget.post(PATH, salon.public(), Idempotency_Key=key), 201)
    assert IdempotencyRecord.objects.get().key == key
