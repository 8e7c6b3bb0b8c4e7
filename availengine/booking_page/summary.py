"""What is being booked, as it stands beside every step: the choices made so far, each with the way back to it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from availengine.booking_page.choices import ANYBODY
from availengine.booking_page.entrance import Visit
from availengine.booking_page.plan import Plan, Step
from bookings import wording
from bookings.snapshot import Snapshot
from businesses.localtime import moment_of
from businesses.models import Service
from payments.money import spoken


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    value: str
    url: str  # to choose again; empty where there was no choice


@dataclass(frozen=True, slots=True)
class Mark:
    """A step of the way. `url`: where it can be gone back to."""

    number: int
    name: str
    state: str  # done, here, ahead
    url: str


def names() -> dict[Step, str]:
    return {
        Step.SERVICE: _("Service"),
        Step.PARTY: _("People"),
        Step.STAFF: _("With"),
        Step.WHEN: _("Time"),
        Step.DETAILS: _("Details"),
    }


def marks(visit: Visit, plan: Plan) -> list[Mark]:
    here, told = plan.number(), names()
    found = []
    for number, step in enumerate(plan.steps, 1):
        state = "done" if number < here else "here" if number == here else "ahead"
        url = visit.url(step=step, start=None) if number < here else ""
        found.append(Mark(number, told[step], state, url))
    return found


def lines(visit: Visit, plan: Plan) -> list[Line]:
    """What is chosen, in the order in which it was."""
    choices, told, found = plan.choices, names(), []

    def add(step: Step, value: str) -> None:
        if value:
            url = visit.url(step=step, start=None) if step in plan.steps and step != plan.step else ""
            found.append(Line(told[step], value, url))

    add(Step.SERVICE, ", ".join(service.name for service in plan.services))
    if plan.party and plan.party > 1:
        add(Step.PARTY, wording.people(plan.party))
    add(Step.STAFF, who(plan))
    if choices.start is not None and plan.step == Step.DETAILS:
        add(Step.WHEN, when(visit, moment_of(choices.start)))
    return found


def bar(visit: Visit, plan: Plan) -> str:
    """All but the service in one line, for small screens."""
    parts = [wording.people(plan.party) if plan.party and plan.party > 1 else "", who(plan)]
    if plan.choices.start is not None and plan.step == Step.DETAILS:
        moment = moment_of(plan.choices.start)
        short = f"{wording.short_day(moment, visit.business)}, {wording.spoken_time(moment, visit.business)}"
        parts.append(short)
    return " · ".join(filter(None, parts))


def who(plan: Plan) -> str:
    if plan.chosen:
        return plan.chosen.resource.name
    return _("Whoever is free") if plan.choices.staff == ANYBODY else ""


def when(visit: Visit, moment: datetime) -> str:
    return wording.spoken_moment(moment, visit.business)


def price(plan: Plan) -> str:
    """What the visit costs, or from what on, where prices are shown."""
    if plan.chosen:
        cents = plan.chosen.price_cents
        return "" if cents is None else spoken(cents, plan.snapshot.business.currency)
    if not plan.services or not all(plan.snapshot.shows_price(service) for service in plan.services):
        return ""
    return price_from(plan.snapshot, plan.services)


def price_from(snapshot: Snapshot, services: tuple[Service, ...]) -> str:
    """The price of one after another; `from …` where it depends on who does it."""
    ranges = [_prices(snapshot, service) for service in services]
    if not all(ranges):
        return ""
    least, most = sum(map(min, ranges)), sum(map(max, ranges))
    text = spoken(least, snapshot.business.currency)
    return text if least == most else _("from %(price)s") % {"price": text}


def _prices(snapshot: Snapshot, service: Service) -> set[int]:
    return {price for _minutes, price in snapshot.offered(service) if price is not None}


def duration(plan: Plan) -> str:
    """How long the visit lasts, where that is shown and does not depend on who does it."""
    snapshot = plan.snapshot
    if not plan.services or not all(snapshot.shows_duration(service) for service in plan.services):
        return ""
    if plan.chosen:
        return wording.minutes(plan.chosen.minutes)
    lengths = [{minutes for minutes, _price in snapshot.offered(service)} for service in plan.services]
    if any(len(found) != 1 for found in lengths):
        return ""
    return wording.minutes(sum(next(iter(found)) for found in lengths))
