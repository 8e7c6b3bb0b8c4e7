"""The week: who is how busy on which day, or every visit to one resource."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from availengine.dashboard.access import Desk, page
from availengine.dashboard.filters import filters_of
from availengine.dashboard.timeline import Block, Timeline
from availengine.dashboard.views.home import address, asked_day, tools_context
from bookings import availability as engine
from bookings.diary import Entry, Totals, among, read_diary, totals
from bookings.queries import snapshot_of
from businesses.models import Resource
from businesses.roles import Permission

DAYS = 7


@dataclass(frozen=True, slots=True)
class WeekDay:
    """`open`: anything of what is shown is open at all."""

    date: date
    name: str
    is_today: bool
    open: bool
    href: str
    totals: Totals
    blocks: list[Block]


@dataclass(frozen=True, slots=True)
class Row:
    """A resource: per day its visits and guests, and the day's page for it alone. `href`: its week."""

    name: str
    href: str
    cells: list[tuple[Totals, str]]


@require_safe
@page(Permission.VIEW)
def week(request: HttpRequest, desk: Desk) -> HttpResponse:
    snapshot = snapshot_of(desk.business.id)
    today = engine.work_date(snapshot.calendar, desk.minute)
    day, filters = asked_day(request.GET, today), filters_of(request.GET)
    monday = day - timedelta(days=day.weekday())
    diary = read_diary(snapshot, monday, DAYS, live=desk.live)
    timeline = Timeline(desk, diary, filters, {})
    alone = len(timeline.resources) == 1
    wanted = [entry for entry in timeline.entries if filters.wants(entry, desk.minute)]
    tools = tools_context(desk, "calendar", filters, day=day, today=today, step=DAYS, resources=timeline.everything)
    context = {
        **tools,
        "is_today": monday <= today < monday + timedelta(days=DAYS),
        "days": [_day(timeline, at, wanted, today) for at in diary.days],
        "groups": [] if alone else list(_groups(timeline, wanted, today)),
        "alone": timeline.resources[0].name if alone else "",
        "as_day": address(desk, "home", filters, day, today),
        "span": f"{_short(monday)} – {_short(diary.days[-1].date)}",  # noqa: RUF001
    }
    return render(request, "dashboard/week.html", context)


def _short(day: date) -> str:
    return date_format(day, "j M Y" if day.month in (1, 12) else "j M")


def _day(timeline: Timeline, at: engine.WorkDay, wanted: list[Entry], today: date) -> WeekDay:
    found = among(wanted, at)
    return WeekDay(
        date=at.date,
        name=date_format(at.date, "D j"),
        is_today=at.date == today,
        open=timeline.opens(at),
        href=address(timeline.desk, "home", timeline.filters, at.date, today),
        totals=totals(found, timeline.now),
        blocks=[timeline.block(entry) for entry in found] if len(timeline.resources) == 1 else [],
    )


def _groups(timeline: Timeline, wanted: list[Entry], today: date) -> Iterator[tuple[str, list[Row]]]:
    """(section, its resources)."""
    by_resource: dict[int, list[Entry]] = {}
    for entry in wanted:
        by_resource.setdefault(entry.resource, []).append(entry)
    rows = iter(timeline.resources)
    for group in timeline.groups():
        yield group.label, [_row(timeline, next(rows), by_resource, today) for _ in group.columns]


def _row(timeline: Timeline, resource: Resource, by_resource: dict[int, list[Entry]], today: date) -> Row:
    filters = replace(timeline.filters, sections=(), resources=(str(resource.uuid),))
    cells = []
    for at in timeline.diary.days:
        counted = totals(among(by_resource.get(resource.id, []), at), timeline.now)
        cells.append((counted, address(timeline.desk, "home", filters, at.date, today)))
    days = timeline.diary.days
    return Row(resource.name, address(timeline.desk, "calendar", filters, days[0].date, today), cells)
