"""Customers who are one person: who may be, and making them one."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from bookings.customers import locked_customers
from bookings.events import record_customer
from bookings.models import Booking, Customer, Folded, Imported, WaitlistEntry
from bookings.search import folded
from businesses.actors import signed
from businesses.errors import Conflict, Invalid

MOST_SUGGESTED = 10
LONGEST_NOTES = 2000


def likely_the_same(customer: Customer) -> QuerySet[Customer]:
    """Other customers with the same e-mail address, or with the same whole name. Nobody is found by a first name."""
    others = Customer.objects.present().filter(business_id=customer.business_id, live=customer.live)
    same = [others.none().values("id")]
    if customer.email:
        same.append(_with(others, folded(customer.email), "email"))
    if customer.last_name:
        name = folded(f"{customer.first_name} {customer.last_name}")
        same.append(_with(others, name, "first_name", "last_name"))
    found = others.filter(id__in=same[0].union(*same[1:], all=True))
    return found.exclude(id=customer.id).order_by("-id")[:MOST_SUGGESTED]


def _with(others: QuerySet[Customer], text: str, *fields: str) -> QuerySet[Any, Any]:
    return others.alias(said=Folded(*fields)).filter(said=text).values("id")


@signed
def merge_customers(business_id: int, keep: UUID, drop: UUID, *, live: bool) -> Customer:
    """Two customers become one: `keep` gets the bookings of `drop`, and what it lacks; `drop` is hidden.

    Its phone number leads to who stays from then on. Raises NotFound, Invalid, Conflict for notes that are too long.
    """
    if keep == drop:
        raise Invalid("These are one customer already.", {"other": ["Choose another customer."]})
    rows = locked_customers(business_id, {keep, drop}, live=live)
    stays, goes = rows[keep], rows[drop]
    taken = dict(_taken_over(stays, goes))
    goes.deleted_at, goes.merged_into = timezone.now(), stays
    goes.save(update_fields=["deleted_at", "merged_into", "updated_at"])
    Customer.objects.filter(business_id=business_id, merged_into=goes).update(merged_into=stays)
    Booking.objects.filter(business_id=business_id, customer=goes).update(customer=stays)
    Imported.objects.filter(business_id=business_id, customer=goes).update(customer=stays)
    WaitlistEntry.objects.filter(business_id=business_id, customer=goes).update(customer=stays)
    for name, value in taken.items():
        setattr(stays, name, value)
    if taken:  # the database tells of a row that has changed
        stays.save(update_fields=[*taken, "updated_at"])
    else:
        record_customer(stays)
    return stays


def _taken_over(stays: Customer, goes: Customer) -> Iterator[tuple[str, str]]:
    """What who stays gets from who goes: what was empty, and the notes of both."""
    for names in (("last_name",), ("email",), ("phone", "phone_key")):
        if not getattr(stays, names[0]) and getattr(goes, names[0]):
            yield from ((name, getattr(goes, name)) for name in names)
    if goes.notes and goes.notes not in stays.notes:
        notes = f"{stays.notes}\n{goes.notes}".strip()
        if len(notes) > LONGEST_NOTES:
            raise Conflict("The notes of both together are too long. Shorten them first.")
        yield "notes", notes
