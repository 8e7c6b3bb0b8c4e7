"""What each step shows. A function per step; each gives the context of its template."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from availengine.booking_page import summary, times
from availengine.booking_page.choices import ANYBODY, new_key
from availengine.booking_page.entrance import Visit
from availengine.booking_page.plan import Plan, Step
from bookings import wording
from bookings.snapshot import Snapshot
from businesses.localtime import date_of, local_of, moment_of
from businesses.models import Service
from payments.money import spoken

Context = dict[str, Any]


def service_step(visit: Visit, plan: Plan) -> Context:
    groups: dict[str, list[Context]] = {}
    for service in visit.snapshot.offered_services():
        name = service.category.name if service.category else ""
        groups.setdefault(name, []).append(_service(visit, plan, service))
    return {"groups": list(groups.items()), "hidden": _kept(visit, "party", "staff", "lang")}


def _service(visit: Visit, plan: Plan, service: Service) -> Context:
    key, snapshot = str(service.uuid), visit.snapshot
    return {
        "id": key,
        "service": service,
        "chosen": key in plan.choices.services,
        "price": summary.price_from(snapshot, (service,)) if snapshot.shows_price(service) else "",
        "duration": _duration(snapshot, service),
        "url": visit.url(services=(key,), start=None),
    }


def _duration(snapshot: Snapshot, service: Service) -> str:
    lengths = {minutes for minutes, _price in snapshot.offered(service)}
    if not lengths or not snapshot.shows_duration(service):
        return ""
    text = wording.minutes(min(lengths))
    return text if len(lengths) == 1 else _("from %(price)s") % {"price": text}


def _kept(visit: Visit, *names: str) -> list[tuple[str, str]]:
    """What a form of the page carries on from the address."""
    return [(name, value) for name in names if (value := visit.request.GET.get(name, ""))]


def party_step(visit: Visit, plan: Plan) -> Context:
    return {
        "sizes": [
            (size, size == plan.party, visit.url(party=size, start=None), wording.people(size)) for size in plan.parties
        ]
    }


def staff_step(visit: Visit, plan: Plan) -> Context:
    currency = visit.business.currency
    people = [
        {
            "resource": person.resource,
            "initials": "".join(word[0] for word in person.resource.name.split()[:2]).upper(),
            "price": "" if person.price_cents is None else spoken(person.price_cents, currency),
            "chosen": person is plan.chosen,
            "url": visit.url(staff=str(person.resource.uuid), start=None),
        }
        for person in plan.people
    ]
    return {
        "people": people,
        "room": plan.people[0].resource.kind == "room",
        "anybody": visit.url(staff=ANYBODY, start=None),
        "anybody_chosen": plan.choices.staff == ANYBODY,
    }


def when_step(visit: Visit, plan: Plan) -> Context:
    """A month, and the times of one of its days: of the chosen one, at first of the first that has any."""
    bounds, now = times.window(plan, now=visit.now), visit.now
    month, day = _month_and_day(visit, plan, bounds)
    starts = month.free.get(day, []) if day else []
    key = visit.choices.key or new_key()
    return {
        "month": month,
        "month_name": date_format(month.first, "F Y"),
        "weekdays": _weekdays(),
        "weeks": [[_day(visit, month, on, day) for on in week] for week in month.weeks()],
        "previous": _other_month(visit, month.first, -1) if month.first > bounds.first else "",
        "next": _other_month(visit, month.first, 1) if month.last < bounds.last else "",
        "day": day,
        "spoken_day": wording.spoken_date(day, visit.business) if day else "",
        "parts": [
            (_parts()[part], [_start(visit, minute, key, month.left.get(minute)) for minute in found])
            for part, found in times.parts_of_day(plan, starts)
        ],
        "closed": bool(day and day in month.closed),
        "dates": [] if starts or not day else _dates(visit, times.next_dates(plan, day, now=now)),
        "waitlist": "" if starts or not day or day in month.closed else waitlist(visit, plan, day),
        "zone": zone(visit, starts[0] if starts else now),
    }


def _month_and_day(visit: Visit, plan: Plan, bounds: times.Window) -> tuple[times.Month, date | None]:
    choices, now = visit.choices, visit.now
    chosen = choices.day
    if chosen is None and choices.start is not None:
        chosen = date_of(visit.business.zone, choices.start)
    if chosen:
        chosen = bounds.clamp(chosen)
    month = times.month_of(plan, choices.month or chosen or bounds.first, now=now)
    if chosen and month.first <= chosen <= month.last:
        return month, chosen
    first = next((on for on, starts in month.free.items() if starts), None)
    if first is None and not choices.month:
        found = times.next_dates(plan, month.last, now=now, count=1)
        if found:
            return times.month_of(plan, found[0], now=now), found[0]
    return month, first


def _weekdays() -> list[str]:
    """Short names, from Monday on: of the week of the first of January 2024."""
    return [date_format(date(2024, 1, number), "D") for number in range(1, 8)]


def _day(visit: Visit, month: times.Month, on: date | None, chosen: date | None) -> Context | None:
    if on is None:
        return None
    free = len(month.free.get(on, []))
    return {
        "number": on.day,
        "date": on.isoformat(),
        "free": free,
        "chosen": on == chosen,
        "today": on == date_of(visit.business.zone, visit.now),
        "full": on in month.free and not free and on not in month.closed,
        "spoken": date_format(on, "l, j F"),
        "url": visit.url(day=on, month=None, start=None),
    }


def _other_month(visit: Visit, first: date, by: int) -> str:
    number = first.year * 12 + first.month - 1 + by
    return visit.url(month=date(number // 12, number % 12 + 1, 1), day=None, start=None)


def _parts() -> dict[str, str]:
    return {"night": _("Night"), "morning": _("Morning"), "afternoon": _("Afternoon"), "evening": _("Evening")}


def _start(visit: Visit, minute: int, key: object, left: int | None) -> Context:
    """Every start leads to a form with one key: sent twice, or gone back to, it is the same booking."""
    return {
        "left": left,
        "time": wording.spoken_minute(minute, visit.business),
        "iso": moment_of(minute).isoformat(),
        "chosen": minute == visit.choices.start,
        "url": visit.url(start=minute, day=date_of(visit.business.zone, minute), month=None, key=key),
    }


def _dates(visit: Visit, found: list[date]) -> list[tuple[str, str]]:
    return [(wording.spoken_date(on, visit.business), visit.url(day=on, month=None, start=None)) for on in found]


def waitlist(visit: Visit, plan: Plan, day: date) -> str:
    """Where a visitor asks to be told when something is freed; empty where there is no waitlist."""
    if not visit.business.waitlist:
        return ""
    return plan.choices.but(day=day, month=None, start=None, key=None).at(f"{visit.path}/waitlist")


def zone(visit: Visit, minute: int) -> Context:
    """The zone's place and distance from UTC, for a hint where the visitor's differs."""
    local = local_of(visit.business.zone, minute)
    return {
        "name": visit.business.timezone,
        "place": visit.business.timezone.split("/")[-1].replace("_", " "),
        "offset": int((local.utcoffset() or local - local).total_seconds()) // 60,
    }


STEPS: dict[Step, Callable[[Visit, Plan], Context]] = {
    Step.SERVICE: service_step,
    Step.PARTY: party_step,
    Step.STAFF: staff_step,
    Step.WHEN: when_step,
}


def step_page(visit: Visit, plan: Plan) -> Context:
    """The step that the visitor is at, with what stands around it."""
    return {**frame(visit, plan), **STEPS[plan.step](visit, plan), "template": f"booking_page/_{plan.step}.html"}


def frame(visit: Visit, plan: Plan) -> Context:
    return {
        "plan": plan,
        "marks": summary.marks(visit, plan),
        "lines": summary.lines(visit, plan),
        "bar": summary.bar(visit, plan),
        "price": summary.price(plan),
        "duration": summary.duration(plan),
    }
