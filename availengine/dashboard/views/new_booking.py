"""A new booking in one form. Buttons other than the one that books only show the page again, with what was typed."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from availengine.dashboard import booking_words
from availengine.dashboard.access import Desk, page
from availengine.dashboard.amounts import cents_of
from availengine.dashboard.booking_forms import AskForm, NewBookingForm
from availengine.dashboard.panel import may_ask, payable
from availengine.dashboard.starts import chosen_of, grouped_starts, nearest_of, resources_of, usual_party, why_none
from availengine.dashboard.together import outcomes, rhythm, visits_of
from bookings import execution, settlement
from bookings.asking import MOST_SERVICES
from bookings.deposits import DepositWish
from bookings.errors import SlotTaken
from bookings.models import Booking, Customer, Series, SeriesUnit
from bookings.offers import Offers, offered_starts
from bookings.once import book_once
from bookings.queries import snapshot_of
from bookings.search import found_customers
from bookings.series import Conflicts, Rule, SeriesRefused, create_series, found_series
from bookings.services import NewBooking
from businesses.deposit_rules import effective_rule
from businesses.errors import Busy, Conflict, DomainError, Invalid, NotFound, Undone
from businesses.localtime import local_of
from businesses.roles import Permission
from payments.models import Channel

SHORTEST, MOST_FOUND = 2, 8  # of what is typed to find a customer; of those who are shown
SHOWING = ("show", "take", "find", "pick")  # the buttons that do not book


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.BOOKINGS)
def new_booking(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """GET may bring `date`, `time`, `service`, `resource`, as a click into the calendar does; and `pick`, whom for."""
    if request.method != "POST":
        return _page(request, desk, _values(desk, request.GET) | _whom(desk, request.GET.get("pick", "")))
    values = _values(desk, request.POST)
    if any(name in request.POST for name in SHOWING):
        return _page(request, desk, _shown(desk, request, values))
    form = NewBookingForm(request.POST, zone=desk.zone)
    if not form.is_valid():
        return _page(request, desk, values, errors=form.errors, status=400)
    try:
        return _made(request, desk, form)
    except SeriesRefused as error:
        values["token"] = str(uuid4())
        return _page(request, desk, values, visits=list(outcomes(desk, error.occurrences)), status=409)
    except SlotTaken as error:
        more = {"nearest": nearest_of(desk, error), "problem": _(error.message)}
        return _page(request, desk, values, status=409, **more)
    except (Conflict, Invalid, NotFound, Busy) as error:
        if not isinstance(error, Busy) or isinstance(error, Undone):
            values["token"] = str(uuid4())  # else it may have been booked: asking again finds that
        return _page(request, desk, values, problem=booking_words.said(error), status=409)


def _made(request: HttpRequest, desk: Desk, form: NewBookingForm) -> HttpResponseBase:
    rule = form.rule()
    if rule:
        return _repeat(request, desk, form, rule)
    booking = _book(desk, form)
    messages.success(request, _("Booked: %(code)s.") % {"code": booking.code})
    return redirect("dashboard:booking", desk.business.slug, booking.uuid)


def _repeat(request: HttpRequest, desk: Desk, form: NewBookingForm, rule: Rule) -> HttpResponseBase:
    """Book a series; who sends the form again is shown what was booked. Raises what `create_series` raises."""
    key = form.cleaned_data["token"]
    if Series.objects.filter(business=desk.business, live=desk.live, uuid=key).exists():
        return redirect("dashboard:series", desk.business.slug, key)
    conflicts = Conflicts.SKIP if form.cleaned_data["skip"] else Conflicts.REFUSE
    series, found = create_series(_new(desk, form), rule, conflicts=conflicts, now=desk.minute)
    missing = [one for one in found if one.reason]
    if missing:
        context = {"series": series, "rhythm": rhythm(series.unit, series.every), "visits": outcomes(desk, found)}
        return render(request, "dashboard/series.html", context | {"missing": len(missing)})
    messages.success(
        request,
        ngettext("%(count)d visit is booked.", "%(count)d visits are booked.", len(found)) % {"count": len(found)},
    )
    return redirect("dashboard:series", desk.business.slug, series.uuid)


@require_safe
@page(Permission.VIEW)
def series(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponse:
    """The visits of a series."""
    found = found_series(desk.business.id, key, live=desk.live)
    context = {"series": found, "rhythm": rhythm(found.unit, found.every), "visits": visits_of(desk, found)}
    return render(request, "dashboard/series.html", context)


def _new(desk: Desk, form: NewBookingForm) -> NewBooking:
    data = form.cleaned_data
    return NewBooking(
        business_id=desk.business.id,
        live=desk.live,
        guest=form.guest(),
        start=form.beginning(),
        ask=form.ask(),
        customer_notes=data["customer_notes"],
        staff_notes=data["staff_notes"],
        deposit=_deposit(desk, data),
        key=data["token"],
    )


def _book(desk: Desk, form: NewBookingForm) -> Booking:
    """Raises what `book_once` raises; Undone where no way to pay could be made and the booking was taken back."""
    booking = book_once(_new(desk, form), now=desk.minute)
    owed = settlement.owed(booking)
    if owed:
        execution.open_payment(owed, now=desk.now)
    return booking


def _deposit(desk: Desk, data: dict[str, Any]) -> DepositWish | None:
    if not (data["link"] and _may_link(desk)):
        return None
    amount = cents_of(data["amount"], desk.business.currency) if data["amount"] and may_ask(desk) else None
    return DepositWish(channel=Channel.LINK, by_rule=False, amount_cents=amount)


def _may_link(desk: Desk) -> bool:
    """Who books may ask for what the rules say; who decides about money, for any amount."""
    rules = (effective_rule(desk.business, service) for service in snapshot_of(desk.business.id).services.values())
    return may_ask(desk) or (payable(desk) and any(rules))


# --- parts that htmx asks for -----------------------------------------------------------------------------------------


@require_safe
@page(Permission.BOOKINGS)
def starts(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The free times of what is asked for."""
    return render(request, "dashboard/_starts.html", _starts(desk, _values(desk, request.GET)))


@require_POST
@page(Permission.BOOKINGS)
def customers(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Who begins like that. A POST, so that names and numbers stay out of addresses and logs."""
    return render(request, "dashboard/_found.html", _found(desk, request.POST.get("q", "")))


# --- the page -------------------------------------------------------------------------------------------------------

TEXTS = ("resource", "time", "start", "first_name", "last_name", "phone", "email", "q")
MORE_TEXTS = ("customer_notes", "staff_notes", "amount", "repeat", "every", "count")


def _values(desk: Desk, given: Any) -> dict[str, Any]:
    """What the fields hold: as given, else as they begin."""
    values: dict[str, Any] = {name: given.get(name, "") for name in (*TEXTS, *MORE_TEXTS)}
    services = [key for key in given.getlist("service") if key][:MOST_SERVICES]
    if not services:
        default = snapshot_of(desk.business.id).default_service()
        services = [str(default.uuid)] if default else []
    return values | {
        "services": services,
        "party": given.get("party", usual_party(desk)),
        "date": given.get("date") or desk.now.astimezone(desk.zone).date().isoformat(),
        "override": bool(given.get("override")),
        "link": bool(given.get("link")),
        "skip": bool(given.get("skip")),
        "token": given.get("token") or str(uuid4()),
    }


def _shown(desk: Desk, request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    """What the buttons fill in: a start that was offered instead, a customer who was found."""
    taken = chosen_of({"start": request.POST.get("take", "")})
    if taken is not None:
        local = local_of(desk.zone, taken)
        values |= {"date": local.date().isoformat(), "start": str(taken), "time": f"{local:%H:%M}"}
    if "pick" in request.POST:
        values |= {**_whom(desk, request.POST["pick"]), "q": ""}
    return values


def _whom(desk: Desk, key: str) -> dict[str, str]:
    """What the fields hold of a stored customer; nothing for nobody's key."""
    try:
        uuid = UUID(key)
    except ValueError:
        return {}
    found = Customer.objects.present().filter(business_id=desk.business.id, live=desk.live, uuid=uuid).first()
    return {name: getattr(found, name) for name in ("first_name", "last_name", "phone", "email")} if found else {}


def _found(desk: Desk, q: str) -> dict[str, Any]:
    q = q[:100]
    asked = len(q.strip()) >= SHORTEST
    found = found_customers(desk.business, q, live=desk.live).order_by("first_name", "last_name", "id")
    return {"q": q, "found": list(found[:MOST_FOUND]) if asked else [], "asked": asked}


def _starts(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    """The free times of the date, or why there are none."""
    form = AskForm({**values, "service": values["services"]})
    context: dict[str, Any] = {"values": values, "groups": [], "none": "", "other": values["start"] == "other"}
    if not form.is_valid():
        return context | {"none": _("Choose service, party and date.")}
    day = form.cleaned_data["date"]
    try:
        offers = offered_starts(desk.business.id, form.ask(), day, live=desk.live, now=desk.minute)
    except DomainError as error:
        return context | {"none": booking_words.said(error)}
    chosen = chosen_of(values)
    if chosen is None and values["start"] != "other":
        chosen = _at(desk, offers, values["time"])
    offered = any(offer.minute == chosen for offer in offers.starts)
    context["other"] = bool(values["time"] or chosen) and not offered
    return context | {"groups": grouped_starts(desk, offers, chosen), "none": why_none(offers)}


def _at(desk: Desk, offers: Offers, time: str) -> int | None:
    """The offered start at a wall-clock time."""
    return next((offer.minute for offer in offers.starts if f"{local_of(desk.zone, offer.minute):%H:%M}" == time), None)


def _page(request: HttpRequest, desk: Desk, values: dict[str, Any], *, status: int = 200, **more: Any) -> HttpResponse:
    snapshot = snapshot_of(desk.business.id)
    services = [service for service in snapshot.services.values() if service.active]
    chosen = values["services"]
    context = {
        "services": services,
        "first": chosen[0] if chosen else "",
        "further": [*chosen[1:], *[""] * (MOST_SERVICES - max(len(chosen), 1))],
        "several": len(chosen) > 1,
        "resources": resources_of(desk),
        "may_link": _may_link(desk),
        "may_ask": may_ask(desk),
        "rhythms": {unit: rhythm(unit, 1) for unit in SeriesUnit.values},
        **_starts(desk, values),
        **(_found(desk, values["q"]) if values["q"] else {}),
        **more,
    }
    return render(request, "dashboard/new_booking.html", context, status=status)
