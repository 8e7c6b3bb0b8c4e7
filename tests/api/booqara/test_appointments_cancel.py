"""DELETE /booking/appointments/{id}"""

from typing import Any
from uuid import uuid4

import pytest

from availengine.api.v1.dialect import V1
from availengine.sandbox import Sandbox
from bookings.models import Booking
from payments import instructions
from payments.gateway import Unreached
from tests.api.booqara.speech import APPOINTMENTS, book, free, needs_key, refused
from tests.api.calls import Tenant, nothing_changes, ok, put_in_status
from tests.api.paying import NEAR, asked, configure, deposit_of, jobs, paid, takes, told
from webhooks.models import Event

CANCELLED = {"success": True, "status": "cancelled"}


@pytest.mark.parametrize("status", ["pending", "confirmed"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_cancels_and_frees_the_time(salon: Tenant, status: str, slash: str) -> None:
    jim = {"userId": salon.resource("jim")}
    booked = book(salon, **jim)
    put_in_status(booked["id"], status)
    Event.objects.all().delete()
    assert ok(salon.staff.delete(f"{APPOINTMENTS}/{booked['id']}{slash}")) == CANCELLED
    assert ok(salon.full.get(f"{APPOINTMENTS}/{booked['id']}"))["status"] == "cancelled"
    assert "10:00" in free(salon, **jim)
    assert told("booking.") == ["booking.canceled", "booking.updated"]
    book(salon, **jim)


def test_what_was_booked_in_the_native_dialect(salon: Tenant, native: Tenant) -> None:
    booked = native.book()["id"]
    assert ok(salon.full.delete(f"{APPOINTMENTS}/{booked}")) == CANCELLED
    assert native.item(booked)["status"] == "cancelled"


@pytest.mark.parametrize("status", ["checked_in", "completed", "cancelled", "no_show"])
def test_what_cannot_be_cancelled_is_not_there(salon: Tenant, status: str) -> None:
    booked = book(salon)["id"]
    put_in_status(booked, status)
    with nothing_changes():
        refused(salon.full.delete(f"{APPOINTMENTS}/{booked}"), 404, "Not found")


def test_a_second_time(salon: Tenant) -> None:
    booked = book(salon)["id"]
    ok(salon.full.delete(f"{APPOINTMENTS}/{booked}"))
    with nothing_changes():
        refused(salon.full.delete(f"{APPOINTMENTS}/{booked}"), 404, "Not found")


@pytest.mark.parametrize(("now", "status"), [("2026-05-15T14:59:59Z", 200), ("2026-05-15T15:00:01Z", 404)])
def test_what_has_begun_cannot_be_cancelled(salon: Tenant, clock: Any, now: str, status: int) -> None:
    booked = book(salon)["id"]
    clock.move_to(now)  # it begins at 15:00 UTC
    assert salon.full.delete(f"{APPOINTMENTS}/{booked}").status_code == status
    assert Booking.objects.get(uuid=booked).status == ("cancelled" if status == 200 else "confirmed")


def test_what_is_not_there(salon: Tenant, rival: Tenant) -> None:
    booked = book(salon)["id"]
    with nothing_changes():
        for caller, key in ((rival.full, booked), (salon.test, booked), (salon.full, str(uuid4())), (salon.full, "x")):
            refused(caller.delete(f"{APPOINTMENTS}/{key}"), 404, "Not found")


@pytest.mark.parametrize("caller", ["widget", "read"])
def test_it_needs_the_scope(salon: Tenant, caller: str) -> None:
    path = f"{APPOINTMENTS}/{book(salon)['id']}"
    with nothing_changes():
        refused(getattr(salon, caller).delete(path), 403, "This key lacks the scope bookings:manage.")


def test_a_deposit_goes_back(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    booked = paid(studio.speaking(V1), stripe, booking_date=NEAR)
    assert ok(studio.full.delete(f"{APPOINTMENTS}/{booked}")) == CANCELLED
    assert [params["amount"] for params in asked(stripe, "/refunds")] == ["2000"]
    assert deposit_of(booked).status == "refunded"


def test_a_deposit_is_kept_by_the_policy(studio: Tenant, stripe: Sandbox) -> None:
    takes(studio)
    configure(studio, cancellation_steps=[[720, 50]])
    booked = paid(studio.speaking(V1), stripe, booking_date=NEAR)
    assert ok(studio.full.delete(f"{APPOINTMENTS}/{booked}")) == CANCELLED
    assert asked(stripe, "/refunds") == []


def test_it_is_cancelled_when_stripe_is_silent(studio: Tenant, stripe: Sandbox, monkeypatch: Any, clock: Any) -> None:
    takes(studio)
    booked = paid(studio.speaking(V1), stripe, booking_date=NEAR)
    with monkeypatch.context() as silent:
        silent.setattr(instructions, "perform", lambda instruction: _silence())
        assert ok(studio.full.delete(f"{APPOINTMENTS}/{booked}")) == CANCELLED
    assert deposit_of(booked).status == "refund_pending"
    clock.shift(3600)
    jobs()
    assert deposit_of(booked).status == "refunded"


def _silence() -> None:
    raise Unreached("no answer")


@pytest.mark.parametrize("key", [str(uuid4()), "x"])
def test_it_needs_a_key(salon: Tenant, key: str) -> None:
    needs_key(salon, "DELETE", f"{APPOINTMENTS}/{key}")
