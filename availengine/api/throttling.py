"""Rate limits, exact under concurrency: one counter in Valkey per caller and minute, in one round trip.

A window begins with the caller's first request, so that of any number at once exactly the limit passes.
"""

import functools
import hashlib
import logging
from queue import Empty, LifoQueue
from typing import Any

import redis
from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from availengine.api.errors import ApiError
from businesses.keys import Principal

logger = logging.getLogger(__name__)

WINDOW_MS = 60_000
WAIT_SECONDS = 2.0

# Counts a request; answers 0 when it may pass, else the milliseconds until the window ends.
COUNT = """
local seen = redis.call('INCR', KEYS[1])
if seen == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if seen <= tonumber(ARGV[1]) then return 0 end
return math.max(redis.call('PTTL', KEYS[1]), 1)
"""
COUNT_SHA = hashlib.sha1(COUNT.encode(), usedforsecurity=False).hexdigest()


@functools.cache
def client() -> redis.Redis:
    """One client with kept connections for the process."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)


CONNECTIONS = 8


@functools.cache
def _connections() -> "LifoQueue[Any]":
    """The kept connections; None stands for one that is not made yet."""
    kept: LifoQueue[Any] = LifoQueue()
    for _ in range(CONNECTIONS):
        kept.put(None)
    return kept


def _count(key: str, limit: int) -> int:
    """Run COUNT on a kept connection, directly: the client's way there and back costs more than the script."""
    connections = _connections()
    connection = connections.get(timeout=WAIT_SECONDS)
    try:
        if connection is None:
            connection = client().connection_pool.make_connection()
        return _run(connection, key, limit)
    except redis.RedisError:
        if connection is not None:
            connection.disconnect()
        raise
    finally:
        connections.put(connection)


def _run(connection: Any, key: str, limit: int) -> int:
    """By the script's digest; a server that was started again since gets the script, on a new connection."""
    try:
        connection.send_command("EVALSHA", COUNT_SHA, 1, key, limit, WINDOW_MS)
        return int(connection.read_response())
    except (redis.exceptions.NoScriptError, redis.ConnectionError):
        connection.disconnect()
        connection.send_command("EVAL", COUNT, 1, key, limit, WINDOW_MS)
        return int(connection.read_response())


def require_rate(name: str, limit: int) -> None:
    """Count one request of a caller. Raises ApiError 429 beyond `limit` a minute.

    Without Valkey requests pass: a booking engine that answers is worth more than an exact limit.
    """
    try:
        wait = _count(f"rate:{name}", limit)
    except (redis.RedisError, Empty) as error:
        logger.warning("rate limits are not counted: %s", error)
        return
    if wait:
        seconds = -(-wait // 1000)
        raise ApiError(
            "rate_limit_exceeded",
            f"Too many requests: {limit} a minute are allowed. Try again in {seconds} s.",
            Retry_After=str(seconds),
        )


def require_key_rate(principal: Principal) -> None:
    require_rate(f"key:{principal.key_id}", principal.requests_per_minute)


def require_visitor_rate(principal: Principal, request: HttpRequest) -> None:
    """Public creation through a browser key: a limit per visitor besides the one per key."""
    if principal.browser:
        require_booking_rate(principal.business_id, request)


def require_booking_rate(business_id: int, request: HttpRequest) -> None:
    """Bookings by a visitor of one business, whichever way they come."""
    require_rate(f"visitor:{business_id}:{visitor_address(request)}", settings.VISITOR_BOOKINGS_PER_MINUTE)


def require_reader_rate(request: HttpRequest) -> None:
    """Public reads that need no key: a limit per visitor alone."""
    require_rate(f"reader:{visitor_address(request)}", settings.VISITOR_READS_PER_MINUTE)


def visitor_address(request: HttpRequest) -> str:
    """The client's address: of the connection, or as the outermost trusted proxy saw it."""
    hops = settings.TRUSTED_PROXY_HOPS
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if hops and len(forwarded) >= hops:
        return str(forwarded[-hops])[:64]
    return str(request.META.get("REMOTE_ADDR", ""))


def visitor_of(principal: Principal, request: HttpRequest) -> str:
    """A digest of the visitor's address, for browser keys; other keys belong to servers, which all visitors share."""
    return visitor_digest(request) if principal.browser else ""


def visitor_digest(request: HttpRequest) -> str:
    """Stands for a visitor's address where that is stored."""
    return salted_hmac("availengine.visitor", visitor_address(request), algorithm="sha256").hexdigest()
