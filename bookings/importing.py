"""Taking over customers and bookings from another system: as they are, once each, and without telling anybody.

No event is recorded, no message is written and no deposit asked for: what happened elsewhere is no news (decision
0014). The exclusion constraint has the last word here as everywhere.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from bookings import availability as engine
from bookings.codes import fresh_code
from bookings.customers import Guest, customer_for
from bookings.lifecycle import HOLDING
from bookings.models import Allocation, Booking, Customer, Imported, Source, Status
from bookings.placing import admit_longest, insert_allocations
from bookings.policy import terms
from bookings.queries import snapshot_of
from bookings.snapshot import Snapshot
from businesses.db import Raced, execute, transactional
from businesses.errors import Conflict, Invalid, NotFound
from businesses.localtime import moment_of
from businesses.models import Business
from businesses.models.catalogue import DAY_MINUTES

LARGEST_PARTY = 50
LONGEST_REFERENCE, LONGEST_SOURCE = 100, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where something was taken from, and for whom. `source`: the other system."""

    business_id: int
    live: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedVisit:
    """A booking of another system. `service` and `resource` are keys of the provisioning file; times are minutes.

    `customer` is the customer's id there, where there is one.
    """

    reference: str
    service: str
    resource: str
    start: int
    end: int
    status: str
    party: int
    guest: Guest
    customer: str = ""
    price_cents: int | None = None
    customer_notes: str = ""
    staff_notes: str = ""
    booked_at: datetime | None = None


class Overlapping(Conflict):
    """Others hold the time: `others` are their codes, with the id in the other system of those that were imported."""

    def __init__(self, others: list[str]) -> None:
        super().__init__("The time is taken.", {"reason": str(engine.Reason.BUSY), "others": others})
        self.others = others


@transactional
def import_customer(origin: Origin, reference: str, guest: Guest) -> bool:
    """Take over a customer; says whether that was new. Matched by phone, without one by e-mail and name.

    Raises Invalid for an id that cannot be kept.
    """
    _tell_nobody()
    if not _claim(origin, "customer", reference):
        return False
    business = snapshot_of(origin.business_id).business
    _claimed(origin, "customer", reference).update(customer_id=_match(business, guest, live=origin.live))
    return True


@transactional
def import_booking(origin: Origin, visit: ImportedVisit, *, now: int) -> bool:
    """Take over a booking with its times, status and price as they are; says whether that was new.

    Raises Overlapping, Invalid, NotFound (no such service or resource); nothing is stored then.
    """
    _tell_nobody()
    _require_sound(visit)
    if not _claim(origin, "booking", visit.reference):
        return False
    snapshot = snapshot_of(origin.business_id)
    pick = _pick(visit, snapshot)
    booking = _store(snapshot.business, origin, visit, now)
    _hold(snapshot.business, booking, pick)
    _claimed(origin, "booking", visit.reference).update(booking_id=booking.id)
    return True


def _tell_nobody() -> None:
    """Within this transaction new customers are no event: see the trigger in migration 0009."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('availengine.importing', 'on', true)")


def _require_sound(visit: ImportedVisit) -> None:
    problems = (
        (visit.status not in Status.values, "status", "Unknown."),
        (not visit.service or not visit.resource, "service", "Service and resource must be named."),
        (not 0 < visit.end - visit.start <= DAY_MINUTES, "end", "Must be after the start, by a day at most."),
        (not 1 <= visit.party <= LARGEST_PARTY, "party", f"Must be 1 to {LARGEST_PARTY}."),
    )
    found = {name: [problem] for wrong, name, problem in problems if wrong}
    if found:
        raise Invalid("This booking cannot be taken over.", found)


CLAIM = """
INSERT INTO bookings_imported (business_id, live, source, kind, reference, updated_at)
VALUES (%s, %s, %s, %s, %s, now()) ON CONFLICT DO NOTHING
"""


def _claim(origin: Origin, kind: str, reference: str) -> bool:
    """False when it is there already. Another import of the same waits here until this one ends. Raises Invalid."""
    for name, value, most in (("source", origin.source, LONGEST_SOURCE), ("reference", reference, LONGEST_REFERENCE)):
        if not 0 < len(value) <= most:
            raise Invalid("This id cannot be kept.", {name: [f"Must have 1 to {most} characters."]})
    return execute(CLAIM, (origin.business_id, origin.live, origin.source, kind, reference)) == 1


def _claimed(origin: Origin, kind: str, reference: str) -> QuerySet[Imported]:
    return Imported.objects.filter(
        business_id=origin.business_id, live=origin.live, source=origin.source, kind=kind, reference=reference
    )


def _match(business: Business, guest: Guest, *, live: bool) -> int:
    """Who a guest is. Without a phone number: by e-mail and name together, as families share an address."""
    if not guest.phone and guest.email:
        same = Customer.objects.present().filter(
            business=business,
            live=live,
            email__iexact=guest.email,
            first_name__iexact=guest.first_name,
            last_name__iexact=guest.last_name,
        )
        known = same.order_by("id").values_list("id", flat=True).first()
        if known:
            return int(known)
    return customer_for(business, guest, live=live)


def _customer(business: Business, origin: Origin, visit: ImportedVisit) -> int:
    if not visit.customer:
        return _match(business, visit.guest, live=origin.live)
    if _claim(origin, "customer", visit.customer):
        found = _match(business, visit.guest, live=origin.live)
        _claimed(origin, "customer", visit.customer).update(customer_id=found)
        return found
    return int(_claimed(origin, "customer", visit.customer).values_list("customer_id", flat=True)[0])


def _store(business: Business, origin: Origin, visit: ImportedVisit, now: int) -> Booking:
    booking = Booking(
        business=business,
        customer_id=_customer(business, origin, visit),
        live=origin.live,
        status=visit.status,
        source=Source.IMPORT,
        starts_at=moment_of(visit.start),
        ends_at=moment_of(visit.end),
        party_size=visit.party,
        guest_first_name=visit.guest.first_name,
        guest_last_name=visit.guest.last_name,
        guest_email=visit.guest.email,
        guest_phone=visit.guest.phone,
        customer_notes=visit.customer_notes,
        staff_notes=visit.staff_notes,
        price_cents=visit.price_cents,
        currency=business.currency,
        policy=terms(business),
    )
    if visit.booked_at and visit.booked_at < moment_of(now):
        booking.created_at = visit.booked_at
    with fresh_code() as booking.code:
        booking.save(force_insert=True)
    return booking


def _pick(visit: ImportedVisit, snapshot: Snapshot) -> engine.Pick:
    """What is held. Without buffers: with them, bookings would collide that did not where they come from."""
    service = next((row for row in snapshot.services.values() if row.key == visit.service), None)
    resource = next((row for row in snapshot.resources.values() if row.key == visit.resource), None)
    if service is None or resource is None:
        raise NotFound(f"There is no {'resource' if service else 'service'} with this key.")
    return engine.Pick(
        sequence=0,
        service=service.id,
        resource=resource.id,
        additional=False,
        start=visit.start,
        end=visit.end,
        blocked_from=visit.start,
        blocked_until=visit.end,
    )


def _hold(business: Business, booking: Booking, pick: engine.Pick) -> None:
    """What is cancelled or was a no-show holds nothing, as if it had become so here."""
    active = booking.status in HOLDING
    admit_longest(business, [pick])
    if insert_allocations(booking, [pick], active=active):
        return
    held = Allocation.objects.filter(business=business, live=booking.live, resource_id=pick.resource, active=True)
    overlap = Q(blocked_from__lt=booking.ends_at, blocked_until__gt=booking.starts_at)
    rows = held.filter(overlap, exclusive=True).order_by("blocked_from")
    others = rows.values_list("booking__code", "service__name", "booking__imports__reference")
    if not others:  # whoever was in the way has gone since
        raise Raced
    named = [(code or name, reference) for code, name, reference in others]  # a class has no code
    raise Overlapping([f"{name} ({reference})" if reference else name for name, reference in named])
