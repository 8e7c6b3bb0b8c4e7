"""What a caller asks for, by the ids of the wire, and how it reads in a business's configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from bookings import availability as engine
from bookings.models import Allocation, Booking
from bookings.snapshot import Snapshot
from businesses.errors import Invalid, NotFound
from businesses.localtime import minute_of

MOST_SERVICES = 5

Key = UUID | int  # as a wire names it: most show the UUID, Booxi's the number


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """No services: the business's default one. No resource: any. No party: the smallest that every service takes.

    The rest is as in `availability.Wish`.
    """

    services: tuple[Key, ...] = ()
    resource: Key | None = None
    among: tuple[Key, ...] = ()
    party: int | None = 1
    same_resource: bool = False
    staff: bool = False
    any_hours: bool = False
    any_time: bool = False

    def wish(self, snapshot: Snapshot) -> engine.Wish:
        """Raises NotFound for unknown ids, Invalid for too many services or without a default one."""
        if len(self.services) > MOST_SERVICES:
            raise Invalid("Too many services.", {"services": [f"At most {MOST_SERVICES} in one visit."]})
        services = tuple(snapshot.calendar.services[key] for key in self._service_keys(snapshot))
        return engine.Wish(
            services=services,
            party=self.party or max(service.party_min for service in services),
            resource=None if self.resource is None else _resource_key(snapshot, self.resource),
            among=tuple(_resource_key(snapshot, key) for key in self.among),
            same_resource=self.same_resource,
            staff=self.staff,
            any_hours=self.any_hours,
            any_time=self.any_time,
        )

    def _service_keys(self, snapshot: Snapshot) -> list[int]:
        if not self.services:
            default = snapshot.default_service()
            if default is None:
                raise Invalid("Which service?", {"service_id": ["Required: there is no default service."]})
            return [default.id]
        return [_service_key(snapshot, key) for key in self.services]


def _service_key(snapshot: Snapshot, key: Key) -> int:
    if isinstance(key, int):
        found = key if key in snapshot.calendar.services else None
    else:
        service = snapshot.services.get(str(key))
        found = service.id if service else None
    if found is None:
        raise NotFound("There is no such service.")
    return found


def _resource_key(snapshot: Snapshot, key: Key) -> int:
    if isinstance(key, int):
        found = key if key in snapshot.calendar.resources else None
    else:
        resource = snapshot.resources.get(str(key))
        found = resource.id if resource else None
    if found is None:
        raise NotFound("There is no such resource.")
    return found


def wish_to_move(
    booking: Booking, held: Sequence[Allocation], resource: UUID | None, snapshot: Snapshot, *, staff: bool = True
) -> engine.Wish:
    """The visit that was booked, as it was booked: its lengths and buffers, not what its services are today.

    Whoever performs a service today may take it over; its own resource may keep it. Not of staff: at the starts that
    customers are offered. Raises NotFound.
    """
    target = None if resource is None else _resource_key(snapshot, resource)
    companions = {a.sequence: a.resource.kind for a in held if a.additional}
    return engine.Wish(
        services=tuple(_as_booked(a, snapshot, companions) for a in held if not a.additional),
        party=booking.party_size,
        resource=target,
        staff=staff,
    )


def _as_booked(held: Allocation, snapshot: Snapshot, companions: Mapping[int, str]) -> engine.Service:
    minutes = minute_of(held.ends_at) - minute_of(held.starts_at)
    today = snapshot.calendar.services.get(held.service_id)
    performers = {held.resource_id, *(today.performers if today else ())}
    return engine.Service(
        id=held.service_id,
        uuid=str(held.service.uuid),
        duration=minutes,
        before=minute_of(held.starts_at) - minute_of(held.blocked_from),
        after=minute_of(held.blocked_until) - minute_of(held.ends_at),
        also_needs=companions.get(held.sequence, ""),
        places=today.places if today and held.session_id else 0,
        starts=today.starts if today else (),
        performers=dict.fromkeys(performers, minutes),
    )
