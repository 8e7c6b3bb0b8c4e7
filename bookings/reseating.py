"""Another resource or another party size for a booking, at the time that it has."""

from uuid import UUID

from django.db import IntegrityError, transaction

from bookings import availability as engine
from bookings.classes import change_class, require_places
from bookings.events import record_change
from bookings.lifecycle import require_not_over
from bookings.models import Allocation, Booking
from bookings.placing import lock_resources
from bookings.queries import held_allocations, snapshot_of
from bookings.snapshot import Snapshot
from businesses.errors import Conflict, NotFound
from businesses.models import Resource


def reseat(booking: Booking, *, party: int | None, resource: UUID | None) -> None:
    """Give a booking, locked by the caller, another party size or resource; None leaves as it is.

    Raises NotFound, and Conflict when it is over, too large for the resource, or the resource is not free.
    """
    require_not_over(booking)
    snapshot = snapshot_of(booking.business_id)
    party = booking.party_size if party is None else party
    target = snapshot.resources.get(str(resource)) if resource else None
    if resource and (target is None or not target.active):
        raise NotFound("There is no such resource.")
    held = held_allocations(booking)
    alone = [a for a in held if a.session_id is None]  # a class has a size of its own
    capacities = [target.capacity_max] if target and alone else []
    capacities += [a.resource.capacity_max for a in alone if a.additional or not target]
    if any(party > capacity for capacity in capacities):
        raise Conflict("The resource is too small for this party.", {"reason": str(engine.Reason.CAPACITY)})
    require_places(booking, held, party)
    if target:
        _move(booking, held, target, snapshot)
    booking.party_size = party
    booking.version += 1
    booking.save(update_fields=["party_size", "version", "updated_at"])
    record_change(booking, "booking.updated")


def _move(booking: Booking, held: list[Allocation], target: Resource, snapshot: Snapshot) -> None:
    """Give the main allocations to another resource, at the same time."""
    moving = [a for a in held if not a.additional and a.resource_id != target.id]
    for allocation in moving:
        service = snapshot.calendar.services.get(allocation.service_id)
        if service is not None and target.id not in service.performers:
            raise Conflict("This resource does not perform the service.", {"reason": "no_resource"})
    if not moving:
        return
    lock_resources(booking.business_id, {target.id, *(a.resource_id for a in moving)})
    for allocation in moving:
        if allocation.session_id is not None:
            change_class(booking, allocation, target)
            continue
        allocation.resource = target
        try:
            with transaction.atomic():
                allocation.save(update_fields=["resource", "updated_at"])
        except IntegrityError as error:
            raise Conflict("The resource is not free at that time.", {"reason": str(engine.Reason.BUSY)}) from error
