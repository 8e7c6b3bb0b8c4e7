"""What a caller asks for, by the ids of the wire, and how it reads in a business's configuration."""

from dataclasses import dataclass
from uuid import UUID

from bookings.availability import Wish
from bookings.snapshot import Snapshot
from businesses.errors import Invalid, NotFound

MOST_SERVICES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """No services: the business's default one. No resource: any. The rest is as in `availability.Wish`."""

    services: tuple[UUID, ...] = ()
    resource: UUID | None = None
    party: int = 1
    same_resource: bool = False
    staff: bool = False
    any_hours: bool = False

    def wish(self, snapshot: Snapshot) -> Wish:
        """Raises NotFound for unknown ids, Invalid for too many services or without a default one."""
        if len(self.services) > MOST_SERVICES:
            raise Invalid("Too many services.", {"services": [f"At most {MOST_SERVICES} in one visit."]})
        resource = snapshot.resources.get(str(self.resource)) if self.resource else None
        if self.resource and resource is None:
            raise NotFound("There is no such resource.")
        return Wish(
            services=tuple(snapshot.calendar.services[key] for key in self._service_keys(snapshot)),
            party=self.party,
            resource=resource.id if resource else None,
            same_resource=self.same_resource,
            staff=self.staff,
            any_hours=self.any_hours,
        )

    def _service_keys(self, snapshot: Snapshot) -> list[int]:
        if not self.services:
            default = snapshot.default_service()
            if default is None:
                raise Invalid("Which service?", {"service_id": ["Required: there is no default service."]})
            return [default.id]
        found = [snapshot.services.get(str(service)) for service in self.services]
        if None in found:
            raise NotFound("There is no such service.")
        return [service.id for service in found if service]
