"""seed 003, example by example: requests word for word, answers compared field by field and type by type.

The examples are files under `tests/contracts/booqara/`.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from availengine.api.booqara.appointments import AppointmentsView
from availengine.api.booqara.dialect import BOOQARA
from availengine.api.v1.dialect import V1
from businesses.models import Resource, Service, ServiceResource
from tests.api.booqara.speech import APPOINTMENTS
from tests.api.calls import Caller, Tenant, desk, ok
from tests.api.paying import configure
from tests.api.shapes import same_shape
from tests.factories import ALL_WEEK

CONTRACTS = Path(__file__).parents[2] / "contracts" / "booqara"
TODAY = "2026-01-15T13:00:00Z"  # 7:00 in Chicago


def example(name: str) -> Any:
    """A documented body, word for word."""
    return json.loads((CONTRACTS / f"{name}.json").read_text())


@pytest.fixture(scope="module")
def _documented(stored: Any) -> Tenant:
    tenant: Tenant = stored(
        "documented-booqara",
        business={
            "name": "North Elm Studio",
            "description": "Modern color and styling appointments",
            "category": "Salon",
            "logo_url": "https://cdn.example.com/logo.png",
            "phone": "(555) 555-1234",
            "address": "123 Main St",
            "rules": {"lead_time_minutes": 60, "window_days": 7, "slot_interval_minutes": 30},
            "hours": {**ALL_WEEK, "sunday": ["09:00-19:00"], "thursday": ["10:00-11:45"]},
        },
        resources=[{"key": "maria", "name": "Maria Gomez", "kind": "staff", "job_title": "Lead stylist"}],
        services=[
            {
                "key": "fade",
                "name": "Fade",
                "description": "Classic fade with clean finish",
                "category": "Cuts",
                "duration_minutes": 45,
                "price": "35.00",
                "resources": ["maria"],
            }
        ],
    )
    return tenant


@pytest.fixture
def documented(db: None, _documented: Tenant, clock: Any) -> Tenant:
    """The business of the examples, on the day of the examples."""
    clock.move_to(TODAY)
    return _documented.speaking(BOOQARA)


def request_for(tenant: Tenant) -> bytes:
    """The documented body, with this tenant's service."""
    text = (CONTRACTS / "create_appointment.request.json").read_text()
    return text.replace("2f564239-1111-2222-3333-fdc2233f6c7d", tenant.service("fade")).encode()


def without(told: dict[str, Any], *generated: str) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name not in generated}


def test_business(documented: Tenant) -> None:
    shown, told = example("business.response"), ok(documented.full.get("/booking/business"))
    same_shape(shown, told)
    assert without(told, "hours") == without(shown, "hours")
    assert told["hours"][:1] == shown["hours"]


def test_services(documented: Tenant) -> None:
    shown, told = example("services.response"), ok(documented.full.get("/booking/services"))
    same_shape(shown, told)
    for answer in (shown, told):
        del answer["categories"][0]["categoryId"], answer["categories"][0]["services"][0]["id"]
    assert told == shown


def test_staff(documented: Tenant) -> None:
    """`color` is named in the notes only; what is null there, `nextAvailable`, is filled here."""
    shown, told = example("staff.response"), ok(documented.full.get("/booking/staff"))
    for person in told["staff"]:
        assert person.pop("color") is None
    same_shape(shown, told)
    assert told["staff"][0]["nextAvailable"] == "2026-01-15T10:00:00-06:00"
    generated = ("id", "nextAvailable")
    assert without(told["staff"][0], *generated) == without(shown["staff"][0], *generated)


@pytest.mark.parametrize("who", [{}, {"userId": "any"}])
def test_dates(documented: Tenant, who: dict[str, str]) -> None:
    query = {"serviceId": documented.service("fade"), **who, "from": "2026-01-15", "count": "7"}
    shown, told = example("dates.response"), ok(documented.full.get("/booking/dates", **query))
    same_shape(shown, told)
    assert told["from"] == shown["from"]
    assert [entry["date"] for entry in told["dates"]] == [f"2026-01-{day}" for day in range(15, 22)]
    assert told["dates"][0]["slotCount"] == 3


@pytest.mark.parametrize("who", [{}, {"userId": "any"}])
def test_slots(documented: Tenant, who: dict[str, str]) -> None:
    """The documented day: open from 10:00 to 11:45, and of two people one has time at first, the other at the end."""
    native, fade = documented.speaking(V1), Service.objects.get(uuid=documented.service("fade"))
    jim = Resource.objects.create(business=documented.business, name="Jim", kind="staff")
    ServiceResource.objects.create(business=documented.business, service=fade, resource=jim)
    for person, time in ((documented.resource("maria"), "10:45"), (str(jim.uuid), "10:15")):
        taken = desk(date="2026-01-15", time=time, service_id=str(fade.uuid), resource_id=person)
        ok(native.full.post("/v1/manage/bookings/staff", taken), 201)
    query = {"date": "2026-01-15", "serviceId": str(fade.uuid), **who}
    assert ok(documented.full.get("/booking/slots", **query)) == example("slots.response")


@pytest.mark.parametrize("slash", ["", "/"])
def test_create_an_appointment(documented: Tenant, slash: str) -> None:
    told = ok(documented.full.send("POST", APPOINTMENTS + slash, request_for(documented)))
    shown = example("create_appointment.response")
    same_shape(shown, told)
    generated = ("id", "confirmationCode")
    assert without(told["booking"], *generated) == without(shown["booking"], *generated)


def test_fetch_an_appointment(documented: Tenant) -> None:
    configure(documented, auto_confirm=False)
    made = ok(documented.full.send("POST", APPOINTMENTS, request_for(documented)))["booking"]
    shown, told = example("get_appointment.response"), ok(documented.full.get(f"{APPOINTMENTS}/{made['id']}"))
    same_shape(shown, told)
    generated = ("id", "confirmationCode")
    assert without(told, *generated) == without(shown, *generated)
    assert [told[name] for name in generated] == [made[name] for name in generated]


def test_cancel_an_appointment(documented: Tenant) -> None:
    made = ok(documented.full.send("POST", APPOINTMENTS, request_for(documented)))["booking"]
    assert ok(documented.full.delete(f"{APPOINTMENTS}/{made['id']}")) == example("cancel_appointment.response")


def test_preflight(db: None) -> None:
    assert ok(Caller().send("OPTIONS", "/booking/services")) == example("options.response")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_another_business(documented: Tenant, rival: Tenant, method: str) -> None:
    made = ok(documented.full.send("POST", APPOINTMENTS, request_for(documented)))["booking"]
    response = rival.full.send(method, f"{APPOINTMENTS}/{made['id']}")
    assert ok(response, 404) == example("not_found.response")


def test_a_crash(documented: Tenant, monkeypatch: Any) -> None:
    def crash(self: Any, booking: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(AppointmentsView, "_created", crash)
    response = documented.full.send("POST", APPOINTMENTS, request_for(documented))
    assert ok(response, 500) == example("server_error.response")


def test_a_crash_of_the_hot_read(documented: Tenant, monkeypatch: Any) -> None:
    monkeypatch.setattr("availengine.api.booqara.availability.answer", None)
    query = {"date": "2026-01-15", "serviceId": documented.service("fade")}
    assert ok(documented.full.get("/booking/slots", **query), 500) == example("server_error.response")
