"""How the tests of the native API speak to it, and what they ask of every answer."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.apps import apps
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from availengine.api.dialect import Dialect
from availengine.api.v1.dialect import V1
from bookings.models import Allocation, Booking
from businesses.keys import forget_principals, issue_key, new_secret
from businesses.models import ApiKey
from businesses.provisioning import Outcome

DAY = "2026-05-15"  # the references' date; the clock stands at 2026-05-01
OUR_APPS = ("availengine", "bookings", "businesses", "payments", "webhooks")


class Caller:
    """Somebody who calls the API with one key, or without."""

    def __init__(self, secret: str | None = None, dialect: Dialect = V1) -> None:
        self.secret, self.dialect = secret, dialect
        self.client = Client(raise_request_exception=False)

    def speaking(self, dialect: Dialect) -> "Caller":
        """The same key in another dialect's header."""
        return Caller(self.secret, dialect)

    def _credentials(self) -> dict[str, str]:
        if not self.secret:
            return {}
        return {self.dialect.key_header: f"Bearer {self.secret}" if self.dialect.bearer else self.secret}

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | str = "",
        headers: Mapping[str, str] | None = None,
        content_type: str = "application/json",
        **environ: Any,
    ) -> HttpResponse:
        """One request. `body`: bytes as they are, anything else as JSON, None for no body."""
        text = query if isinstance(query, str) else urlencode(query)
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.client.generic(
            method,
            f"{path}?{text}" if text else path,
            data,
            content_type=content_type,
            headers={**self._credentials(), **(headers or {})},
            **environ,
        )

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self.send("GET", path, query=query)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.send("POST", path, body, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def patch(self, path: str, body: Any) -> HttpResponse:
        return self.send("PATCH", path, body)

    def delete(self, path: str) -> HttpResponse:
        return self.send("DELETE", path)


class Tenant:
    """A provisioned business. `full`, `test`, `widget`, `read` and `staff` call with its keys."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome, self.business = outcome, outcome.business
        self.id = str(outcome.business.uuid)
        secrets = outcome.keys
        self.full, self.test = Caller(secrets.get("full")), Caller(secrets.get("test"))
        self.widget, self.read = Caller(secrets.get("widget")), Caller(secrets.get("read"))
        self.staff = Caller(secrets.get("staff"))

    def speaking(self, dialect: Dialect) -> "Tenant":
        """The same business, whose callers speak another dialect."""
        spoken = copy(self)
        for name in ("full", "test", "widget", "read", "staff"):
            setattr(spoken, name, getattr(self, name).speaking(dialect))
        return spoken

    def resource(self, key: str) -> str:
        return str(self.outcome.resources[key].uuid)

    def service(self, key: str) -> str:
        return str(self.outcome.services[key].uuid)

    def caller(self, preset: str, *, live: bool = True, **values: Any) -> Caller:
        """With a new key."""
        name = values.pop("name", f"{preset} {uuid4()}")
        limit = values.pop("requests_per_minute", 100_000)
        _, secret = issue_key(
            business_id=self.business.id, name=name, preset=preset, live=live, requests_per_minute=limit, **values
        )
        return Caller(secret)

    def public(self, **changes: Any) -> dict[str, Any]:
        """A body for POST /v1/bookings/; None leaves a field out."""
        return without_none(
            {
                "business_id": self.id,
                "booking_date": DAY,
                "start_time": "10:00",
                "first_name": "Jane",
                "last_name": "Doe",
                "email": "jane@example.com",
                "phone": "+301234567890",
                **changes,
            }
        )

    def waiting(self, **changes: Any) -> dict[str, Any]:
        """A body for POST /v1/waitlist; None leaves a field out."""
        person = {"first_name": "Jane", "last_name": "Doe", "email": "jane@example.com", "phone": "+301234567890"}
        return without_none({"business_id": self.id, "first_date": DAY, **person, **changes})

    def book(self, **changes: Any) -> dict[str, Any]:
        """A public booking, as the answer tells it."""
        booking: dict[str, Any] = ok(self.full.post("/v1/bookings/", self.public(**changes)), 201)["booking"]
        return booking

    def item(self, booking_id: str) -> dict[str, Any]:
        item: dict[str, Any] = ok(self.full.get(f"/v1/manage/bookings/{booking_id}"))
        return item

    def free(self, day: str = DAY, **query: Any) -> list[str]:
        """The free starts of a day."""
        slots = ok(self.full.get(f"/v1/availability/{self.id}", date=day, **query))["slots"]
        return [slot["start_time"] for slot in slots]


def desk(**changes: Any) -> dict[str, Any]:
    """A body for POST /v1/manage/bookings/staff; None leaves a field out."""
    person = {"first_name": "Jane", "last_name": "Doe", "phone": "+301234567890"}
    return without_none({"date": DAY, "time": "10:00", **person, **changes})


def without_none(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def ok(response: HttpResponse, status: int = 200) -> Any:
    """The parsed body of an answer with this status."""
    assert response.status_code == status, (response.status_code, response.content[:600])
    assert response.headers["Content-Type"] == "application/json"
    return json.loads(response.content)


CODES = {
    400: "validation_error",
    401: "invalid_token",
    402: "payment_required",
    403: "insufficient_permissions",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "payload_too_large",
    415: "unsupported_media_type",
    422: "idempotency_key_reused",
    429: "rate_limit_exceeded",
    503: "temporarily_unavailable",
}


def refused(response: HttpResponse, status: int) -> dict[str, Any]:
    """The error of a refusal: exactly the envelope, with the code that belongs to the status."""
    body = ok(response, status)
    assert set(body) == {"error"}
    error: dict[str, Any] = body["error"]
    assert set(error) <= {"code", "message", "details"}
    assert error["code"] == CODES[status]
    assert isinstance(error["message"], str)
    assert error["message"]
    return error


def refused_fields(response: HttpResponse, *fields: str) -> None:
    """A 400 that names exactly these fields under `details`, each with a list of messages."""
    details = refused(response, 400)["details"]
    assert sorted(details) == sorted(fields)


def fingerprint() -> dict[str, str]:
    """Every row of every table of ours. When a key was last used is no change."""
    tables = [m._meta.db_table for m in apps.get_models() if m.__module__.split(".")[0] in OUR_APPS]
    row = "(to_jsonb(t) - 'last_used_at')::text"
    each = [f"SELECT '{table}', string_agg({row}, ' ' ORDER BY id) FROM {table} t" for table in tables]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return dict(cursor.fetchall())


@contextmanager
def nothing_changes() -> Iterator[None]:
    """No row of any table differs afterwards: of bookings, events, configuration, idempotency records."""
    before = fingerprint()
    yield
    assert fingerprint() == before


def strangers(tenant: Tenant) -> dict[str, Caller]:
    """Callers whose key is not valid, each in another way."""
    revoked, expired = tenant.caller("full"), tenant.caller("full")
    latest = ApiKey.objects.filter(business=tenant.business).order_by("-id")[:2]
    ApiKey.objects.filter(id=latest[1].id).update(revoked_at=timezone.now())
    ApiKey.objects.filter(id=latest[0].id).update(expires_at=timezone.now() - timedelta(seconds=1))
    forget_principals()
    good = str(tenant.full.secret)
    return {
        "none": Caller(),
        "malformed": Caller("avail_live_short"),
        "wrong checksum": Caller(good[:-1] + ("0" if good[-1] != "0" else "1")),
        "unknown": Caller(new_secret(live=True)),
        "revoked": revoked,
        "expired": expired,
    }


Operation = tuple[str, str, Any]  # method, path, body


def needs_key(tenant: Tenant, method: str, path: str, body: Any = None) -> None:
    """401 for everybody without a valid key, and nothing changes."""
    all_need_key(tenant, [(method, path, body)])


def all_need_key(tenant: Tenant, operations: Iterable[Operation]) -> None:
    callers = strangers(tenant)
    with nothing_changes():
        for method, path, body in operations:
            for kind, caller in callers.items():
                response = caller.send(method, path, body)
                assert response.status_code == 401, (method, path, kind)
                refused(response, 401)
                assert response.headers["WWW-Authenticate"] == "Bearer"


def needs_scope(tenant: Tenant, *presets: str, method: str, path: str, body: Any = None) -> None:
    """403 for each of these presets, and nothing changes."""
    all_need_scope(tenant, presets, [(method, path, body)])


def all_need_scope(tenant: Tenant, presets: Iterable[str], operations: Iterable[Operation]) -> None:
    callers = [getattr(tenant, "read" if preset == "read_only" else preset) for preset in presets]
    with nothing_changes():
        for method, path, body in operations:
            for caller in callers:
                refused(caller.send(method, path, body), 403)


def hides_others(caller: Caller, method: str, path: str, foreign: str, body: Any = None) -> None:
    """404 for another tenant's id (`{}` in `path` or as a text in `body`), with the very body of a random id's."""
    stranger = str(uuid4())

    def sent(key: str) -> HttpResponse:
        filled = json.loads(json.dumps(body).replace('"{}"', f'"{key}"')) if body is not None else None
        return caller.send(method, path.replace("{}", key), filled)

    with nothing_changes():
        theirs, nobodys = sent(foreign), sent(stranger)
    refused(theirs, 404)
    assert theirs.content == nobodys.content


def put_in_status(booking_id: str, status: str) -> None:
    """As if the booking had come to this status the regular way."""
    booking = Booking.objects.get(uuid=booking_id)
    Booking.objects.filter(id=booking.id).update(status=status)
    Allocation.objects.filter(booking=booking).update(active=status not in ("cancelled", "no_show"))


def is_uuid(text: object) -> bool:
    return isinstance(text, str) and str(UUID(text)) == text


def walk(caller: Caller, path: str, **query: Any) -> list[dict[str, Any]]:
    """All items of a listing, page by page as the cursors lead."""
    items: list[dict[str, Any]] = []
    cursor = None
    for _ in range(100):
        page = ok(caller.get(path, **query, **({"cursor": cursor} if cursor else {})))
        assert list(page) == ["items", "next_cursor", "has_more"]
        items += page["items"]
        cursor = page["next_cursor"]
        assert page["has_more"] is (cursor is not None)
        if cursor is None:
            return items
    raise AssertionError("the listing does not end")


def guards_a_collection(tenant: Tenant, rival: Tenant, path: str, body: dict[str, Any]) -> None:
    """What every catalogue listing must keep: keys, scopes, tenants, replays. `body` creates one more."""
    created = tenant.full.post(path, body, Idempotency_Key="k")
    assert created.status_code == 201, created.content
    key = json.loads(created.content)["id"]
    operations: list[Operation] = [("GET", path, None), ("POST", path, body)]
    operations += [("GET", f"{path}/{key}", None), ("PATCH", f"{path}/{key}", {}), ("DELETE", f"{path}/{key}", None)]
    all_need_key(tenant, operations)
    all_need_scope(tenant, ("widget", "read_only", "staff"), operations)
    for method, _, sent in operations[2:]:
        hides_others(rival.full, method, f"{path}/{{}}", key, sent)
    with nothing_changes():
        again = tenant.full.post(path, body, Idempotency_Key="k")
        refused(tenant.full.post(path, {**body, "extra": 1}, Idempotency_Key="k"), 422)
    assert (again.status_code, again.content) == (201, created.content)
    assert key not in [row["id"] for row in walk(rival.full, path, limit=200)]
    shown = [row["id"] for row in walk(tenant.full, path, limit=1)]
    assert shown == [row["id"] for row in walk(tenant.full, path, limit=200)]
    assert key in shown
    with nothing_changes():
        for bad in ("0", "-1", "201", "abc"):
            refused_fields(tenant.full.get(path, limit=bad), "limit")
        refused(tenant.full.get(path, cursor="forged"), 400)


def limits(tenant: Tenant, path: str, body: dict[str, Any], bad: Mapping[str, list[Any]], *, item: str) -> None:
    """Each bad value is refused by name, in a creation and in a change, and nothing changes."""
    with nothing_changes():
        for field, values in bad.items():
            for value in values:
                for response in (
                    tenant.full.post(path, {**body, field: value}),
                    tenant.full.patch(f"{path}/{item}", {field: value}),
                ):
                    assert response.status_code == 400, (field, value, response.content[:300])
                    refused_fields(response, field)
