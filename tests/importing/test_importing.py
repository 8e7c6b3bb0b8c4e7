"""The core's side: customers are matched, times are held exactly, the constraint has the last word."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from bookings import reminders
from bookings.customers import Guest
from bookings.importing import ImportedVisit, Origin, Overlapping, import_booking, import_customer
from bookings.integrity import broken_promises
from bookings.models import Allocation, Booking, Customer, Imported
from businesses.errors import NotFound
from businesses.localtime import minute_of
from businesses.models import Business
from businesses.provisioning import Outcome
from tests import factories
from tests.api.calls import Tenant, desk, nothing_changes, ok
from webhooks.models import Event

NOW = minute_of(datetime(2026, 5, 1, 7, 0, tzinfo=UTC))
TEN = minute_of(datetime(2026, 5, 15, 15, 0, tzinfo=UTC))  # 10:00 in Chicago
JANE = Guest(first_name="Jane", last_name="Doe", phone="(312) 555-0100", email="jane@example.com")
NAMELESS = Guest(first_name="Guest", last_name="", phone="")


@pytest.fixture
def salon(db: None) -> Outcome:
    return factories.business(services=[{**factories.SALON["services"][0], "buffer_after_minutes": 30}])


def origin(salon: Outcome, *, live: bool = True) -> Origin:
    return Origin(business_id=salon.business.id, live=live, source="booqara")


def visit(reference: str = "one", **changes: Any) -> ImportedVisit:
    values: dict[str, Any] = {"service": "cut", "resource": "maria", "start": TEN, "end": TEN + 60,
                              "status": "confirmed", "party": 1, "guest": JANE}  # fmt: skip
    return ImportedVisit(reference=reference, **{**values, **changes})


def take(salon: Outcome, *args: Any, **changes: Any) -> bool:
    return import_booking(origin(salon), visit(*args, **changes), now=NOW)


def test_it_is_taken_over_once(salon: Outcome) -> None:
    assert take(salon) is True
    with nothing_changes():
        assert take(salon, start=TEN + 600, end=TEN + 660, status="cancelled") is False


def test_in_test_mode_and_from_another_system_it_is_another(salon: Outcome) -> None:
    take(salon)
    assert import_booking(origin(salon, live=False), visit(), now=NOW) is True
    other = Origin(business_id=salon.business.id, live=True, source="bookingflow")
    assert import_booking(other, visit(start=TEN + 60, end=TEN + 120), now=NOW) is True


def test_the_time_is_held_without_buffers_and_seen_by_availability(salon: Outcome) -> None:
    take(salon)
    take(salon, "two", start=TEN + 60, end=TEN + 105)
    held = Allocation.objects.order_by("starts_at").values_list("blocked_from", "blocked_until", "active")
    assert [(f"{a:%H:%M}", f"{b:%H:%M}", active) for a, b, active in held] == [
        ("15:00", "16:00", True),
        ("16:00", "16:45", True),
    ]
    tenant = Tenant(salon)
    free = tenant.free("2026-05-15", resource_id=tenant.resource("maria"))
    assert free == ["12:00", "13:00", "14:00", "15:00", "16:00"]


def test_outside_hours_far_away_and_longer_than_ever(salon: Outcome) -> None:
    long_ago = minute_of(datetime(2011, 1, 1, 3, 0, tzinfo=UTC))
    assert take(salon, start=long_ago, end=long_ago + 1440, status="completed")
    assert Business.objects.get().longest_block_minutes == 1440
    assert [found for _, found in broken_promises() if found] == []


def test_an_overlap_names_both_and_changes_nothing(salon: Outcome) -> None:
    take(salon)
    at_the_desk = desk(time="11:30", resource_id=str(salon.resources["maria"].uuid))
    made = ok(Tenant(salon).full.post("/v1/manage/bookings/staff", at_the_desk), 201)
    code = Booking.objects.get(starts_at="2026-05-15T15:00Z").code
    desk_code = made["booking"]["confirmation_code"]
    with nothing_changes(), pytest.raises(Overlapping) as refusal:
        take(
            salon,
            "two",
            start=TEN + 30,
            end=TEN + 100,
            customer="new",
            guest=NAMELESS,
        )
    assert refusal.value.others == [f"{code} (one)", desk_code]


@pytest.mark.parametrize("status", ["cancelled", "no_show"])
def test_what_is_over_without_a_visit_holds_nothing(salon: Outcome, status: str) -> None:
    take(salon)
    assert take(salon, "two", status=status)
    assert Allocation.objects.get(booking__status=status).active is False


def test_another_tenants_keys_are_not_found(salon: Outcome) -> None:
    other = factories.business(business={"slug": "other"}, services=[], resources=[])
    with nothing_changes(), pytest.raises(NotFound):
        import_booking(origin(other), visit(), now=NOW)


def test_customers_are_known_by_their_phone(salon: Outcome) -> None:
    take(salon)
    other_name = Guest(first_name="J.", last_name="D.", phone="+1 312 555 0100")
    take(salon, "two", start=TEN + 60, end=TEN + 120, guest=other_name)
    assert import_customer(origin(salon), "cus", other_name) is True
    assert [str(customer) for customer in Customer.objects.all()] == ["Jane Doe"]


def test_without_a_phone_by_mail_and_name(salon: Outcome) -> None:
    guests = [
        ("Jane", "a@example.com"),
        ("JANE", "A@example.com"),
        ("Tom", "a@example.com"),
        ("Jane", ""),
        ("Jane", ""),
    ]
    for number, (name, email) in enumerate(guests):
        import_customer(origin(salon), str(number), Guest(first_name=name, last_name="", phone="", email=email))
    assert [row.first_name for row in Customer.objects.order_by("id")] == ["Jane", "Tom", "Jane", "Jane"]


def test_by_their_id_in_the_other_system(salon: Outcome) -> None:
    for number in range(3):
        start = TEN + 60 * number
        take(salon, str(number), start=start, end=start + 60, guest=NAMELESS, customer="cus_7")
    assert import_customer(origin(salon), "cus_7", NAMELESS) is False
    assert Customer.objects.count() == 1
    assert Booking.objects.filter(customer=Customer.objects.get()).count() == 3


def test_when_it_was_booked(salon: Outcome) -> None:
    booked = datetime(2025, 12, 24, 18, 0, tzinfo=UTC)
    take(salon, booked_at=booked)
    take(salon, "two", start=TEN + 60, end=TEN + 120, booked_at=datetime(2030, 1, 1, tzinfo=UTC))
    first, second = Booking.objects.order_by("id").values_list("created_at", flat=True)
    assert (first, second.year < 2030) == (booked, True)


def test_no_event_is_recorded_and_later_changes_are(salon: Outcome) -> None:
    Event.objects.all().delete()
    take(salon)
    import_customer(origin(salon), "cus", Guest(first_name="New", last_name="", phone="+13125550177"))
    assert Event.objects.count() == 0
    booking = Booking.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('availengine.importing', '', true)")  # the next transaction
    ok(Tenant(salon).full.post(f"/v1/manage/bookings/{booking.uuid}/cancel"))
    assert list(Event.objects.order_by("id").values_list("type", flat=True)) == ["booking.canceled", "booking.updated"]
    Customer.objects.create(business=salon.business, live=True, first_name="Told")
    assert Event.objects.filter(type="customer.updated").count() == 1


def test_reminders_of_what_is_near_are_left_to_the_other_system(salon: Outcome) -> None:
    """Twenty hours ahead its reminder is long sent; thirty hours ahead it is ours to send."""
    now = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)
    for reference, hours in (("near", 20), ("far", 30)):
        start = NOW + hours * 60
        take(salon, reference, start=start, end=start + 60, booked_at=datetime(2026, 1, 1, tzinfo=UTC))
    Allocation.objects.update(created_at=now)
    assert reminders.due(now=now, most=10) == []
    far = Booking.objects.get(imports__reference="far")
    assert reminders.due(now=now + timedelta(hours=6), most=10) == [(far.id, 24)]


# --- races: real transactions -----------------------------------------------------------------------------------


def at_once(*actions: Any) -> list[Any]:
    """What each of several threads gives or raises."""
    results: list[Any] = [None] * len(actions)
    gate = threading.Barrier(len(actions))

    def act(index: int) -> None:
        gate.wait()
        try:
            results[index] = actions[index]()
        except Exception as error:
            results[index] = type(error).__name__
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(index,)) for index in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_make_one_booking() -> None:
    salon = factories.business()
    for number in range(10):
        start = TEN + 60 * number
        results = at_once(*[lambda n=number, s=start: take(salon, str(n), start=s, end=s + 60, customer="c")] * 4)
        assert sorted(results) == [False, False, False, True]
    assert (Booking.objects.count(), Allocation.objects.count(), Customer.objects.count()) == (10, 10, 1)
    assert Imported.objects.filter(booking=None, customer=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_booking_that_is_made_meanwhile_wins_or_loses_whole() -> None:
    salon = factories.business()
    tenant = Tenant(salon)
    maria = str(salon.resources["maria"].uuid)
    for number in range(8):
        start = TEN + 60 * (number - 1)
        wanted = desk(time=f"{9 + number:02}:00", resource_id=maria)
        online, taken = at_once(
            lambda body=wanted: tenant.full.post("/v1/manage/bookings/staff", body).status_code,
            lambda n=number, s=start: take(salon, str(n), start=s, end=s + 60),
        )
        assert (online, taken) in [(201, "Overlapping"), (409, True)]
    assert Booking.objects.count() == Allocation.objects.filter(active=True).count() == 8
    assert [found for _, found in broken_promises() if found] == []
