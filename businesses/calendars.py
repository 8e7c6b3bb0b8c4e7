"""The writes about calendars: addresses that others subscribe to, and feeds of others that block time.

An address's secret has 192 random bits and is told once; only its digest is stored. A feed's URL is a secret of
somebody else: it is sealed, and never shown again.
"""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from businesses import outgoing
from businesses.actors import signed
from businesses.catalogue import find
from businesses.errors import Conflict, Invalid, NotFound
from businesses.models import Business, CalendarAddress, CalendarFeed, Closure, Resource
from businesses.sealing import seal, unseal

MOST_ADDRESSES = 200  # of a business
MOST_FEEDS = 10  # of a resource
LONGEST_TOKEN = 64
CALENDAR_SCHEMES = ("webcal://", "webcals://")

TOO_MANY_ADDRESSES = gettext_noop("There are 200 addresses already. Remove some first.")
TOO_MANY_FEEDS = gettext_noop("This resource has 10 calendars already. Remove some first.")
REPLACED = gettext_noop("The address was replaced already. It is shown only once: replace it again if nobody kept it.")
BAD_URL = gettext_noop("This address cannot be used.")


# --- addresses that others subscribe to ---------------------------------------------------------------------------


def addresses_of(business_id: int) -> "QuerySet[CalendarAddress]":
    """Those that work. Of a resource that was removed there are none."""
    found = CalendarAddress.objects.filter(business_id=business_id).exclude(resource__deleted_at__isnull=False)
    return found.select_related("resource").order_by("id")


@signed
def create_address(
    business_id: int, *, name: str, resource: UUID | None, shows_customers: bool = False, uuid: UUID | None = None
) -> tuple[CalendarAddress, str]:
    """A new address and its URL, which is not stored and never shown again. Raises Invalid, Conflict.

    `uuid`: its id, where the caller has chosen one so that a request that is repeated fails.
    """
    _one_at_a_time(business_id)
    if addresses_of(business_id).count() >= MOST_ADDRESSES:
        raise Conflict(TOO_MANY_ADDRESSES)
    token = secrets.token_urlsafe(24)
    address = CalendarAddress.objects.create(
        uuid=uuid or uuid4(),
        business_id=business_id,
        resource=_resource(business_id, resource) if resource else None,
        name=name,
        shows_customers=shows_customers,
        digest=_digest(token),
        issued_at=timezone.now(),
    )
    return address, url_of(token)


@signed
def change_address(business_id: int, key: UUID, values: Mapping[str, Any]) -> CalendarAddress:
    """Change `name` or `shows_customers`."""
    address = find(CalendarAddress, business_id, key)
    for name, value in values.items():
        setattr(address, name, value)
    address.save()
    return address


@signed
def replace_address(business_id: int, key: UUID, *, instead_of: str | None = None) -> tuple[CalendarAddress, str]:
    """A new secret; the old one works no more from here on.

    `instead_of`: the mark of the address it is to replace. Raises Conflict when that was replaced already.
    """
    address = find(CalendarAddress, business_id, key)
    if instead_of is not None and instead_of != address_mark(address):
        raise Conflict(REPLACED)
    token = secrets.token_urlsafe(24)
    address.digest, address.issued_at = _digest(token), timezone.now()
    address.save()
    return address, url_of(token)


@signed
def remove_address(business_id: int, key: UUID) -> None:
    """Whoever subscribed sees nothing any more."""
    find(CalendarAddress, business_id, key).delete()


def address_mark(address: CalendarAddress) -> str:
    """Tells one secret from the next, and nothing about it."""
    return hashlib.sha256(b"mark:" + bytes(address.digest)).hexdigest()[:32]


def address_at(token: str) -> CalendarAddress | None:
    """What a token opens; None for unknown and removed ones alike, and for a resource that was removed."""
    if len(token) > LONGEST_TOKEN:
        return None
    found = CalendarAddress.objects.filter(digest=_digest(token)).exclude(resource__deleted_at__isnull=False)
    return found.select_related("business", "resource").first()


def url_of(token: str) -> str:
    return f"{settings.BASE_URL.rstrip('/')}/calendars/{token}.ics"


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


# --- feeds of others ----------------------------------------------------------------------------------------------


def feeds_of(business_id: int) -> "QuerySet[CalendarFeed]":
    found = CalendarFeed.objects.filter(business_id=business_id, resource__deleted_at=None)
    return found.select_related("resource").order_by("resource__kind", "resource__id", "id")


@signed
def add_feed(business_id: int, *, name: str, resource: UUID, url: str, uuid: UUID | None = None) -> CalendarFeed:
    """A calendar that blocks a resource from its first reading on, which comes soon. Raises Invalid, Conflict.

    `uuid`: its id, where the caller has chosen one so that a request that is repeated fails.
    """
    _one_at_a_time(business_id)
    row = _resource(business_id, resource)
    if CalendarFeed.objects.filter(business_id=business_id, resource=row).count() >= MOST_FEEDS:
        raise Conflict(TOO_MANY_FEEDS)
    feed = CalendarFeed(uuid=uuid or uuid4(), business_id=business_id, resource=row, name=name)
    _read_from(feed, url)
    feed.save()
    return feed


@signed
def change_feed(business_id: int, key: UUID, *, name: str | None = None, url: str | None = None) -> CalendarFeed:
    """A new name, or a new address: what the old one blocked stays until the new one was read. Raises Invalid."""
    feed = find(CalendarFeed, business_id, key)
    if name is not None:
        feed.name = name
    if url is not None:
        _read_from(feed, url)
    feed.save()
    return feed


@signed
def poll_soon(business_id: int, key: UUID) -> CalendarFeed:
    """Read it as soon as a job is free, whenever it was read last."""
    feed = find(CalendarFeed, business_id, key)
    feed.next_poll_at = timezone.now()
    feed.save(update_fields=["next_poll_at", "updated_at"])
    return feed


@signed
def remove_feed(business_id: int, key: UUID) -> None:
    """What it blocked is free again."""
    feed = find(CalendarFeed, business_id, key)
    Closure.objects.filter(business_id=business_id, feed=feed).delete()
    feed.delete()


def secret_url(feed: CalendarFeed) -> str:
    return unseal(bytes(feed.url)).decode()


def checked_feed_url(text: str) -> str:
    """The address to ask: calendar programs write webcal:// for https://. Raises Invalid."""
    url = text.strip()
    for scheme in CALENDAR_SCHEMES:
        if url.lower().startswith(scheme):
            url = f"https://{url[len(scheme) :]}"
    try:
        outgoing.refuse_private_literal(url)
    except outgoing.NotAllowed as error:
        raise Invalid(BAD_URL, {"url": [str(error)]}) from error
    return url


def _read_from(feed: CalendarFeed, url: str) -> None:
    """Begin anew with an address, as if nothing had been read; what is blocked stays."""
    asked = checked_feed_url(url)
    feed.url, feed.host = seal(asked.encode()), urlsplit(asked).hostname or ""
    feed.next_poll_at, feed.leased_until = timezone.now(), None
    feed.etag = feed.last_modified = feed.expanded_for = feed.problem = feed.problem_detail = ""
    feed.digest = feed.last_success_at = feed.emptied_at = feed.failing_since = feed.told_at = None
    feed.failures = 0


def _resource(business_id: int, key: UUID) -> Resource:
    try:
        return find(Resource, business_id, key)
    except NotFound as error:
        raise Invalid("Unknown reference.", {"resource_id": [f"There is no resource {key}."]}) from error


def _one_at_a_time(business_id: int) -> None:
    """Two who add at once do not pass a limit together."""
    Business.objects.select_for_update(no_key=True).only("id").get(id=business_id)
