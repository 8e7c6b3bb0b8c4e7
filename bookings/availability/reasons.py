"""Why a start is not offered."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from bookings.availability.calendar import Resource
from bookings.availability.spans import bits, every, positions
from bookings.availability.starts import DayView, companions, performers
from businesses.localtime import DAY, date_of


class Reason(StrEnum):
    """In the words of the API. The order of the last five is from furthest to nearest to being free."""

    NOT_BOOKABLE_ONLINE = "not_bookable_online"
    NO_RESOURCE = "no_resource"
    CAPACITY = "capacity"
    NO_COMMON_RESOURCE = "no_common_resource"
    PAST = "past"
    LEAD_TIME = "lead_time"
    BEYOND_WINDOW = "beyond_window"
    OFF_GRID = "off_grid"
    OUTSIDE_HOURS = "outside_hours"
    CLOSED = "closed"
    BUSY = "busy"
    BUFFER = "buffer"
    FULL = "full"


SENTENCES = {
    Reason.NOT_BOOKABLE_ONLINE: "This service cannot be booked online.",
    Reason.NO_RESOURCE: "Nobody and nothing performs this service.",
    Reason.CAPACITY: "No resource takes a party of this size.",
    Reason.NO_COMMON_RESOURCE: "No resource can take the whole visit.",
    Reason.PAST: "This time has passed.",
    Reason.LEAD_TIME: "This time is too soon to be booked.",
    Reason.BEYOND_WINDOW: "This date is further ahead than can be booked.",
    Reason.OFF_GRID: "Bookings do not start at this time.",
    Reason.OUTSIDE_HOURS: "This time is outside the opening hours.",
    Reason.CLOSED: "Closed at this time.",
    Reason.BUSY: "This time is no longer available.",
    Reason.BUFFER: "This time is too close to another booking.",
    Reason.FULL: "All places are taken.",
}

_NEARNESS = [Reason.OUTSIDE_HOURS, Reason.CLOSED, Reason.BUSY, Reason.BUFFER, Reason.FULL]


def why_never(view: DayView) -> Reason | None:
    """Why the wish cannot be met at any time, or None."""
    wish = view.wish
    common: set[int] | None = None
    for service in wish.services:
        if not wish.bookable(service):
            return Reason.NOT_BOOKABLE_ONLINE
        doing = performers(view.calendar, wish, service)
        if not doing:
            return Reason.NO_RESOURCE
        fitting = {r.id for r in doing if wish.fits(r, service)}
        if not fitting or not wish.welcome(service):
            return Reason.CAPACITY
        if service.also_needs and not companions(view.calendar, wish, service):
            return Reason.NO_RESOURCE
        common = fitting if common is None else common & fitting
    return Reason.NO_COMMON_RESOURCE if wish.same_resource and not common else None


def why_not(view: DayView, start: int, now: int) -> Reason | None:
    """Why this minute is not offered, or None when it is."""
    return why_never(view) or _why_not_then(view, start, now)


def _why_not_then(view: DayView, start: int, now: int) -> Reason | None:
    return _against_rules(view, start, now) or _not_free(view, start) or _off_grid(view, start)


def _against_rules(view: DayView, start: int, now: int) -> Reason | None:
    if view.wish.staff:
        return None
    if start < now:
        return Reason.PAST
    if view.allowed(now) >> (start - view.day.start) & 1:
        return None
    last = date_of(view.calendar.zone, now) + timedelta(days=view.calendar.rules.window_days)
    return Reason.BEYOND_WINDOW if view.day.date > last else Reason.LEAD_TIME


def _off_grid(view: DayView, start: int) -> Reason | None:
    at = start - view.day.start
    takers = [key for key, mask in view.first.items() if mask >> at & 1]
    on_grid = any(view.grid(key) >> at & 1 for key in takers)
    return None if view.wish.staff or on_grid else Reason.OFF_GRID


def _not_free(view: DayView, start: int) -> Reason | None:
    if any(mask >> (start - view.day.start) & 1 for mask in view.first.values()):
        return None
    at = start
    for index in range(len(view.wish.services)):
        able = view.candidates(index)
        reason = _nearest(view, able, index, at) or _no_companion(view, able, index, at)
        if reason:
            return reason
        at += view.step(index, able[0].id)
    return Reason.NO_COMMON_RESOURCE  # each service has somebody, but nobody has time for all of them


def _no_companion(view: DayView, able: Iterable[Resource], index: int, start: int) -> Reason | None:
    """Why no second resource accompanies the first one that could take the service."""
    service = view.wish.services[index]
    if not service.also_needs:
        return None
    main = next(r for r in able if _verdict(view, r, index, start) is None)
    if start - view.day.start in view.sessions(index, main.id):
        return None  # a class that is booked has its own
    others = [r for r in companions(view.calendar, view.wish, service) if r.id != main.id]
    return _nearest(view, others, index, start) if others else Reason.NO_RESOURCE


def _nearest(view: DayView, pool: Iterable[Resource], index: int, start: int) -> Reason | None:
    """None when one of the pool is free, else the reason of the one that comes closest."""
    verdicts = [_verdict(view, resource, index, start) for resource in pool]
    if None in verdicts:
        return None
    return max((v for v in verdicts if v), key=_NEARNESS.index)


def _verdict(view: DayView, resource: Resource, index: int, start: int) -> Reason | None:
    service = view.wish.services[index]
    session = (
        view.sessions(index, resource.id).get(start - view.day.start) if resource.id in service.performers else None
    )
    end = session.end if session else start + service.performers.get(resource.id, service.duration)
    on, days = view.day.date, 2 + view.lookahead // DAY
    if not view.wish.any_hours:
        if not _covered(view.calendar.scheduled_spans(resource, on, days), start, end):
            return Reason.OUTSIDE_HOURS
        if not _covered(view.calendar.open_spans(resource, on, days), start, end):
            return Reason.CLOSED
    if session:
        return Reason.FULL if session.left < view.wish.party else None
    if view.busy.overlaps(resource.id, start, end):
        return Reason.BUSY
    if view.busy.overlaps(resource.id, start - service.before, end + service.after):
        return Reason.BUFFER
    return None


def _covered(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    return any(since <= start and end <= until for since, until in spans)


def unavailable(view: DayView, now: int) -> list[tuple[int, Reason]]:
    """Every start of the day that is not offered, with its reason.

    Starts are those of the grid and, outside the hours, those counted from midnight in the same steps; of a service
    that has starts of its own, those.
    """
    offered = 0
    for mask in view.starts(now).values():
        offered |= mask
    whole = bits(0, view.day.end - view.day.start)
    found = []
    never = why_never(view)
    for at in positions(_looked_at(view) & whole & ~offered):
        reason = never or _why_not_then(view, view.day.start + at, now)
        if reason:
            found.append((view.day.start + at, reason))
    return found


def _looked_at(view: DayView) -> int:
    """The starts that somebody might ask for."""
    own = view.wish.services[0].starts
    if own:
        return view.calendar.timetable(own, view.day.date)
    asked, hours = view.calendar.weekly_grid(view.day.date), 0
    for resource in view.calendar.resources.values():
        asked |= view.calendar.grid(resource, view.day.date)
        for start, end in view.calendar.scheduled_spans(resource, view.day.date, 1):
            hours |= bits(start - view.day.start, end - view.day.start)
    return asked | every(view.calendar.rules.interval, 0, view.day.end - view.day.start) & ~hours
