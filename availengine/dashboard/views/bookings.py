"""All bookings: searched, narrowed, page by page, and as a table for spreadsheets."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from availengine.dashboard.access import Desk, page
from availengine.dashboard.finding import PAGE, WHEN, BookingsForm, booking_url, query_without
from availengine.dashboard.spreadsheets import as_csv, local_text
from availengine.dashboard.words import SOURCES, STATUSES, state_of
from availengine.keyset import Listing, keyset_page
from bookings.listing import ORDERS, UNPAID, narrowed_bookings
from bookings.wording import in_language_of, short_day, spoken_time
from businesses.money import decimal_text
from businesses.roles import Permission

EXPORTED_AT_ONCE = 1000


@require_safe
@page(Permission.VIEW)
def bookings(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = BookingsForm(request.GET, desk=desk)
    if not form.is_valid():
        return render(request, "dashboard/bookings.html", {"form": form}, status=400)
    found = narrowed_bookings(desk.business, form.narrowed(), live=desk.live)
    cursor = request.GET.get("cursor")
    shown = keyset_page(found, _listing(desk, form), order=ORDERS[form.order], limit=PAGE, cursor=cursor)
    hidden = any(request.GET.get(name) for name in form.fields if name not in ("q", "when"))
    context = {
        "form": form,
        "narrows_more": hidden,
        "when": form.stretch,
        "is_narrow": form.is_narrow,
        "rows": [booking_row(desk, row) for row in shown.rows],
        "segments": [(name, label, query_without(request.GET, "cursor", "first", "last", when=name))
                     for name, label in WHEN.items()],
        "further": query_without(request.GET, cursor=shown.next_cursor) if shown.next_cursor else "",
        "from_start": query_without(request.GET, "cursor") if cursor else None,
        "query": query_without(request.GET, "cursor"),
        "may_set_up": desk.may(Permission.SETUP),
        "may_export": desk.may(Permission.INTEGRATIONS),
    }  # fmt: skip
    return render(request, "dashboard/bookings.html", context)


@require_safe
@page(Permission.INTEGRATIONS)
def export(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """What the list shows with the same query, to the end. Who may take data out may not only look."""
    form = BookingsForm(request.GET, desk=desk)
    if not form.is_valid():
        return redirect("dashboard:bookings", desk.business.slug)
    return as_csv(_lines(desk, form), f"bookings-{desk.business.slug}-{form.today}.csv")


def _listing(desk: Desk, form: BookingsForm) -> Listing:
    return Listing(business_id=desk.business.id, live=desk.live, name=f"dashboard-bookings:{form.order}")


def booking_row(desk: Desk, row: dict[str, Any]) -> dict[str, Any]:
    """A row of `listing.COLUMNS` as the lists show it."""
    business = desk.business
    return {
        **row,
        "url": booking_url(desk, row["uuid"]),
        "day": short_day(row["starts_at"], business),
        "from": spoken_time(row["starts_at"], business),
        "until": spoken_time(row["ends_at"], business),
        "name": f"{row['guest_first_name']} {row['guest_last_name']}".strip() or _("Held time"),
        "state": state_of(business, row["status"], row["held_until"]),
        "unpaid": row["deposit__status"] in UNPAID,
        "service": row["lead__service__name"] or "",
        "resource": row["lead__resource__name"] or "",
    }


def _lines(desk: Desk, form: BookingsForm) -> Iterator[list[object]]:
    """Page by page, so that neither the whole list nor a long transaction is held."""
    found = narrowed_bookings(desk.business, form.narrowed(), live=desk.live)
    listing, cursor = _listing(desk, form), None
    with in_language_of(desk.business):  # the lines are written after the view has returned
        yield _titles(desk)
    while True:
        part = keyset_page(found, listing, order=ORDERS[form.order], limit=EXPORTED_AT_ONCE, cursor=cursor)
        with in_language_of(desk.business):
            lines = [_line(desk, row) for row in part.rows]
        yield from lines
        cursor = part.next_cursor
        if cursor is None:
            return


def _titles(desk: Desk) -> list[object]:
    zone = desk.business.timezone
    return [
        _("Confirmation code"), _("State"), f"{_('Start')} ({zone})", f"{_('End')} ({zone})", _("Service"), _("With"),
        _("First name"), _("Last name"), _("Phone number"), _("E-mail address"), _("People"), _("Price"),
        _("Currency"), _("Deposit"), _("Booked by"), f"{_('Booked on')} ({zone})", _("Wishes of the customer"),
    ]  # fmt: skip


def _line(desk: Desk, row: dict[str, Any]) -> list[object]:
    def local(name: str) -> str:
        return local_text(desk.zone, row[name])

    price = row["price_cents"]
    return [
        row["code"], str(STATUSES[row["status"]]), local("starts_at"), local("ends_at"), row["lead__service__name"],
        row["lead__resource__name"], row["guest_first_name"], row["guest_last_name"], row["guest_phone"],
        row["guest_email"], row["party_size"], "" if price is None else decimal_text(price, row["currency"]),
        row["currency"], row["deposit__status"], str(SOURCES[row["source"]]), local("created_at"),
        row["customer_notes"],
    ]  # fmt: skip
