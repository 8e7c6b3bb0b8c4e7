"""Forms that show a secret: sent again, by a reload or a second click, they must not do it again.

Such a form carries the id of what it is to create, signed. The database knows each id once.
"""

from uuid import UUID, uuid4

from django.core import signing
from django.db import IntegrityError
from django.utils.translation import gettext_noop

from availengine.api.errors import problem_of
from availengine.dashboard.access import Desk
from businesses.calendars import add_feed, create_address
from businesses.errors import Conflict, Invalid
from businesses.keys import issue_key
from businesses.models import ApiKey, CalendarAddress, CalendarFeed
from webhooks.endpoints import register_endpoint
from webhooks.models import Endpoint

OUTDATED = gettext_noop("This form is outdated. Open the page again.")


def new_ticket(desk: Desk) -> str:
    """For a hidden field of a form."""
    return _signer(desk).sign(str(uuid4()))


def _signer(desk: Desk) -> signing.Signer:
    return signing.Signer(salt=f"once:{desk.business.id}")


def _id_of(desk: Desk, ticket: str) -> UUID:
    try:
        return UUID(_signer(desk).unsign(ticket))
    except (signing.BadSignature, ValueError) as error:
        raise Invalid(OUTDATED) from error


def issue_key_once(
    desk: Desk, ticket: str, *, name: str, preset: str, live: bool, requests_per_minute: int, origins: list[str]
) -> tuple[ApiKey, str] | None:
    """A new key with its secret; None when this form was sent before. Raises Invalid, Conflict for a name in use."""
    key = _id_of(desk, ticket)
    if ApiKey.objects.filter(business=desk.business, uuid=key).exists():
        return None
    try:
        return issue_key(
            business_id=desk.business.id,
            name=name,
            preset=preset,
            live=live,
            requests_per_minute=requests_per_minute,
            allowed_origins=origins,
            uuid=key,
        )
    except IntegrityError as error:
        raise Conflict(problem_of(error).message) from error


def register_endpoint_once(
    desk: Desk, ticket: str, *, live: bool, url: str, events: list[str], description: str
) -> tuple[Endpoint, str] | None:
    """A new endpoint with its secret; None when this form was sent before. Raises Invalid, Conflict."""
    key = _id_of(desk, ticket)
    if Endpoint.objects.filter(business=desk.business, uuid=key).exists():
        return None
    try:
        return register_endpoint(desk.business.id, live=live, url=url, events=events, description=description, uuid=key)
    except IntegrityError as error:
        raise Conflict(problem_of(error).message) from error


def create_address_once(
    desk: Desk, ticket: str, *, name: str, resource: UUID | None, shows_customers: bool
) -> tuple[CalendarAddress, str] | None:
    """A new address with its URL; None when this form was sent before. Raises Invalid, Conflict."""
    key = _id_of(desk, ticket)
    if CalendarAddress.objects.filter(business=desk.business, uuid=key).exists():
        return None
    try:
        return create_address(desk.business.id, name=name, resource=resource, shows_customers=shows_customers, uuid=key)
    except IntegrityError as error:
        raise Conflict(problem_of(error).message) from error


def add_feed_once(desk: Desk, ticket: str, *, name: str, resource: UUID, url: str) -> CalendarFeed | None:
    """A new feed; None when this form was sent before. Raises Invalid, Conflict."""
    key = _id_of(desk, ticket)
    if CalendarFeed.objects.filter(business=desk.business, uuid=key).exists():
        return None
    try:
        return add_feed(desk.business.id, name=name, resource=resource, url=url, uuid=key)
    except IntegrityError as error:
        raise Conflict(problem_of(error).message) from error
