"""Why services and resources cannot be combined at all, whatever the day: what a business has to change.

`reasons` tells of single starts, in the words of the native API; this tells of a whole wish, before any day is looked
at. Where there is an obstacle no day has a start.
"""

from collections.abc import Sequence
from enum import StrEnum

from bookings.availability.calendar import Calendar, Resource, Service
from bookings.availability.starts import Wish, companions, performers, usable


class Obstacle(StrEnum):
    """In the order in which they count: the first that holds is told."""

    SERVICE_OFFLINE = "service_offline"
    SERVICE_NOT_ONLINE = "service_not_online"
    RESOURCE_NOT_ONLINE = "resource_not_online"
    RESOURCE_OFFLINE = "resource_offline"
    LOCATIONS_DIFFER = "locations_differ"
    NOT_ASSIGNED = "not_assigned"
    NO_COMMON_RESOURCE = "no_common_resource"


def obstacle(calendar: Calendar, wish: Wish) -> Obstacle | None:
    """What prevents one resource from taking all services of the wish, or None."""
    if not all(service.active for service in wish.services):
        return Obstacle.SERVICE_OFFLINE
    if not all(map(wish.bookable, wish.services)):
        return Obstacle.SERVICE_NOT_ONLINE
    return _unusable(calendar, wish) or _apart(calendar, wish)


def able(calendar: Calendar, wish: Wish) -> list[Resource]:
    """The resources that can take the whole visit some day, each with the companions that its services need."""
    found = {r.id: r for r in performers(calendar, wish, wish.services[0])}
    for service in wish.services:
        offered = wish.bookable(service) and wish.welcome(service)
        doing = {r.id for r in performers(calendar, wish, service) if offered and wish.fits(r, service)}
        if service.also_needs:
            others = {r.id for r in companions(calendar, wish, service)}
            doing = {key for key in doing if others - {key}}
        found = {key: r for key, r in found.items() if key in doing}
    return list(found.values())


def _unusable(calendar: Calendar, wish: Wish) -> Obstacle | None:
    """Whether all who were asked for, or all who perform one of the services, are out of reach."""
    asked = [r for r in calendar.resources.values() if wish.allows(r)] if wish.names_resources else None
    pools = [asked] if asked else [_assigned(calendar, service) for service in wish.services]
    lost = [pool for pool in pools if pool and not any(usable(wish, r) for r in pool)]
    if any(r.active for pool in lost for r in pool):
        return Obstacle.RESOURCE_NOT_ONLINE
    return Obstacle.RESOURCE_OFFLINE if lost else None


def _apart(calendar: Calendar, wish: Wish) -> Obstacle | None:
    if able(calendar, wish):
        return None
    if _locations_differ([_locations(calendar, wish, service) for service in wish.services]):
        return Obstacle.LOCATIONS_DIFFER
    asked = [key for key in calendar.resources if wish.allows(calendar.resources[key])]
    assigned = any(all(key in service.performers for service in wish.services) for key in asked)
    return Obstacle.NO_COMMON_RESOURCE if assigned or not wish.names_resources else Obstacle.NOT_ASSIGNED


def _assigned(calendar: Calendar, service: Service) -> list[Resource]:
    return [calendar.resources[key] for key in service.performers if key in calendar.resources]


def _locations(calendar: Calendar, wish: Wish, service: Service) -> set[str]:
    """Where a service is performed. Empty when that is not known: a resource without location may be anywhere."""
    found = {r.location for r in _assigned(calendar, service) if usable(wish, r)}
    return set() if "" in found else found


def _locations_differ(places: Sequence[set[str]]) -> bool:
    return all(places) and not set.intersection(*places)
