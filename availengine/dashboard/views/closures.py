"""Closures and special openings: a year at a glance, one of them, removing."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.dates import MONTHS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from availengine.dashboard.access import Desk, page
from availengine.dashboard.changes import is_bookable, onward, saved
from availengine.dashboard.forms.closures import KINDS, ClosureForm, closure_initial, is_whole_days
from bookings.queries import bookings_in_each
from bookings.wording import spoken_day, spoken_moment, spoken_span
from businesses import catalogue
from businesses.errors import NotFound, Stale
from businesses.localtime import day_bounds, local_of, minute_of, moment_of
from businesses.models import Closure, ClosureKind, Resource
from businesses.roles import Permission

YEARS = range(2000, 2100)
MOST_BLOCKS = 100


@dataclass(frozen=True, slots=True)
class Marked:
    """A day of the calendar; `mark`: closed, part, open or some (of the resources), or nothing."""

    day: date
    mark: str
    label: str


@require_safe
@page(Permission.SETUP)
def closures(request: HttpRequest, desk: Desk) -> HttpResponse:
    today = desk.now.astimezone(desk.zone).date()
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and int(asked) in YEARS else today.year
    rows = list(_of_year(desk, year))
    context = {
        "year": year,
        "today": today,
        "months": list(_months(desk, year, rows)),
        "weekdays": [WEEKDAYS_ABBR[number] for number in range(7)],
        "rows": [told_closure(desk, row) for row in rows],
        "blocks": [told_closure(desk, row) for row in _blocked_elsewhere(desk)],
        "most_blocks": MOST_BLOCKS,
    }
    return render(request, "dashboard/setup/closures.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.SETUP)
def add(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    return _edit(request, desk, None)


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.SETUP)
def edit(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    row = Closure.objects.filter(business=desk.business, feed=None, uuid=key).select_related("resource").first()
    if row is None:
        raise NotFound
    return _edit(request, desk, row)


@require_POST
@page(Permission.SETUP)
def remove(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponseBase:
    catalogue.remove(Closure, desk.business.id, key)
    messages.success(request, _("The closure is removed."))
    return redirect("dashboard:closures", desk.business.slug)


def told_closure(desk: Desk, row: Closure) -> dict[str, Any]:
    """A closure in words."""
    whole = is_whole_days(row, desk.zone)
    start, end = row.starts_at, row.ends_at
    if whole:
        days = [spoken_day(start, desk.business), spoken_day(end - timedelta(hours=12), desk.business)]
    elif spoken_day(start, desk.business) == spoken_day(end, desk.business):
        days = [spoken_span(start, end, desk.business)]
    else:
        days = [spoken_moment(start, desk.business), spoken_moment(end, desk.business)]
    return {
        "closure": row,
        "when": " – ".join(dict.fromkeys(days)),  # noqa: RUF001
        "kind": KINDS[ClosureKind(row.kind)],
        "past": end <= desk.now,
    }


def _of_year(desk: Desk, year: int) -> QuerySet[Closure]:
    first, end = (moment_of(day_bounds(desk.zone, date(n, 1, 1))[0]) for n in (year, year + 1))
    rows = Closure.objects.filter(business=desk.business, feed=None, starts_at__lt=end, ends_at__gt=first)
    return rows.select_related("resource").order_by("starts_at", "id")


def _blocked_elsewhere(desk: Desk) -> QuerySet[Closure]:
    """The next periods that calendars elsewhere block: nobody changes them here."""
    rows = Closure.objects.filter(business=desk.business, feed__isnull=False, ends_at__gt=desk.now)
    return rows.select_related("resource", "feed").order_by("starts_at", "id")[:MOST_BLOCKS]


def _months(desk: Desk, year: int, rows: list[Closure]) -> Iterator[tuple[Any, list[list[Marked | None]]]]:
    marks = _marks(desk, year, rows)
    for month in range(1, 13):
        weeks = calendar.Calendar().monthdatescalendar(year, month)
        yield MONTHS[month], [[_marked(day, marks) if day.month == month else None for day in week] for week in weeks]


def _marked(day: date, marks: dict[date, str]) -> Marked:
    words = {
        "closed": _("closed"),
        "part": _("partly closed"),
        "open": _("specially open"),
        "some": _("somebody is off"),
    }
    mark = marks.get(day, "")
    return Marked(day, mark, str(words.get(mark, "")))


def _marks(desk: Desk, year: int, rows: list[Closure]) -> dict[date, str]:
    """What each day is marked with: the strongest of what touches it."""
    strength = ("some", "part", "open", "closed")
    marks: dict[date, str] = {}
    for row in rows:
        for day, mark in _days(desk, year, row):
            if day not in marks or strength.index(mark) > strength.index(marks[day]):
                marks[day] = mark
    return marks


def _days(desk: Desk, year: int, row: Closure) -> Iterator[tuple[date, str]]:
    start, end = minute_of(row.starts_at), minute_of(row.ends_at)
    day = max(local_of(desk.zone, start).date(), date(year, 1, 1))
    last = min(local_of(desk.zone, end - 1).date(), date(year, 12, 31))
    while day <= last:
        first, until = day_bounds(desk.zone, day)
        if row.resource_id:
            mark = "some"
        elif row.kind == ClosureKind.OPEN:
            mark = "open"
        else:
            mark = "closed" if start <= first and until <= end else "part"
        yield day, mark
        day += timedelta(days=1)


def _edit(request: HttpRequest, desk: Desk, row: Closure | None) -> HttpResponseBase:
    data = request.POST if request.method == "POST" else None
    resources = list(Resource.objects.present().filter(business=desk.business).order_by("kind", "section", "id"))
    initial = closure_initial(row, desk.zone) if row else _asked(request, desk)
    form = ClosureForm(data, initial=initial, resources=resources)
    status, stale, affected = 200 if data is None else 400, None, 0
    if form.is_valid():
        affected = _affected(desk, form, resources)
        if affected and form.cleaned_data["known"] != affected:
            form.send_along("known", str(affected))
            return _page(request, form, row, affected=_lying(affected), status=409)
        first_steps = not is_bookable(desk)
        try:
            if saved(form, lambda: _save(desk, form, row)):
                return onward(request, desk, _("The closure is saved."), "closures", first_steps=first_steps)
        except Stale:
            status, stale = 409, form.against(initial)
            form.look_again(row.updated_at if row else desk.now)
    return _page(request, form, row, stale=stale, status=status)


def _page(request: HttpRequest, form: ClosureForm, row: Closure | None, *, status: int, **context: Any) -> HttpResponse:
    return render(request, "dashboard/setup/closure.html", {"form": form, "closure": row, **context}, status=status)


def _asked(request: HttpRequest, desk: Desk) -> dict[str, Any]:
    """What a link to a new closure says: a day, a resource."""
    try:
        on = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        on = desk.now.astimezone(desk.zone).date()
    return {"kind": ClosureKind.CLOSED, "from_day": on, "resource": request.GET.get("resource", "")}


def _lying(count: int) -> str:
    text = ngettext(
        "%(count)d booking lies in this time. It stays as it is: move or cancel it yourself.",
        "%(count)d bookings lie in this time. They stay as they are: move or cancel them yourself.",
        count,
    )
    return text % {"count": count}


def _affected(desk: Desk, form: ClosureForm, resources: list[Resource]) -> int:
    """How many bookings lie in what is to be closed; a special opening touches none."""
    if form.cleaned_data["kind"] == ClosureKind.OPEN:
        return 0
    values, owner = form.closure_values(desk.zone), form.owner()
    resource = next((one for one in resources if one.uuid == owner), None)
    (count,) = bookings_in_each(
        desk.business.id, [(values["starts_at"], values["ends_at"])], live=desk.live, resource=resource
    )
    return count


def _save(desk: Desk, form: ClosureForm, row: Closure | None) -> None:
    key, seen = row.uuid if row else None, form.cleaned_data["seen"]
    catalogue.save_closure(desk.business.id, form.closure_values(desk.zone), key, resource=form.owner(), seen=seen)
