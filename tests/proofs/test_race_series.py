"""Series against single bookings for the same times: nothing overlaps, and a series is booked whole or not at all."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import connection, connections

from availengine.clock import current_minute
from bookings import services
from bookings.asking import Ask
from bookings.customers import Guest
from bookings.errors import SlotTaken
from bookings.integrity import broken_promises
from bookings.models import Booking, Series
from bookings.placing import Start
from bookings.series import Rule, SeriesRefused, cancel_series, create_series
from businesses.errors import Conflict
from businesses.provisioning import Outcome
from tests import factories
from tests.proofs import race
from tests.proofs.sizes import CLIENTS, RELEASE

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, ROUNDS = (CLIENTS, 100) if RELEASE else (12, 8)
WEEKS = 4


@pytest.fixture
def salon() -> Outcome:
    return factories.business(**race.class_business(2, 3))


class Desk:
    """One client: books single visits and series of the class or of what nobody shares, and cancels series."""

    def __init__(self, salon: Outcome, number: int) -> None:
        self.salon, self.chance = salon, random.Random(number)
        self.first = race.next_monday(date.today())
        self.whole: list[tuple[int, int]] = []  # (series, visits) as they were acknowledged
        self.refused = 0

    def act(self) -> None:
        kind = self.chance.choice(("single", "series", "series", "skip", "cancel"))
        day = self.first + timedelta(weeks=self.chance.randrange(WEEKS) if kind == "single" else 0)
        service = self.salon.services[self.chance.choice(("cut", "alone"))].uuid
        new = services.NewBooking(
            business_id=self.salon.business.id,
            live=True,
            guest=Guest(**race.GUEST),
            start=Start(day, self.chance.choice(race.slots()[:3])),
            ask=Ask(services=(service,), staff=True),
        )
        try:
            getattr(self, kind)(new)
        except (SlotTaken, SeriesRefused, Conflict):
            self.refused += 1
        finally:
            connection.close()

    def single(self, new: services.NewBooking) -> None:
        services.create_booking(new, now=current_minute())

    def series(self, new: services.NewBooking, conflicts: str = "refuse") -> None:
        series, found = create_series(new, Rule(unit="week", count=WEEKS), conflicts=conflicts, now=current_minute())
        self.whole.append((series.id, sum(one.booking is not None for one in found)))
        assert conflicts == "skip" or self.whole[-1][1] == WEEKS

    def skip(self, new: services.NewBooking) -> None:
        self.series(new, "skip")

    def cancel(self, new: services.NewBooking) -> None:
        for series in Series.objects.filter(id__in=[key for key, _ in self.whole])[:1]:
            cancel_series(new.business_id, series.uuid, live=True, now=current_minute(), first=3)


def test_series_against_single_bookings(salon: Outcome) -> None:
    barrier, desks = Barrier(WRITERS), [Desk(salon, number) for number in range(WRITERS)]

    def client(desk: Desk) -> None:
        barrier.wait(30)
        try:
            for _ in range(ROUNDS):
                desk.act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WRITERS) as pool:
        for done in [pool.submit(client, desk) for desk in desks]:
            done.result()
    assert (race.overlaps(), race.oversold()) == (0, 0)
    assert [(name, found) for name, found in broken_promises() if found] == []
    acknowledged = dict(pair for desk in desks for pair in desk.whole)
    assert len(acknowledged) > 0
    assert sum(desk.refused for desk in desks) > 0  # they did meet
    assert set(Series.objects.values_list("id", flat=True)) == set(acknowledged)  # what was refused left nothing
    for series, visits in acknowledged.items():
        assert Booking.objects.filter(series=series).count() == visits
