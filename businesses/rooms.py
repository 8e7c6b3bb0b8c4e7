"""Rooms and experiences as one thing: a resource of kind `room` and the service that is sold there, written together.

A service that several rooms share stays as it is: a room's own price and duration are kept beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from businesses.catalogue import Performer, find, save_resource, save_service
from businesses.db import transactional
from businesses.errors import Conflict, Invalid, NotFound
from businesses.models import Resource, ResourceKind, Service, ServiceResource

# What a value of a room is called in its resource and in its service.
OF_RESOURCE = {
    "name": "name",
    "description": "about",
    "party_min": "capacity_min",
    "party_max": "capacity_max",
    "photo_url": "photo_url",
    "active": "active",
}
OF_SERVICE = (
    "name",
    "description",
    "party_min",
    "party_max",
    "duration_minutes",
    "buffer_after_minutes",
    "price_cents",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRoom:
    name: str
    description: str = ""
    party_min: int = 1
    party_max: int = 10
    duration_minutes: int = 60
    buffer_after_minutes: int = 0
    price_cents: int | None = None
    photo_url: str = ""
    active: bool = True


@transactional
def create_room(business_id: int, new: NewRoom) -> Resource:
    """A room with a service of its own. Raises Invalid when its party sizes contradict each other."""
    values = {name: getattr(new, name) for name in (*OF_SERVICE, *OF_RESOURCE)}
    _require_order(new.party_min, new.party_max)
    room = save_resource(business_id, {**_of_resource(values), "kind": ResourceKind.ROOM})
    save_service(business_id, {name: values[name] for name in OF_SERVICE}, performers=[Performer(room.uuid)])
    return room


@transactional
def update_room(business_id: int, key: UUID, service: UUID | None, values: Mapping[str, Any]) -> Resource:
    """Change a room, and what `service`, which it is booked for, is in it. `values` are named as in `NewRoom`.

    Raises NotFound; Invalid for contradicting party sizes; Conflict for what only all rooms of a shared service can
    have, and for a price or a length where there is no service.
    """
    room = find(Resource, business_id, key)
    if room.kind != ResourceKind.ROOM:
        raise NotFound
    _require_order(values.get("party_min", room.capacity_min), values.get("party_max", room.capacity_max))
    sold = find(Service, business_id, service) if service else None
    if sold is None:
        terms = ("duration_minutes", "buffer_after_minutes", "price_cents")
        _require_none_of(values, *(name for name in terms if values.get(name) is not None), why="nothing is sold here")
    elif _shared(sold, room):
        _set_own_terms(sold, room, values)
    else:
        _set_terms(sold, room, values)
    return save_resource(business_id, _of_resource(values), key)


def _of_resource(values: Mapping[str, Any]) -> dict[str, Any]:
    return {column: values[name] for name, column in OF_RESOURCE.items() if name in values}


def _require_order(least: int, most: int) -> None:
    if least > most:
        raise Invalid("The party sizes contradict each other.", {"party_min": ["Must not exceed the largest party."]})


def _require_none_of(values: Mapping[str, Any], *names: str, why: str) -> None:
    given = [name for name in names if name in values]
    if given:
        raise Conflict(
            f"This cannot be set for the room by itself: {why}.", {name: [f"Because {why}."] for name in given}
        )


def _shared(service: Service, room: Resource) -> bool:
    others = ServiceResource.objects.filter(business_id=service.business_id, service=service, resource__deleted_at=None)
    return others.exclude(resource=room).exists()


def _set_terms(service: Service, room: Resource, values: Mapping[str, Any]) -> None:
    """The service is the room's alone: they change together, and what the room had for itself gives way."""
    called_alike = {"name": service.name == room.name, "description": service.description == room.about}
    changed = {name: values[name] for name in OF_SERVICE if name in values and called_alike.get(name, True)}
    if changed:
        save_service(service.business_id, changed, service.uuid)
    _own(service, room).update(**{name: None for name in ("price_cents", "duration_minutes") if name in values})


def _set_own_terms(service: Service, room: Resource, values: Mapping[str, Any]) -> None:
    """The service is others' too: price and length become the room's own."""
    if values.get("buffer_after_minutes", service.buffer_after_minutes) != service.buffer_after_minutes:
        _require_none_of(values, "buffer_after_minutes", why="other rooms share its service")
    beyond = [
        name
        for name, over in (
            ("party_min", values.get("party_min", service.party_min) < service.party_min),
            ("party_max", values.get("party_max", service.party_max) > service.party_max),
        )
        if over
    ]
    _require_none_of(values, *beyond, why=f"the service it shares is for {service.party_min} to {service.party_max}")
    own = {name: values[name] for name in ("price_cents", "duration_minutes") if name in values}
    if own:
        _own(service, room).update(**own)


def _own(service: Service, room: Resource) -> Any:
    return ServiceResource.objects.filter(business_id=service.business_id, service=service, resource=room)
