"""Customers: the list, a profile with its history, and changing who is stored."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from availengine.dashboard.access import Desk, page
from availengine.dashboard.finding import PAGE, query_without
from availengine.dashboard.views.bookings import booking_row
from availengine.keyset import Listing, keyset_page
from bookings.customers import save_customer
from bookings.merging import likely_the_same
from bookings.models import Customer
from bookings.profiles import Visits, bookings_of, visits_of, worth_of
from bookings.search import LONGEST, found_customers
from bookings.wording import short_day
from businesses.errors import Conflict, NotFound
from businesses.roles import Permission
from payments.money import spoken

COLUMNS = ("id", "uuid", "first_name", "last_name", "email", "phone")
NOT_A_NUMBER = gettext_lazy("Digits, spaces and + ( ) - . / only, with 3 digits at least.")
PHONE = RegexValidator(r"^(?=(?:[^0-9]*[0-9]){3})[0-9+()./\s-]+\Z", NOT_A_NUMBER)


class FindForm(forms.Form):
    q = forms.CharField(max_length=LONGEST, required=False, widget=forms.TextInput({"type": "search"}))


class CustomerForm(forms.Form):
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=100)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=100, required=False)
    phone = forms.CharField(
        label=gettext_lazy("Phone number"),
        max_length=20,
        required=False,
        validators=[PHONE],
        widget=forms.TextInput({"type": "tel"}),
    )
    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254, required=False)
    notes = forms.CharField(
        label=gettext_lazy("Notes"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("Only you see these, not the customer."),
    )


@require_safe
@page(Permission.VIEW)
def customers(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = FindForm(request.GET)
    if not form.is_valid():
        return render(request, "dashboard/customers.html", {"form": form}, status=400)
    said, cursor = form.cleaned_data["q"], request.GET.get("cursor")
    found = found_customers(desk.business, said, live=desk.live).values(*COLUMNS)
    shown = keyset_page(found, _listing(desk, "customers"), order=("-id", "-id"), limit=PAGE, cursor=cursor)
    visits = visits_of(desk.business.id, [row["id"] for row in shown.rows], now=desk.now)
    context = {
        "form": form,
        "said": said,
        "rows": [_row(desk, row, visits[row["id"]]) for row in shown.rows],
        "further": query_without(request.GET, cursor=shown.next_cursor) if shown.next_cursor else "",
        "from_start": query_without(request.GET, "cursor") if cursor else None,
        "may_write": desk.may(Permission.BOOKINGS),
    }
    return render(request, "dashboard/customers.html", context)


def _listing(desk: Desk, name: str) -> Listing:
    return Listing(business_id=desk.business.id, live=desk.live, name=f"dashboard-{name}")


def _row(desk: Desk, row: dict[str, Any], visits: Visits) -> dict[str, Any]:
    name = f"{row['first_name']} {row['last_name']}".strip()
    return {**row, "name": name, "visits": visits, "last": _spoken(desk, visits.last)}


def _spoken(desk: Desk, moment: Any) -> str:
    return short_day(moment, desk.business) if moment else ""


def customer_of(desk: Desk, key: UUID) -> Customer:
    found: Customer | None = Customer.objects.present().filter(business=desk.business, live=desk.live, uuid=key).first()
    if found is None:
        raise NotFound
    return found


@require_safe
@page(Permission.VIEW)
def customer(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    """The profile. Who was merged into another leads there."""
    merged = Customer.objects.filter(business=desk.business, live=desk.live, uuid=key).exclude(merged_into=None)
    into = merged.values_list("merged_into__uuid", flat=True).first()
    if into:
        return redirect("dashboard:customer", desk.business.slug, into)
    row, coming = customer_of(desk, key), request.GET.get("when") != "past"
    found = bookings_of(row, coming=coming, now=desk.now)
    order = ("starts_at", "id") if coming else ("-starts_at", "-id")
    cursor, listing = request.GET.get("cursor"), _listing(desk, f"customer:{row.id}:{coming}")
    shown = keyset_page(found, listing, order=order, limit=PAGE, cursor=cursor)
    visits = visits_of(desk.business.id, [row.id], now=desk.now)[row.id]
    context = {
        "customer": row,
        "visits": visits,
        "first": _spoken(desk, visits.first),
        "last": _spoken(desk, visits.last),
        "worth": _worth(desk, row),
        "rows": [booking_row(desk, booking) for booking in shown.rows],
        "coming": coming,
        "further": query_without(request.GET, cursor=shown.next_cursor) if shown.next_cursor else "",
        "from_start": query_without(request.GET, "cursor") if cursor else None,
        "alike": len(likely_the_same(row)) if desk.may(Permission.BOOKINGS) else 0,
        "may_write": desk.may(Permission.BOOKINGS),
        "may_erase": desk.may(Permission.INTEGRATIONS),
    }
    return render(request, "dashboard/customer.html", context)


def _worth(desk: Desk, row: Customer) -> list[tuple[str, str]]:
    """What the visits came to, for those who may see takings."""
    if not desk.may(Permission.MONEY):
        return []
    found = worth_of(row, now=desk.now)
    return [(spoken(worth.price_cents, worth.currency), spoken(worth.deposit_cents, worth.currency)) for worth in found]


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.BOOKINGS)
def new(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    return _edited(request, desk, None)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.BOOKINGS)
def edit(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    return _edited(request, desk, customer_of(desk, key))


def _edited(request: HttpRequest, desk: Desk, row: Customer | None) -> HttpResponseBase:
    """The form, empty or as the customer is; a known phone number is told where it was entered."""
    now = {name: getattr(row, name) for name in CustomerForm.base_fields} if row else {}
    form, status = CustomerForm(request.POST if request.method == "POST" else None, initial=now), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                key = row.uuid if row else None
                saved = save_customer(desk.business.id, form.cleaned_data, key, live=desk.live)
            except Conflict as error:
                form.add_error("phone", _(error.message))
                status = 409
            else:
                messages.success(request, _("Saved."))
                return redirect("dashboard:customer", desk.business.slug, saved.uuid)
    context = {"form": form, "customer": row}
    return render(request, "dashboard/customer_edit.html", context, status=status)
