"""Customers: found by phone or made new. What a booking says never changes who is stored."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import phonenumbers
from django.db import IntegrityError, transaction
from django.utils import timezone

from bookings.models import Customer
from businesses.actors import signed
from businesses.db import Raced, prepared, violated
from businesses.errors import Conflict, NotFound
from businesses.models import Business


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Who books, as typed."""

    first_name: str
    last_name: str
    phone: str
    email: str = ""


def home_country(business: Business) -> int:
    """The calling code of a business's country, by its own number; 0 when that does not tell."""
    try:
        return phonenumbers.parse(business.phone).country_code or 0
    except phonenumbers.NumberParseException:
        return 0


def phone_key(phone: str, business: Business) -> str:
    """The number as it is matched: E.164 where it can be read (local numbers as of the business's country)."""
    home = home_country(business)
    region = phonenumbers.region_code_for_country_code(home) if home else None
    try:
        number = phonenumbers.parse(phone, region)
    except phonenumbers.NumberParseException:
        return re.sub(r"[^0-9]", "", phone)[:20]
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[:20]


# Found or made in one statement; empty only when another transaction is making the same customer just now. A number
# of somebody who was merged into another finds the other. The lock keeps a merge from passing by a booking that is
# being made: it waits for it, or is waited for.
FIND_OR_MAKE = """
WITH present AS (
    SELECT id FROM bookings_customer
    WHERE business_id = %(business)s AND live = %(live)s AND phone_key = %(key)s AND phone_key <> ''
      AND deleted_at IS NULL
    FOR KEY SHARE
), merged AS (
    SELECT c.id FROM bookings_customer m JOIN bookings_customer c ON c.id = m.merged_into_id
    WHERE m.business_id = %(business)s AND m.live = %(live)s AND m.phone_key = %(key)s AND m.phone_key <> ''
      AND m.merged_into_id IS NOT NULL AND c.deleted_at IS NULL AND NOT EXISTS (SELECT FROM present)
    ORDER BY m.id DESC LIMIT 1
    FOR KEY SHARE OF c
), known AS (
    SELECT id FROM present UNION ALL SELECT id FROM merged
), made AS (
    INSERT INTO bookings_customer
        (uuid, business_id, live, first_name, last_name, email, phone, phone_key, notes, updated_at)
    SELECT gen_random_uuid(), %(business)s, %(live)s, %(first)s, %(last)s, %(email)s, %(phone)s, %(key)s, '', now()
    WHERE NOT EXISTS (SELECT FROM known)
    ON CONFLICT (business_id, live, phone_key) WHERE deleted_at IS NULL AND NOT (phone_key = '') DO NOTHING
    RETURNING id
)
SELECT id FROM known UNION ALL SELECT id FROM made
"""


def customer_for(business: Business, guest: Guest, *, live: bool) -> int:
    """The id of the stored customer with this phone number, or of a new one. Raises Raced, to be run again."""
    found = prepared(
        FIND_OR_MAKE,
        {
            "business": business.id,
            "live": live,
            "key": phone_key(guest.phone, business),
            "first": guest.first_name,
            "last": guest.last_name,
            "email": guest.email,
            "phone": guest.phone,
        },
    )
    if not found:
        raise Raced
    return int(found[0][0])


def locked_customers(business_id: int, keys: set[UUID], *, live: bool) -> dict[UUID, Customer]:
    """Present customers whom nobody books for meanwhile, locked in primary-key order. Raises NotFound."""
    rows = Customer.objects.present().select_for_update().filter(business_id=business_id, live=live, uuid__in=keys)
    found = {row.uuid: row for row in rows.order_by("id")}
    if len(found) != len(keys):
        raise NotFound
    return found


@signed
def save_customer(business_id: int, values: Mapping[str, Any], key: UUID | None = None, *, live: bool) -> Customer:
    """Create or change a stored customer: a deliberate act of the business. Raises Conflict for a known phone."""
    row: Customer | None
    if key:
        rows = Customer.objects.present().select_for_update(no_key=True)
        row = rows.filter(business_id=business_id, live=live, uuid=key).first()
    else:
        row = Customer(business_id=business_id, live=live)
    if row is None:
        raise NotFound
    for name, value in values.items():
        setattr(row, name, value)
    row.phone_key = phone_key(row.phone, Business.objects.get(id=business_id)) if row.phone else ""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if violated(error) != "customer_once_per_phone":
            raise
        raise Conflict("Another customer has this phone number.") from error
    return row


@signed
def remove_customer(business_id: int, key: UUID, *, live: bool) -> None:
    """Hide a customer; bookings keep what was typed when they were made."""
    found = Customer.objects.present().filter(business_id=business_id, live=live, uuid=key)
    if not found.update(deleted_at=timezone.now()):
        raise NotFound
