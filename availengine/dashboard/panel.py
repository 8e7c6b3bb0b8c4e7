"""One booking as the desk sees it: what the panel shows, and how each change of it is answered."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from availengine.dashboard import booking_words
from availengine.dashboard.access import Desk
from availengine.dashboard.together import classmates, series_of
from availengine.dashboard.words import STATUSES, state_of
from bookings import execution, settlement
from bookings.history import happenings
from bookings.lifecycle import TRANSITIONS
from bookings.models import Allocation, Booking, Message, Status
from bookings.moving import MOVABLE
from bookings.profiles import Past, past_of
from bookings.queries import held_allocations
from bookings.requests import ASKED_OF
from bookings.resending import may_be_resent, messages_of
from bookings.wording import people, short_day, spoken_span, spoken_time
from businesses.errors import Busy, Conflict, DomainError, InProgress, NotFound
from businesses.localtime import minute_of
from businesses.roles import Permission
from payments import gateway
from payments.models import Channel, Deposit, DepositStatus, Instruction, Progress
from payments.money import spoken

CHANGED = "bookings-changed"  # the event that pages listen to: htmx is told with every change
PANEL = "panel"
SEATABLE = (*MOVABLE, Status.CHECKED_IN)


def booking_of(desk: Desk, key: UUID) -> Booking:
    """Raises NotFound."""
    found = Booking.objects.filter(business_id=desk.business.id, live=desk.live, uuid=key)
    booking = found.select_related("customer", "deposit", "series").first()
    if booking is None:
        raise NotFound
    booking.business = desk.business
    return booking


# --- answering ----------------------------------------------------------------------------------------------------


def in_panel(request: HttpRequest) -> bool:
    """Whether htmx asks for what is inside of #panel."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and htmx.target == PANEL


def show(request: HttpRequest, part: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A part of the panel: alone for htmx, else within a page of its own."""
    context = {"part": f"dashboard/{part}", "partial": in_panel(request), **context}
    if context["partial"]:
        return render(request, context["part"], context, status=status)
    return render(request, "dashboard/booking.html", {**context, **_way_back(context["booking"])}, status=status)


def _way_back(booking: Booking) -> dict[str, str]:
    """The page of its day, which finds out itself on which day of work a time after midnight is."""
    url = f"{reverse('dashboard:home', args=[booking.business.slug])}?at={minute_of(booking.starts_at)}"
    return {"crumb": short_day(booking.starts_at, booking.business), "crumb_url": url}


def show_booking(request: HttpRequest, desk: Desk, key: UUID, *, problem: str = "", status: int = 200) -> HttpResponse:
    context = panel_of(desk, booking_of(desk, key))
    return show(request, "_panel.html", {**context, "problem": problem}, status=status)


def changed(request: HttpRequest, desk: Desk, key: UUID, told: str = "") -> HttpResponse:
    """After a change: the panel as it is now, nothing but the news for other parts of htmx, else back to the page
    that asked.
    """
    if in_panel(request):
        if told:
            messages.success(request, told)
        response = show_booking(request, desk, key)
    elif request.htmx:  # type: ignore[attr-defined]
        response = HttpResponse(status=204)
    else:
        if told:
            messages.success(request, told)
        return redirect(_next(request) or reverse("dashboard:booking", args=[desk.business.slug, key]))
    response.headers["HX-Trigger"] = CHANGED
    return response


def _next(request: HttpRequest) -> str:
    url = request.POST.get("next", "")
    return url if url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}) else ""


def not_changed(request: HttpRequest, desk: Desk, key: UUID, error: DomainError) -> HttpResponse:
    """A refusal, beside the booking as it is now."""
    if request.htmx and not in_panel(request):  # type: ignore[attr-defined]
        error.message = booking_words.said(error)
        raise error
    status = 409 if isinstance(error, Conflict) else 400
    return show_booking(request, desk, key, problem=booking_words.said(error), status=status)


# --- Stripe, after the transaction ----------------------------------------------------------------------------------


def settled(request: HttpRequest, desk: Desk, booking: Booking) -> Instruction | None:
    """Carry out what a change has left for Stripe. What was done; None, and said why, where that is not known yet or
    was refused. The booking and its deposit tell how they stand.
    """
    owed = settlement.owed(booking)
    if owed is None:
        return None
    try:
        return execution.carry_out(owed, now=desk.now)
    except (Busy, InProgress):
        messages.warning(request, _("The payment provider has not answered yet. It is asked again by itself."))
    except Conflict:
        refused = Instruction.objects.get(uuid=owed)
        text = _("%(what)s: %(why)s")
        messages.error(request, text % {"what": booking_words.FAILED[refused.action], "why": refused.problem})
    return None


# --- what is shown --------------------------------------------------------------------------------------------------


def panel_of(desk: Desk, booking: Booking) -> dict[str, Any]:
    held = held_allocations(booking)
    business = desk.business
    return {
        **heading_of(desk, booking),
        "held": list(_held(desk, held)),
        "party": people(booking.party_size),
        "series": series_of(booking),
        "classmates": classmates(desk, booking, held),
        "price": spoken(booking.price_cents, booking.currency) if booking.price_cents is not None else "",
        "booked": booking_words.brief_moment(booking.created_at, business, desk.language),
        "steps": list(_steps(booking)),
        "may": _may(desk, booking),
        "money": _money(desk, booking),
        "past": _past(desk, past_of(booking, now=desk.now)),
        "customer_url": _customer_url(desk, booking),
        "letters": list(_letters(desk, booking)),
        "history": list(_history(desk, booking)),
    }


def heading_of(desk: Desk, booking: Booking) -> dict[str, Any]:
    """What every part begins with."""
    return {
        "booking": booking,
        "guest": f"{booking.guest_first_name} {booking.guest_last_name}".strip() or _("Held time"),
        "status": state_of(desk.business, booking.status, booking.held_until),
        "when": spoken_span(booking.starts_at, booking.ends_at, desk.business),
    }


def _held(desk: Desk, held: list[Allocation]) -> Iterator[dict[str, str]]:
    for allocation in held:
        yield {
            "service": "" if allocation.additional else allocation.service.name,
            "resource": allocation.resource.name,
            "from": spoken_time(allocation.starts_at, desk.business),
        }


def _steps(booking: Booking) -> Iterator[dict[str, Any]]:
    """The transitions that are allowed, and what a no-show charges. Cancelling asks first, on a page of its own."""
    if booking.is_held:
        return
    holds = settlement.held(booking)
    amount = spoken(booking.deposit.amount_cents, booking.deposit.currency) if booking.deposit else ""
    for status in TRANSITIONS[booking.status]:
        if status != Status.CANCELLED:
            asks = status == Status.NO_SHOW
            label = booking_words.BECOMES[status]
            yield {"status": str(status), "label": label, "asks": asks, "charges": amount if holds and asks else ""}


def _may(desk: Desk, booking: Booking) -> dict[str, bool]:
    writes = desk.may(Permission.BOOKINGS) and not desk.past_due
    booked = writes and not booking.is_held
    return {
        "change": writes,
        "move": booked and booking.status in MOVABLE,
        "seat": booked and booking.status in SEATABLE,
        "cancel": writes and Status.CANCELLED in TRANSITIONS[booking.status],
        "money": writes and desk.may(Permission.MONEY),
        "ask": booked and may_ask(desk) and booking.status in ASKED_OF and bool(booking.guest_email),
    }


def may_ask(desk: Desk) -> bool:
    """Whether somebody may ask for deposits of any amount here, and they can be paid."""
    return desk.may(Permission.MONEY) and payable(desk)


def payable(desk: Desk) -> bool:
    return bool(gateway.secret_key(live=desk.live))


def _money(desk: Desk, booking: Booking) -> dict[str, Any] | None:
    deposit = booking.deposit
    if deposit is None:
        return None
    pending = deposit.instructions.filter(progress=Progress.PENDING).exists()
    return {
        "deposit": deposit,
        "amount": spoken(deposit.amount_cents, deposit.currency),
        "state": booking_words.DEPOSITS[deposit.status],
        "badge": booking_words.DEPOSIT_BADGES.get(DepositStatus(deposit.status), "plain"),
        "refunded": spoken(deposit.refunded_cents, deposit.currency) if deposit.refunded_cents else "",
        "under_way": pending,
        "held": settlement.held(booking) and not pending,
        "refundable": bool(deposit.refundable_cents) and not pending,
        **_payment(desk, deposit),
    }


def _payment(desk: Desk, deposit: Deposit) -> dict[str, str]:
    """Until when it may be paid, and where; until when a hold lasts."""
    waits = deposit.status == DepositStatus.PENDING
    moments = {"pay_until": deposit.expires_at if waits else None, "held_until": deposit.capture_before}
    moments["hold_at"] = deposit.hold_at if deposit.status == DepositStatus.SAVED else None
    told = {
        name: booking_words.brief_moment(moment, desk.business, desk.language) if moment else ""
        for name, moment in moments.items()
    }
    told["url"] = deposit.checkout_url if waits and deposit.channel == Channel.LINK else ""
    return told


def _past(desk: Desk, past: Past) -> dict[str, Any]:
    visits = ngettext("%(count)d visit", "%(count)d visits", past.visits) % {"count": past.visits}
    missed = ngettext("%(count)d no-show", "%(count)d no-shows", past.no_shows) % {"count": past.no_shows}
    earlier = [
        {
            "booking": booking,
            "when": booking_words.brief_moment(booking.starts_at, desk.business, desk.language),
            "status": STATUSES[booking.status],
        }
        for booking in past.earlier
    ]
    return {"earlier": earlier, "visits": visits, "no_shows": missed, "missed": past.no_shows}


def _customer_url(desk: Desk, booking: Booking) -> str:
    if booking.customer is None:
        return ""
    try:
        return reverse("dashboard:customer", args=[desk.business.slug, booking.customer.uuid])
    except NoReverseMatch:
        return ""


def _letters(desk: Desk, booking: Booking) -> Iterator[dict[str, Any]]:
    for message in messages_of(booking):
        yield {
            "message": message,
            "when": booking_words.brief_moment(message.sent_at or message.created_at, desk.business, desk.language),
            "state": booking_words.MESSAGES[message.state],
            "badge": booking_words.MESSAGE_BADGES[message.state],
            "again": may_be_resent(message, booking, now=desk.now),
            "text": _preview(message),
        }


def _preview(message: Message) -> str:
    return message.subject or message.text


def _history(desk: Desk, booking: Booking) -> Iterator[dict[str, Any]]:
    """The latest first."""
    for happening in reversed(happenings(booking)):
        spelled = (booking_words.spelled_out(difference, desk.business) for difference in happening.differences)
        yield {
            "when": booking_words.brief_moment(happening.at, desk.business, desk.language),
            "who": booking_words.who(happening.actor),
            "what": booking_words.sentence(happening, booking.currency),
            "changes": [text for text in spelled if text],
        }
