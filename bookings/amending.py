"""One change of several things about a booking, all of them or none: what a PUT of the whole booking means."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bookings.customers import Guest, customer_for
from bookings.errors import SlotTaken
from bookings.events import record_change
from bookings.lifecycle import require_not_over, require_transition
from bookings.models import Allocation, Booking
from bookings.moving import Move, refused_move, relocate
from bookings.placing import Start
from bookings.queries import held_allocations, snapshot_of
from bookings.reseating import reseat
from bookings.rooms import service_of
from bookings.services import locked_booking, set_status
from bookings.snapshot import Snapshot
from businesses.db import transactional
from businesses.localtime import minute_of

WRITTEN = ("guest_first_name", "guest_last_name", "guest_email", "guest_phone", "staff_notes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What a booking shall be. None leaves as it is, and so does what it is already: asking twice is asking once.

    `minutes` after local midnight. A resource that does not perform what was booked brings its own service along.
    """

    day: date | None = None
    minutes: int | None = None
    resource: UUID | None = None
    party: int | None = None
    guest_first_name: str | None = None
    guest_last_name: str | None = None
    guest_email: str | None = None
    guest_phone: str | None = None
    staff_notes: str | None = None
    status: str | None = None


def amend_booking(business_id: int, booking_id: UUID, wanted: Amendment, *, live: bool, now: int) -> Booking:
    """Change time, resource, party size, guest, notes and status together or not at all.

    `settlement.owed` has yet to be carried out. Raises SlotTaken with free alternatives, Conflict, NotFound.
    """
    try:
        return _amend(business_id, booking_id, wanted, live, now)
    except SlotTaken as refusal:
        booking = Booking.objects.get(business_id=business_id, uuid=booking_id)
        booking.party_size = wanted.party or booking.party_size
        held = held_allocations(booking)
        move = _move(booking, held, wanted, snapshot_of(business_id))
        raise (refused_move(refusal, booking, held, move, now=now) if move else refusal) from None


@transactional
def _amend(business_id: int, booking_id: UUID, wanted: Amendment, live: bool, now: int) -> Booking:
    booking = locked_booking(business_id, booking_id, live=live)
    status = wanted.status if wanted.status != booking.status else None
    if status:
        require_transition(booking, status)
    snapshot, before = snapshot_of(business_id), booking.version
    written = _write(booking, wanted, snapshot)
    _place(booking, wanted, snapshot, now)
    if status:
        set_status(booking, status, now=now)
    if written and booking.version == before:  # nothing else has told of it
        booking.version += 1
        booking.save(update_fields=["version", "updated_at"])
        record_change(booking, "booking.updated")
    return booking


def _write(booking: Booking, wanted: Amendment, snapshot: Snapshot) -> bool:
    """Who comes, and the notes, which may follow what is over. Another phone number is another customer; who is stored
    stays as it is.
    """
    changed = [name for name in WRITTEN if getattr(wanted, name) not in (None, getattr(booking, name))]
    if changed and changed != ["staff_notes"]:
        require_not_over(booking)
    for name in changed:
        setattr(booking, name, getattr(wanted, name))
    if "guest_phone" in changed:
        booking.customer_id = customer_for(snapshot.business, _guest(booking), live=booking.live)
        changed.append("customer_id")
    if changed:
        booking.save(update_fields=[*changed, "updated_at"])
    return bool(changed)


def _guest(booking: Booking) -> Guest:
    return Guest(
        first_name=booking.guest_first_name,
        last_name=booking.guest_last_name,
        email=booking.guest_email,
        phone=booking.guest_phone,
    )


def _place(booking: Booking, wanted: Amendment, snapshot: Snapshot, now: int) -> None:
    """Time, resource and party size. At the time that it has, a booking is reseated, also outside opening hours."""
    held = held_allocations(booking)
    party = wanted.party if wanted.party != booking.party_size else None
    move = _move(booking, held, wanted, snapshot)
    if move:
        booking.party_size = party or booking.party_size
        relocate(booking, held, move, now=now)
    elif party or _elsewhere(held, wanted.resource):
        reseat(booking, party=party, resource=wanted.resource)


def _move(booking: Booking, held: list[Allocation], wanted: Amendment, snapshot: Snapshot) -> Move | None:
    """Where to, when another time or another service is wanted."""
    service = _other_service(held, wanted.resource, snapshot)
    local = booking.starts_at.astimezone(snapshot.business.zone)
    has = (local.date(), local.hour * 60 + local.minute)
    start = (wanted.day or has[0], has[1] if wanted.minutes is None else wanted.minutes)
    if start == has and service is None:
        return None
    instant = minute_of(booking.starts_at) if start == has else None
    resource = wanted.resource or _own_resource(held, snapshot)
    return Move(start=Start(*start, instant), resource=resource, service=service)


def _own_resource(held: list[Allocation], snapshot: Snapshot) -> UUID | None:
    """The one resource that a booking has: unless another is wanted, it stays there."""
    own = {a.resource.uuid for a in held if not a.additional and str(a.resource.uuid) in snapshot.resources}
    return own.pop() if len(own) == 1 else None


def _elsewhere(held: list[Allocation], resource: UUID | None) -> bool:
    return resource is not None and any(a.resource.uuid != resource for a in held if not a.additional)


def _other_service(held: list[Allocation], resource: UUID | None, snapshot: Snapshot) -> UUID | None:
    """What a booking of one service becomes at a resource that does not perform it."""
    main = [a for a in held if not a.additional]
    if resource is None or len(main) != 1 or not _elsewhere(held, resource):
        return None
    target, today = snapshot.resources.get(str(resource)), snapshot.calendar.services.get(main[0].service_id)
    if target is not None and today is not None and target.id in today.performers:
        return None
    return service_of(snapshot, resource)
