"""Who waits: joining, leaving, and the list in its order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Q, QuerySet

from bookings import availability as engine
from bookings.asking import Ask
from bookings.customers import Guest, customer_for
from bookings.deposits import lock_names
from bookings.lifecycle import change_status
from bookings.models import AT_WORK, UNDER_WAY, Booking, EntryState, OfferState, Status, WaitlistEntry, WaitlistOffer
from bookings.queries import snapshot_of
from bookings.snapshot import Snapshot
from bookings.waitlist import letters, links, turns
from bookings.waitlist.matching import ask_of
from businesses.db import Raced, transactional, violated
from businesses.errors import Conflict, Invalid, NotFound
from businesses.localtime import DAY, date_of, earliest_instant, moment_of
from businesses.models import Business

MOST_ENTRIES = 3  # at work at once, per phone and e-mail
MOST_PER_ADDRESS = 20  # entries last for days, and a whole house or a mobile network may be behind one address
KEPT = timedelta(days=30)  # so long an entry that has ended can be looked up


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """Who wants to wait for what. The dates are local ones, the minutes of the wall clock: of the start of the visit.

    No services: the default one. `visitor`: a digest of the address of who asks, or empty. `key`: the id that the
    entry is to have, where who asks chooses it: asked twice is joined once.
    """

    business_id: int
    live: bool
    guest: Guest
    first_day: date
    last_day: date
    services: tuple[UUID, ...] = ()
    resource: UUID | None = None
    party: int = 1
    from_minutes: int = 0
    until_minutes: int = DAY
    customer_notes: str = ""
    language: str = ""
    visitor: str = ""
    key: UUID | None = None


@transactional
def join_waitlist(new: NewEntry, *, now: int) -> WaitlistEntry:
    """Put somebody on the list, and write to them. Should something fit already, it is offered at once.

    Raises Conflict where there is no waitlist, where the wish can never come true, and for too many entries; Invalid,
    NotFound.
    """
    made = listed_entries(new.business_id, live=new.live).filter(uuid=new.key).first() if new.key else None
    if made:
        return made
    snapshot = snapshot_of(new.business_id)
    business = snapshot.business
    if not business.waitlist:
        raise Conflict("There is no waitlist here.", {"reason": "no_waitlist"})
    _require_window(new, business, now)
    entry = _drafted(new, snapshot, now)
    _require_possible(entry, snapshot)
    entry.customer_id = customer_for(business, new.guest, live=new.live)
    _require_few(entry)
    entry.business = business
    _store(entry, new.key)
    letters.tell_joined(entry, links.new_link(entry))
    turns.mark(entry.business_id, live=entry.live, now=moment_of(now - 1))  # `now` may be the minute that begins next
    return entry


def _store(entry: WaitlistEntry, key: UUID | None) -> None:
    entry.uuid = key or entry.uuid
    try:
        entry.save(force_insert=True)
    except IntegrityError as error:
        if violated(error) != "bookings_waitlistentry_uuid_key":
            raise
        raise Raced from error  # by the first of two at once: it is found then


def _require_window(new: NewEntry, business: Business, now: int) -> None:
    today = date_of(business.zone, now)
    last = today + timedelta(days=business.window_days)
    if new.first_day > new.last_day:
        raise Invalid("The days are the wrong way round.", {"last_date": ["Must not be before the first one."]})
    if new.first_day < today or new.last_day > last:
        raise Invalid("These days cannot be waited for.", {"first_date": [f"From {today} to {last}."]})
    if not 0 <= new.from_minutes < new.until_minutes <= DAY:
        raise Invalid("The times are the wrong way round.", {"until": ["Must be later than the first time."]})
    if not new.guest.email:
        raise Invalid("How are you told?", {"email": ["Required: offers are sent by e-mail."]})


def _drafted(new: NewEntry, snapshot: Snapshot, now: int) -> WaitlistEntry:
    wish = Ask(services=new.services, resource=new.resource, party=new.party).wish(snapshot)
    zone, until = snapshot.business.zone, new.until_minutes
    ends = earliest_instant(zone, new.last_day + timedelta(days=1), 0)
    ends = ends if until == DAY else earliest_instant(zone, new.last_day, until) + 1
    if ends <= now:
        raise Invalid("This time is past.", {"until": ["Must be ahead."]})
    return WaitlistEntry(
        business_id=new.business_id,
        live=new.live,
        services=[UUID(service.uuid) for service in wish.services],
        resource=new.resource,
        party_size=wish.party,
        first_day=new.first_day,
        last_day=new.last_day,
        from_minutes=new.from_minutes,
        until_minutes=until,
        ends_at=moment_of(ends),
        queued_at=moment_of(now),
        guest_first_name=new.guest.first_name,
        guest_last_name=new.guest.last_name,
        guest_email=new.guest.email,
        guest_phone=new.guest.phone,
        customer_notes=new.customer_notes,
        language=new.language,
        visitor=new.visitor,
    )


def _require_possible(entry: WaitlistEntry, snapshot: Snapshot) -> None:
    """Raises Conflict for what no freed time could fulfil: too many people, a service that is not offered."""
    view = engine.DayView(snapshot.calendar, ask_of(entry).wish(snapshot), entry.first_day, engine.Busy(()))
    reason = engine.why_never(view)
    if reason:
        raise Conflict(engine.SENTENCES[reason], {"reason": str(reason)})


def _require_few(entry: WaitlistEntry) -> None:
    """Raises Conflict when this person, or this address, which many may share, waits for too much already."""
    keys = {
        f"customer {entry.customer_id}": (Q(customer_id=entry.customer_id), MOST_ENTRIES),
        f"e-mail {entry.guest_email.lower()}": (Q(guest_email__iexact=entry.guest_email), MOST_ENTRIES),
    }
    if entry.visitor:
        keys[f"visitor {entry.visitor}"] = (Q(visitor=entry.visitor), MOST_PER_ADDRESS)
    lock_names(f"{entry.business_id} waiting {name}" for name in keys)
    mine = WaitlistEntry.objects.filter(business_id=entry.business_id, live=entry.live, state__in=AT_WORK)
    if any(mine.filter(key).count() >= most for key, most in keys.values()):
        raise Conflict(
            f"You are on the waitlist {MOST_ENTRIES} times already. Leave it once first.",
            {"reason": "too_many_entries"},
        )


# --- leaving ------------------------------------------------------------------------------------------------------


def locked_entry(business_id: int, key: UUID, *, live: bool) -> WaitlistEntry:
    """The entry under a row lock: it comes before its offer's booking, everywhere. Raises NotFound."""
    found = WaitlistEntry.objects.select_for_update(no_key=True, of=("self",)).select_related("business")
    entry = found.filter(business_id=business_id, live=live, uuid=key).first()
    if entry is None:
        raise NotFound
    return entry


@transactional
def leave_waitlist(business_id: int, key: UUID, *, live: bool, now: int) -> WaitlistEntry:
    """Take an entry off the list; a time that is held for it is free again. Twice is once.

    Raises Conflict for one that has become a booking: that is cancelled as any other.
    """
    entry = locked_entry(business_id, key, live=live)
    if entry.state == EntryState.BOOKED:
        raise Conflict("This is booked. Cancel the booking instead.", {"state": entry.state})
    offer = entry.offers.filter(state__in=UNDER_WAY).first()
    if offer and offer.state == OfferState.ACCEPTED:
        raise Conflict("This is booked, and waits for its deposit. Cancel the booking instead.", {"state": "booked"})
    if offer:
        let_go(offer, OfferState.DECLINED)
        turns.mark(entry.business_id, live=entry.live, now=moment_of(now - 1))
    if entry.state in AT_WORK:
        entry.state = EntryState.WITHDRAWN
        entry.save(update_fields=["state", "updated_at"])
    return entry


def let_go(offer: WaitlistOffer, state: OfferState) -> None:
    """End an offer whose entry is locked, and free the time if it is held still."""
    if offer.booking_id:
        booking = Booking.objects.select_for_update(no_key=True).get(id=offer.booking_id)
        if booking.is_held:
            change_status(booking, Status.CANCELLED)
    offer.state = state
    offer.save(update_fields=["state", "updated_at"])


# --- the list -----------------------------------------------------------------------------------------------------


def listed_entries(business_id: int, *, live: bool) -> QuerySet[WaitlistEntry]:
    return WaitlistEntry.objects.filter(business_id=business_id, live=live)


def entries_of(rows: Sequence[Mapping[str, Any]]) -> list[WaitlistEntry]:
    """The entries of a page of ids, with their customers, in the page's order."""
    found = WaitlistEntry.objects.select_related("customer").in_bulk([row["id"] for row in rows])
    return [found[row["id"]] for row in rows if row["id"] in found]


def place_of(entry: WaitlistEntry) -> int:
    """From 1 on: how many who wait for some of the same days come before, and this one."""
    ahead = Q(queued_at__lt=entry.queued_at) | Q(queued_at=entry.queued_at, id__lt=entry.id)
    same = listed_entries(entry.business_id, live=entry.live).filter(state__in=AT_WORK)
    return same.filter(ahead, first_day__lte=entry.last_day, last_day__gte=entry.first_day).count() + 1


def offer_under_way(entry: WaitlistEntry) -> WaitlistOffer | None:
    found: Any = entry.offers.filter(state__in=UNDER_WAY)
    offer: WaitlistOffer | None = found.select_related("booking__deposit").first()
    return offer


def booking_of(entry: WaitlistEntry) -> Booking | None:
    """What is held or booked for an entry."""
    found = entry.offers.filter(state__in=(*UNDER_WAY, OfferState.TAKEN)).select_related("booking").order_by("-id")
    offer = found.first()
    return offer.booking if offer else None


def offers_under_way(entries: Sequence[WaitlistEntry]) -> dict[int, WaitlistOffer]:
    """By entry."""
    found = WaitlistOffer.objects.filter(entry__in=entries, state__in=UNDER_WAY)
    return {offer.entry_id: offer for offer in found.select_related("booking")}


def end_past(*, now: datetime) -> int:
    """Entries whose time has come without an offer."""
    past = WaitlistEntry.objects.filter(state=EntryState.WAITING, ends_at__lte=now)
    return past.update(state=EntryState.EXPIRED, updated_at=now)


def purge(*, now: datetime, most: int = 1000) -> int:
    """Forget entries that ended some time ago, with their offers, links and messages."""
    ended = WaitlistEntry.objects.exclude(state__in=AT_WORK).filter(ends_at__lte=now - KEPT)
    keys = list(ended.order_by("ends_at").values_list("id", flat=True)[:most])
    WaitlistEntry.objects.filter(id__in=keys).delete()
    return len(keys)
