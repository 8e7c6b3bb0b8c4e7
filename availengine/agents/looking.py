"""Tools that look: what is offered, and when it is free."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import orjson

from availengine.agents.tool import Caller
from availengine.api.v1.bodies import ask_of
from availengine.api.v1.slots import Question, answer
from availengine.api.v1.wire import public_resource, public_service
from bookings import availability as engine
from bookings import queries
from bookings.asking import Ask
from bookings.queries import Occupancy, snapshot_of
from bookings.search import folded
from bookings.snapshot import Snapshot
from businesses.localtime import date_of
from businesses.models import Service

MOST_DATES = 7
HORIZON = 60
KEPT_OF_SERVICE = (
    "id",
    "name",
    "description",
    "category",
    "duration_minutes",
    "price_cents",
    "currency",
    "party_min",
    "party_max",
    "policy",
    "instructions",
    "is_default",
)


def search_services(caller: Caller, data: dict[str, Any]) -> dict[str, Any]:
    """What can be booked online, all of it or what has each of the words."""
    snapshot = snapshot_of(caller.business_id)
    words = folded(data.get("query", "")).split()
    found = [service for service in snapshot.offered_services() if _has(service, words)]
    business = snapshot.business
    if found:
        step = "find_availability with the id of a service."
    elif words:
        step = "Nothing has these words: search_services without a query shows everything."
    else:
        step = f"{business.name} takes no bookings online at present."
    return {
        "business": {
            "id": str(business.uuid),
            "name": business.name,
            "timezone": business.timezone,
            "address": business.address or None,
            "phone": business.phone or None,
        },
        "services": [_service(service, snapshot) for service in found[: data["limit"]]],
        "total": len(found),
        "next_step": step,
    }


def _has(service: Service, words: list[str]) -> bool:
    category = service.category.name if service.category else ""
    text = folded(f"{service.name} {service.description} {category}")
    return all(word in text for word in words)


def _service(service: Service, snapshot: Snapshot) -> dict[str, Any]:
    told = public_service(service, snapshot)
    choosable = snapshot.business.show_staff_selection
    named = [public_resource(snapshot.resources[key], snapshot) for key in told["resource_ids"] if choosable]
    return {
        **{name: told[name] for name in KEPT_OF_SERVICE},
        "takes_deposit": told["deposit"] is not None and told["deposit"]["type"] != "none",
        "resources": [{name: resource[name] for name in ("id", "name", "kind")} for resource in named],
    }


def find_availability(caller: Caller, data: dict[str, Any]) -> dict[str, Any]:
    """The free starts of some days; without a date those of the next day that has any."""
    ask = ask_of(data)
    read = partial(_read, caller, ask)
    first = data.get("date")
    business = snapshot_of(caller.business_id).business
    today = date_of(business.zone, caller.now)
    if first is None:
        _, dates = queries.next_open_dates(read, first=today, count=1, horizon=HORIZON, now=caller.now)
        first = dates[0][0] if dates else today
    last = first + timedelta(days=data["days"] - 1)
    found = read(first, last)
    told = orjson.loads(answer(found, Question(first, last, False, ask, False), now=caller.now))
    days = [_day(day, found.snapshot) for day in told["days"]]
    later: list[tuple[date, int]] = []
    if not any(day["slots"] for day in days):
        within = today <= first <= today + timedelta(days=business.window_days)
        after = first if within else today
        _, later = queries.next_open_dates(read, first=after, count=MOST_DATES, horizon=HORIZON, now=caller.now)
    return {
        **{name: told[name] for name in ("timezone", "service_id", "capacity")},
        "days": days,
        "next_open_dates": [{"date": on.isoformat(), "slot_count": count} for on, count in later],
        "next_step": _advice(found, first, days, later),
    }


def _read(caller: Caller, ask: Ask, first: date, last: date) -> Occupancy:
    return queries.occupancy(caller.business_id, live=caller.live, first=first, last=last, wish_of=ask.wish)


def _day(day: dict[str, Any], snapshot: Snapshot) -> dict[str, Any]:
    """Without who is free, where customers do not choose: it is most of the answer, and of no use."""
    names = ["start_time", "end_time", "starts_at"]
    if snapshot.business.show_staff_selection:
        names.append("resource_ids")
    return {"date": day["date"], "slots": [{name: slot[name] for name in names} for slot in day["slots"]]}


def _advice(found: Occupancy, first: date, days: list[dict[str, Any]], later: list[tuple[date, int]]) -> str:
    if any(day["slots"] for day in days):
        return "Let the person choose, then hold_slot with booking_date and start_time."
    if later:
        return "Nothing is free on these days: ask again with one of next_open_dates."
    never = engine.why_never(engine.DayView(found.snapshot.calendar, found.wish, first, found.busy()))
    return engine.SENTENCES[never] if never else f"Nothing is free within {HORIZON} days."
