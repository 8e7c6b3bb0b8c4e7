"""BookingFlow: its documented read endpoints, and what they say in our words. A room is a resource and its service."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from availengine.importer.bookingflow_rooms import LARGEST, Rooms, clock_minutes
from availengine.importer.draft import (
    CLOCK,
    Draft,
    Keys,
    Options,
    Person,
    Row,
    Unusable,
    Visit,
    clock,
    complete,
    day,
    first_of,
    identifier,
    passage,
    phone,
    price,
    rows,
    split_name,
    start_time,
    status,
    text,
    web_address,
    whole,
    without_empty,
)
from availengine.importer.fetching import CannotFetch, Remote, listed
from availengine.importer.folder import RAW, Folder
from businesses.provisioning.plan import DAYS

NAME = "bookingflow"
API = ("api", "v1")
SCHEDULE_DAYS = 28
NOT_TOLD = (
    "BookingFlow does not tell: opening hours, blocked dates, buffers between games, deposits and payments, members. "
    "Set them in business.yaml where you need them.",
    "Prices are taken as the price of the game: where BookingFlow means the price of one guest, change them.",
)


def headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


# --- fetching ----------------------------------------------------------------------------------------------------


def fetch(remote: Remote, folder: Folder, org: str, today: date) -> None:
    """Save what the endpoints say."""
    catalogue = remote.get(*API, "catalog", orgId=org) if org else None
    folder.write_json(f"{RAW}/catalog.json", catalogue or {})
    rooms = _fetch_list(remote, folder, "rooms")
    for room in rows(rooms):
        key = identifier(room)
        folder.write_json(f"{RAW}/rooms/{quote(key, safe='')}.json", remote.get(*API, "rooms", key))
    span = {"from": today.isoformat(), "to": (today + timedelta(days=SCHEDULE_DAYS - 1)).isoformat()}
    folder.write_json(f"{RAW}/schedules.json", remote.get(*API, "schedules", **span))
    _fetch_list(remote, folder, "customers")
    _fetch_list(remote, folder, "bookings")


def _fetch_list(remote: Remote, folder: Folder, name: str) -> list[Any]:
    found: list[Any] = []
    for page in remote.pages(*API, name):
        found += page
        remote.tell(f"{name}: {len(found)}")
    folder.write_json(f"{RAW}/{name}.json", {"data": found})
    return found


# --- reading -----------------------------------------------------------------------------------------------------


def read(folder: Folder, options: Options) -> Draft:
    """What was saved, as a provisioning document, customers and visits."""
    catalogue = folder.read_json(f"{RAW}/catalog.json", {})
    bookings = list(_listed(folder, "bookings"))
    rooms = list(_rooms(folder, catalogue))
    draft = Draft(complete(_business(catalogue, rooms, options)))
    draft.report.assumed += NOT_TOLD
    taken = Rooms(draft, bookings)
    for room in rooms:
        taken.add(room)
    draft.business["hours"] = _hours(folder.read_json(f"{RAW}/schedules.json"), draft)
    for told in _listed(folder, "customers"):
        try:
            draft.customers.append(_person(told))
        except Unusable as problem:
            draft.report.lost.append(f"customer {told.get('id')}: {problem}")
    for told in bookings:
        try:
            draft.visits.append(_visit(told, taken, draft))
        except Unusable as problem:
            draft.report.lost.append(f"booking {told.get('id')}: {problem}")
    return draft


def _listed(folder: Folder, name: str) -> Iterator[Row]:
    """Each record once; a cursor that moves while bookings are made may bring one twice."""
    seen = set()
    try:
        found = rows(listed(folder.read_json(f"{RAW}/{name}.json", [])))
    except CannotFetch as error:
        raise CannotFetch(f"{folder / RAW / name}.json: {error}") from error
    for row in found:
        if row.get("id") is None or row["id"] not in seen:
            seen.add(row.get("id"))
            yield row


def _rooms(folder: Folder, catalogue: Any) -> Iterator[Row]:
    """Those of the list, with their details; else those of the catalogue."""
    found = list(_listed(folder, "rooms"))
    if not found and isinstance(catalogue, dict):
        found = rows(first_of(catalogue, "rooms", "experiences", "data"))
    for room in found:
        details = folder.read_json(f"{RAW}/rooms/{quote(str(room.get('id')), safe='')}.json", {})
        inner = first_of(details, "room", "data") if isinstance(details, dict) else None
        details = inner if isinstance(inner, dict) else details
        yield {**room, **without_empty(details if isinstance(details, dict) else {})}


def _business(catalogue: Any, rooms: list[Row], options: Options) -> Row:
    told = catalogue if isinstance(catalogue, dict) else {}
    inner = first_of(told, "organization", "org", "business")
    told = inner if isinstance(inner, dict) else told
    name = options.name or text(first_of(told, "name", "orgName"), 200)
    currency = options.currency or text(told.get("currency"), 3).upper()
    if not currency:
        named = {text(room.get("currency"), 3).upper() for room in rooms} - {""}
        currency = named.pop() if len(named) == 1 else ""
    found = {
        "slug": options.slug or Keys("business").of(name),
        "name": name,
        "description": passage(told.get("description"), 1000),
        "phone": text(told.get("phone"), 40),
        "address": text(told.get("address"), 300),
        "logo_url": web_address(told.get("logoUrl")),
        "timezone": options.timezone or text(first_of(told, "timezone", "timeZone"), 64),
        "currency": currency,
    }
    return without_empty(found)


def _hours(schedules: Any, draft: Draft) -> dict[str, list[str]]:
    """Guessed from the free starts: on each weekday from the earliest to the end of the longest game at the latest."""
    longest = max((s["duration_minutes"] for s in draft.services if isinstance(s["duration_minutes"], int)), default=60)
    starts: dict[int, set[str]] = defaultdict(set)
    told = first_of(schedules, "data", "days", "schedules") if isinstance(schedules, dict) else schedules
    for row in rows(told):
        try:
            weekday = date.fromisoformat(day(row.get("date"))).weekday()
        except (Unusable, ValueError):
            continue
        starts[weekday] |= set(_times(row))
    week = {}
    for weekday, found in sorted(starts.items()):
        if found:
            ends = (clock_minutes(max(found)) + longest) % 1440
            week[DAYS[weekday]] = [f"{min(found)}-{ends // 60:02}:{ends % 60:02}"]
    if week:
        told_days = ", ".join(f"{name} {hours[0]}" for name, hours in week.items())
        draft.report.assumed.append(f"Opening hours, guessed from the free starts of four weeks: {told_days}.")
    else:
        draft.report.assumed.append("No opening hours: nothing can be booked before they are in business.yaml.")
    return week


def _times(value: Any) -> Iterator[str]:
    """Every start in a day of a schedule, however it is nested; ends do not count."""
    if isinstance(value, str) and CLOCK.match(value):
        yield value[:5]
    elif isinstance(value, list):
        for item in value:
            yield from _times(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if not name.lower().startswith("end"):
                yield from _times(item)


def _names(told: Row) -> tuple[str, str]:
    first, last = text(told.get("firstName"), 100), text(told.get("lastName"), 100)
    return (first, last) if first or last else split_name(told.get("name"))


def _person(told: Row) -> Person:
    first, last = _names(told)
    return Person(
        source=NAME,
        id=identifier(told),
        first_name=first or "Guest",
        last_name=last,
        email=text(told.get("email"), 254),
        phone=phone(told.get("phone")),
    )


def _visit(told: Row, rooms: Rooms, draft: Draft) -> Visit:
    key, when, begins = identifier(told), day(told.get("date")), start_time(told.get("time"))
    state = status(told.get("status"))
    room = rooms.of(told)
    game = next(service for service in draft.services if service["key"] == room)
    minutes = whole(game["duration_minutes"], 1, 1440)
    ends = clock(told.get("endTime"))
    if ends is None and minutes is None:
        raise Unusable("when it ends is told neither by itself nor by its room")
    guests = whole(first_of(told, "guests"), 1, LARGEST)
    if guests is None:
        raise Unusable(f"its guests are {told.get('guests')!r}, not 1 to {LARGEST}")
    customer = told["customer"] if isinstance(told.get("customer"), dict) else {}
    first, last = _names(customer)
    code = text(told.get("confirmationCode"), 40)
    return Visit(
        source=NAME,
        id=key,
        service=room,
        resource=room,
        date=when,
        time=begins,
        end=ends or "",
        duration_minutes=0 if ends else minutes or 0,
        status=state,
        party=guests,
        first_name=first or "Guest",
        last_name=last,
        email=text(customer.get("email"), 254),
        phone=phone(customer.get("phone")),
        customer=str(customer["id"])[:100] if customer.get("id") else "",
        price=_price(told, key, draft),
        customer_notes=passage(told.get("notes"), 1000),
        staff_notes=f"BookingFlow {code}" if code else "",
        booked_at=text(told.get("createdAt"), 40),
    )


def _price(told: Row, key: str, draft: Draft) -> str:
    """In the business's currency only."""
    if told.get("price") is None:
        return ""
    currency = draft.business["currency"]
    theirs = text(told.get("currency"), 3).upper() or currency
    found = price(told["price"], currency) if theirs == currency else None
    if found is None:
        draft.report.lost.append(f"booking {key}: its price {told['price']} {theirs}, the rest is taken over")
    return found or ""
