"""Today, or any other day: who comes, as a timeline."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from availengine.dashboard.access import Desk, page
from availengine.dashboard.filters import LATE, STATES, UNPAID, Filters, filters_of
from availengine.dashboard.frame import way
from availengine.dashboard.timeline import NOBODY, Timeline, optional_url
from bookings import availability as engine
from bookings.diary import Diary, changed_since, earlier_no_shows, read_diary, totals
from bookings.models import Status
from bookings.queries import snapshot_of
from bookings.snapshot import Snapshot
from bookings.wording import spoken_day
from businesses.errors import Invalid
from businesses.localtime import moment_of
from businesses.models import Resource
from businesses.roles import Permission

YEARS = range(2000, 2200)
MINUTE = re.compile(r"[0-9]{1,8}")  # to the year 2160
POSITION = re.compile(r"([0-9]{1,18})-([0-9]{1,19})")


@require_safe
@page(Permission.VIEW)
def home(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """The page; for htmx the day alone."""
    if request.GET.get("view") == "week":
        return redirect(f"{reverse('dashboard:calendar', args=[desk.business.slug])}?{request.GET.urlencode()}")
    snapshot = snapshot_of(desk.business.id)
    today = engine.work_date(snapshot.calendar, desk.minute)
    diary = read_diary(snapshot, _asked(request.GET, snapshot, today), 1, live=desk.live)
    context = day_context(desk, diary, filters_of(request.GET), today)
    return render(request, "dashboard/_day.html" if is_part(request, "day") else "dashboard/home.html", context)


@require_safe
@page(Permission.VIEW)
def changes(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """What has happened after a position that a page told; 204 for nothing. Asked every few seconds: two queries."""
    position = _position(request.GET.get("after", ""))
    version = snapshot_of(desk.business.id).version
    found = changed_since(desk.business.id, position, live=desk.live)
    if found is None and request.GET.get("version") == str(version):
        return HttpResponse(status=204)
    told = {"version": version, "after": request.GET["after"], "bookings": []}
    if found:
        told |= {"after": "{}-{}".format(*found.position), "bookings": found.starts}
    return JsonResponse(told)


def _position(text: str) -> tuple[int, int]:
    found = POSITION.fullmatch(text)
    if found is None or int(found[2]) >= 2**63:
        raise Invalid("The position is not one that a page has told.")
    return int(found[1]), int(found[2])


def _asked(query: QueryDict, snapshot: Snapshot, today: date) -> date:
    """A day, or the one in which a minute lies, `at`."""
    at = query.get("at", "")
    if MINUTE.fullmatch(at):
        return engine.work_date(snapshot.calendar, int(at))
    return asked_day(query, today)


def asked_day(query: QueryDict, today: date) -> date:
    """The day that is asked for, if it can be read; else today."""
    try:
        day = date.fromisoformat(query.get("day", ""))
    except ValueError:
        return today
    return day if day.year in YEARS else today


def day_url(desk: Desk, minute: int) -> str:
    """The page of the day in which a moment lies."""
    day = engine.work_date(snapshot_of(desk.business.id).calendar, minute)
    return f"{reverse('dashboard:home', args=[desk.business.slug])}?day={day}"


def is_part(request: HttpRequest, target: str) -> bool:
    """Whether htmx asks for a part of the page."""
    htmx = getattr(request, "htmx", None)
    return bool(htmx) and htmx.target == target  # type: ignore[union-attr]


def day_context(desk: Desk, diary: Diary, filters: Filters, today: date) -> dict[str, Any]:
    day, slug = diary.days[0], desk.business.slug
    timeline = Timeline(desk, diary, filters, earlier_no_shows(diary, live=desk.live))
    tools = tools_context(desk, "home", filters, day=day.date, today=today, step=1, resources=timeline.everything)
    return {
        **tools,
        "timeline": timeline,
        "totals": totals(timeline.beginning, desk.minute),
        "spoken": spoken_day(moment_of(diary.begin), desk.business),
        "taken_word": _("Taken"),
        "week": f"{reverse('dashboard:calendar', args=[slug])}?{filters.query(day=str(day.date))}",
        "only": {
            state: address(desk, "home", replace(filters, states=(state,)), day.date, today)
            for state in (LATE, UNPAID, Status.PENDING)
        },
        "position": "{}-{}".format(*diary.position),
        "move_url": reverse("dashboard:booking-move", args=[slug, NOBODY]),
        "status_url": optional_url("booking-status", slug, NOBODY),
        "new_url": optional_url("booking-new", slug),
        "away_url": way("disruption", desk, Permission.SETUP),
        "changes_url": reverse("dashboard:changes", args=[slug]),
    }


def tools_context(
    desk: Desk, route: str, filters: Filters, *, day: date, today: date, step: int, resources: list[Resource]
) -> dict[str, Any]:
    """What is above a day or a week: steps, date, filters."""

    def on(other: date, narrowed: Filters = filters) -> str:
        return address(desk, route, narrowed, other, today)

    return {
        "day": day,
        "is_today": day == today,
        "here": on(day),
        "before": on(day - timedelta(days=step)),
        "after": on(day + timedelta(days=step)),
        "today": on(today),
        "unfiltered": on(day, Filters()),
        "filters": filters,
        "chips": list(chips(filters, resources, lambda narrowed: on(day, narrowed))),
        "states": STATES.items(),
        "sections": list(dict.fromkeys(resource.section for resource in resources if resource.section)),
        "resources": [(str(resource.uuid), resource.name) for resource in resources],
    }


def address(desk: Desk, route: str, filters: Filters, day: date, today: date) -> str:
    """A page of the diary; that of today does not name its day, so that it stays today's."""
    query = filters.query(**({"day": str(day)} if day != today else {}))
    return f"{reverse(f'dashboard:{route}', args=[desk.business.slug])}{'?' if query else ''}{query}"


def chips(filters: Filters, resources: list[Resource], page_of: Callable[[Filters], str]) -> Iterator[tuple[str, str]]:
    """(what is filtered by, the address without it)."""
    names = {str(resource.uuid): resource.name for resource in resources}
    for kind, value, without in filters.each():
        said = STATES[value] if kind == "states" else names.get(value, value) if kind == "resources" else value
        yield str(said), page_of(without)
