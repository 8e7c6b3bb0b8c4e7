"""Customers: found by phone or made new. What a booking says never changes who is stored."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import phonenumbers
from django.db.models import Q
from django.utils import timezone

from bookings.models import Customer
from businesses.actors import signed
from businesses.db import Raced, prepared
from businesses.errors import NotFound
from businesses.models import Business


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Who books, as typed."""

    first_name: str
    last_name: str
    phone: str
    email: str = ""


def phone_key(phone: str, business: Business) -> str:
    """The number as it is matched: E.164 where it can be read (local numbers as of the business's country)."""
    try:
        home = phonenumbers.parse(business.phone).country_code
        region = phonenumbers.region_code_for_country_code(home or 0)
    except phonenumbers.NumberParseException:
        region = None
    try:
        number = phonenumbers.parse(phone, region)
    except phonenumbers.NumberParseException:
        return re.sub(r"[^0-9]", "", phone)[:20]
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[:20]


# Found or made in one statement; empty only when another transaction is making the same customer just now.
FIND_OR_MAKE = """
WITH known AS (
    SELECT id FROM bookings_customer
    WHERE business_id = %(business)s AND live = %(live)s AND phone_key = %(key)s AND phone_key <> ''
      AND deleted_at IS NULL
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


MOST_FOUND = 8


def found_customers(business: Business, typed: str, *, live: bool) -> list[Customer]:
    """The customers whose number or name begins as typed, `Jane Do` too. Of less than two characters: nobody."""
    words = typed.replace("\x00", "").split()
    if sum(map(len, words)) < 2:
        return []
    present = Customer.objects.present().filter(business_id=business.id, live=live)
    found = present.filter(_begins(words, typed, business))
    return list(found.order_by("first_name", "last_name", "id")[:MOST_FOUND])


def _begins(words: list[str], typed: str, business: Business) -> Q:
    if re.fullmatch(r"[+0-9 ()./-]+", typed) and re.search(r"[0-9].*[0-9]", typed):
        return Q(*[("phone_key__istartswith", key) for key in _beginnings(typed, business)], _connector=Q.OR)
    either = Q(first_name__istartswith=words[0]) | Q(last_name__istartswith=words[0])
    if len(words) == 1:
        return either
    rest = " ".join(words[1:])
    whole = " ".join(words)
    swapped = Q(last_name__istartswith=words[0], first_name__istartswith=rest)
    several = Q(first_name__istartswith=whole) | Q(last_name__istartswith=whole)
    return Q(first_name__istartswith=words[0], last_name__istartswith=rest) | swapped | several


def _beginnings(typed: str, business: Business) -> set[str]:
    """How the key of a number may begin whose first digits these are: abroad, at home, or as it is."""
    digits = re.sub(r"[^0-9]", "", typed)
    if typed.strip().startswith("+"):
        return {f"+{digits}"}
    national = phone_key(digits, business)
    return {found for found in (national, f"+{digits.removeprefix('00')}", digits) if len(found) > 1}


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
    row.save()
    return row


@signed
def remove_customer(business_id: int, key: UUID, *, live: bool) -> None:
    """Hide a customer; bookings keep what was typed when they were made."""
    found = Customer.objects.present().filter(business_id=business_id, live=live, uuid=key)
    if not found.update(deleted_at=timezone.now()):
        raise NotFound
