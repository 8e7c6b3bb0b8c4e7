"""One core under four dialects: a booking made in one is seen, moved and cancelled in the others."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

import pytest

from availengine.api.booqara.dialect import BOOQARA
from availengine.api.booxi.dialect import BOOXI
from bookings.models import Booking
from tests.api.calls import DAY, Tenant, ok

BOOKINGS = "/api/v1/bookings"
PERSON = {"firstName": "Jane", "lastName": "Doe", "phone": "+301234567890"}


def instant(salon: Tenant, clock: str) -> str:
    """A local time of DAY with its offset."""
    day = datetime.fromisoformat(DAY).date()
    return datetime.combine(day, time.fromisoformat(clock), salon.business.zone).isoformat()


# --- makers: book Jim at 10:00 of DAY; they give its uuid ---------------------------------------------------------


def native(salon: Tenant) -> str:
    return str(salon.book(resource_id=salon.resource("jim"))["id"])


def booqara(salon: Tenant) -> str:
    body = {
        "serviceId": salon.service("cut"),
        "userId": salon.resource("jim"),
        "appointmentDate": DAY,
        "appointmentTime": "10:00",
        "guestName": "Jane Doe",
        "guestPhone": PERSON["phone"],
    }
    made = ok(salon.full.speaking(BOOQARA).post("/booking/appointments", body))
    return str(made["booking"]["id"])


def booxi(salon: Tenant) -> str:
    body = {
        "merchantId": salon.business.id,
        "startsOn": instant(salon, "10:00"),
        "staffIds": [salon.outcome.resources["jim"].id],
        "items": [{"serviceId": salon.outcome.services["cut"].id}],
        "client": PERSON,
    }
    made = ok(salon.full.speaking(BOOXI).post("/booking/v1/booking", body))
    return str(Booking.objects.get(id=made["id"]).uuid)


def bookingflow(salon: Tenant) -> str:
    body = {"roomId": salon.resource("jim"), "date": DAY, "time": "10:00", "customer": PERSON}
    return str(ok(salon.full.post(BOOKINGS, body), 201)["id"])


MAKERS = [native, booqara, booxi, bookingflow]
Maker = Callable[[Tenant], str]
each_maker = pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)


def seen(salon: Tenant, booking: str) -> dict[str, tuple[str, str, str, str]]:
    """(code, date, time, status) by dialect that can show one booking."""
    told = salon.item(booking)
    appointment = ok(salon.full.speaking(BOOQARA).get(f"/booking/appointments/{booking}"))
    game = ok(salon.full.get(f"{BOOKINGS}/{booking}"))
    return {
        "native": (told["confirmation_code"], told["booking_date"], told["start_time"], told["status"]),
        "booqara": (
            appointment["confirmationCode"],
            appointment["appointmentDate"],
            appointment["appointmentTime"][:5],
            appointment["status"],
        ),
        "bookingflow": (game["confirmationCode"], game["date"], game["time"], game["status"]),
    }


def offered(salon: Tenant) -> dict[str, set[str]]:
    """The free starts of Jim's day by dialect."""
    jim, number = salon.resource("jim"), salon.outcome.resources["jim"].id
    slots = ok(
        salon.full.speaking(BOOQARA).get("/booking/slots", date=DAY, serviceId=salon.service("cut"), userId=jim)
    )["slots"]
    search = {
        "merchantId": salon.business.id,
        "range": {"startsOn": instant(salon, "00:00"), "endsOn": instant(salon, "23:59")},
        "bookingItems": [{"serviceId": salon.outcome.services["cut"].id}],
        "onlyIncludeStaffs": [number],
    }
    found = ok(salon.full.speaking(BOOXI).post("/booking/v1/availability/search", search))
    moments = [datetime.fromisoformat(slot["startsOn"]) for slot in found["availability"]["bookingTimeSlots"]]
    (day,) = ok(salon.full.get("/api/v1/schedules", **{"from": DAY, "to": DAY, "room": jim}))["days"]
    return {
        "native": set(salon.free(resource_id=jim)),
        "booqara": {slot["time"] for slot in slots if slot["available"]},
        "booxi": {f"{moment.astimezone(salon.business.zone):%H:%M}" for moment in moments},
        "bookingflow": {slot["time"] for slot in day["slots"]},
    }


WHOLE_DAY = {f"{hour:02}:00" for hour in range(9, 17)}


@each_maker
def test_it_is_seen_everywhere_and_its_time_is_offered_nowhere(salon: Tenant, make: Maker) -> None:
    before = offered(salon)
    assert list(before.values()) == [WHOLE_DAY] * 4
    booking = make(salon)
    code = Booking.objects.get(uuid=booking).code
    assert list(seen(salon, booking).values()) == [(code, DAY, "10:00", "confirmed")] * 3
    assert list(offered(salon).values()) == [WHOLE_DAY - {"10:00"}] * 4


def moved_natively(salon: Tenant, booking: str) -> Any:
    return salon.full.post(f"/v1/manage/bookings/{booking}/reschedule", {"date": DAY, "time": "13:00"})


def moved_by_bookingflow(salon: Tenant, booking: str) -> Any:
    return salon.full.send("PUT", f"{BOOKINGS}/{booking}", {"time": "13:00"})


def cancelled_natively(salon: Tenant, booking: str) -> Any:
    return salon.full.post(f"/v1/manage/bookings/{booking}/cancel")


def cancelled_by_booqara(salon: Tenant, booking: str) -> Any:
    return salon.full.speaking(BOOQARA).delete(f"/booking/appointments/{booking}")


def cancelled_by_bookingflow(salon: Tenant, booking: str) -> Any:
    return salon.full.delete(f"{BOOKINGS}/{booking}")


@each_maker
@pytest.mark.parametrize("move", [moved_natively, moved_by_bookingflow])
@pytest.mark.parametrize("cancel", [cancelled_natively, cancelled_by_booqara, cancelled_by_bookingflow])
def test_it_is_moved_and_cancelled_everywhere(salon: Tenant, make: Maker, move: Any, cancel: Any) -> None:
    booking = make(salon)
    code = Booking.objects.get(uuid=booking).code
    ok(move(salon, booking))
    assert list(seen(salon, booking).values()) == [(code, DAY, "13:00", "confirmed")] * 3
    assert list(offered(salon).values()) == [WHOLE_DAY - {"13:00"}] * 4
    ok(cancel(salon, booking))
    assert list(seen(salon, booking).values()) == [(code, DAY, "13:00", "cancelled")] * 3
    assert list(offered(salon).values()) == [WHOLE_DAY] * 4


@each_maker
@pytest.mark.parametrize("second", MAKERS, ids=lambda make: make.__name__)
def test_what_one_has_taken_the_others_refuse(salon: Tenant, make: Maker, second: Maker) -> None:
    make(salon)
    with pytest.raises(AssertionError, match="409"):
        second(salon)
    assert Booking.objects.filter(business=salon.business).count() == 1
