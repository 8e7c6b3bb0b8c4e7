"""From the core's rows to the native JSON: plain structures, exactly the listed fields."""

from typing import Any
from zoneinfo import ZoneInfo

from availengine.api.moments import CLOCK
from availengine.api.moments import moment_text as moment
from bookings.execution import Opened
from bookings.models import Booking
from bookings.placing import Placement
from bookings.snapshot import Snapshot
from businesses.deposit_rules import Rule, effective_rule, effective_steps
from businesses.models import Resource, Service, Weekday
from businesses.weeks import clock_text
from payments.models import Deposit

BOOKING_COLUMNS = (
    "id",
    "uuid",
    "customer__uuid",
    "customer__first_name",
    "customer__last_name",
    "customer__phone",
    "customer__email",
    "lead__resource__name",
    "lead__resource__capacity_max",
    "lead__resource__section",
    "deposit__status",
    "deposit__amount_cents",
    "starts_at",
    "ends_at",
    "status",
    "code",
    "party_size",
    "source",
    "customer_notes",
    "staff_notes",
    "created_at",
)


def booking_item(row: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """A booking with joined data (seed 001, "Listing Bookings"). Times `HH:MM` in the business's zone."""
    starts, ends = row["starts_at"].astimezone(zone), row["ends_at"].astimezone(zone)
    return {
        "id": str(row["uuid"]),
        "customer": {
            "id": str(row["customer__uuid"]),
            "first_name": row["customer__first_name"],
            "last_name": row["customer__last_name"],
            "phone": row["customer__phone"],
            "email": row["customer__email"] or None,
        },
        "resource": {
            "name": row["lead__resource__name"],
            "capacity_max": row["lead__resource__capacity_max"],
            "section": row["lead__resource__section"] or None,
        },
        "deposit": (
            {"status": row["deposit__status"], "amount_cents": row["deposit__amount_cents"]}
            if row["deposit__status"]
            else None
        ),
        "booking_date": starts.date().isoformat(),
        "start_time": CLOCK[starts.hour * 60 + starts.minute],
        "end_time": CLOCK[ends.hour * 60 + ends.minute],
        "status": row["status"],
        "confirmation_code": row["code"],
        "capacity": row["party_size"],
        "source": row["source"],
        "customer_notes": row["customer_notes"] or None,
        "staff_notes": row["staff_notes"] or None,
        "created_at": moment(row["created_at"]),
    }


def created_booking(booking: Booking, placement: Placement) -> dict[str, Any]:
    """The answer to a creation (seed 001, "Public Booking"). Times `HH:MM:SS`."""
    made = booking_made(booking, placement.snapshot.business.zone)
    resource = placement.snapshot.calendar.resources[placement.picks[0].resource].uuid
    return {"booking": {**made, "resource_id": resource}}


def booking_made(booking: Booking, zone: ZoneInfo) -> dict[str, Any]:
    starts, ends = booking.starts_at.astimezone(zone), booking.ends_at.astimezone(zone)
    return {
        "id": str(booking.uuid),
        "status": str(booking.status),
        "confirmation_code": booking.code,
        "booking_date": starts.date().isoformat(),
        "start_time": f"{starts:%H:%M:%S}",
        "end_time": f"{ends:%H:%M:%S}",
        "capacity": booking.party_size,
    }


def unpaid_booking(opened: Opened, zone: ZoneInfo) -> dict[str, Any]:
    """A booking that waits for its deposit (seed 001, "With deposit")."""
    return {
        "booking": booking_made(opened.booking, zone),
        "stripe_client_secret": opened.client_secret,
        "deposit_type": opened.deposit.kind,
    }


def checkout_answer(opened: Opened, zone: ZoneInfo, state_token: str) -> dict[str, Any]:
    """A booking that waits for its deposit, where a page of Stripe's takes it."""
    deposit = opened.deposit
    return {
        **link_answer(opened, zone),
        "deposit_type": deposit.kind,
        "amount_cents": deposit.amount_cents,
        "currency": deposit.currency,
        "state_token": state_token,
    }


def booking_state(booking: Booking, zone: ZoneInfo) -> dict[str, Any]:
    """What may be known to everybody who holds the token."""
    deposit = booking.deposit
    return {"booking": booking_made(booking, zone), "deposit_status": deposit.status if deposit else None}


def link_answer(opened: Opened, zone: ZoneInfo) -> dict[str, Any]:
    """A booking whose customer was sent a payment link (seed 001, "staff-deposit")."""
    expires_at = opened.deposit.expires_at
    return {
        "booking": booking_made(opened.booking, zone),
        "checkout_url": opened.deposit.checkout_url,
        "expires_at": moment(expires_at) if expires_at else None,
    }


def deposit_told(deposit: Deposit) -> dict[str, Any]:
    """A deposit with its ledger; the entries are read already."""
    return {
        "type": deposit.kind,
        "status": deposit.status,
        "amount_cents": deposit.amount_cents,
        "captured_cents": deposit.captured_cents,
        "refunded_cents": deposit.refunded_cents,
        "currency": deposit.currency,
        "expires_at": moment(deposit.expires_at) if deposit.expires_at else None,
        "hold_at": moment(deposit.hold_at) if deposit.hold_at else None,
        "capture_before": moment(deposit.capture_before) if deposit.capture_before else None,
        "checkout_url": deposit.checkout_url or None,
        "disputed": deposit.disputed,
        "problem": deposit.problem or None,
        "ledger": [
            {
                "type": entry.kind,
                "amount_cents": entry.amount_cents,
                "effect_cents": entry.effect_cents,
                "stripe_id": entry.stripe_ref,
                "created_at": moment(entry.created_at),
            }
            for entry in deposit.entries.all()
        ],
    }


def whole(items: list[dict[str, Any]]) -> dict[str, Any]:
    """A list that is always complete, in the shape of every list."""
    return {"items": items, "next_cursor": None, "has_more": False}


def profile(snapshot: Snapshot) -> dict[str, Any]:
    """A business as its website shows it."""
    business = snapshot.business
    text = ("description", "category", "logo_url", "phone", "address")
    rules = ("slot_interval_minutes", "lead_time_minutes", "window_days", "auto_confirm", "cancel_notice_hours")
    shown = ("show_staff_selection", "show_service_prices", "show_service_duration")
    page = (*shown, "require_customer_email", "waitlist")
    return {
        "id": str(business.uuid),
        "slug": business.slug,
        "name": business.name,
        **{name: getattr(business, name) or None for name in text},
        "timezone": business.timezone,
        "currency": business.currency,
        "language": business.language,
        "hours": [
            {"weekday": Weekday(number).label.lower(), "opens": clock_text(opens), "closes": clock_text(closes)}
            for number, day in enumerate(snapshot.calendar.week)
            for opens, closes in day
        ],
        "rules": {name: getattr(business, name) for name in rules},
        "page": {
            **{name: getattr(business, name) for name in page},
            "terms_text": business.terms_text or None,
            "marketing_text": business.marketing_text or None,
        },
        "deposit": deposit_rule(effective_rule(business)),
        "cancellation": [
            {"hours_before": hours, "fee_percent": percent} for hours, percent in effective_steps(business)
        ],
    }


def deposit_rule(rule: Rule | None) -> dict[str, Any] | None:
    """A rule as it is told and set."""
    if rule is None:
        return None
    return {
        "type": rule.type,
        "basis": rule.basis,
        "amount_cents": rule.amount_cents,
        "percent": rule.percent,
        "only_for": list(rule.only_for),
    }


def public_service(service: Service, snapshot: Snapshot) -> dict[str, Any]:
    """A service as it is offered: price and duration only where they are shown."""
    business = snapshot.business
    performing = snapshot.calendar.services[service.id].performers
    return {
        "id": str(service.uuid),
        "name": service.name,
        "description": service.description or None,
        "category": service.category.name if service.category else None,
        "duration_minutes": service.duration_minutes if snapshot.shows_duration(service) else None,
        "price_cents": service.price_cents if snapshot.shows_price(service) else None,
        "currency": business.currency,
        "party_min": service.party_min,
        "party_max": service.party_max,
        "places": service.places,
        "policy": service.policy or None,
        "instructions": service.instructions or None,
        "photo_url": service.photo_url or None,
        "is_default": service.is_default,
        "deposit": deposit_rule(effective_rule(business, service)),
        "resource_ids": [
            uuid for uuid, r in snapshot.resources.items() if r.id in performing and r.active and r.bookable_online
        ],
    }


def public_resource(resource: Resource, snapshot: Snapshot) -> dict[str, Any]:
    """A resource as it can be chosen."""
    return {
        **free_resource(resource),
        "job_title": resource.job_title or None,
        "about": resource.about or None,
        "photo_url": resource.photo_url or None,
        "service_ids": [
            str(service.uuid) for service in snapshot.offered_services() if snapshot.performs(resource, service)
        ],
    }


def free_resource(resource: Resource) -> dict[str, Any]:
    """A resource in few words."""
    return {
        "id": str(resource.uuid),
        "name": resource.name,
        "kind": resource.kind,
        "section": resource.section or None,
        "capacity_min": resource.capacity_min,
        "capacity_max": resource.capacity_max,
    }
