"""What is still to be chosen, and from what: read from the choices and the business as it is now.

Choices that are not offered (any more) are as if they had not been made.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from availengine.booking_page.choices import ANYBODY, Choices
from bookings.asking import Ask
from bookings.snapshot import Snapshot
from businesses.models import Resource, ResourceKind, Service

CHOSEN_FROM = (ResourceKind.STAFF, ResourceKind.ROOM)  # nobody chooses a table by its number


class Step(StrEnum):
    SERVICE = "service"
    PARTY = "party"
    STAFF = "staff"
    WHEN = "when"
    DETAILS = "details"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody or something that can be chosen, and what the visit costs with them; None: not told."""

    resource: Resource
    price_cents: int | None
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`parties`: the sizes to choose from, one where there is nothing to choose."""

    snapshot: Snapshot
    choices: Choices
    services: tuple[Service, ...]
    party: int | None
    parties: range
    people: tuple[Person, ...]
    steps: tuple[Step, ...]
    step: Step

    @property
    def ask(self) -> Ask:
        staff = self.choices.staff
        resource = UUID(staff) if staff and staff != ANYBODY else None
        return Ask(services=tuple(service.uuid for service in self.services), resource=resource, party=self.party)

    @property
    def chosen(self) -> Person | None:
        return next((person for person in self.people if str(person.resource.uuid) == self.choices.staff), None)

    @property
    def several(self) -> bool:
        """Whether several services may be booked for one visit: not where a whole party comes for one."""
        return takes_several(self.snapshot)

    def number(self) -> int:
        return self.steps.index(self.step) + 1


def plan_of(snapshot: Snapshot, choices: Choices) -> Plan:
    offered = snapshot.offered_services()
    services = _services(offered, choices, takes_several(snapshot))
    parties = _parties(snapshot, services)
    party = parties[0] if len(parties) == 1 else choices.party if choices.party in parties else None
    people = _people(snapshot, services, party)
    staff = choices.staff if choices.staff in {ANYBODY, *(str(p.resource.uuid) for p in people)} else ""
    choices = replace(
        choices, services=tuple(str(s.uuid) for s in services), party=party, staff=staff if people else ""
    )
    steps = _steps(len(offered), len(parties), bool(people))
    open_steps = [step for step in steps if not _is_made(step, choices)]
    step = _wanted(choices.step, steps, open_steps) or (open_steps or [Step.DETAILS])[0]
    return Plan(
        snapshot=snapshot,
        choices=choices,
        services=services,
        party=party,
        parties=parties,
        people=people,
        steps=steps,
        step=step,
    )


def takes_several(snapshot: Snapshot) -> bool:
    offered = snapshot.offered_services()
    alone = (_largest_party(snapshot, service) == 1 for service in offered if not service.places)
    return len(offered) > 1 and all(alone)


def _services(offered: list[Service], choices: Choices, several: bool) -> tuple[Service, ...]:
    known = {str(service.uuid): service for service in offered}
    if len(offered) == 1:
        return tuple(offered)
    chosen = tuple(known[key] for key in choices.services if key in known)
    return chosen if several else chosen[:1]


def _parties(snapshot: Snapshot, services: tuple[Service, ...]) -> range:
    """The sizes that all chosen services take; one person before anything is chosen."""
    if not services:
        return range(1, 2)
    least = max(service.party_min for service in services)
    most = min(_largest_party(snapshot, service) for service in services)
    return range(least, max(least, most) + 1)


def _largest_party(snapshot: Snapshot, service: Service) -> int:
    """Of a class, all who may share a start come to one resource, whoever that is."""
    if service.places:
        return min(service.party_max, service.places)
    able = snapshot.calendar.services[service.id].performers
    seats = [r.capacity_max for r in snapshot.calendar.resources.values() if r.id in able and r.active and r.online]
    return min(service.party_max, max(seats, default=1))


def _people(snapshot: Snapshot, services: tuple[Service, ...], party: int | None) -> tuple[Person, ...]:
    """Who can do all of it, if there is a choice and the business leaves it to its customers."""
    if not snapshot.business.show_staff_selection or not services:
        return ()
    able = [r for r in snapshot.resources.values() if _could(snapshot, r, services, party)]
    if len(able) < 2 or len({r.kind for r in able}) > 1 or able[0].kind not in CHOSEN_FROM:
        return ()
    return tuple(_person(snapshot, resource, services) for resource in able)


def _could(snapshot: Snapshot, resource: Resource, services: tuple[Service, ...], party: int | None) -> bool:
    if not resource.active or not resource.bookable_online:
        return False
    seats = party is None or resource.capacity_min <= party <= resource.capacity_max
    return all((seats or service.places) and snapshot.performs(resource, service) for service in services)


def _person(snapshot: Snapshot, resource: Resource, services: tuple[Service, ...]) -> Person:
    prices = [snapshot.prices.get((service.id, resource.id), service.price_cents) for service in services]
    shown = [price for price, service in zip(prices, services, strict=True) if snapshot.shows_price(service)]
    complete = len(shown) == len(services) and None not in shown
    minutes = sum(snapshot.calendar.services[service.id].performers[resource.id] for service in services)
    return Person(resource, sum(price or 0 for price in shown) if complete else None, minutes)


def _steps(services: int, parties: int, people: bool) -> tuple[Step, ...]:
    there = {Step.SERVICE: services > 1, Step.PARTY: parties > 1, Step.STAFF: people}
    return tuple(step for step in Step if there.get(step, True))


def _is_made(step: Step, choices: Choices) -> bool:
    made = {
        Step.SERVICE: bool(choices.services),
        Step.PARTY: choices.party is not None,
        Step.STAFF: bool(choices.staff),
        Step.WHEN: choices.start is not None,
    }
    return made.get(step, False)


def _wanted(wanted: str, steps: tuple[Step, ...], open_steps: list[Step]) -> Step | None:
    """The step that is gone back to: none that lies ahead of what is still open."""
    found = next((step for step in steps if step == wanted), None)
    if found is None or (open_steps and steps.index(found) > steps.index(open_steps[0])):
        return None
    return found
