"""From the core's rows to Booxi's JSON: exactly the fields of the reference's example, with values that are true."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from availengine.api.moments import moment_text
from bookings import availability as engine
from bookings.availability import Obstacle
from bookings.models import Allocation, Booking
from bookings.policy import describe
from bookings.snapshot import Snapshot
from businesses.localtime import minute_of
from businesses.models import Business, Resource, ResourceKind, Service
from businesses.money import decimal_text
from payments.models import Deposit

TIME_SLOT = "TimeSlot"
NO_CATEGORY = (0, "Main Services")

NO_AVAILABILITY = {
    Obstacle.SERVICE_OFFLINE: "ServiceOffline",
    Obstacle.SERVICE_NOT_ONLINE: "ServiceOnlineBookingDisabled",
    Obstacle.RESOURCE_NOT_ONLINE: "StaffOnlineBookingDisabled",
    Obstacle.RESOURCE_OFFLINE: "StaffOffline",
    Obstacle.LOCATIONS_DIFFER: "ServicesLocationMismatch",
    Obstacle.NOT_ASSIGNED: "StaffNotAssigned",
    Obstacle.NO_COMMON_RESOURCE: "NoCommonResource",
}


def staff_selection(shown: bool, able: int) -> str:
    """Whether there is somebody to choose from, and the business lets choose."""
    return "Optional" if shown and able > 1 else "Disabled"


def items(services: Sequence[engine.Service], staff: int) -> list[dict[str, Any]]:
    """The services of a visit as this staff member performs them; up to the next one there is time for both."""
    gaps = [before.after + after.before for before, after in pairwise(services)]
    spacing = [*gaps, services[-1].after]
    return [item(s.id, s.performers[staff], gap) for s, gap in zip(services, spacing, strict=True)]


def item(service: int, minutes: int, spacing: int) -> dict[str, Any]:
    return {"serviceId": service, "duration": minutes, "spacingAfter": spacing, "isBusySpacingAfter": True}


def catalogue(snapshot: Snapshot, wish: engine.Wish) -> dict[str, Any]:
    """What a verbose search tells besides: who can take the visit, and the services in it; none that is offline."""
    able = engine.able(snapshot.calendar, wish)
    mode = staff_selection(snapshot.business.show_staff_selection, len(able))
    asked = [snapshot.services[uuid] for uuid in dict.fromkeys(s.uuid for s in wish.services if wish.bookable(s))]
    return {
        "staffs": [staff(snapshot.resources[r.uuid]) for r in able],
        "services": [service(row, snapshot, mode) for row in asked],
    }


def staff(resource: Resource) -> dict[str, Any]:
    first, last = resource.name, ""
    if resource.kind == ResourceKind.STAFF:
        first, _, last = resource.name.partition(" ")
    return {
        "id": resource.id,
        "name": resource.name,
        "firstName": first,
        "lastName": last,
        "position": resource.job_title,
        "biography": resource.about,
        "profileImageUrl": resource.photo_url,
        "timeSelectionMode": "ServiceTimeSelection",
    }


def service(row: Service, snapshot: Snapshot, staff_selection_mode: str) -> dict[str, Any]:
    business, offered = snapshot.business, snapshot.offered(row)
    category = (row.category.id, row.category.name) if row.category else NO_CATEGORY
    return {
        "id": row.id,
        "merchantId": business.id,
        "name": row.name,
        "tags": "",
        "duration": row.duration_minutes,
        "showDuration": snapshot.shows_duration(row),
        "hasDurationCustomization": any(minutes != row.duration_minutes for minutes, _ in offered),
        "bookingMethod": "Appointment",
        "location": "Business",
        "locationText": _location(row, snapshot),
        "price": _price(row, snapshot, [price for _, price in offered]),
        "hasPriceCustomization": any(price != row.price_cents for _, price in offered),
        "categoryId": category[0],
        "categoryName": category[1],
        "description": row.description,
        "profileImageUrl": row.photo_url,
        "staffSelectionMode": staff_selection_mode,
        "timeSelectionMode": TIME_SLOT,
        "bookingPolicy": row.policy or policy_text(business),
        "instructions": row.instructions,
    }


def _location(row: Service, snapshot: Snapshot) -> str:
    """Where all who perform it do so; empty when that differs, or nobody says."""
    performers = snapshot.calendar.services[row.id].performers
    resources = snapshot.calendar.resources.values()
    places = {r.location for r in resources if r.id in performers and r.active and r.online}
    return places.pop() if len(places) == 1 else ""


def _price(row: Service, snapshot: Snapshot, offered: Iterable[int | None]) -> dict[str, Any]:
    """The lowest price that anybody takes, for the whole visit; a hidden one is told as nothing."""
    business, shown = snapshot.business, snapshot.shows_price(row)
    known = [price for price in offered if price is not None] or [row.price_cents or 0]
    free = decimal_text(0, business.currency)
    return {
        "visibility": "Show" if shown else "Hide",
        "amount": decimal_text(min(known), business.currency) if shown else free,
        "amountPerPerson": free,
        "amountPerHour": free,
        "currency": business.currency,
        "isStartingAt": shown and max(known) > min(known),
        "tax": "None",
    }


def policy_text(business: Business) -> str:
    """The business's cancellation terms; its notice alone reads as the reference's examples do."""
    if business.cancellation_steps:
        return describe(business.cancellation_steps)
    hours = business.cancel_notice_hours
    notice = f"{hours} {'hour' if hours == 1 else 'hours'}" if hours else "1 min"
    return f"Any modification or cancellation must be done at least {notice} before the appointment time."


def booking(row: Booking, held: Sequence[Allocation], snapshot: Snapshot) -> dict[str, Any]:
    """A booking as it was made; `held` in the order of the visit."""
    parts = [a for a in held if not a.additional]
    return {
        "id": row.id,
        "merchantId": snapshot.business.id,
        "status": str(row.status).capitalize(),
        "confirmationCode": row.code,
        "startsOn": moment_text(row.starts_at),
        "endsOn": moment_text(row.ends_at),
        "staffIds": list(dict.fromkeys(a.resource_id for a in parts)),
        "items": [
            item(a.service_id, minute_of(a.ends_at) - minute_of(a.starts_at), gap)
            for a, gap in zip(parts, _gaps(parts), strict=True)
        ],
        "client": {
            "firstName": row.guest_first_name,
            "lastName": row.guest_last_name,
            "email": row.guest_email,
            "phone": row.guest_phone,
        },
        "notes": row.customer_notes,
        "price": _total(row, all(snapshot.shows_price(a.service) for a in parts)),
        "deposit": None,
    }


def unpaid(deposit: Deposit) -> dict[str, Any]:
    """What has to be paid before the booking counts, and where."""
    return {
        "amount": decimal_text(deposit.amount_cents, deposit.currency),
        "currency": deposit.currency,
        "paymentUrl": deposit.checkout_url,
        "expiresOn": moment_text(deposit.expires_at) if deposit.expires_at else None,
    }


def _gaps(parts: Sequence[Allocation]) -> list[int]:
    """Minutes from the end of each service to the next one, after the last its buffer."""
    between = [minute_of(after.starts_at) - minute_of(before.ends_at) for before, after in pairwise(parts)]
    return [*between, minute_of(parts[-1].blocked_until) - minute_of(parts[-1].ends_at)]


def _total(row: Booking, shown: bool) -> dict[str, Any]:
    return {
        "visibility": "Show" if shown else "Hide",
        "amount": decimal_text((row.price_cents or 0) if shown else 0, row.currency),
        "currency": row.currency,
    }
