"""Why starts are not offered, in words, and what to change where."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from availengine.dashboard.access import Desk
from availengine.dashboard.frame import way
from bookings.availability import SENTENCES, Reason
from bookings.explaining import Explained, Stretch, last_day, weekly_hours
from bookings.wording import people, spoken_clock, spoken_date, spoken_minute, spoken_period
from businesses.models import Closure
from businesses.roles import Permission


@dataclass(frozen=True, slots=True)
class Row:
    """A stretch in words. `hint`: what it is about, and `url` where that is changed."""

    first: str
    last: str
    count: int
    offered: bool
    said: str
    hint: str
    url: str
    link: str


# Where each reason is changed.
PLACES: Mapping[Reason, str] = {
    Reason.NOT_BOOKABLE_ONLINE: "services",
    Reason.NO_RESOURCE: "services",
    Reason.CAPACITY: "services",
    Reason.NO_COMMON_RESOURCE: "services",
    Reason.LEAD_TIME: "rules",
    Reason.BEYOND_WINDOW: "rules",
    Reason.OFF_GRID: "rules",
    Reason.OUTSIDE_HOURS: "hours",
    Reason.CLOSED: "closures",
    Reason.BUFFER: "services",
    Reason.BUSY: "calendar",
    Reason.FULL: "calendar",
}


def rows(explained: Explained, desk: Desk) -> list[Row]:
    return [_row(stretch, explained, desk) for stretch in explained.stretches]


def _row(stretch: Stretch, explained: Explained, desk: Desk) -> Row:
    first, last = (spoken_minute(minute, desk.business) for minute in (stretch.first, stretch.last))
    if stretch.reason is None:
        names = [row.name for row in explained.snapshot.resources.values() if row.id in stretch.resources]
        return Row(first, last, stretch.count, True, _("Offered"), ", ".join(names), "", "")
    place = PLACES.get(stretch.reason, "")
    url = _way(place, desk)
    said, hint = _(SENTENCES[stretch.reason]), _hint(stretch, explained, desk)
    return Row(first, last, stretch.count, False, said, hint, url, _link(place) if url else "")


def _way(place: str, desk: Desk) -> str:
    return way(place, desk, Permission.VIEW if place == "calendar" else Permission.SETUP) if place else ""


def _link(place: str) -> str:
    return {
        "services": _("Services"),
        "rules": _("Rules"),
        "hours": _("Opening hours"),
        "closures": _("Closures"),
        "calendar": _("Calendar"),
    }[place]


def _hint(stretch: Stretch, explained: Explained, desk: Desk) -> str:
    """What a reason comes from."""
    reason = stretch.reason
    if reason in (Reason.NOT_BOOKABLE_ONLINE, Reason.NO_RESOURCE, Reason.CAPACITY):
        return " ".join(_of_services(reason, explained))
    if reason == Reason.OUTSIDE_HOURS:
        return hours_text(explained, desk) if stretch.open else _business_hours(explained, desk)
    if reason == Reason.CLOSED:
        return "; ".join(closure_texts(explained, desk))
    if reason == Reason.BUFFER:
        return " ".join(_buffers(explained))
    if reason == Reason.BUSY:
        return _("Whoever could take it is booked then.")
    return _of_rules(reason, desk)


def _of_rules(reason: Reason | None, desk: Desk) -> str:
    business = desk.business
    if reason == Reason.LEAD_TIME:
        return _("The shortest notice is %(count)d min.") % {"count": business.lead_time_minutes}
    if reason == Reason.BEYOND_WINDOW:
        day = spoken_date(last_day(business, desk.minute), business)
        return _("The last day that can be booked is %(day)s.") % {"day": day}
    if reason == Reason.OFF_GRID:
        count = {"count": business.slot_interval_minutes}
        return _("Starts are every %(count)d minutes, counted from the opening.") % count
    return ""


def _of_services(reason: Reason, explained: Explained) -> list[str]:
    """What is to be said of each service that is asked for."""
    named = {row.id: row for row in explained.snapshot.services.values()}
    resources = explained.snapshot.calendar.resources
    told = []
    for asked in explained.wish.services:
        service = named[asked.id]
        doing = [resources[key] for key in asked.performers if key in resources and resources[key].active]
        words = {"service": service.name, "party": people(explained.wish.party)}
        if reason == Reason.NOT_BOOKABLE_ONLINE and not service.active:
            told.append(_("%(service)s is not active.") % words)
        elif reason == Reason.NOT_BOOKABLE_ONLINE and not service.bookable_online:
            told.append(_("%(service)s can be booked at the desk only.") % words)
        elif reason == Reason.NO_RESOURCE and not any(r.online for r in doing):
            told.append(_("No active resource that can be booked online performs %(service)s.") % words)
        elif reason == Reason.CAPACITY:
            most = max((r.capacity_max for r in doing if r.online), default=0)
            least = min((r.capacity_min for r in doing if r.online), default=0)
            limits = {"from": max(least, service.party_min), "to": min(most, service.party_max), **words}
            told.append(_("%(service)s: %(from)d to %(to)d people; asked for: %(party)s.") % limits)
    return told


def _buffers(explained: Explained) -> list[str]:
    text = _("%(service)s keeps %(before)d min free before and %(after)d min after.")
    named = {row.id: row.name for row in explained.snapshot.services.values()}
    return [
        text % {"service": named[service.id], "before": service.before, "after": service.after}
        for service in explained.wish.services
        if service.before or service.after
    ]


def hours_text(explained: Explained, desk: Desk) -> str:
    """The opening hours of the weekday, and of those who have their own."""
    return " ".join([_business_hours(explained, desk), *_own_hours(explained, desk)])


def _business_hours(explained: Explained, desk: Desk) -> str:
    hours = _clock_spans(weekly_hours(explained.snapshot, explained.day), desk)
    weekday = WEEKDAYS[explained.day.weekday()]
    return _("Opening hours on %(weekday)s: %(hours)s.") % {"weekday": weekday, "hours": hours}


def _own_hours(explained: Explained, desk: Desk) -> list[str]:
    performing = {key for service in explained.wish.services for key in service.performers}
    return [
        f"{row.name}: {_clock_spans(weekly_hours(explained.snapshot, explained.day, row.id), desk)}."
        for row in explained.snapshot.resources.values()
        if row.id in performing and row.own_hours and explained.wish.resource in (None, row.id)
    ]


def _clock_spans(spans: list[tuple[int, int]], desk: Desk) -> str:
    told = [
        f"{spoken_clock(opens, desk.business)} – {spoken_clock(closes, desk.business)}"  # noqa: RUF001
        for opens, closes in spans
    ]
    return ", ".join(told) or _("none")


def closure_texts(explained: Explained, desk: Desk) -> list[str]:
    """Who is closed, when and why, for each closure of the day."""

    def why(row: Closure) -> str:
        return row.feed.name if row.feed else row.reason

    return [
        _("%(owner)s closed: %(span)s%(why)s")
        % {
            "owner": row.resource.name if row.resource else desk.business.name,
            "span": spoken_period(row.starts_at, row.ends_at, desk.business),
            "why": f" ({why(row)})" if why(row) else "",
        }
        for row in explained.closures
    ]
