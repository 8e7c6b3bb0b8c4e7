"""How the tests speak to the Booqara dialect, and what they ask of its errors."""

from typing import Any

from django.http import HttpResponse

from availengine.api.booqara.dialect import BOOQARA
from availengine.api.v1.dialect import V1
from tests.api.calls import DAY, Caller, Operation, Tenant, nothing_changes, ok, strangers, without_none

APPOINTMENTS = "/booking/appointments"


def refused(response: HttpResponse, status: int, text: str | None = None) -> str:
    """The text of a refusal: exactly the dialect's body, perhaps with exactly this text."""
    body = ok(response, status)
    assert list(body) == ["success", "error"]
    assert body["success"] is False
    assert isinstance(body["error"], str)
    assert body["error"]
    if text is not None:
        assert body["error"] == text
    return body["error"]


def body(tenant: Tenant, **changes: Any) -> dict[str, Any]:
    """A body for POST /booking/appointments; None leaves a field out."""
    return without_none(
        {
            "serviceId": tenant.service("cut"),
            "appointmentDate": DAY,
            "appointmentTime": "10:00",
            "guestName": "Jordan Smith",
            "guestEmail": "jordan@example.com",
            "guestPhone": "(555) 123-4567",
            **changes,
        }
    )


def book(tenant: Tenant, **changes: Any) -> dict[str, Any]:
    """An appointment, as the answer tells it."""
    answer: dict[str, Any] = ok(tenant.full.post(APPOINTMENTS, body(tenant, **changes)))
    return dict(answer["booking"])


def close(tenant: Tenant, first: str, last: str, **more: Any) -> None:
    """Closed, or somebody away, from a date or local time to another."""
    closure = {"from": first, "to": last, **more}
    ok(tenant.full.speaking(V1).post("/v1/manage/closures", closure), 201)


def slots(tenant: Tenant, day: str = DAY, **query: Any) -> dict[str, bool]:
    """The slot grid of a day: time to whether it is free."""
    told = ok(tenant.full.get("/booking/slots", date=day, **{"serviceId": tenant.service("cut"), **query}))
    assert list(told) == ["date", "slots"]
    assert told["date"] == day
    return {slot["time"]: slot["available"] for slot in told["slots"]}


def free(tenant: Tenant, day: str = DAY, **query: Any) -> list[str]:
    return [time for time, available in slots(tenant, day, **query).items() if available]


def needs_key(tenant: Tenant, method: str, path: str, sent: Any = None) -> None:
    """401 for everybody without a valid key, whatever else is wrong, and nothing changes."""
    callers: dict[str, Caller] = strangers(tenant)
    operations: list[Operation] = [(method, path, sent), (method, f"{path}?count=x", b"{" if sent else None)]
    with nothing_changes():
        for caller in callers.values():
            for operation in operations:
                response = caller.speaking(BOOQARA).send(*operation)
                refused(response, 401, "Missing or invalid API key.")
                assert "WWW-Authenticate" not in response.headers
