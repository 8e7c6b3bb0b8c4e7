"""People's links to their entry, as bookings/links.py (GUARANTEES A6): random, stored as a digest, valid for a time."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings

from bookings.models import WaitlistEntry, WaitlistLink

VALID_AFTER = timedelta(days=7)
LONGEST_TOKEN = 64


def new_link(entry: WaitlistEntry) -> str:
    """A new address of the entry's page. The token is told this once; earlier ones stay valid."""
    token = secrets.token_urlsafe(16)
    WaitlistLink.objects.create(
        business_id=entry.business_id, entry=entry, digest=_digest(token), expires_at=entry.ends_at + VALID_AFTER
    )
    return f"{settings.BASE_URL.rstrip('/')}/w/{token}"


def entry_of(token: str, *, now: datetime) -> WaitlistEntry | None:
    """The entry that a token opens; None for unknown and expired ones alike."""
    if len(token) > LONGEST_TOKEN:
        return None
    found = WaitlistLink.objects.filter(digest=_digest(token), expires_at__gt=now)
    link = found.select_related("entry__business").first()
    return link.entry if link else None


def purge(*, now: datetime) -> int:
    removed, _ = WaitlistLink.objects.filter(expires_at__lte=now).delete()
    return removed


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
