"""POST /booking/appointments"""

from typing import Any
from uuid import uuid4

import pytest

from bookings.models import Booking, Customer
from businesses.models import Service
from tests.api.booqara.speech import APPOINTMENTS, body, book, close, free, needs_key, refused
from tests.api.calls import DAY, Tenant, is_uuid, nothing_changes, ok
from tests.api.paying import configure, told
from tests.messages.post import collect, kinds

NOBODY = "userId: No professional with this id performs this service."


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_answer(salon: Tenant, slash: str) -> None:
    answer = ok(salon.full.post(APPOINTMENTS + slash, body(salon, userId=salon.resource("jim"))))
    assert list(answer) == ["success", "booking"]
    assert answer["success"] is True
    booking = answer["booking"]
    assert is_uuid(booking.pop("id"))
    assert booking.pop("confirmationCode").startswith("AV-")
    assert booking == {
        "serviceName": "Cut",
        "servicePrice": 35,
        "appointmentDate": DAY,
        "appointmentTime": "10:00",
        "durationMinutes": 60,
        "staffName": "Jim",
        "businessName": "North Elm Studio",
        "businessAddress": "",
        "guestName": "Jordan Smith",
        "guestEmail": "jordan@example.com",
        "status": "confirmed",
    }


def test_what_is_stored(salon: Tenant) -> None:
    booked = book(salon, userId=salon.resource("jim"), customerNotes="Please ring")
    row = Booking.objects.get(uuid=booked["id"])
    assert (row.guest_first_name, row.guest_last_name) == ("Jordan", "Smith")
    assert (row.guest_phone, row.guest_email, row.customer_notes) == (
        "(555) 123-4567",
        "jordan@example.com",
        "Please ring",
    )
    assert (row.source, row.live, row.party_size, row.price_cents) == ("online", True, 1, 3500)
    assert told("booking.") == ["booking.created"]


def test_the_native_dialect_sees_it(salon: Tenant, native: Tenant) -> None:
    item = native.item(book(salon)["id"])
    assert (item["booking_date"], item["start_time"], item["end_time"]) == (DAY, "10:00", "11:00")
    assert item["customer"]["phone"] == "(555) 123-4567"
    assert item["status"] == "confirmed"


@pytest.mark.parametrize("changes", [{}, {"userId": "any"}, {"userId": None}])
def test_whoever_is_free(salon: Tenant, changes: dict[str, Any]) -> None:
    sent = {**body(salon), **changes}
    staff = {ok(salon.full.post(APPOINTMENTS, sent))["booking"]["staffName"] for _ in range(2)}
    assert staff == {"Maria", "Jim"}
    with nothing_changes():
        refused(salon.full.post(APPOINTMENTS, sent), 409)


def test_pending_where_the_business_looks_first(salon: Tenant) -> None:
    configure(salon, auto_confirm=False)
    booked = book(salon)
    assert booked["status"] == "pending"
    assert Booking.objects.get(uuid=booked["id"]).status == "pending"


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Jordan Smith", "Jordan", "Smith"),
        ("Cher", "Cher", ""),
        ("Mary Jane Watson", "Mary Jane", "Watson"),
        ("  Ana  María  ", "Ana ", "María"),
        ("Ω", "Ω", ""),
        ("x" * 100, "x" * 100, ""),
    ],
)
def test_a_full_name_in_two_parts_reads_the_same(salon: Tenant, name: str, first: str, last: str) -> None:
    booked = book(salon, guestName=name)
    row = Booking.objects.get(uuid=booked["id"])
    assert (row.guest_first_name, row.guest_last_name) == (first, last)
    assert booked["guestName"] == name.strip()
    assert ok(salon.full.get(f"{APPOINTMENTS}/{booked['id']}"))["guestName"] == name.strip()


@pytest.mark.parametrize("value", [None, ""])
def test_what_need_not_be_given(salon: Tenant, value: str | None) -> None:
    sent = {**body(salon), **dict.fromkeys(("guestEmail", "guestPhone", "customerNotes"), value)}
    booking = ok(salon.full.post(APPOINTMENTS, sent))["booking"]
    assert (booking["guestEmail"], booking["status"]) == ("", "confirmed")
    row = Booking.objects.get(uuid=booking["id"])
    assert (row.guest_email, row.guest_phone, row.customer_notes) == ("", "", "")


def test_guests_without_a_number_are_not_one_customer(salon: Tenant) -> None:
    for time in ("10:00", "11:00"):
        ok(salon.full.post(APPOINTMENTS, body(salon, guestPhone=None, guestEmail=None, appointmentTime=time)))
    assert Customer.objects.filter(business=salon.business, phone="").count() == 2


def test_mail_goes_to_guests_with_an_address(salon: Tenant) -> None:
    book(salon, guestEmail="jordan@example.com")
    assert kinds(collect()) == [("confirmation", "email", "jordan@example.com")]
    book(salon, guestEmail=None, guestPhone=None)
    assert collect() == []


def test_own_prices_and_lengths_of_professionals(parlour: Tenant) -> None:
    booked = book(parlour, appointmentDate="2026-05-14", userId=parlour.resource("bob"))
    assert (booked["servicePrice"], booked["durationMinutes"], booked["staffName"]) == (42.5, 60, "Bob")


@pytest.mark.parametrize("flags", [{"show_price": False}, {"price_cents": None}])
def test_a_hidden_price_and_none_is_null(salon: Tenant, flags: dict[str, Any]) -> None:
    Service.objects.filter(uuid=salon.service("cut")).update(**flags)
    booked = book(salon)
    assert booked["servicePrice"] is None
    assert ok(salon.full.get(f"{APPOINTMENTS}/{booked['id']}"))["servicePrice"] is None


def test_a_service_for_two_takes_two(parlour: Tenant) -> None:
    booked = book(parlour, appointmentDate="2026-05-14", serviceId=parlour.service("pair"))
    assert Booking.objects.get(uuid=booked["id"]).party_size == 2
    assert (booked["staffName"], booked["servicePrice"]) == ("Room", None)


def test_a_taken_start(salon: Tenant) -> None:
    jim = {"userId": salon.resource("jim")}
    book(salon, **jim)
    with nothing_changes():
        text = refused(salon.full.post(APPOINTMENTS, body(salon, **jim)), 409)
    assert text == (
        "This time is no longer available. The nearest free starts: "
        "2026-05-15 09:00, 2026-05-15 11:00, 2026-05-15 12:00, 2026-05-15 13:00, 2026-05-15 14:00."
    )


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"appointmentTime": "10:30"}, "Bookings do not start at this time."),
        ({"appointmentTime": "08:00"}, "This time is outside the opening hours."),
        ({"appointmentTime": "17:00"}, "This time is outside the opening hours."),
        ({"appointmentDate": "2026-04-30"}, "This time has passed."),
        ({"appointmentDate": "2026-07-01"}, "This date is further ahead than can be booked."),
    ],
)
def test_starts_that_are_not_offered(salon: Tenant, changes: dict[str, str], text: str) -> None:
    with nothing_changes():
        assert refused(salon.full.post(APPOINTMENTS, body(salon, **changes)), 409).startswith(text)


def test_a_closed_day(salon: Tenant) -> None:
    close(salon, DAY, DAY)
    with nothing_changes():
        assert refused(salon.full.post(APPOINTMENTS, body(salon)), 409).startswith("Closed at this time.")


def test_too_soon(salon: Tenant, clock: Any) -> None:
    configure(salon, lead_time_minutes=60)
    clock.move_to("2026-05-15T14:30:00Z")  # 9:30
    with nothing_changes():
        assert refused(salon.full.post(APPOINTMENTS, body(salon)), 409).startswith("This time is too soon")
    assert free(salon)[0] == "11:00"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"serviceId": None}, "serviceId: This field is required."),
        ({"serviceId": "fade"}, "serviceId: Not a UUID."),
        ({"userId": "jim"}, "userId: Not a UUID."),
        ({"userId": ""}, "userId: Not a UUID."),
        ({"userId": 5}, "userId: Not a UUID."),
        ({"userId": str(uuid4())}, NOBODY),
        ({"appointmentDate": None}, "appointmentDate: This field is required."),
        ({"appointmentDate": "15.05.2026"}, "appointmentDate: Not a date: use YYYY-MM-DD."),
        ({"appointmentDate": "2026-02-30"}, "appointmentDate: There is no such date."),
        ({"appointmentDate": "2099-01-01"}, "appointmentDate: Must be near the present."),
        ({"appointmentTime": None}, "appointmentTime: This field is required."),
        ({"appointmentTime": "10:00:00"}, "appointmentTime: Not a time: use HH:MM (24h)."),
        ({"appointmentTime": "24:00"}, "appointmentTime: Not a time: use HH:MM (24h)."),
        ({"guestName": None}, "guestName: This field is required."),
        ({"guestName": "  "}, "guestName: This field may not be blank."),
        ({"guestName": "x" * 101}, "guestName: Ensure this field has no more than 100 characters."),
        ({"guestEmail": "jordan"}, "guestEmail: Enter a valid email address."),
        ({"guestPhone": "1" * 21}, "guestPhone: Ensure this field has no more than 20 characters."),
        ({"customerNotes": "x" * 1001}, "customerNotes: Ensure this field has no more than 1000 characters."),
        ({"guestName": None, "appointmentDate": None}, "appointmentDate: This field is required."),
    ],
)
def test_bodies_that_make_no_sense(salon: Tenant, changes: dict[str, Any], text: str) -> None:
    with nothing_changes():
        refused(salon.full.post(APPOINTMENTS, body(salon, **changes)), 400, text)


def test_a_gap_of_the_clocks(salon: Tenant) -> None:
    gap = body(salon, appointmentDate="2027-03-14", appointmentTime="02:30")
    with nothing_changes():
        refused(salon.full.post(APPOINTMENTS, gap), 400, "appointmentTime: The clocks skip this time on this date.")


@pytest.mark.parametrize("key", ["old", "secret"])
def test_services_that_are_not_on_offer(parlour: Tenant, key: str) -> None:
    with nothing_changes():
        sent = body(parlour, serviceId=parlour.service(key))
        refused(parlour.full.post(APPOINTMENTS, sent), 404, "Service not found")


@pytest.mark.parametrize("who", ["idle", "gone", "desk", "room"])
def test_who_cannot_be_chosen(parlour: Tenant, who: str) -> None:
    with nothing_changes():
        refused(parlour.full.post(APPOINTMENTS, body(parlour, userId=parlour.resource(who))), 400, NOBODY)


def test_things_of_another_tenant(salon: Tenant, rival: Tenant) -> None:
    with nothing_changes():
        for key in (rival.service("cut"), str(uuid4())):
            refused(salon.full.post(APPOINTMENTS, body(salon, serviceId=key)), 404, "Service not found")
        refused(salon.full.post(APPOINTMENTS, body(salon, userId=rival.resource("jim"))), 400, NOBODY)


def test_a_repeated_request_books_once(salon: Tenant) -> None:
    first = salon.full.post(APPOINTMENTS, body(salon), Idempotency_Key="k")
    ok(first)
    with nothing_changes():
        again = salon.full.post(APPOINTMENTS, body(salon), Idempotency_Key="k")
        assert (again.status_code, again.content) == (200, first.content)
        assert again.headers["Idempotent-Replayed"] == "true"
        other = salon.full.post(APPOINTMENTS, body(salon, appointmentTime="11:00"), Idempotency_Key="k")
        refused(other, 422, "This Idempotency-Key was used with a different body.")


def test_a_refusal_is_replayed_in_the_same_words(salon: Tenant) -> None:
    for _ in range(2):
        book(salon)
    answers = [salon.full.post(APPOINTMENTS, body(salon), Idempotency_Key="k") for _ in range(2)]
    assert refused(answers[0], 409) == refused(answers[1], 409)
    assert answers[1].headers["Idempotent-Replayed"] == "true"


def test_it_needs_the_scope(salon: Tenant) -> None:
    ok(salon.widget.post(APPOINTMENTS, body(salon)))
    with nothing_changes():
        refused(salon.read.post(APPOINTMENTS, body(salon)), 403, "This key lacks the scope bookings:create.")


def test_visitors_of_a_browser_key_are_limited(salon: Tenant, settings: Any) -> None:
    settings.VISITOR_BOOKINGS_PER_MINUTE = 1
    ok(salon.widget.post(APPOINTMENTS, body(salon)))
    with nothing_changes():
        response = salon.widget.post(APPOINTMENTS, body(salon, appointmentTime="11:00"))
    assert refused(response, 429).startswith("Too many requests: 1 a minute are allowed.")
    assert response.headers["Retry-After"] == "60"


def test_a_test_key_books_for_itself(salon: Tenant) -> None:
    booked = ok(salon.test.post(APPOINTMENTS, body(salon)))["booking"]
    assert Booking.objects.get(uuid=booked["id"]).live is False
    refused(salon.full.get(f"{APPOINTMENTS}/{booked['id']}"), 404, "Not found")


def test_it_needs_a_key(salon: Tenant) -> None:
    needs_key(salon, "POST", APPOINTMENTS, body(salon))
