"""A business's configuration as the availability engine wants it, kept in memory per `config_version`.

The version is read together with the busy time of every request, so an outdated snapshot is never used.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock

from bookings import availability as engine
from businesses.localtime import date_of, minute_of
from businesses.models import (
    Business,
    Closure,
    ClosureKind,
    OpeningHours,
    Resource,
    ResourceKind,
    Service,
    ServiceResource,
)

MOST_KEPT = 500


@dataclass(frozen=True, eq=False)
class Snapshot:
    """`prices` maps (service id, resource id) to a resource's own price; ids of the wire are UUID strings."""

    version: int
    business: Business
    calendar: engine.Calendar
    services: dict[str, Service]
    resources: dict[str, Resource]
    prices: dict[tuple[int, int], int]
    has_classes: bool

    def default_service(self) -> Service | None:
        bookable = [service for service in self.services.values() if service.active]
        return next((s for s in bookable if s.is_default), bookable[0] if len(bookable) == 1 else None)

    def offered_services(self) -> list[Service]:
        """What the public may book, in order."""
        return [service for service in self.services.values() if service.active and service.bookable_online]

    def performs(self, resource: Resource, service: Service) -> bool:
        return resource.id in self.calendar.services[service.id].performers

    def offered_staff(self) -> dict[Resource, list[Service]]:
        """The people whom the public may choose, each with what they are offered for."""
        offered = self.offered_services()
        staff = [r for r in self.resources.values() if is_offered_staff(r)]
        performing = {person: [service for service in offered if self.performs(person, service)] for person in staff}
        return {person: services for person, services in performing.items() if services}

    def shows_price(self, service: Service) -> bool:
        return bool(self.business.show_service_prices and service.show_price)

    def shows_duration(self, service: Service) -> bool:
        return bool(self.business.show_service_duration and service.show_duration)

    def offered(self, service: Service) -> list[tuple[int, int | None]]:
        """(minutes, price) of a service with each resource that performs it online."""
        performers = self.calendar.services[service.id].performers
        reachable = [r.id for r in self.calendar.resources.values() if r.active and r.online]
        return [
            (performers[key], self.prices.get((service.id, key), service.price_cents))
            for key in reachable
            if key in performers
        ]

    @property
    def longest_block(self) -> int:
        return max(self.business.longest_block_minutes, 1)


def is_offered_staff(resource: Resource) -> bool:
    return bool(resource.kind == ResourceKind.STAFF and resource.active and resource.bookable_online)


_kept: OrderedDict[int, Snapshot] = OrderedDict()
_lock = Lock()


def kept_snapshot(business_id: int) -> Snapshot | None:
    """The snapshot in memory, perhaps outdated: compare its version."""
    return _kept.get(business_id)


def load_snapshot(business_id: int) -> Snapshot:
    """Read the configuration; the version is read first, so that a change in between shows as a newer one."""
    business = Business.objects.get(id=business_id)
    resources = list(Resource.objects.present().filter(business=business).order_by("id"))
    services = list(
        Service.objects.present().filter(business=business).select_related("category").order_by("position", "id")
    )
    performing = list(ServiceResource.objects.filter(business=business))
    snapshot = Snapshot(
        version=business.config_version,
        business=business,
        calendar=_calendar(business, resources, services, performing),
        services={str(service.uuid): service for service in services},
        resources={str(resource.uuid): resource for resource in resources},
        prices={(p.service_id, p.resource_id): p.price_cents for p in performing if p.price_cents is not None},
        has_classes=any(service.places for service in services),
    )
    with _lock:
        _kept[business_id] = snapshot
        _kept.move_to_end(business_id)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return snapshot


def forget_snapshots() -> None:
    with _lock:
        _kept.clear()


def _calendar(
    business: Business, resources: list[Resource], services: list[Service], performing: list[ServiceResource]
) -> engine.Calendar:
    weeks = _weeks(business)
    closed = _periods(business, ClosureKind.CLOSED)
    opened = _periods(business, ClosureKind.OPEN)
    return engine.Calendar(
        zone=business.zone,
        rules=engine.Rules(business.slot_interval_minutes, business.lead_time_minutes, business.window_days),
        week=weeks.get(None, NEVER),
        closures=tuple(closed.get(None, ())),
        openings=tuple(opened.get(None, ())),
        resources={
            r.id: engine.Resource(
                id=r.id,
                uuid=str(r.uuid),
                kind=r.kind,
                capacity_min=r.capacity_min,
                capacity_max=r.capacity_max,
                active=r.active,
                online=r.bookable_online,
                location=r.location,
                week=weeks.get(r.id, NEVER) if r.own_hours else None,
                closures=tuple(closed.get(r.id, ())),
                openings=tuple(opened.get(r.id, ())),
            )
            for r in resources
        },
        services={s.id: _service(s, performing) for s in services},
    )


NEVER: engine.Week = ((),) * 7


def _service(service: Service, performing: list[ServiceResource]) -> engine.Service:
    return engine.Service(
        id=service.id,
        uuid=str(service.uuid),
        duration=service.duration_minutes,
        before=service.buffer_before_minutes,
        after=service.buffer_after_minutes,
        party_min=service.party_min,
        party_max=service.party_max,
        active=service.active,
        online=service.bookable_online,
        also_needs=service.also_needs,
        places=service.places or 0,
        starts=tuple(service.starts),
        performers={
            p.resource_id: p.duration_minutes or service.duration_minutes
            for p in performing
            if p.service_id == service.id
        },
    )


def _weeks(business: Business) -> dict[int | None, engine.Week]:
    weeks: dict[int | None, list[list[tuple[int, int]]]] = {}
    for hours in OpeningHours.objects.filter(business=business).order_by("weekday", "opens"):
        week = weeks.setdefault(hours.resource_id, [[] for _ in range(7)])
        week[hours.weekday].append((hours.opens, hours.closes))
    return {owner: tuple(tuple(day) for day in week) for owner, week in weeks.items()}


def _periods(business: Business, kind: str) -> dict[int | None, list[tuple[int, int]]]:
    periods: dict[int | None, list[tuple[int, int]]] = {}
    for closure in Closure.objects.filter(business=business, kind=kind).order_by("starts_at"):
        span = (minute_of(closure.starts_at), minute_of(closure.ends_at))
        periods.setdefault(closure.resource_id, []).append(span)
    return periods


def within_reach(snapshot: Snapshot, minute: int, now: int) -> bool:
    """Whether a moment is near enough to be spoken of at all: a year back, three years ahead."""
    zone = snapshot.business.zone
    today, day = date_of(zone, now), date_of(zone, minute)
    return today - timedelta(days=366) <= day <= today + timedelta(days=1100)
