"""Resources that are sold by themselves: each with the service that it is booked for, read from a snapshot.

Meant for rooms and experiences; a table or a member of staff is booked in the same way.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from bookings import availability as engine
from bookings.queries import Occupancy, occupancy
from bookings.snapshot import Snapshot
from businesses.errors import Conflict, NotFound
from businesses.models import Resource, ResourceKind, Service


@dataclass(frozen=True)
class Room:
    """A resource and what it is booked for: nothing when it only comes along with others, such as a cabin."""

    snapshot: Snapshot
    resource: Resource
    service: Service | None

    @property
    def uuid(self) -> str:
        return str(self.resource.uuid)

    @cached_property
    def price_cents(self) -> int | None:
        """Its own price, or the service's."""
        if self.service is None:
            return None
        return self.snapshot.prices.get((self.service.id, self.resource.id), self.service.price_cents)

    @cached_property
    def minutes(self) -> int | None:
        """How long a visit lasts in it."""
        if self.service is None:
            return None
        return self.snapshot.calendar.services[self.service.id].performers[self.resource.id]

    @cached_property
    def parties(self) -> tuple[int, int]:
        """The smallest and the largest party that both room and service welcome."""
        room, service = self.resource, self.service
        if service is None:
            return room.capacity_min, room.capacity_max
        return max(room.capacity_min, service.party_min), min(room.capacity_max, service.party_max)

    @property
    def offered(self) -> bool:
        """Whether everybody may book it."""
        service = self.service
        shown = self.resource.active and self.resource.bookable_online
        return shown and service is not None and service.bookable_online

    def wish(self, party: int | None = None) -> engine.Wish | None:
        """A visit of it, for the smallest party unless told; None when it cannot be booked by itself."""
        if self.service is None:
            return None
        return engine.Wish(
            services=(self.snapshot.calendar.services[self.service.id],),
            party=party or self.parties[0],
            resource=self.resource.id,
        )


def booked_for(snapshot: Snapshot, resource: Resource) -> Service | None:
    """The first active service that a resource performs, in the order of the catalogue; bookable online before not."""
    services = snapshot.calendar.services
    able = [s for s in snapshot.services.values() if s.active and resource.id in services[s.id].performers]
    return next((service for service in able if service.bookable_online), able[0] if able else None)


def rooms(snapshot: Snapshot) -> list[Room]:
    """All rooms of a business, by age."""
    found = (resource for resource in snapshot.resources.values() if resource.kind == ResourceKind.ROOM)
    return [Room(snapshot, resource, booked_for(snapshot, resource)) for resource in found]


def room_of(snapshot: Snapshot, key: UUID, *, any_kind: bool = False) -> Room:
    """The room with this id; with `any_kind` also a table, member of staff or piece of equipment. Raises NotFound."""
    resource = snapshot.resources.get(str(key))
    if resource is None or not (any_kind or resource.kind == ResourceKind.ROOM):
        raise NotFound("There is no such room.")
    return Room(snapshot, resource, booked_for(snapshot, resource))


def service_of(snapshot: Snapshot, key: UUID) -> UUID:
    """What a resource is booked for, by the id of the wire. Raises NotFound, Conflict when it is nothing."""
    service = room_of(snapshot, key, any_kind=True).service
    if service is None:
        raise Conflict("This room cannot be booked by itself.", {"reason": str(engine.Reason.NO_RESOURCE)})
    return service.uuid


@dataclass(frozen=True, slots=True)
class Board:
    """Taken time of several rooms at once, each with its wish: what is free in them needs no further read."""

    found: Occupancy
    rooms: tuple[tuple[Room, engine.Wish], ...]


def board(
    business_id: int,
    *,
    live: bool,
    first: date,
    last: date,
    chosen: Callable[[Snapshot], Sequence[Room]],
    party: int | None = None,
) -> Board:
    """The rooms that `chosen` names, with the taken time of the dates first..last, in one read. Raises what it raises.

    A room that cannot be booked by itself is left out.
    """

    def longest(snapshot: Snapshot) -> engine.Wish:
        wishes = [wish for _, wish in _wishes(chosen(snapshot), party)]
        return max(wishes, key=lambda wish: wish.longest_visit, default=engine.Wish(services=()))

    found = occupancy(business_id, live=live, first=first, last=last, wish_of=longest)
    return Board(found, tuple(_wishes(chosen(found.snapshot), party)))


def _wishes(chosen: Sequence[Room], party: int | None) -> list[tuple[Room, engine.Wish]]:
    return [(room, wish) for room in chosen if (wish := room.wish(party))]
