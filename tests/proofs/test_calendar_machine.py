"""Any sequence of bookings, moves, cancellations and closures agrees with a naive model, minute by minute."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from bookings import availability as engine
from bookings import queries, services
from bookings.asking import Ask
from bookings.customers import Guest
from bookings.integrity import broken_promises
from bookings.models import Allocation
from bookings.placing import Start
from bookings.snapshot import forget_snapshots
from businesses import catalogue
from businesses.errors import Conflict
from businesses.localtime import minute_of, moment_of
from businesses.models import Closure
from tests import factories
from tests.proofs.sizes import MACHINE_RUNS, MACHINE_STEPS

GUEST = Guest(first_name="Jane", last_name="Doe", phone="+301234567890")
DAY = date(2027, 6, 16)
NOW = minute_of(datetime(2027, 6, 1, tzinfo=UTC))
OPENS, CLOSES, STEP, LENGTH, AFTER = 9 * 60, 15 * 60, 30, 45, 15
RESOURCES = ("a", "b")

clock = st.integers(min_value=(OPENS - 60) // 15, max_value=CLOSES // 15).map(lambda n: n * 15)
resource = st.sampled_from(RESOURCES)


@dataclass
class Held:
    """What the model knows of a booking: who, and from when to when it blocks."""

    resource: str
    start: int


class CalendarMachine(RuleBasedStateMachine):
    bookings = Bundle("bookings")
    closures = Bundle("closures")

    @initialize()
    def open(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        forget_snapshots()
        hours = dict.fromkeys(factories.ALL_WEEK, ["09:00-15:00"])
        self.salon = factories.business(
            business={
                "timezone": "UTC",
                "rules": {"slot_interval_minutes": STEP, "lead_time_minutes": 0, "window_days": 60},
                "hours": hours,
            },
            resources=[{"key": key, "name": key, "kind": "staff", "capacity_max": 4} for key in RESOURCES],
            services=[
                {"key": "cut", "name": "Cut", "duration_minutes": LENGTH, "buffer_after_minutes": AFTER,
                 "resources": list(RESOURCES), "default": True}
            ],
        )  # fmt: skip
        self.midnight = minute_of(datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC))
        self.held: dict[UUID, Held] = {}
        self.closed: dict[UUID, tuple[str | None, int, int]] = {}

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            assert [findings for _, findings in broken_promises() if findings] == []
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)
            forget_snapshots()

    # --- the model ------------------------------------------------------------------------------------

    def free(self, key: str, start: int, *, but: UUID | None = None) -> bool:
        """Whether nothing else of this resource blocks the time."""
        return all(
            start + LENGTH + AFTER <= other.start or other.start + LENGTH + AFTER <= start
            for booking, other in self.held.items()
            if other.resource == key and booking != but
        )

    def open_for(self, key: str, start: int) -> bool:
        if start < OPENS or start + LENGTH > CLOSES:
            return False
        return all(
            end <= start or start + LENGTH <= begin
            for owner, begin, end in self.closed.values()
            if owner in (None, key)
        )

    def takers(self, start: int, *, but: UUID | None = None) -> set[str]:
        return {key for key in RESOURCES if self.open_for(key, start) and self.free(key, start, but=but)}

    # --- what can happen --------------------------------------------------------------------------------

    def uuid(self, key: str | None) -> UUID | None:
        return UUID(str(self.salon.resources[key].uuid)) if key else None

    def key_of(self, booking: UUID) -> str:
        uuid = Allocation.objects.get(booking__uuid=booking).resource.uuid
        return next(key for key, row in self.salon.resources.items() if row.uuid == uuid)

    @rule(target=bookings, start=clock, wanted=st.none() | resource, staff=st.booleans())
    def create(self, start: int, wanted: str | None, staff: bool) -> Any:
        able = self.takers(start) & ({wanted} if wanted else set(RESOURCES))
        if not staff and (start - OPENS) % STEP:
            able = set()
        new = services.NewBooking(
            business_id=self.salon.business.id,
            live=True,
            guest=GUEST,
            start=Start(DAY, start),
            ask=Ask(resource=self.uuid(wanted), staff=staff),
        )
        if not able:
            with pytest.raises(Conflict):
                services.create_booking(new, now=NOW)
            return multiple()
        booking, _ = services.create_booking(new, now=NOW)
        taker = self.key_of(booking.uuid)
        assert taker in able
        self.held[booking.uuid] = Held(taker, start)
        return booking.uuid

    @rule(booking=bookings, start=clock, wanted=st.none() | resource)
    def reschedule(self, booking: UUID, start: int, wanted: str | None) -> None:
        able = self.takers(start, but=booking) & ({wanted} if wanted else set(RESOURCES))
        move = services.Move(start=Start(DAY, start), resource=self.uuid(wanted))
        args = (self.salon.business.id, booking, move)
        if not able:
            with pytest.raises(Conflict):
                services.reschedule_booking(*args, live=True, now=NOW)
            return
        before = self.held[booking].resource
        services.reschedule_booking(*args, live=True, now=NOW)
        taker = self.key_of(booking)
        assert taker in able
        if wanted is None and before in able:
            assert taker == before
        self.held[booking] = Held(taker, start)

    @rule(booking=bookings, target_resource=resource)
    def reassign(self, booking: UUID, target_resource: str) -> None:
        change = services.BookingChange(resource=self.uuid(target_resource))
        args = (self.salon.business.id, booking, change)
        if self.free(target_resource, self.held[booking].start, but=booking):
            services.update_booking(*args, live=True, now=NOW)
            self.held[booking].resource = target_resource
        else:
            with pytest.raises(Conflict):
                services.update_booking(*args, live=True, now=NOW)
        assert self.key_of(booking) == self.held[booking].resource

    @rule(booking=consumes(bookings))
    def cancel(self, booking: UUID) -> None:
        services.cancel_booking(self.salon.business.id, booking, live=True, now=NOW)
        del self.held[booking]

    @rule(target=closures, start=clock, length=st.sampled_from([15, 60, 120]), owner=st.none() | resource)
    def close(self, start: int, length: int, owner: str | None) -> UUID:
        values = {
            "starts_at": moment_of(self.midnight + start),
            "ends_at": moment_of(self.midnight + start + length),
        }
        row = catalogue.save_closure(self.salon.business.id, values, resource=self.uuid(owner))
        self.closed[row.uuid] = (owner, start, start + length)
        return row.uuid

    @rule(closure=consumes(closures))
    def reopen(self, closure: UUID) -> None:
        catalogue.remove(Closure, self.salon.business.id, closure)
        del self.closed[closure]

    # --- what must always hold ----------------------------------------------------------------------------

    @invariant()
    def availability_is_the_models(self) -> None:
        if not hasattr(self, "salon"):
            return
        found = queries.occupancy(self.salon.business.id, live=True, first=DAY, last=DAY, wish_of=Ask().wish)
        view = engine.DayView(found.snapshot.calendar, found.wish, DAY, found.busy())
        shown = {
            (key, at)
            for key, row in self.salon.resources.items()
            for at in engine.positions(view.starts(NOW).get(row.id, 0))
        }
        assert shown == {(key, at) for at in range(OPENS, CLOSES, STEP) for key in self.takers(at)}

    @rule()
    def explain(self) -> None:
        """Every start that is not offered has a reason, and no start that is offered has one."""
        found = queries.occupancy(self.salon.business.id, live=True, first=DAY, last=DAY, wish_of=Ask().wish)
        view = engine.DayView(found.snapshot.calendar, found.wish, DAY, found.busy())
        unexplained = {at for at in range(0, 1440, 15) if engine.why_not(view, self.midnight + at, NOW) is None}
        assert unexplained == {at for at in range(OPENS, CLOSES, STEP) if self.takers(at)}


CalendarMachine.TestCase.settings = settings(
    max_examples=MACHINE_RUNS,
    stateful_step_count=MACHINE_STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.django_db
class TestCalendar(CalendarMachine.TestCase):
    """A unittest class, run within pytest-django's database."""
