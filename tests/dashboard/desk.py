"""A desk at work: a business whose clock stands at 09:00 on the 15th of May 2026, and what its pages say."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.test import Client

from bookings.asking import Ask
from bookings.customers import Guest
from bookings.models import Booking
from bookings.placing import Start
from bookings.services import NewBooking, create_booking
from businesses.localtime import minute_of
from businesses.provisioning import Outcome
from tests import factories
from tests.dashboard.conftest import browser, person

DAY = date(2026, 5, 15)
CHICAGO = ZoneInfo("America/Chicago")
NINE = datetime(2026, 5, 15, 9, 0, tzinfo=CHICAGO)


class DeskAtWork:
    def __init__(self, **changes: Any) -> None:
        self.outcome: Outcome = factories.business(**changes)
        self.business = self.outcome.business
        self.url = f"/dashboard/{self.business.slug}/"
        self.staff = browser(person(self.business, "staff"))
        self.number = 0

    def book(self, clock: str, resource: str = "maria", day: date = DAY, **ask: Any) -> Booking:
        """As the desk books: any minute, any hour."""
        self.number += 1
        local = datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), self.business.zone)
        name, live = ask.pop("name", "Jane"), ask.pop("live", True)
        services = tuple(self.outcome.services[key].uuid for key in ask.pop("services", ()))
        new = NewBooking(
            business_id=self.business.id,
            live=live,
            guest=Guest(first_name=name, last_name="Doe", phone=ask.pop("phone", f"+1312555{self.number:04}")),
            start=Start.at(self.business.zone, minute_of(local)),
            ask=Ask(services=services, resource=self.resource(resource), staff=True, any_hours=True, **ask),
        )
        booking, _ = create_booking(new, now=minute_of(NINE - timedelta(days=30)))
        return booking

    def resource(self, key: str) -> UUID | None:
        return self.outcome.resources[key].uuid if key else None

    def page(self, query: str = "", client: Client | None = None, **headers: str) -> str:
        answer = (client or self.staff).get(f"{self.url}{query}", headers=headers)
        assert answer.status_code == 200, answer.content[:500]
        return str(answer.content.decode())


def blocks(page: str) -> list[str]:
    """The text of each booking on the page, in the order in which they stand there."""
    return [words(found) for found in re.findall(r'<li class="block.*?</li>', page, re.DOTALL)]


def words(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", markup)).strip()


def classes(page: str, booking: Booking) -> set[str]:
    """Of the booking's first block."""
    (found,) = re.findall(rf'<li class="([^"]*)" data-booking="{booking.uuid}"', page)[:1]
    return set(found.split())


def tiles(page: str) -> dict[str, str]:
    """What the summary says."""
    return {words(name): words(value) for name, value in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page)}
