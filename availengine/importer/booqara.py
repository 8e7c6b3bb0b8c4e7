"""Booqara: its documented read endpoints, and what they say in our words. Appointments name people, not their ids."""

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from availengine.importer.booqara_catalogue import Catalogue
from availengine.importer.draft import (
    Draft,
    Keys,
    Options,
    Report,
    Row,
    Unusable,
    Visit,
    clock,
    complete,
    day,
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
from availengine.importer.fetching import Remote
from availengine.importer.folder import RAW, Folder
from businesses.provisioning.plan import DAYS

NAME = "booqara"
RULES = {
    "bookingLeadTimeMinutes": ("lead_time_minutes", 0, 525_600),
    "bookingWindowDays": ("window_days", 1, 730),
    "slotIntervalMinutes": ("slot_interval_minutes", 1, 1440),
}
PAGE = {
    "showStaffSelection": "show_staff_selection",
    "showServicePrices": "show_service_prices",
    "showServiceDuration": "show_service_duration",
    "requireCustomerEmail": "require_customer_email",
}
NOT_TOLD = (
    "Booqara does not tell: working hours of single people, closures and days off, buffers, whether bookings are "
    "confirmed by themselves, deposits, members. Set them in business.yaml where you need them.",
)


def headers(key: str) -> dict[str, str]:
    return {"x-private-key": key}


# --- fetching ----------------------------------------------------------------------------------------------------


def fetch(remote: Remote, folder: Folder, appointments: Iterable[str]) -> None:
    """Save what the endpoints say. Appointments that are there already are not asked for again."""
    for name in ("business", "services", "staff"):
        folder.write_json(f"{RAW}/{name}.json", remote.require("booking", name))
        remote.tell(f"{name}: saved")
    services = [service for _, service in _services(folder)]
    for service in services:
        key = identifier(service)
        folder.write_json(f"{RAW}/staff/{quote(key, safe='')}.json", remote.get("booking", "staff", serviceId=key))
    remote.tell(f"staff of {len(services)} services: saved")
    _fetch_appointments(remote, folder, list(dict.fromkeys(appointments)))


def _fetch_appointments(remote: Remote, folder: Folder, ids: list[str]) -> None:
    missing = []
    for number, key in enumerate(ids, start=1):
        name = f"{RAW}/appointments/{quote(key, safe='')}.json"
        if not (folder / name).exists():
            found = remote.get("booking", "appointments", key)
            if found is None:
                missing.append(key)
            else:
                folder.write_json(name, found)
        if number % 100 == 0 or number == len(ids):
            remote.tell(f"appointments: {number} of {len(ids)}")
    folder.write_json(f"{RAW}/missing.json", missing)


# --- reading -----------------------------------------------------------------------------------------------------


def read(folder: Folder, options: Options) -> Draft:
    """What was saved, as a provisioning document and visits."""
    told = folder.read_json(f"{RAW}/business.json", {})
    draft = Draft(complete(_business(told if isinstance(told, dict) else {}, options)))
    draft.report.assumed += NOT_TOLD
    draft.business["hours"] = _hours(rows(draft.business.pop("hours")), draft.report)
    appointments = list(_appointments(folder))
    catalogue = Catalogue(draft, options.currency)
    for person in _staff(folder):
        catalogue.add_person(person)
    for category, service in _services(folder):
        catalogue.add_service(service, category, _performers(folder, service), appointments)
    draft.report.lost += [
        f"appointment {key}: Booqara does not know it" for key in folder.read_json(f"{RAW}/missing.json", [])
    ]
    if not appointments:
        draft.report.lost.append(
            "appointments: none were saved. Booqara gives them by id only: fetch --appointments FILE"
        )
    _read_visits(appointments, catalogue, draft)
    return draft


def _business(told: Row, options: Options) -> Row:
    name = options.name or text(told.get("name"), 200)
    settings, page = told.get("bookingSettings"), told.get("bookingPage")
    rules = {
        ours: whole(settings.get(theirs), least, most)
        for theirs, (ours, least, most) in RULES.items()
        if isinstance(settings, dict)
    }
    flags = {
        ours: page[theirs]
        for theirs, ours in PAGE.items()
        if isinstance(page, dict) and isinstance(page.get(theirs), bool)
    }
    found = {
        "slug": options.slug or Keys("business").of(name),
        "name": name,
        "description": passage(told.get("description"), 1000),
        "category": text(told.get("category"), 100),
        "phone": text(told.get("phone"), 40),
        "address": text(told.get("address"), 300),
        "logo_url": web_address(told.get("logoUrl")),
        "timezone": options.timezone or text(told.get("timezone"), 64),
        "currency": options.currency,
        "rules": without_empty(rules),
        "page": flags,
    }
    return {**without_empty(found), "hours": told.get("hours")}


def _hours(told: list[Row], report: Report) -> Row:
    """Booqara tells the first opening and the last closing of a day; AvailEngine itself its `intervals` as well."""
    week: dict[str, list[str]] = {}
    for row in told:
        name = text(row.get("day"), 20)
        if row.get("isOpen") is False:
            continue
        for span in rows(row.get("intervals")) or [row]:
            opens, closes = clock(span.get("openTime")), clock(span.get("closeTime"))
            if name.lower() not in DAYS or opens is None or closes is None:
                report.lost.append(f"hours of {name or 'a day'}: {span.get('openTime')!r} to {span.get('closeTime')!r}")
                continue
            week.setdefault(name.lower(), []).append(f"{opens}-{closes}")
    if not week:
        report.assumed.append("No opening hours were told: nothing can be booked before they are in business.yaml.")
    return {name: week[name] for name in DAYS if name in week}


def _services(folder: Folder) -> Iterator[tuple[str, Row]]:
    """(category, service) of all that are offered."""
    told = folder.read_json(f"{RAW}/services.json", {})
    for category in rows(told.get("categories") if isinstance(told, dict) else told):
        for service in rows(category.get("services")):
            yield text(category.get("categoryName"), 100), service


def _people(told: object) -> list[Row]:
    return rows(told.get("staff") if isinstance(told, dict) else told)


def _staff(folder: Folder) -> Iterator[Row]:
    """Everybody of the list, then those who are in the list of a service only."""
    yield from _people(folder.read_json(f"{RAW}/staff.json", []))
    for name in folder.names(f"{RAW}/staff"):
        yield from _people(folder.read_json(name, []))


def _performers(folder: Folder, service: Row) -> list[Row] | None:
    """Who performs a service; None where nobody asked."""
    told = folder.read_json(f"{RAW}/staff/{quote(str(service.get('id')), safe='')}.json")
    return None if told is None else _people(told)


def _appointments(folder: Folder) -> Iterator[Row]:
    """Each once: those of a file that somebody saved, and those fetched. A create answer wraps its booking."""
    told = folder.read_json(f"{RAW}/appointments.json", [])
    found = rows(told.get("appointments") or told.get("data") if isinstance(told, dict) else told)
    for name in folder.names(f"{RAW}/appointments"):
        found += rows([folder.read_json(name)])
    seen = set()
    for row in found:
        inner = row["booking"] if isinstance(row.get("booking"), dict) else row
        if inner.get("id") is None or str(inner["id"]) not in seen:
            seen.add(str(inner.get("id")))
            yield inner


def _read_visits(appointments: list[Row], catalogue: Catalogue, draft: Draft) -> None:
    for told in appointments:
        try:
            draft.visits.append(_visit(told, catalogue, draft))
        except Unusable as problem:
            draft.report.lost.append(f"appointment {told.get('id')}: {problem}")


def _visit(told: Row, catalogue: Catalogue, draft: Draft) -> Visit:
    key, when, at, word = (
        identifier(told),
        day(told.get("appointmentDate")),
        told.get("appointmentTime"),
        told.get("status"),
    )
    minutes = whole(told.get("durationMinutes"), 1, 1440)
    begins, state = start_time(at), status(word)
    service, person = catalogue.place(text(told.get("serviceName"), 200), text(told.get("staffName"), 200), minutes)
    minutes = minutes or whole(service["duration_minutes"], 1, 1440)
    if minutes is None:
        raise Unusable("how long it takes is told neither by itself nor by its service")
    cost = price(told.get("servicePrice"), draft.business["currency"])
    if cost is None and told.get("servicePrice") is not None:
        draft.report.lost.append(f"appointment {key}: its price {told['servicePrice']}, the rest is taken over")
    first, last = split_name(told.get("guestName"))
    code = text(told.get("confirmationCode"), 40)
    return Visit(
        source=NAME,
        id=key,
        service=service["key"],
        resource=person,
        date=when,
        time=begins,
        duration_minutes=minutes,
        status=state,
        first_name=first or "Guest",
        last_name=last,
        email=text(told.get("guestEmail"), 254),
        phone=phone(told.get("guestPhone")),
        price=cost or "",
        customer_notes=passage(told.get("customerNotes"), 1000),
        staff_notes=f"Booqara {code}" if code else "",
    )
