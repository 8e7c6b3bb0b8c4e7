"""From this dialect's words to the core's: which service, with whom, for which guest."""

from dataclasses import dataclass
from typing import Any

from bookings import availability as engine
from bookings.asking import Ask, Key
from bookings.customers import Guest
from bookings.snapshot import Snapshot, is_offered_staff
from businesses.errors import Invalid, NotFound
from businesses.models import Service


def offered_service(snapshot: Snapshot, key: Key) -> Service:
    """A service of the public catalogue. Raises NotFound."""
    service = snapshot.services.get(str(key))
    if service is None or not (service.active and service.bookable_online):
        raise NotFound("Service not found.")
    return service


@dataclass(frozen=True, kw_only=True)
class AppointmentAsk(Ask):
    """One service of the public catalogue, with a given professional or whoever is free.

    Nobody says for how many here: it is for the smallest party that the service takes.
    """

    def wish(self, snapshot: Snapshot) -> engine.Wish:
        """Raises NotFound for a service, Invalid for a professional that cannot be chosen."""
        service = offered_service(snapshot, self.services[0])
        chosen = snapshot.resources.get(str(self.resource)) if self.resource else None
        if self.resource and not (chosen and is_offered_staff(chosen) and snapshot.performs(chosen, service)):
            raise Invalid("With whom?", {"userId": ["No professional with this id performs this service."]})
        return super().wish(snapshot)


def ask_of(data: dict[str, Any]) -> AppointmentAsk:
    return AppointmentAsk(services=(data["serviceId"],), resource=data.get("userId"), party=None)


def guest_of(data: dict[str, Any]) -> Guest:
    """The full name is parted at its last space, so that both parts make the same name again."""
    first, _, last = data["guestName"].rpartition(" ")
    return Guest(
        first_name=first or last,
        last_name=last if first else "",
        phone=data.get("guestPhone") or "",
        email=data.get("guestEmail") or "",
    )
