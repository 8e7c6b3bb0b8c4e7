"""What the page shows of a booking, and what can be done with it now."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from availengine.booking_page.about import about
from availengine.booking_page.choices import Choices, day_of, minute_in
from availengine.clock import current_minute, current_time
from availengine.manage_page.access import salt_to_cancel, salt_to_move
from bookings import customer_moves, money_words, wording
from bookings.calendar_links import google_link, outlook_link
from bookings.letters import Visit, facts
from bookings.models import Booking, Status
from bookings.policy import cancellation
from bookings.queries import held_allocations, snapshot_of
from businesses.localtime import date_of, day_bounds, minute_of, moment_of
from businesses.models import ResourceKind
from payments.models import DepositStatus
from payments.money import spoken

STANDING = (Status.PENDING, Status.CONFIRMED)


def may_cancel(found: Booking) -> bool:
    return found.status in STANDING and found.starts_at > current_time()


def cost(found: Booking) -> list[int]:
    settled = cancellation(found, now=current_minute())
    return [settled.fee_cents, settled.refund_cents]


def chosen_start(request: HttpRequest) -> int | None:
    """The minute on the form; None for all that is none of this age."""
    return minute_in(request.POST.get("start", ""))


def surroundings(request: HttpRequest, found: Booking, token: str, path: str) -> dict[str, Any]:
    """What every page of a booking needs, whatever it is about."""
    snapshot = snapshot_of(found.business_id)
    asked = request.GET.get("lang", "")
    return {
        **about(snapshot, Choices(), path=path, now=current_minute()),
        "booking": found,
        "business": found.business,
        "language": wording.spoken_language(),
        "token": token,
        "home": f"/b/{token}",
        "folded": True,
        "lang": asked if asked == wording.spoken_language() else "",
    }


def booking_page(request: HttpRequest, found: Booking, token: str, *, status: int = 200) -> HttpResponse:
    visit = Visit.of(found)
    context = surroundings(request, found, token, f"/b/{token}") | {
        "facts": facts(visit),
        "instructions": visit.instructions if found.status in STANDING else (),
        "changed": status != 200,
        "not_moved": status != 200 and "moving" in request.POST,
        "file": f"/b/{token}/calendar.ics",
        "google": google_link(visit, described=found.code),
        "outlook": outlook_link(visit, described=found.code),
        "again": _again(found),
        **_money(found),
    }
    if may_cancel(found):
        settled = cancellation(found, now=current_minute())
        context["cost"] = money_words.before_cancellation(found, settled)
        context["form"] = signing.dumps([settled.fee_cents, settled.refund_cents], salt=salt_to_cancel(found))
    if customer_moves.may_move(found, now=current_minute()):
        context["move"] = _to_move(request, found)
        context["disrupted"] = customer_moves.is_disrupted(found)
    return render(request, "manage_page/booking.html", context, status=status)


def _money(found: Booking) -> dict[str, Any]:
    """How the deposit stands, and where it can be paid while it is not."""
    deposit = found.deposit
    if deposit is None:
        return {"deposit": ""}
    told: dict[str, Any] = {"deposit": money_words.state_of(deposit)}
    if deposit.status == DepositStatus.PENDING and found.status in STANDING and deposit.checkout_url:
        told["pay_url"], told["amount"] = deposit.checkout_url, spoken(deposit.amount_cents, deposit.currency)
        if deposit.expires_at:
            told["held_until"] = wording.spoken_moment(deposit.expires_at, found.business)
    return told


def _again(found: Booking) -> str:
    """The page that books, with the same services, people and person chosen."""
    held = [row for row in held_allocations(found) if not row.additional]
    chosen = [("service", str(row.service.uuid)) for row in held]
    people = {row.resource.uuid for row in held if row.resource.kind == ResourceKind.STAFF}
    chosen += [("staff", str(person)) for person in people] if len(people) == 1 else []
    return f"/book/{found.business.slug}?{urlencode([*chosen, ('party', str(found.party_size))])}"


def _to_move(request: HttpRequest, found: Booking) -> dict[str, Any]:
    """What there is to choose from on the day that is asked for; at first that of the visit."""
    zone, now = found.business.zone, current_minute()
    today = date_of(zone, now)
    chosen = chosen_start(request)
    asked = day_of(request.GET.get("date", ""))
    asked = asked or date_of(zone, minute_of(found.starts_at) if chosen is None else chosen)
    last = today + timedelta(days=found.business.window_days)
    day = min(max(asked, today), last)
    starts, dates = customer_moves.free_starts(found, day, now=now)
    return {
        "day": day,
        "spoken_day": _spoken(day, found),
        "today": today,
        "last": last,
        "previous": day - timedelta(days=1) if day > today else None,
        "next": day + timedelta(days=1) if day < last else None,
        "starts": [(start, wording.spoken_time(moment_of(start), found.business)) for start in starts],
        "dates": [(on, _spoken(on, found)) for on in dates],
        "form": signing.dumps([found.version], salt=salt_to_move(found)),
        "open": "date" in request.GET or chosen is not None,
    }


def _spoken(day: Any, found: Booking) -> str:
    return wording.spoken_day(moment_of(day_bounds(found.business.zone, day)[0]), found.business)
