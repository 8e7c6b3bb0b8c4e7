"""Who waits for a time that is taken: the list, an offer by hand, taking somebody off it."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from availengine.dashboard.access import Desk, page
from availengine.dashboard.booking_words import brief_moment
from availengine.dashboard.finding import query_without
from availengine.dashboard.frame import way
from availengine.dashboard.paging import chosen
from availengine.dashboard.starts import grouped_starts, why_none
from availengine.dashboard.words import ENTRY_BADGES, ENTRY_STATES
from availengine.keyset import Listing, keyset_page
from bookings.models import AT_WORK, EntryState, OfferState, WaitlistEntry, WaitlistOffer
from bookings.offers import offered_starts
from bookings.placing import Start
from bookings.queries import snapshot_of
from bookings.waitlist import letters, offers
from bookings.waitlist.entries import entries_of, leave_waitlist, listed_entries, offers_under_way
from bookings.waitlist.matching import ask_of
from bookings.wording import people, spoken_time
from businesses.errors import Conflict, NotFound
from businesses.localtime import date_of
from businesses.roles import Permission

PAGE = 50


@require_safe
@page(Permission.VIEW)
def waitlist(request: HttpRequest, desk: Desk) -> HttpResponse:
    state, day = chosen(request, "state", ENTRY_STATES), _day(request.GET.get("day", ""))
    found = listed_entries(desk.business.id, live=desk.live)
    found = found.filter(state=state) if state else found.filter(state__in=AT_WORK)
    if day:
        found = found.filter(first_day__lte=day, last_day__gte=day)
    listing = Listing(business_id=desk.business.id, live=desk.live, name=f"dashboard-waitlist:{state}:{day}")
    order, cursor = ("queued_at", "id"), request.GET.get("cursor")
    shown = keyset_page(found.values("id", "queued_at"), listing, order=order, limit=PAGE, cursor=cursor)
    context = {
        "rows": list(_rows(desk, entries_of(shown.rows))),
        "states": ENTRY_STATES.items(),
        "state": state,
        "day": day,
        "further": query_without(request.GET, cursor=shown.next_cursor) if shown.next_cursor else "",
        "may_change": desk.may(Permission.BOOKINGS) and not desk.past_due,
        "kept": desk.business.waitlist,
    }
    return render(request, "dashboard/waitlist.html", context)


def _rows(desk: Desk, entries: list[WaitlistEntry]) -> Iterator[dict[str, Any]]:
    services, under_way = snapshot_of(desk.business.id).services, offers_under_way(entries)
    for entry in entries:
        entry.business = desk.business
        names = (services[str(key)].name for key in entry.services if str(key) in services)
        yield {**_row(desk, entry, under_way.get(entry.id)), "what": ", ".join(names)}


def _row(desk: Desk, entry: WaitlistEntry, offer: WaitlistOffer | None) -> dict[str, Any]:
    booking = offer.booking if offer else None
    return {
        "entry": entry,
        "name": f"{entry.guest_first_name} {entry.guest_last_name}".strip(),
        "days": letters.days_of(entry),
        "times": letters.times_of(entry),
        "party": people(entry.party_size),
        "state": ENTRY_STATES[entry.state],
        "badge": ENTRY_BADGES[EntryState(entry.state)],
        "since": brief_moment(entry.created_at, desk.business, desk.language),
        "offered": brief_moment(offer.starts_at, desk.business, desk.language) if offer else "",
        "until": spoken_time(offer.expires_at, desk.business) if offer else "",
        "booking_url": way("booking", desk, Permission.VIEW, booking.uuid) if booking else "",
        "customer_url": way("customer", desk, Permission.VIEW, entry.customer.uuid),
        "removable": entry.state in AT_WORK and (offer is None or offer.state == OfferState.OPEN),
        "accepted": offer is not None and offer.state == OfferState.ACCEPTED,
        "waits": entry.state == EntryState.WAITING,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.BOOKINGS)
def offer(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    """The free starts of a day for this entry; a POST holds one of them and writes to who waits."""
    entry = listed_entries(desk.business.id, live=desk.live).select_related("customer").filter(uuid=key).first()
    if entry is None:
        raise NotFound
    if request.method != "POST":
        return _offer_page(request, desk, entry)
    start = _minute(request.POST.get("start", ""))
    if start is None:
        return _offer_page(request, desk, entry, problem=_("Choose a time."), status=400)
    try:
        there = Start.at(desk.zone, start)
        offers.offer_by_hand(desk.business.id, key, there, live=desk.live, now=desk.minute)
    except Conflict:
        problem = _("This time cannot be offered any more. Please look again.")
        return _offer_page(request, desk, entry, problem=problem, status=409)
    messages.success(request, _("The time is held, and %(name)s is told.") % {"name": entry.guest_first_name})
    return redirect("dashboard:waitlist", desk.business.slug)


def _offer_page(
    request: HttpRequest, desk: Desk, entry: WaitlistEntry, *, problem: str = "", status: int = 200
) -> HttpResponse:
    today = date_of(desk.zone, desk.minute)
    day = _day(request.GET.get("day", "")) or max(entry.first_day, today)
    found = offered_starts(desk.business.id, ask_of(entry, staff=True), day, live=desk.live, now=desk.minute)
    (row,) = _rows(desk, [entry])
    context = {
        **row,
        "day": day,
        "groups": grouped_starts(desk, found),
        "none": why_none(found),
        "problem": problem,
        "minutes": desk.business.waitlist_offer_minutes,
    }
    return render(request, "dashboard/waitlist_offer.html", context, status=status)


@require_POST
@page(Permission.BOOKINGS)
def remove(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    try:
        entry = leave_waitlist(desk.business.id, key, live=desk.live, now=desk.minute)
    except Conflict:
        messages.error(request, _("This is booked already. Cancel the booking instead."))
    else:
        messages.success(request, _("%(name)s is off the waitlist.") % {"name": entry.guest_first_name})
    return redirect("dashboard:waitlist", desk.business.slug)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-31") else None
    except ValueError:
        return None


def _minute(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len("123456789") else None
