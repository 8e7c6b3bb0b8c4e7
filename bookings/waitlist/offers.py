"""Offers: a freed time is held for who waits for it, in order; taken, declined, or not answered in time."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from bookings import holds
from bookings.customers import Guest
from bookings.deposits import Asked, DepositWish, asked_of
from bookings.errors import SlotTaken
from bookings.models import (
    AT_WORK,
    UNDER_WAY,
    Booking,
    EntryState,
    Message,
    OfferState,
    Status,
    WaitlistEntry,
    WaitlistOffer,
)
from bookings.placing import Start, placed
from bookings.queries import held_allocations, snapshot_of
from bookings.services import NewBooking
from bookings.waitlist import letters, links, turns
from bookings.waitlist.entries import let_go, locked_entry
from bookings.waitlist.matching import ask_of, first_free
from businesses.db import transactional
from businesses.errors import Conflict
from businesses.localtime import minute_of, moment_of
from payments.models import Channel, DepositStatus, Instruction

HOLDER = "waitlist"
MOST_LAPSED = 2  # offers that were not answered: then an entry ends
BATCH = 20  # entries that are looked at in one transaction
MOST_STEPS = 50  # transactions of one run
NOT_AGAIN = (OfferState.DECLINED, OfferState.LAPSED, OfferState.WITHDRAWN)  # the same start


# --- offering -----------------------------------------------------------------------------------------------------


def go_through(turn_id: int, *, now: datetime) -> int:
    """Offer what is free to who waits, from the first to the last; how many offers were made."""
    made = 0
    for _ in range(MOST_STEPS):  # the next run goes on
        step = _step(turn_id, now)
        if step is None:
            break
        made += step
    return made


@transactional
def _step(turn_id: int, now: datetime) -> int | None:
    """The next entries, up to the first that something fits. None at the end, or while another is at it."""
    turn = turns.taken(turn_id, now=now)
    if turn is None:
        return None
    entry = None
    for entry in turn.waiting()[:BATCH]:
        start = _fitting(entry, now)
        if start is None:
            continue
        if any(_offered(earlier, _fitting(earlier, now), now) for earlier in turn.ahead_of(entry, start)):
            return 1  # what was freed since they were looked at; this entry is looked at again
        if _offered(entry, start, now):
            turn.passed(entry)
            return 1
    turn.passed(entry)
    return None if entry is None else 0


def _fitting(entry: WaitlistEntry, now: datetime) -> Start | None:
    """What could be offered to an entry now."""
    if not letters.reachable(entry) or entry.ends_at <= now:
        return None
    refused = entry.offers.filter(state__in=NOT_AGAIN).values_list("starts_at", flat=True)
    return first_free(entry, now=minute_of(now), without={minute_of(moment) for moment in refused})


def _offered(entry: WaitlistEntry, start: Start | None, now: datetime) -> bool:
    if start is None:
        return False
    mine = locked_entry(entry.business_id, entry.uuid, live=entry.live)
    if mine.state != EntryState.WAITING:
        return False
    try:
        _offer(mine, start, now=minute_of(now), staff=False)
    except (SlotTaken, Conflict):  # by somebody who was faster than we were
        return False
    return True


def _offer(entry: WaitlistEntry, start: Start, *, now: int, staff: bool) -> WaitlistOffer:
    """Hold the time and write to who waited: all of it, or nothing. The entry is locked."""
    new = NewBooking(
        business_id=entry.business_id,
        live=entry.live,
        guest=_guest(entry),
        start=start,
        ask=ask_of(entry, staff=staff),
        customer_notes=entry.customer_notes,
    )
    by = holds.Holder(name=HOLDER, most=None, customer=entry.customer_id)
    minutes = entry.business.waitlist_offer_minutes
    booking, _ = holds.hold_slot(new, by=by, minutes=minutes, now=now)
    offer = WaitlistOffer.objects.create(
        business_id=entry.business_id,
        entry=entry,
        booking=booking,
        starts_at=booking.starts_at,
        expires_at=booking.held_until or booking.starts_at,
    )
    _become(entry, EntryState.OFFERED)
    letters.tell_offer(entry, offer, booking, links.new_link(entry))
    return offer


def _guest(entry: WaitlistEntry) -> Guest:
    return Guest(
        first_name=entry.guest_first_name,
        last_name=entry.guest_last_name,
        email=entry.guest_email,
        phone=entry.guest_phone,
    )


@transactional
def offer_by_hand(business_id: int, key: UUID, start: Start, *, live: bool, now: int) -> WaitlistOffer:
    """Offer any free minute to an entry, whoever comes before it. Raises SlotTaken, Conflict, NotFound."""
    entry = locked_entry(business_id, key, live=live)
    if entry.state != EntryState.WAITING:
        raise Conflict("This entry does not wait any more.", {"state": entry.state})
    return _offer(entry, start, now=now, staff=True)


# --- answering ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answered:
    entry: WaitlistEntry
    booking: Booking


@transactional
def accept_offer(
    business_id: int, key: UUID, offer: UUID, *, live: bool, now: int, deposit: DepositWish | None = None
) -> Answered:
    """Book what is held. Where a deposit is due, `settlement.owed` has yet to be carried out. Twice is once.

    Raises HoldEnded, and what `confirm_hold` raises.
    """
    entry, found = _found(business_id, key, offer, live)
    if found.booking is None or found.state not in (*UNDER_WAY, OfferState.TAKEN):
        raise holds.HoldEnded
    if found.state != OfferState.OPEN:
        return Answered(entry, found.booking)
    told = holds.Confirmation(deposit=deposit)
    booking = holds.confirm_hold(business_id, found.booking.uuid, live=live, now=now, told=told)
    if booking.deposit is None:
        _end(entry, found, OfferState.TAKEN, EntryState.BOOKED)
    else:
        found.state = OfferState.ACCEPTED
        found.expires_at = booking.deposit.expires_at or found.expires_at
        found.save(update_fields=["state", "expires_at", "updated_at"])
    return Answered(entry, booking)


@transactional
def decline_offer(business_id: int, key: UUID, offer: UUID, *, live: bool, now: int) -> WaitlistEntry:
    """Leave a held time to the next, and wait on in the same place. Twice is once; what is booked stays booked."""
    entry, found = _found(business_id, key, offer, live)
    if found.state in (OfferState.ACCEPTED, OfferState.TAKEN):
        raise Conflict("This is booked. Cancel the booking instead.", {"state": "booked"})
    if found.state == OfferState.OPEN:
        let_go(found, OfferState.DECLINED)
        _become(entry, EntryState.WAITING)
        turns.mark(entry.business_id, live=live, now=moment_of(now - 1))
    return entry


def _found(business_id: int, key: UUID, offer: UUID, live: bool) -> tuple[WaitlistEntry, WaitlistOffer]:
    """Both under the entry's lock. Raises NotFound, HoldEnded."""
    entry = locked_entry(business_id, key, live=live)
    found = WaitlistOffer.objects.filter(entry=entry, uuid=offer).select_related("booking__deposit").first()
    if found is None:
        raise holds.HoldEnded
    return entry, found


def deposit_due(offer: WaitlistOffer, *, now: datetime) -> Asked | None:
    """What accepting asks to pay, where that is known: a booking made by its rules. None also where nothing is."""
    booking = offer.booking
    if booking is None:
        return None
    wish = DepositWish(channel=Channel.LINK, by_rule=True)
    try:
        placement = placed(booking, held_allocations(booking), snapshot_of(booking.business_id))
        return asked_of(placement, wish, party=booking.party_size, customer_id=booking.customer_id, now=now)
    except Conflict:  # accepting says why
        return None


# --- what becomes of an offer -------------------------------------------------------------------------------------


def to_settle(*, now: datetime, most: int) -> list[int]:
    """Offers whose time is over, or whose booking has become something else."""
    unheld = Q(booking=None) | ~Q(booking__status=Status.PENDING)
    open_ = Q(state=OfferState.OPEN) & (Q(expires_at__lte=now) | unheld)
    accepted = Q(state=OfferState.ACCEPTED) & (unheld | ~Q(booking__deposit__status=DepositStatus.PENDING))
    found = WaitlistOffer.objects.filter(open_ | accepted).order_by("expires_at", "id")
    return list(found.values_list("id", flat=True)[:most])


@transactional
def settle(offer_id: int, *, now: datetime) -> bool:
    """Let an offer end as it is to. False when there is nothing to do."""
    row = WaitlistOffer.objects.select_related("entry").get(id=offer_id)
    entry = locked_entry(row.business_id, row.entry.uuid, live=row.entry.live)
    offer = WaitlistOffer.objects.select_related("booking__deposit").get(id=offer_id)
    if offer.state == OfferState.OPEN:
        return _settle_open(entry, offer, now)
    if offer.state == OfferState.ACCEPTED:
        return _settle_accepted(entry, offer, now)
    return False


def _settle_open(entry: WaitlistEntry, offer: WaitlistOffer, now: datetime) -> bool:
    if offer.expires_at <= now:
        let_go(offer, OfferState.LAPSED)
        _lapse(entry, offer, now)
    elif offer.booking is None or not offer.booking.is_held:
        _end(entry, offer, OfferState.WITHDRAWN, EntryState.WAITING)
        turns.mark(entry.business_id, live=entry.live, now=now)
    else:
        return False
    return True


def _settle_accepted(entry: WaitlistEntry, offer: WaitlistOffer, now: datetime) -> bool:
    booking = offer.booking
    deposit = booking.deposit if booking else None
    if booking is None or deposit is None:
        _end(entry, offer, OfferState.TAKEN, EntryState.BOOKED)
    elif booking.status != Status.CANCELLED:
        if deposit.status == DepositStatus.PENDING and booking.status == Status.PENDING:
            return False
        _end(entry, offer, OfferState.TAKEN, EntryState.BOOKED)
    elif deposit.status == DepositStatus.EXPIRED:
        offer.state = OfferState.LAPSED
        offer.save(update_fields=["state", "updated_at"])
        _lapse(entry, offer, now)
    elif Instruction.objects.filter(deposit=deposit, purpose="abandoned").exists():
        _end(entry, offer, OfferState.RETURNED, EntryState.WAITING)
        turns.mark(entry.business_id, live=entry.live, now=now)
    else:  # cancelled by who had it
        _end(entry, offer, OfferState.TAKEN, EntryState.BOOKED)
    return True


def _lapse(entry: WaitlistEntry, offer: WaitlistOffer, now: datetime) -> None:
    """To the back of the list; the second time off it."""
    entry.lapsed += 1
    entry.queued_at = moment_of(minute_of(now) + 2)  # behind all who have joined by now: their minutes are rounded up
    over = entry.lapsed >= MOST_LAPSED or entry.ends_at <= now
    entry.state = EntryState.EXPIRED if over else EntryState.WAITING
    entry.save(update_fields=["lapsed", "queued_at", "state", "updated_at"])
    letters.tell_lapsed(entry, offer, over=over)
    turns.mark(entry.business_id, live=entry.live, now=now)


def _end(entry: WaitlistEntry, offer: WaitlistOffer, state: OfferState, becomes: EntryState) -> None:
    offer.state = state
    offer.save(update_fields=["state", "updated_at"])
    _become(entry, becomes)


def _become(entry: WaitlistEntry, state: EntryState) -> None:
    if entry.state in AT_WORK:
        entry.state = state
        entry.save(update_fields=["state", "updated_at"])


def is_stale(message: Message, *, now: datetime) -> bool:
    """Whether a message is about an offer that ended before it was sent."""
    if message.kind != letters.OFFER or message.entry_id is None:
        return False
    found = WaitlistOffer.objects.filter(entry=message.entry_id, uuid=message.key, state=OfferState.OPEN)
    return not found.filter(expires_at__gt=now).exists()
