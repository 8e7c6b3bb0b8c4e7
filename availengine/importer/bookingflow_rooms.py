"""BookingFlow's rooms, as entries of the provisioning file. What is not told of them is read off their bookings."""

from collections import defaultdict
from typing import Any

from availengine.importer.draft import (
    Draft,
    Keys,
    Row,
    Unusable,
    agreed,
    clock,
    first_of,
    identifier,
    passage,
    price,
    text,
    web_address,
    whole,
    without_empty,
)

LARGEST = 50  # guests


def clock_minutes(at: str) -> int:
    """Minutes after midnight of `HH:MM`."""
    return int(at[:2]) * 60 + int(at[3:])


def _lasted(told: Row) -> int | None:
    """Minutes from start to end by the clock; past midnight where the end is not after the start."""
    begins, ends = clock(told.get("time")), clock(told.get("endTime"))
    return (clock_minutes(ends) - clock_minutes(begins) - 1) % 1440 + 1 if begins and ends else None


class Rooms:
    """Rooms by BookingFlow's ids, as entries of the provisioning file."""

    def __init__(self, draft: Draft, bookings: list[Row]) -> None:
        self._draft, self._report = draft, draft.report
        self._keys = Keys("room")
        self._known: dict[str, str] = {}
        self._bookings: dict[str, list[Row]] = defaultdict(list)
        for booking in bookings:
            self._bookings[str(booking.get("roomId"))].append(booking)

    def add(self, told: Row) -> None:
        name = text(told.get("name"), 200)
        if not name or told.get("id") is None:
            self._report.lost.append(f"room {told.get('id')}: it has no name or no id")
            return
        least, most = self._guests(told, name)
        values = {"about": passage(told.get("description"), 2000), "photo_url": _photo(told)}
        cost = first_of(told, "price", "basePrice")
        exact = price(cost, self._draft.business["currency"])
        if exact is None:
            self._report.assumed.append(f"{name}: no price ({'none was told' if cost is None else cost}).")
        game = {
            "description": passage(told.get("description"), 2000),
            "duration_minutes": self._duration(told, name),
            "buffer_after_minutes": whole(told.get("bufferMinutes"), 1, 1440),
            "price": exact,
            "photo_url": _photo(told),
        }
        active = {"active": False} if told.get("active") is False or told.get("isActive") is False else {}
        self._put(str(told["id"]), name, (least, most), {**without_empty(values), **active}, {**game, **active})

    def _put(self, theirs: str, name: str, guests: tuple[Any, Any], room: Row, game: Row) -> str:
        key, (least, most) = self._keys.of(name), guests
        self._known[theirs] = key
        self._draft.resources.append(
            {"key": key, "name": name, "kind": "room", "capacity_min": least, "capacity_max": most, **room}
        )
        party = {"party_min": least, "party_max": most}
        self._draft.services.append({"key": key, "name": name, **without_empty(game), **party, "resources": [key]})
        return key

    def _guests(self, told: Row, name: str) -> tuple[int, int | str]:
        """How many may play. Told under one of several names; else as many as came; else to be filled in."""
        capacity = told.get("capacity")
        spread = capacity if isinstance(capacity, dict) else {"max": capacity}
        least = whole(first_of(told, "minGuests", "minPlayers", "capacityMin") or spread.get("min"), 1, LARGEST) or 1
        most = whole(first_of(told, "maxGuests", "maxPlayers", "capacityMax") or spread.get("max"), least, LARGEST)
        if most is not None:
            return least, most
        came = [whole(b.get("guests"), 1, LARGEST) or 1 for b in self._bookings[str(told["id"])]]
        if came:
            self._report.assumed.append(f"{name}: up to {max(came)} guests, the most that have booked (not told).")
            return min(least, max(came)), max(came)
        self._report.to_fill.append(f"{name}: capacity_max and party_max. How many guests may come is not told.")
        return least, f"FILL IN: how many guests may come to {name}"

    def _duration(self, told: Row, name: str) -> int | str:
        """As told; else that of its bookings if they agree; else to be filled in."""
        found = whole(first_of(told, "durationMinutes", "duration"), 1, 1440)
        if found is not None:
            return found
        found = agreed(_lasted(booking) for booking in self._bookings[str(told["id"])])
        if found is not None:
            self._report.assumed.append(f"{name}: {found} minutes, as in its bookings (not told).")
            return found
        self._report.to_fill.append(f"{name}: duration_minutes. How long it takes is not told.")
        return f"FILL IN: how many minutes {name} takes"

    def of(self, told: Row) -> str:
        """The key of a booking's room. One that is not offered any more is kept, inactive. Raises Unusable."""
        theirs, name = identifier(told, "roomId"), text(told.get("roomName"), 200)
        if theirs in self._known:
            return self._known[theirs]
        minutes = _lasted(told)
        if not name or minutes is None:
            raise Unusable(f"the room {theirs} is not in the list, and the booking does not tell its name and times")
        self._report.assumed.append(f"{name}: not offered any more; added as inactive for its bookings.")
        inactive = {"active": False}
        most = max(whole(b.get("guests"), 1, LARGEST) or 1 for b in self._bookings[theirs])
        return self._put(theirs, name, (1, most), inactive, {"duration_minutes": minutes, **inactive})


def _photo(told: Row) -> str:
    return web_address(first_of(told, "photoUrl", "imageUrl", "image"))
