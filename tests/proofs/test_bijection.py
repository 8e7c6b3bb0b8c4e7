"""Each slot shown can be booked, each one not shown is refused (GUARANTEES B2), also when the clocks change."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from bookings import availability as engine
from bookings import queries, services
from bookings.asking import Ask
from bookings.customers import Guest
from bookings.errors import SlotTaken
from bookings.models import Booking
from bookings.placing import Start
from businesses.errors import Invalid
from businesses.localtime import instants, minute_of
from businesses.provisioning import Outcome
from tests import factories

GUEST = Guest(first_name="Jane", last_name="Doe", phone="+301234567890", email="jane@example.com")
STEP = 15

SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)  # the clocks of Athens go forward and back
ORDINARY = date(2027, 6, 16)


class Undo(Exception):
    """Rolls an attempt back."""


def venue(zone: str) -> Outcome:
    """Two people, a room that colouring also needs, split hours past midnight, buffers, a closure, lead time."""
    return factories.business(
        business={
            "timezone": zone,
            "rules": {"slot_interval_minutes": 30, "lead_time_minutes": 120, "window_days": 730},
            "hours": dict.fromkeys(factories.ALL_WEEK, ["00:30-06:00", "09:15-13:00", "18:00-24:00"]),
        },
        resources=[
            {"key": "maria", "name": "Maria", "kind": "staff"},
            {"key": "jim", "name": "Jim", "kind": "staff", "hours": dict.fromkeys(factories.ALL_WEEK, ["02:00-20:00"])},
            {"key": "room", "name": "Room", "kind": "room"},
        ],
        services=[
            {"key": "cut", "name": "Cut", "duration_minutes": 45, "buffer_after_minutes": 10,
             "resources": ["maria", "jim"], "default": True},
            {"key": "color", "name": "Color", "duration_minutes": 60, "buffer_before_minutes": 5,
             "resources": ["maria", {"resource": "jim", "duration_minutes": 75}], "also_needs": "room"},
        ],
        closures=[{"from": f"{ORDINARY}T10:00", "to": f"{ORDINARY}T11:00", "reason": "Delivery"}],
    )  # fmt: skip


def try_booking(salon: Outcome, ask: Ask, start: Start, now: int) -> int | None:
    """The minute at which the booking would start, or None when it is refused. Leaves nothing behind."""
    new = services.NewBooking(business_id=salon.business.id, live=True, guest=GUEST, start=start, ask=ask)
    try:
        with transaction.atomic():
            booking, _ = services.create_booking(new, now=now)
            raise Undo(minute_of(booking.starts_at))
    except Undo as undone:
        return int(undone.args[0])
    except (SlotTaken, Invalid):
        return None


def shown(salon: Outcome, ask: Ask, day: date, now: int) -> set[int]:
    found = queries.occupancy(salon.business.id, live=True, first=day, last=day, wish_of=ask.wish)
    view = engine.DayView(found.snapshot.calendar, found.wish, day, found.busy())
    return {view.day.start + at for at in engine.positions(view.free_starts(now))}


def asks(salon: Outcome) -> list[Ask]:
    cut, color = (UUID(str(salon.services[key].uuid)) for key in ("cut", "color"))
    maria = UUID(str(salon.resources["maria"].uuid))
    return [
        Ask(),
        Ask(services=(color,)),
        Ask(services=(cut,), resource=maria),
        Ask(services=(color, cut)),
        Ask(services=(cut, color), same_resource=True),
    ]


@pytest.mark.parametrize("day", [ORDINARY, SPRING, AUTUMN, ORDINARY + timedelta(days=1)], ids=str)
def test_what_is_shown_can_be_booked_and_nothing_else(db: Any, day: date) -> None:
    salon = venue("Europe/Athens")
    now = minute_of(datetime(2027, 1, 4, 12, tzinfo=UTC))
    for minutes in (11 * 60 + 30, 18 * 60 + 30, 3 * 60 - 30):
        services.create_booking(
            services.NewBooking(
                business_id=salon.business.id, live=True, guest=GUEST, start=Start(day, minutes), ask=Ask(staff=True)
            ),
            now=now,
        )
    stored = Booking.objects.count()
    for ask in asks(salon):
        offered = shown(salon, ask, day, now)
        zone = salon.business.zone
        real = {m for at in range(0, 1440, STEP) for m in instants(zone, day, at)}
        bookable = {
            minute
            for minute in real
            for local in [datetime.fromtimestamp(minute * 60, zone)]
            if try_booking(salon, ask, Start(day, local.hour * 60 + local.minute, minute), now) == minute
        }
        assert offered == bookable
        assert offered
    assert Booking.objects.count() == stored


def test_a_local_time_that_does_not_exist_is_refused_as_invalid(db: Any) -> None:
    salon = venue("Europe/Athens")
    now = minute_of(datetime(2027, 1, 4, 12, tzinfo=UTC))
    new = services.NewBooking(
        business_id=salon.business.id, live=True, guest=GUEST, start=Start(SPRING, 3 * 60 + 30), ask=Ask()
    )
    with pytest.raises(Invalid, match="does not exist"):
        services.create_booking(new, now=now)
    assert Booking.objects.count() == 0


def test_in_a_fold_the_first_free_hour_is_taken_then_the_second(db: Any) -> None:
    salon = venue("Europe/Athens")
    now = minute_of(datetime(2027, 1, 4, 12, tzinfo=UTC))
    maria = UUID(str(salon.resources["maria"].uuid))
    first, second = instants(salon.business.zone, AUTUMN, 3 * 60 + 30)
    taken = []
    for _ in range(2):
        new = services.NewBooking(
            business_id=salon.business.id,
            live=True,
            guest=GUEST,
            start=Start(AUTUMN, 3 * 60 + 30),
            ask=Ask(resource=maria),
        )
        booking, _ = services.create_booking(new, now=now)
        taken.append(minute_of(booking.starts_at))
    assert taken == [first, second]
    with pytest.raises(SlotTaken):
        services.create_booking(new, now=now)
