"""Writing the made-up visits of a new business: few statements, whatever their number."""

import random
from collections.abc import Iterator
from datetime import datetime

from availengine.demo.diary import Diary, Visit
from availengine.demo.people import make_guests
from bookings.codes import ALPHABET
from bookings.customers import Guest, phone_key
from bookings.lifecycle import HOLDING
from bookings.models import Allocation, Booking, Customer, Source, Status
from bookings.snapshot import load_snapshot
from businesses.localtime import moment_of
from businesses.models import Business

GUESTS = 150
TEST_VISITS = 12

CUSTOMER_NOTES = (
    "First time here.",
    "Running late at most five minutes, promise.",
    "We come with a pram.",
    "A quiet corner, if you can.",
    "It's a birthday!",
    "Please ring my mobile, I rarely read mail.",
    "Step-free access needed.",
    "Same as last time, please.",
)
STAFF_NOTES = (
    "Regular.",
    "Called to confirm.",
    "Prefers mornings.",
    "Moved from last week.",
    "Asked for an invoice.",
    "Has a gift voucher.",
)

# How often a booking that only ever went forward has been changed.
VERSIONS = {Status.CHECKED_IN: 2, Status.COMPLETED: 3, Status.CANCELLED: 2, Status.NO_SHOW: 2}


def write_history(business_id: int, slug: str, *, now: int) -> int:
    """Fill a business that has no bookings, the same way every time it is done on a day; gives their number.

    No events are recorded: they would be sent to whoever subscribes, as if all this happened now.
    """
    snapshot = load_snapshot(business_id)
    rng = random.Random(slug)  # noqa: S311  (nothing here is a secret)
    codes = _new_codes(rng)
    live = Diary(snapshot, rng, now).fill()
    test = Diary(snapshot, rng, now).scatter(TEST_VISITS)
    _admit_longest(snapshot.business, live + test)
    _store(snapshot.business, live, codes, rng, live=True)
    _store(snapshot.business, test, codes, rng, live=False)
    return len(live)


def _new_codes(rng: random.Random) -> Iterator[str]:
    given: set[str] = set()
    while True:
        code = "AV-" + "".join(rng.choices(ALPHABET, k=6))
        if code not in given:
            given.add(code)
            yield code


def _admit_longest(business: Business, visits: list[Visit]) -> None:
    """Busy time is read by where it begins, back to this bound: with a lower one the reads would miss some of it."""
    longest = max((p.blocked_until - p.blocked_from for visit in visits for p in visit.placement.picks), default=0)
    Business.objects.filter(id=business.id, longest_block_minutes__lt=longest).update(longest_block_minutes=longest)


def _store(business: Business, visits: list[Visit], codes: Iterator[str], rng: random.Random, *, live: bool) -> None:
    visits = sorted(visits, key=lambda visit: visit.booked_at)  # so that numbers grow with time, as in real life
    guests = make_guests(business.timezone, rng, GUESTS)
    # Squared, so that some come again and again.
    who = [guests[int(GUESTS * rng.random() ** 2)] for _ in visits]
    customers = _store_customers(business, visits, who, live=live)
    bookings = []
    for visit, guest in zip(visits, who, strict=True):
        booking = _booking(business, visit, guest, rng)
        booking.customer_id, booking.live, booking.code = customers[guest.phone], live, next(codes)
        bookings.append(booking)
    Booking.objects.bulk_create(bookings)
    Allocation.objects.bulk_create(
        allocation
        for booking, visit in zip(bookings, visits, strict=True)
        for allocation in _allocations(booking, visit)
    )


def _store_customers(business: Business, visits: list[Visit], who: list[Guest], *, live: bool) -> dict[str, int]:
    """The ids of those who booked, by their number. They are known since their first booking."""
    first: dict[Guest, datetime] = {}
    for visit, guest in zip(visits, who, strict=True):
        first.setdefault(guest, moment_of(visit.booked_at))
    customers = [
        Customer(
            business_id=business.id,
            live=live,
            created_at=since,
            first_name=guest.first_name,
            last_name=guest.last_name,
            email=guest.email,
            phone=guest.phone,
            phone_key=phone_key(guest.phone, business),
        )
        for guest, since in first.items()
    ]
    return {customer.phone: customer.id for customer in Customer.objects.bulk_create(customers)}


def _booking(business: Business, visit: Visit, guest: Guest, rng: random.Random) -> Booking:
    """Without a deposit, also where one is asked: no money has moved."""
    customer_notes = rng.choice(CUSTOMER_NOTES) if visit.source == Source.ONLINE and rng.random() < 0.15 else ""
    return Booking(
        business_id=business.id,
        created_at=moment_of(visit.booked_at),
        status=visit.status,
        version=VERSIONS.get(visit.status, 1),
        source=visit.source,
        starts_at=visit.placement.starts_at,
        ends_at=visit.placement.ends_at,
        party_size=visit.placement.party,
        guest_first_name=guest.first_name,
        guest_last_name=guest.last_name,
        guest_email=guest.email,
        guest_phone=guest.phone,
        customer_notes=customer_notes,
        staff_notes=rng.choice(STAFF_NOTES) if rng.random() < 0.12 else "",
        price_cents=visit.placement.price_cents,
        currency=business.currency,
        policy={"cancel_notice_hours": business.cancel_notice_hours},
    )


def _allocations(booking: Booking, visit: Visit) -> Iterator[Allocation]:
    for pick in visit.placement.picks:
        yield Allocation(
            business_id=booking.business_id,
            booking_id=booking.id,
            created_at=booking.created_at,
            service_id=pick.service,
            resource_id=pick.resource,
            sequence=pick.sequence,
            additional=pick.additional,
            live=booking.live,
            active=visit.status in HOLDING,
            starts_at=moment_of(pick.start),
            ends_at=moment_of(pick.end),
            blocked_from=moment_of(pick.blocked_from),
            blocked_until=moment_of(pick.blocked_until),
        )
