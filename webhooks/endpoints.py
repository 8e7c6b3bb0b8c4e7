"""The writes about endpoints: register, change, rotate the secret, remove, and what to send again."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from businesses import outgoing
from businesses.actors import signed
from businesses.errors import Conflict, InProgress, Invalid, NotFound
from businesses.sealing import seal, unseal
from webhooks import outbox
from webhooks.models import Delivery, Endpoint, Event, State
from webhooks.signing import new_secret
from webhooks.types import TYPES

# What an endpoint was never meant to hear, because it was not there, not switched on, or asked for other events.
MISSED = """
INSERT INTO webhooks_delivery (uuid, business_id, event_id, endpoint_id, state, attempts, next_try_at, updated_at)
SELECT gen_random_uuid(), business_id, id, %s, 'pending', 0, now(), now() FROM webhooks_event
WHERE business_id = %s AND live = %s AND created_at >= %s AND type <> 'endpoint.test'
  AND (cardinality(%s::text[]) = 0 OR type = ANY (%s::text[]))
ON CONFLICT DO NOTHING
"""

FORMER_VALID_FOR = timedelta(hours=24)
MOST_ENDPOINTS = 20

REPLACED = gettext_noop("The secret was replaced already. It is shown only once: replace it again if nobody kept it.")


def check_url(url: str) -> None:
    """Raises Invalid for what is no URL, and for literal addresses that are not public."""
    try:
        outgoing.refuse_private_literal(url)
    except outgoing.NotAllowed as error:
        raise Invalid("This URL cannot be used.", {"url": [str(error)]}) from error


def check_types(types: Sequence[str]) -> None:
    unknown = [name for name in types if name not in TYPES]
    if unknown:
        raise Invalid("Unknown events.", {"events": [f"There is no event {name}." for name in unknown]})


def endpoints_of(business_id: int, *, live: bool) -> "QuerySet[Endpoint]":
    found: QuerySet[Endpoint] = Endpoint.objects.present().filter(business_id=business_id, live=live)
    return found


def locked_endpoint(business_id: int, key: UUID, *, live: bool) -> Endpoint:
    found = endpoints_of(business_id, live=live).select_for_update(no_key=True).filter(uuid=key).first()
    if found is None:
        raise NotFound
    return found


@signed
def register_endpoint(
    business_id: int,
    *,
    live: bool,
    url: str,
    events: Sequence[str] = (),
    description: str = "",
    uuid: UUID | None = None,
) -> tuple[Endpoint, str]:
    """A new endpoint and its secret, which is shown once. Raises Invalid, Conflict when there are too many.

    `uuid`: its id, where the caller has chosen one so that a request that is repeated fails.
    """
    check_url(url)
    check_types(events)
    if endpoints_of(business_id, live=live).count() >= MOST_ENDPOINTS:
        raise Conflict(f"There are {MOST_ENDPOINTS} endpoints already.")
    secret = new_secret()
    endpoint = Endpoint.objects.create(
        uuid=uuid or uuid4(),
        business_id=business_id,
        live=live,
        url=url,
        events=list(dict.fromkeys(events)),
        description=description,
        secret=seal(secret.encode()),
    )
    return endpoint, secret


@signed
def change_endpoint(business_id: int, key: UUID, values: dict[str, Any], *, live: bool) -> Endpoint:
    """Change `url`, `events`, `description` or `active`. Switched on again, it begins with a clean slate."""
    endpoint = locked_endpoint(business_id, key, live=live)
    if "url" in values:
        check_url(values["url"])
    check_types(values.get("events", ()))
    for name, value in values.items():
        setattr(endpoint, name, value)
    if values.get("active"):
        endpoint.problem, endpoint.failing_since, endpoint.told_at = "", None, None
    endpoint.save()
    return endpoint


@signed
def rotate_secret(business_id: int, key: UUID, *, live: bool, instead_of: str | None = None) -> tuple[Endpoint, str]:
    """A new secret; the former one signs as well for 24 hours.

    `instead_of`: the mark of the secret it is to replace. Raises Conflict when that was replaced already.
    """
    endpoint = locked_endpoint(business_id, key, live=live)
    if instead_of is not None and instead_of != secret_mark(endpoint):
        raise Conflict(REPLACED)
    secret = new_secret()
    endpoint.former_secret, endpoint.former_until = endpoint.secret, timezone.now() + FORMER_VALID_FOR
    endpoint.secret = seal(secret.encode())
    endpoint.save()
    return endpoint, secret


def secret_mark(endpoint: Endpoint) -> str:
    """Tells one secret from the next, and nothing about it."""
    return hashlib.sha256(bytes(endpoint.secret)).hexdigest()[:32]


def valid_secrets(endpoint: Endpoint, *, now: datetime) -> list[str]:
    """What signs: the secret, and the former one for a day after a rotation."""
    found = [unseal(bytes(endpoint.secret)).decode()]
    if endpoint.former_secret and endpoint.former_until and endpoint.former_until > now:
        found.append(unseal(bytes(endpoint.former_secret)).decode())
    return found


@signed
def remove_endpoint(business_id: int, key: UUID, *, live: bool) -> None:
    endpoint = locked_endpoint(business_id, key, live=live)
    endpoint.deleted_at, endpoint.active = timezone.now(), False
    endpoint.save()
    Delivery.objects.filter(endpoint=endpoint, state=State.PENDING).update(state=State.FAILED, next_try_at=None)


@signed
def send_test(business_id: int, key: UUID, *, live: bool) -> Event:
    """An event `endpoint.test` for this endpoint alone."""
    endpoint = locked_endpoint(business_id, key, live=live)
    if not endpoint.active:
        raise Conflict("The endpoint is switched off.")
    data = {"endpoint": {"id": str(endpoint.uuid), "url": endpoint.url}}
    return outbox.record_for(endpoint, "endpoint.test", data)


@signed
def resend(business_id: int, endpoint_key: UUID, delivery_key: UUID, *, live: bool) -> Delivery:
    """Send one event again, now, under its old id. Raises Conflict while a request with it is under way."""
    endpoint = locked_endpoint(business_id, endpoint_key, live=live)
    delivery = Delivery.objects.select_for_update().filter(endpoint=endpoint, uuid=delivery_key).first()
    if delivery is None:
        raise NotFound
    if not _again(endpoint, Delivery.objects.filter(id=delivery.id)):
        raise InProgress("It is being sent at this moment.")
    delivery.refresh_from_db()
    return delivery


@signed
def replay(business_id: int, key: UUID, *, live: bool, since: datetime) -> int:
    """Send everything since a time again, what was never meant for it before included. Returns how many."""
    endpoint = locked_endpoint(business_id, key, live=live)
    with connection.cursor() as cursor:
        cursor.execute(MISSED, [endpoint.id, business_id, live, since, endpoint.events, endpoint.events])
    return _again(endpoint, Delivery.objects.filter(endpoint=endpoint, event__created_at__gte=since))


def _again(endpoint: Endpoint, deliveries: "QuerySet[Delivery]") -> int:
    if not endpoint.active:
        raise Conflict("The endpoint is switched off. Switch it on first.")
    now = timezone.now()
    waiting = deliveries.filter(Q(leased_until=None) | Q(leased_until__lt=now) | ~Q(state=State.PENDING))
    count: int = waiting.update(state=State.PENDING, attempts=0, next_try_at=now, leased_until=None)
    return count
