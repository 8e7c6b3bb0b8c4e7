"""Between the core's rows and BookingFlow's JSON: exactly the listed fields; prices as numbers of major units."""

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from rest_framework.exceptions import ValidationError

from availengine.api.moments import moment_text
from availengine.api.periods import local_moment
from availengine.keyset import Page
from bookings.models import Booking, Customer
from bookings.placing import Placement
from bookings.queries import stamps
from bookings.rooms import Room
from bookings.snapshot import Snapshot
from businesses.deposit_rules import effective_rule
from businesses.localtime import day_bounds, minute_of
from businesses.models import Closure
from businesses.money import decimals_of, major_units
from payments.models import Deposit

BOOKING_COLUMNS = (
    "id",
    "uuid",
    "lead__resource__uuid",
    "lead__resource__name",
    "starts_at",
    "ends_at",
    "party_size",
    "status",
    "code",
    "customer__uuid",
    "guest_first_name",
    "guest_last_name",
    "guest_email",
    "guest_phone",
    "price_cents",
    "currency",
    "created_at",
)


def page_body(page: Page, items: list[Any]) -> dict[str, Any]:
    return {"data": items, "nextCursor": page.next_cursor, "hasMore": page.next_cursor is not None}


def amount(cents: int | None, currency: str) -> int | float | None:
    """Minor units as a number of major ones."""
    return None if cents is None else major_units(cents, currency)


def cents(price: Decimal, currency: str) -> int:
    """A price as sent, in minor units. Raises DRF's ValidationError for more decimals than the currency has."""
    decimals = decimals_of(currency)
    scaled = price.scaleb(decimals)
    if scaled != scaled.to_integral_value():
        raise ValidationError({"price": [f"At most {decimals} decimals in {currency}."]})
    return int(scaled)


def booking_told(row: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """A booking (DESIGN 8.21). The customer's fields are as typed for this booking; times in the business's zone."""
    starts, ends = row["starts_at"].astimezone(zone), row["ends_at"].astimezone(zone)
    return {
        "id": str(row["uuid"]),
        "roomId": str(row["lead__resource__uuid"]),
        "roomName": row["lead__resource__name"],
        "date": starts.date().isoformat(),
        "time": f"{starts:%H:%M}",
        "endTime": f"{ends:%H:%M}",
        "guests": row["party_size"],
        "status": row["status"],
        "confirmationCode": row["code"],
        "customer": {
            "id": str(row["customer__uuid"]),
            "firstName": row["guest_first_name"],
            "lastName": row["guest_last_name"],
            "email": row["guest_email"] or None,
            "phone": row["guest_phone"],
        },
        "price": amount(row["price_cents"], row["currency"]),
        "currency": row["currency"],
        "createdAt": moment_text(row["created_at"]),
    }


def booking_made(booking: Booking, placement: Placement) -> dict[str, Any]:
    """The same of a new booking, of which everything but its stamps is known."""
    row = {name: getattr(booking, name, None) for name in BOOKING_COLUMNS}
    resource = placement.held(booking)[0].resource
    row |= {"lead__resource__uuid": resource.uuid, "lead__resource__name": resource.name}
    row["customer__uuid"], row["created_at"] = stamps(booking)
    return booking_told(row, placement.snapshot.business.zone)


def refund_told(deposit: Deposit | None, booking: Booking) -> dict[str, Any]:
    """What of a deposit has been given back; `pending` while Stripe has not confirmed all of it."""
    if deposit is None:
        return {"amount": 0, "currency": booking.currency, "pending": False}
    given = deposit.refunded_cents + deposit.refunding_cents
    return {
        "amount": amount(given, deposit.currency),
        "currency": deposit.currency,
        "pending": deposit.refunding_cents > 0,
    }


def room_told(room: Room) -> dict[str, Any]:
    """A room as the desk sees it."""
    resource, service, (least, most) = room.resource, room.service, room.parties
    return {
        "id": room.uuid,
        "name": resource.name,
        "description": resource.about or (service.description if service else "") or None,
        "minGuests": least,
        "maxGuests": most,
        "durationMinutes": room.minutes,
        "bufferMinutes": service.buffer_after_minutes if service else None,
        "price": amount(room.price_cents, room.snapshot.business.currency),
        "currency": room.snapshot.business.currency,
        "photoUrl": resource.photo_url or (service.photo_url if service else "") or None,
        "active": resource.active,
    }


def pricing_told(room: Room) -> dict[str, Any]:
    """What a booking of a room costs, and the deposit that those who book for themselves pay."""
    business = room.snapshot.business
    rule = effective_rule(business, room.service) if room.service else None
    return {
        "price": amount(room.price_cents, business.currency),
        "currency": business.currency,
        "durationMinutes": room.minutes,
        "deposit": None
        if rule is None
        else {
            "type": rule.type,
            "basis": rule.basis,
            "amount": amount(rule.amount_cents, business.currency),
            "percent": rule.percent,
        },
    }


def catalog_told(snapshot: Snapshot, offered: list[Room]) -> dict[str, Any]:
    """What anybody may know: the rooms that can be booked online, price and duration where they are shown."""
    business = snapshot.business
    return {
        "orgId": str(business.uuid),
        "name": business.name,
        "description": business.description or None,
        "timezone": business.timezone,
        "currency": business.currency,
        "rooms": [_offered_room(room) for room in offered],
    }


def _offered_room(room: Room) -> dict[str, Any]:
    told, service = room_told(room), room.service
    if not (service and room.snapshot.shows_price(service)):
        told["price"] = None
    if not (service and room.snapshot.shows_duration(service)):
        told["durationMinutes"] = None
    return {name: value for name, value in told.items() if name not in ("bufferMinutes", "active")}


def block_told(row: Closure, zone: ZoneInfo, *, bookings: int) -> dict[str, Any]:
    """Whole days as dates, the last one included; anything else as local times."""
    starts, ends = local_moment(zone, row.starts_at), local_moment(zone, row.ends_at)
    first = row.starts_at.astimezone(zone).date()
    last = row.ends_at.astimezone(zone).date()
    if (day_bounds(zone, first)[0], day_bounds(zone, last)[0]) == (minute_of(row.starts_at), minute_of(row.ends_at)):
        starts, ends = first.isoformat(), last.fromordinal(last.toordinal() - 1).isoformat()
    return {
        "id": str(row.uuid),
        "roomId": str(row.resource.uuid) if row.resource else None,
        "from": starts,
        "to": ends,
        "reason": row.reason or None,
        "bookings": bookings,
    }


def customer_told(row: Customer, *, notes: bool) -> dict[str, Any]:
    return {
        "id": str(row.uuid),
        "firstName": row.first_name,
        "lastName": row.last_name,
        "email": row.email or None,
        "phone": row.phone or None,
        **({"notes": row.notes or None} if notes else {}),
        "createdAt": moment_text(row.created_at),
    }
