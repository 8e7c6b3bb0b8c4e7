"""Customers' links to their bookings (GUARANTEES A6): 128 random bits, stored as a digest, valid for some time."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings

from bookings.models import Booking, ManageLink

VALID_AFTER_VISIT = timedelta(days=30)
LONGEST_TOKEN = 64


def new_link(booking: Booking) -> str:
    """A new address of the booking's page. The token is told this once; earlier ones stay valid."""
    token = secrets.token_urlsafe(16)
    ManageLink.objects.create(
        business_id=booking.business_id,
        booking=booking,
        digest=_digest(token),
        expires_at=booking.ends_at + VALID_AFTER_VISIT,
    )
    return f"{settings.BASE_URL.rstrip('/')}/b/{token}"


def booking_of(token: str, *, now: datetime) -> Booking | None:
    """The booking that a token opens; None for unknown and expired ones alike."""
    if len(token) > LONGEST_TOKEN:
        return None
    found = ManageLink.objects.filter(digest=_digest(token), expires_at__gt=now)
    link = found.select_related("booking__business", "booking__deposit").first()
    return link.booking if link else None


def prolong(booking: Booking) -> None:
    """A booking that was moved: links that were sent before live as long as they would for its new time."""
    expires_at = booking.ends_at + VALID_AFTER_VISIT
    ManageLink.objects.filter(business_id=booking.business_id, booking=booking).update(expires_at=expires_at)


def purge(*, now: datetime) -> int:
    removed, _ = ManageLink.objects.filter(expires_at__lte=now).delete()
    return removed


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
