"""API keys: how they are made, recognised and checked.

A secret is `avail_live_` or `avail_test_` (or `pk_live_`, `pk_test_`), 30 base62 characters, and their CRC-32
as 6 more, so that a mistyped key is refused without asking the database. Only its SHA-256 is stored.
"""

import hashlib
import re
import secrets
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID, uuid4

from django.db.models import Q
from django.utils import timezone

from businesses.actors import signed
from businesses.errors import Conflict
from businesses.models import PRESET_SCOPES, ApiKey, BillingStatus, Preset, Scope

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PREFIXES = ("avail", "pk")
ORIGIN = r"^https?://[^/\s]{1,180}$"  # that a key may be limited to
MOST_ORIGINS = 20
MOST_REQUESTS = 100_000  # a minute
MOST_OVERLAP_HOURS = 168
SHAPE = re.compile(r"(?:avail|pk)_(?:live|test)_[0-9A-Za-z]{36}\Z")

REMEMBERED_SECONDS = 2.0  # revocation acts within 5 seconds (GUARANTEES A1)
REMEMBERED_MOST = 10_000
USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: a key of a business, as it was at most REMEMBERED_SECONDS ago."""

    key_id: int
    name: str
    business_id: int
    business_uuid: str
    scopes: frozenset[str]
    live: bool
    browser: bool
    requests_per_minute: int
    allowed_origins: frozenset[str]
    expires_at: datetime | None
    past_due: bool

    def may(self, scope: str) -> bool:
        return scope in self.scopes

    def expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()


def _checksum(text: str) -> str:
    number, digits = zlib.crc32(text.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = ALPHABET[digit] + digits
    return digits


def new_secret(*, live: bool, prefix: str = "avail") -> str:
    """A secret with 178 bits of chance and its checksum."""
    start = f"{prefix}_{'live' if live else 'test'}_"
    text = "".join(secrets.choice(ALPHABET) for _ in range(30))
    return start + text + _checksum(text)


def well_formed(secret: str) -> bool:
    """Whether shape and checksum are right; says nothing of whether the key exists."""
    return bool(SHAPE.match(secret)) and _checksum(secret[-36:-6]) == secret[-6:]


@signed
def issue_key(
    *,
    business_id: int,
    name: str,
    preset: str,
    live: bool,
    prefix: str = "avail",
    requests_per_minute: int = 60,
    allowed_origins: Sequence[str] = (),
    expires_at: datetime | None = None,
    uuid: UUID | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its secret, which is not stored and never shown again.

    `uuid`: its id, where the caller has chosen one so that a request that is repeated fails.
    """
    secret = new_secret(live=live, prefix=prefix)
    key = ApiKey.objects.create(
        uuid=uuid or uuid4(),
        business_id=business_id,
        name=name,
        preset=preset,
        scopes=[str(scope) for scope in PRESET_SCOPES[preset]],
        live=live,
        hint=secret[: secret.rindex("_") + 5],
        digest=_digest(secret),
        requests_per_minute=requests_per_minute,
        allowed_origins=list(allowed_origins),
        expires_at=expires_at,
    )
    return key, secret


@signed
def rotate_key(key: ApiKey, *, overlap: timedelta) -> tuple[ApiKey, str]:
    """A successor with the same rights; the old key goes on working for `overlap`.

    Raises Conflict for a key that has ended or is being replaced already.
    """
    key = ApiKey.objects.select_for_update().get(id=key.id)
    if key.revoked_at or key.expires_at:
        raise Conflict("This key has ended, or has a successor already.")
    key.expires_at = timezone.now() + overlap
    key.save(update_fields=["expires_at", "updated_at"])
    forget_principals()
    return issue_key(
        business_id=key.business_id,
        name=key.name,
        preset=key.preset,
        live=key.live,
        prefix=key.hint.split("_")[0],
        requests_per_minute=key.requests_per_minute,
        allowed_origins=key.allowed_origins,
    )


@signed
def revoke_key(key: ApiKey) -> None:
    """End a key now; other processes notice within REMEMBERED_SECONDS."""
    key.revoked_at = key.revoked_at or timezone.now()
    key.save(update_fields=["revoked_at", "updated_at"])
    forget_principals()


_remembered: dict[bytes, tuple[Principal, float]] = {}
_lock = Lock()


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def principal_of(secret: str) -> Principal | None:
    """Who presents this secret, or None. Asks the database at most once per REMEMBERED_SECONDS and key."""
    digest = _digest(secret)
    known = _remembered.get(digest)
    if known is None or known[1] < time.monotonic():
        if not well_formed(secret):
            return None
        principal = _read_principal(digest)
        if principal is None:
            return None
        known = (principal, time.monotonic() + REMEMBERED_SECONDS)
        with _lock:
            if len(_remembered) >= REMEMBERED_MOST:
                _remembered.clear()
            _remembered[digest] = known
    return None if known[0].expired() else known[0]


def forget_principals() -> None:
    with _lock:
        _remembered.clear()


def _read_principal(digest: bytes) -> Principal | None:
    key = ApiKey.objects.select_related("business").filter(digest=digest, revoked_at=None).first()
    if key is None:
        return None
    _note_use(key)
    return Principal(
        key_id=key.id,
        name=key.name,
        business_id=key.business_id,
        business_uuid=str(key.business.uuid),
        scopes=frozenset(key.scopes),
        live=key.live,
        browser=key.preset == Preset.WIDGET,
        requests_per_minute=key.requests_per_minute,
        allowed_origins=frozenset(key.allowed_origins),
        expires_at=key.expires_at,
        past_due=key.business.billing_status == BillingStatus.PAST_DUE,
    )


def _note_use(key: ApiKey) -> None:
    """Keep `last_used_at` to the minute, without a write per request."""
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
    ApiKey.objects.filter(stale, id=key.id).update(last_used_at=now)


__all__ = ["Principal", "Scope", "issue_key", "new_secret", "principal_of", "revoke_key", "rotate_key", "well_formed"]
