"""Bookings of classes: the places are counted by the database, whoever writes."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from bookings import services
from bookings.asking import Ask
from bookings.customers import Guest
from bookings.desk_moves import move_booking
from bookings.errors import SlotTaken
from bookings.integrity import broken_promises
from bookings.models import Allocation, Booking, ClassSession
from bookings.moving import Move
from bookings.placing import Start
from bookings.queries import free_resources
from businesses.catalogue import save_service
from businesses.db import violated
from businesses.errors import Conflict, Invalid
from businesses.localtime import minute_of
from businesses.provisioning import Outcome
from tests import factories

pytestmark = pytest.mark.django_db

NOW = minute_of(datetime(2046, 5, 1, 7, 0, tzinfo=UTC))
DAY = date(2046, 5, 15)  # ahead of the database's clock as well
PLACES = 3

Book = Callable[..., Booking]


def studio(**changes: Any) -> Outcome:
    yoga = {"key": "yoga", "name": "Yoga", "duration_minutes": 60, "places": PLACES, "resources": ["maria", "jim"]}
    cut = {"key": "cut", "name": "Cut", "duration_minutes": 60, "resources": ["maria", "jim"]}
    rooms = [{"key": "hall", "name": "Hall", "kind": "room", "capacity_max": 20}]
    return factories.business(services=[{**yoga, **changes}, cut], resources=[*factories.SALON["resources"], *rooms])


@pytest.fixture
def salon() -> Outcome:
    return studio()


def booked(
    salon: Outcome, hour: int = 10, who: str | None = "maria", what: str = "yoga", party: int = 1, live: bool = True
) -> Booking:
    new = services.NewBooking(
        business_id=salon.business.id,
        live=live,
        guest=Guest(first_name="Jane", last_name="Doe", phone=""),
        start=Start(DAY, hour * 60),
        ask=Ask(services=(salon.services[what].uuid,), resource=who and salon.resources[who].uuid, party=party),
    )
    return services.create_booking(new, now=NOW)[0]


def refusal(*args: Any, **kwargs: Any) -> str:
    with pytest.raises(SlotTaken) as refused:
        booked(*args, **kwargs)
    return str(refused.value.reason)


def sessions() -> list[tuple[str, int, int, int]]:
    """(resource, hour in Chicago, taken, capacity) of the classes that somebody has booked."""
    found = ClassSession.objects.filter(taken__gt=0).order_by("starts_at", "resource_id")
    return [(s.resource.name, s.starts_at.hour - 5, s.taken, s.capacity) for s in found]


def holds() -> list[str]:
    return list(Allocation.objects.filter(booking=None).order_by("id").values_list("resource__name", flat=True))


def assert_sound() -> None:
    assert [(name, found) for name, found in broken_promises() if found] == []


def cancel(booking: Booking) -> None:
    services.cancel_booking(booking.business_id, booking.uuid, live=booking.live, now=NOW)


def test_as_many_as_there_are_places(salon: Outcome) -> None:
    booked(salon, party=2)
    booked(salon)
    assert sessions() == [("Maria", 10, 3, 3)]
    assert holds() == ["Maria"]
    assert refusal(salon) == "full"
    assert Booking.objects.count() == 2
    assert_sound()


def test_others_cannot_have_the_time_and_get_it_back_with_the_last_one(salon: Outcome) -> None:
    one, two = booked(salon), booked(salon)
    assert refusal(salon, what="cut") == "busy"
    cancel(one)
    assert (sessions(), holds()) == ([("Maria", 10, 1, 3)], ["Maria"])
    assert refusal(salon, what="cut") == "busy"
    cancel(two)
    assert (sessions(), holds()) == ([], [])
    booked(salon, what="cut")
    assert refusal(salon) == "busy"
    assert_sound()


def test_a_second_class_is_opened_when_the_first_is_full(salon: Outcome) -> None:
    for _ in range(PLACES + 1):
        booked(salon, who=None)
    assert sessions() == [("Maria", 10, 3, 3), ("Jim", 10, 1, 3)]
    assert_sound()


def test_test_bookings_have_classes_of_their_own(salon: Outcome) -> None:
    booked(salon, party=3)
    booked(salon, party=3, live=False)
    assert [s.live for s in ClassSession.objects.filter(taken=3).order_by("live")] == [False, True]
    assert_sound()


def test_a_no_show_gives_the_place_back_and_who_came_keeps_it(salon: Outcome) -> None:
    gone, came = booked(salon), booked(salon)
    for booking, status in ((came, "checked_in"), (came, "completed"), (gone, "no_show")):
        change = services.BookingChange(status=status)
        services.update_booking(booking.business_id, booking.uuid, change, live=True, now=NOW)
    assert sessions() == [("Maria", 10, 1, 3)]
    assert_sound()


def test_another_time_is_another_class(salon: Outcome) -> None:
    one, two, _ = booked(salon), booked(salon), booked(salon, hour=14, party=2)
    for booking in (one, two):
        move = Move(start=Start(DAY, 14 * 60), resource=salon.resources["maria"].uuid)
        if booking is one:
            services.reschedule_booking(one.business_id, one.uuid, move, live=True, now=NOW)
            continue
        with pytest.raises(SlotTaken) as refused:
            services.reschedule_booking(two.business_id, two.uuid, move, live=True, now=NOW)
        assert refused.value.reason == "full"
    assert sessions() == [("Maria", 10, 1, 3), ("Maria", 14, 3, 3)]
    assert_sound()


def test_who_is_alone_may_move_within_their_own_time_and_who_is_not_may_not(salon: Outcome) -> None:
    alone = booked(salon)
    at_half_past = Move(start=Start(DAY, 10 * 60 + 30), resource=salon.resources["maria"].uuid)
    services.reschedule_booking(alone.business_id, alone.uuid, at_half_past, live=True, now=NOW)
    assert [s.starts_at.minute for s in ClassSession.objects.filter(taken=1)] == [30]
    joining = Move(start=Start(DAY, 10 * 60), resource=salon.resources["maria"].uuid)
    services.reschedule_booking(alone.business_id, alone.uuid, joining, live=True, now=NOW)
    booked(salon)
    with pytest.raises(SlotTaken) as refused:
        services.reschedule_booking(alone.business_id, alone.uuid, at_half_past, live=True, now=NOW)
    assert refused.value.reason == "busy"
    assert_sound()


def test_more_or_fewer_people(salon: Outcome) -> None:
    one, _ = booked(salon), booked(salon)
    grown = services.update_booking(one.business_id, one.uuid, services.BookingChange(party=2), live=True, now=NOW)
    assert (grown.party_size, sessions()) == (2, [("Maria", 10, 3, 3)])
    with pytest.raises(Conflict) as refused:
        services.update_booking(one.business_id, one.uuid, services.BookingChange(party=3), live=True, now=NOW)
    assert refused.value.details == {"reason": "full", "places_left": 0}
    services.update_booking(one.business_id, one.uuid, services.BookingChange(party=1), live=True, now=NOW)
    assert sessions() == [("Maria", 10, 2, 3)]
    assert_sound()


def test_another_resource_is_another_class_of_the_same_service(salon: Outcome) -> None:
    one, _, other = booked(salon), booked(salon), booked(salon, who="jim", party=2)
    jim = salon.resources["jim"].uuid
    services.update_booking(one.business_id, one.uuid, services.BookingChange(resource=jim), live=True, now=NOW)
    assert sessions() == [("Maria", 10, 1, 3), ("Jim", 10, 3, 3)]
    booked(salon, party=2)
    maria = services.BookingChange(resource=salon.resources["maria"].uuid)
    with pytest.raises(Conflict) as refused:
        services.update_booking(other.business_id, other.uuid, maria, live=True, now=NOW)
    assert refused.value.details == {"reason": "full"}
    assert_sound()


def test_moving_to_somebody_who_is_busy_is_refused_and_to_who_is_free_opens_a_class(salon: Outcome) -> None:
    one, _ = booked(salon), booked(salon)
    cut = booked(salon, who="jim", what="cut")
    jim = services.BookingChange(resource=salon.resources["jim"].uuid)
    with pytest.raises(Conflict) as refused:
        services.update_booking(one.business_id, one.uuid, jim, live=True, now=NOW)
    assert (refused.value.details, sessions()) == ({"reason": "busy"}, [("Maria", 10, 2, 3)])
    cancel(cut)
    services.update_booking(one.business_id, one.uuid, jim, live=True, now=NOW)
    assert sessions() == [("Maria", 10, 1, 3), ("Jim", 10, 1, 3)]
    assert [r.name for r in free_resources(one.business_id, one.uuid, live=True)] == []
    assert_sound()


def test_a_class_with_a_room_holds_both_and_moves_by_finding_another_room() -> None:
    salon = studio(also_needs="room")
    one, _ = booked(salon), booked(salon)
    assert sorted(holds()) == ["Hall", "Maria"]
    move = Move(start=Start(DAY, 600), resource=salon.resources["jim"].uuid)
    with pytest.raises(SlotTaken) as refused:
        move_booking(one.business_id, one.uuid, move, live=True, now=NOW)
    assert refused.value.reason == "busy"
    later = Move(start=Start(DAY, 720), resource=salon.resources["jim"].uuid)
    move_booking(one.business_id, one.uuid, later, live=True, now=NOW)
    assert sessions() == [("Maria", 10, 1, 3), ("Jim", 12, 1, 3)]
    assert sorted(holds()) == ["Hall", "Hall", "Jim", "Maria"]
    assert_sound()


def test_classes_to_come_follow_the_size_of_their_service(salon: Outcome) -> None:
    booked(salon, party=3)
    save_service(salon.business.id, {"places": 5}, salon.services["yoga"].uuid)
    booked(salon, party=2)
    save_service(salon.business.id, {"places": 2}, salon.services["yoga"].uuid)
    assert sessions() == [("Maria", 10, 5, 5)]
    assert refusal(salon) == "full"
    save_service(salon.business.id, {"places": None}, salon.services["yoga"].uuid)
    assert refusal(salon) == "busy"
    assert_sound()


def test_a_class_that_is_opened_again_is_as_it_is_today(salon: Outcome) -> None:
    cancel(booked(salon))
    save_service(salon.business.id, {"duration_minutes": 90, "places": 4}, salon.services["yoga"].uuid)
    again = booked(salon)
    (session,) = ClassSession.objects.all()
    assert (session.ends_at, session.capacity, session.taken) == (again.ends_at, 4, 1)
    assert_sound()


def rows(booking: UUID) -> Any:
    return Allocation.objects.filter(booking__uuid=booking)


@pytest.mark.parametrize(
    ("sql", "constraint"),
    [
        ("UPDATE bookings_allocation SET places = places + 2 WHERE places > 0", "class_not_oversold"),
        ("UPDATE bookings_booking SET party_size = 4", "class_not_oversold"),
        (
            "INSERT INTO bookings_allocation (business_id, booking_id, session_id, places, service_id, resource_id, "
            "sequence, additional, live, active, starts_at, ends_at, blocked_from, blocked_until, updated_at) "
            "SELECT business_id, booking_id, session_id, 3, service_id, resource_id, 1, false, live, true, starts_at, "
            "ends_at, blocked_from, blocked_until, now() FROM bookings_allocation WHERE places > 0",
            "class_not_oversold",
        ),
        (
            "UPDATE bookings_allocation SET starts_at = starts_at + interval '1 minute' WHERE places > 0",
            "class_one_place",
        ),
        ("UPDATE bookings_classsession SET ends_at = ends_at + interval '1 minute'", "class_one_place"),
        ("UPDATE bookings_allocation SET session_id = NULL, places = 0 WHERE places > 0", "allocation_no_overlap"),
        ("UPDATE bookings_allocation SET booking_id = NULL, session_id = NULL", "allocation_owner"),
        ("UPDATE bookings_allocation SET places = 0", "allocation_owner"),
    ],
)
def test_no_writer_can_oversell_or_tear_a_class_apart(salon: Outcome, sql: str, constraint: str) -> None:
    booked(salon, party=2)
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert violated(refused.value) == constraint
    assert sessions() == [("Maria", 10, 2, 3)]
    assert_sound()


def test_late_money_takes_a_place_again_only_while_there_is_one(salon: Outcome) -> None:
    gone = booked(salon, party=2)
    cancel(gone)
    rows(gone.uuid).update(active=True)  # as outcomes._take_back does
    assert (sessions(), holds()) == ([("Maria", 10, 2, 3)], ["Maria"])
    rows(gone.uuid).update(active=False)
    booked(salon, party=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows(gone.uuid).update(active=True)
    assert sessions() == [("Maria", 10, 2, 3)]
    assert_sound()


def test_late_money_finds_the_time_gone(salon: Outcome) -> None:
    gone = booked(salon)
    cancel(gone)
    booked(salon, what="cut")
    with pytest.raises(IntegrityError, match="allocation_no_overlap"), transaction.atomic():
        rows(gone.uuid).update(active=True)
    assert sessions() == []
    assert_sound()


def test_it_is_removed_with_its_bookings(salon: Outcome) -> None:
    booking = booked(salon)
    booked(salon)
    rows(booking.uuid).delete()
    assert sessions() == [("Maria", 10, 1, 3)]


def test_a_file_says_places_and_starts() -> None:
    starts = {"tuesday": ["18:00", "09:30"], "monday": ["07:15"]}
    yoga = studio(starts=starts).services["yoga"]
    assert (yoga.places, yoga.starts) == (PLACES, [435, 1440 + 570, 1440 + 1080])
    assert studio(starts=starts).changed is False


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"places": 1}, "services[0].places: must be 2 to 500, not 1"),
        ({"starts": {"noday": ["10:00"]}}, "services[0].starts.noday: unknown day"),
        ({"starts": {"monday": ["24:00"]}}, "services[0].starts.monday[0]: '24:00' is not a time: write \"18:00\""),
        ({"starts": {"monday": ["10:00", "10:00"]}}, "services[0].starts.monday[1]: 10:00 is there twice"),
    ],
)
def test_a_file_that_is_wrong_names_the_place(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(Invalid) as refused:
        studio(**changes)
    assert problem in refused.value.message
