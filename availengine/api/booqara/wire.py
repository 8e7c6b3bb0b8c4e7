"""From the core's rows to this dialect's JSON: plain structures, exactly the documented fields."""

from collections.abc import Sequence
from typing import Any

from bookings.models import Allocation, Booking
from bookings.snapshot import Snapshot
from businesses.localtime import DAY, local_of, minute_of
from businesses.models import Resource, Service, ServiceCategory, Weekday
from businesses.money import major_units

SUNDAY_FIRST = (Weekday.SUNDAY, *(day for day in Weekday if day != Weekday.SUNDAY))
OTHER = "Other"  # what belongs to no category


def profile(snapshot: Snapshot) -> dict[str, Any]:
    """The business, its hours, rules and page flags."""
    business = snapshot.business
    return {
        "name": business.name,
        "description": business.description,
        "category": business.category,
        "logoUrl": business.logo_url,
        "phone": business.phone,
        "address": business.address,
        "timezone": business.timezone,
        "hours": [_hours(day, snapshot.calendar.week[day]) for day in SUNDAY_FIRST],
        "bookingSettings": {
            "bookingLeadTimeMinutes": business.lead_time_minutes,
            "bookingWindowDays": business.window_days,
            "slotIntervalMinutes": business.slot_interval_minutes,
        },
        "bookingPage": {
            "showStaffSelection": business.show_staff_selection,
            "showServicePrices": business.show_service_prices,
            "showServiceDuration": business.show_service_duration,
            "requireCustomerEmail": business.require_customer_email,
        },
    }


def _hours(day: Weekday, open_spans: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """From the first opening to the last closing; a day with a break has its `intervals` too."""
    intervals = [{"openTime": _time(opens), "closeTime": _time(closes)} for opens, closes in open_spans]
    return {
        "day": day.label,
        "isOpen": bool(open_spans),
        "openTime": _time(min(opens for opens, _ in open_spans)) if open_spans else None,
        "closeTime": _time(max(closes for _, closes in open_spans)) if open_spans else None,
        **({"intervals": intervals} if len(intervals) > 1 else {}),
    }


def _time(minutes: int) -> str:
    """Minutes after midnight as `HH:MM:SS`; past midnight starts again at 00:00:00."""
    return f"{minutes % DAY // 60:02}:{minutes % 60:02}:00"


def catalogue(snapshot: Snapshot) -> dict[str, Any]:
    """The services on offer by category, in the order of both; those without a category come last."""
    groups: dict[ServiceCategory | None, list[Service]] = {}
    for service in snapshot.offered_services():
        groups.setdefault(service.category, []).append(service)
    ordered = sorted((c for c in groups if c), key=lambda category: (category.position, category.id))
    return {
        "categories": [
            {
                "categoryId": str(category.uuid) if category else None,
                "categoryName": category.name if category else OTHER,
                "services": [_service(service, snapshot) for service in groups[category]],
            }
            for category in (*ordered, *([None] if None in groups else []))
        ]
    }


def _service(service: Service, snapshot: Snapshot) -> dict[str, Any]:
    """Price and duration only where they are shown, and the price only where there is one."""
    told: dict[str, Any] = {
        "id": str(service.uuid),
        "name": service.name,
        "description": service.description,
        "photoUrl": service.photo_url or None,
    }
    if snapshot.shows_duration(service):
        told["durationMinutes"] = service.duration_minutes
    if snapshot.shows_price(service) and service.price_cents is not None:
        told["price"] = major_units(service.price_cents, snapshot.business.currency)
    return told


def professional(resource: Resource, next_start: int | None, snapshot: Snapshot) -> dict[str, Any]:
    """Somebody who can be chosen, with the next free start as local time with its offset."""
    free = local_of(snapshot.business.zone, next_start).isoformat() if next_start is not None else None
    return {
        "id": str(resource.uuid),
        "fullName": resource.name,
        "jobTitle": resource.job_title or None,
        "about": resource.about or None,
        "photoUrl": resource.photo_url or None,
        "nextAvailable": free,
        "color": resource.color or None,
    }


def created(booking: Booking, held: Sequence[Allocation], snapshot: Snapshot) -> dict[str, Any]:
    """The answer to a creation, in the reference's order of fields; the time as `HH:MM`."""
    visit, house, guest = _visit(booking, held, snapshot), _house(snapshot), _guest(booking)
    return {"success": True, "booking": {**visit, **house, **guest, "status": str(booking.status)}}


def fetched(booking: Booking, held: Sequence[Allocation], snapshot: Snapshot) -> dict[str, Any]:
    """An appointment by itself, in the reference's order of fields; the time as `HH:MM:SS`."""
    visit, house, guest = _visit(booking, held, snapshot), _house(snapshot), _guest(booking)
    visit["appointmentTime"] += ":00"
    return {**visit, "status": str(booking.status), **guest, **house}


def _visit(booking: Booking, held: Sequence[Allocation], snapshot: Snapshot) -> dict[str, Any]:
    """`held` are its allocations, in order. A visit of several services, booked elsewhere, names all of them."""
    items = [allocation for allocation in held if not allocation.additional]
    starts = booking.starts_at.astimezone(snapshot.business.zone)
    return {
        "id": str(booking.uuid),
        "confirmationCode": booking.code,
        "serviceName": ", ".join(item.service.name for item in items),
        "servicePrice": _agreed_price(booking, items, snapshot),
        "appointmentDate": starts.date().isoformat(),
        "appointmentTime": f"{starts:%H:%M}",
        "durationMinutes": minute_of(booking.ends_at) - minute_of(booking.starts_at),
        "staffName": ", ".join(dict.fromkeys(item.resource.name for item in items)),
    }


def _agreed_price(booking: Booking, items: Sequence[Allocation], snapshot: Snapshot) -> int | float | None:
    """As it was when booked; a price that is hidden in the catalogue is hidden here too."""
    if booking.price_cents is None or not all(snapshot.shows_price(item.service) for item in items):
        return None
    return major_units(booking.price_cents, booking.currency)


def _house(snapshot: Snapshot) -> dict[str, Any]:
    return {"businessName": snapshot.business.name, "businessAddress": snapshot.business.address}


def _guest(booking: Booking) -> dict[str, Any]:
    name = f"{booking.guest_first_name} {booking.guest_last_name}".strip()
    return {"guestName": name, "guestEmail": booking.guest_email}
