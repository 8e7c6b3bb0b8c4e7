"""Calendars: addresses at which others subscribe, shown once; and calendars elsewhere that block time."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from availengine.dashboard.access import Desk, page
from availengine.dashboard.forms.calendars import AddressForm, ChangedAddressForm, ChangedFeedForm, FeedForm
from availengine.dashboard.tickets import add_feed_once, create_address_once, new_ticket
from bookings.feeds.letters import problem_of
from bookings.feeds.overview import Doing, Met, feeds_doing, state_of
from bookings.wording import spoken_moment
from businesses import calendars as services
from businesses.errors import DomainError, Invalid
from businesses.models import CalendarAddress, Resource
from businesses.roles import Permission

SHOWN_MET = 5
LONGEST_DAYS = 365  # of the page for who is away


@require_safe
@page(Permission.INTEGRATIONS)
def calendars(request: HttpRequest, desk: Desk) -> HttpResponse:
    return _page(request, desk)


# --- addresses ----------------------------------------------------------------------------------------------------


@require_POST
@page(Permission.INTEGRATIONS)
def new_address(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    form = AddressForm(request.POST, resources=_resources(desk), business=desk.business.name)
    if not form.is_valid():
        return _page(request, desk, address_form=form, status=400)
    try:
        made = create_address_once(desk, form.cleaned_data["ticket"], **form.values())
    except DomainError as error:
        form.add_error(None, _(error.message))
        return _page(request, desk, address_form=form, status=400 if isinstance(error, Invalid) else 409)
    if made is None:
        text = _("This address was made already. It was shown once: replace it if nobody kept it.")
        messages.warning(request, text)
        return _back(desk)
    return _secret_page(request, desk, *made)


@require_POST
@page(Permission.INTEGRATIONS)
def change_address(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    form = ChangedAddressForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Give it a name of up to 100 characters."))
    services.change_address(desk.business.id, key, form.cleaned_data)
    messages.success(request, _("Saved."))
    return _back(desk)


@require_POST
@page(Permission.INTEGRATIONS)
def replace_address(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    """The form names the address it replaces: sent again, it replaces nothing."""
    instead_of = request.POST.get("instead_of", "")
    return _secret_page(request, desk, *services.replace_address(desk.business.id, key, instead_of=instead_of))


@require_POST
@page(Permission.INTEGRATIONS, past_due=True)
def remove_address(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    """Also while the subscription is past due: who is to see nothing any more is not to see on for that."""
    services.remove_address(desk.business.id, key)
    messages.success(request, _("The address works no more."))
    return _back(desk)


def _secret_page(request: HttpRequest, desk: Desk, address: CalendarAddress, url: str) -> HttpResponse:
    context = {"address": address, "url": url, "webcal": f"webcal://{url.partition('://')[2]}"}
    return render(request, "dashboard/setup/calendar_address.html", context)


# --- feeds --------------------------------------------------------------------------------------------------------


@require_POST
@page(Permission.INTEGRATIONS)
def new_feed(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    form = FeedForm(request.POST, resources=_resources(desk))
    if not form.is_valid():
        return _page(request, desk, feed_form=form, status=400)
    try:
        made = add_feed_once(desk, form.cleaned_data["ticket"], **form.values())
    except DomainError as error:
        details = error.details if isinstance(error, Invalid) and error.details else {}
        form.add_error("url" if "url" in details else None, [_(text) for text in details.get("url", [error.message])])
        return _page(request, desk, feed_form=form, status=400 if isinstance(error, Invalid) else 409)
    if made is None:
        messages.warning(request, _("This calendar was added already."))
    else:
        messages.success(request, _("The calendar is added. It is read within a minute."))
    return _back(desk)


@require_POST
@page(Permission.INTEGRATIONS)
def change_feed(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    form = ChangedFeedForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Give it a name of up to 100 characters."))
    found = form.cleaned_data
    try:
        services.change_feed(desk.business.id, key, name=found["name"], url=found["url"] or None)
    except Invalid as error:
        raise Invalid(_(next(iter((error.details or {}).get("url", [error.message]))))) from error
    messages.success(request, _("Saved."))
    return _back(desk)


@require_POST
@page(Permission.INTEGRATIONS)
def poll_feed(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    feed = services.poll_soon(desk.business.id, key)
    messages.success(request, _("%(name)s is read now. Load the page again in a moment.") % {"name": feed.name})
    return _back(desk)


@require_POST
@page(Permission.INTEGRATIONS)
def remove_feed(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    services.remove_feed(desk.business.id, key)
    messages.success(request, _("The calendar blocks nothing any more."))
    return _back(desk)


# --- the page -----------------------------------------------------------------------------------------------------


def _back(desk: Desk) -> HttpResponseBase:
    return redirect("dashboard:calendars", desk.business.slug)


def _resources(desk: Desk) -> list[Resource]:
    return list(Resource.objects.present().filter(business=desk.business).order_by("kind", "section", "id"))


def _page(
    request: HttpRequest,
    desk: Desk,
    *,
    address_form: AddressForm | None = None,
    feed_form: FeedForm | None = None,
    status: int = 200,
) -> HttpResponse:
    resources = _resources(desk)
    ticket = {"ticket": new_ticket(desk)}
    context = {
        "resources": resources,
        "addresses": [_told_address(desk, row) for row in services.addresses_of(desk.business.id)],
        "feeds": [_told_feed(desk, doing) for doing in feeds_doing(desk.business.id, now=desk.now)],
        "address_form": address_form or AddressForm(resources=resources, business=desk.business.name, initial=ticket),
        "feed_form": feed_form or FeedForm(resources=resources, initial=ticket),
    }
    return render(request, "dashboard/setup/calendars.html", context, status=status)


def _told_address(desk: Desk, row: CalendarAddress) -> dict[str, Any]:
    return {
        "address": row,
        "of": row.resource.name if row.resource else desk.business.name,
        "issued": spoken_moment(row.issued_at, desk.business),
        "mark": services.address_mark(row),
    }


def _told_feed(desk: Desk, doing: Doing) -> dict[str, Any]:
    feed = doing.feed
    return {
        "feed": feed,
        "state": state_of(feed),
        "ahead": doing.ahead,
        "problem": problem_of(feed),
        "read": spoken_moment(feed.last_success_at, desk.business) if feed.last_success_at else "",
        "since": spoken_moment(feed.failing_since, desk.business) if feed.failing_since else "",
        "emptied": feed.emptied_at is not None,
        "met": [(met, spoken_moment(met.starts_at, desk.business)) for met in doing.met[:SHOWN_MET]],
        "met_count": len(doing.met),
        "settle": _settle(desk, doing) if doing.met else "",
    }


def _settle(desk: Desk, doing: Doing) -> str:
    """The page for somebody who is away, filled in for the bookings that are met."""

    def day(met: Met) -> Any:
        return met.starts_at.astimezone(desk.zone).date()

    first = day(doing.met[0])
    last = min(day(doing.met[-1]), first + timedelta(days=LONGEST_DAYS))
    query = {"resource": doing.feed.resource.uuid, "first": first, "last": last}
    return f"{reverse('dashboard:disruption', args=[desk.business.slug])}?{urlencode(query)}"
