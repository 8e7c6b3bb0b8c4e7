"""GET /booking/slots"""

from typing import Any
from uuid import uuid4

import pytest

from availengine.api.booqara.dialect import BOOQARA
from tests.api.booqara.speech import APPOINTMENTS, body, book, close, free, needs_key, refused, slots
from tests.api.calls import DAY, Tenant, nothing_changes, ok
from tests.api.paying import configure

PATH = "/booking/slots"
HOURS = [f"{hour:02}:00" for hour in range(9, 17)]


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_grid_of_a_day(salon: Tenant, slash: str) -> None:
    assert ok(salon.full.get(PATH + slash, date=DAY, serviceId=salon.service("cut"))) == {
        "date": DAY,
        "slots": [{"time": time, "available": True} for time in HOURS],
    }


def test_taken_starts_stay_in_the_grid(salon: Tenant) -> None:
    jim = salon.resource("jim")
    book(salon, userId=jim)
    assert slots(salon, userId=jim) == {time: time != "10:00" for time in HOURS}
    assert slots(salon) == slots(salon, userId="any") == dict.fromkeys(HOURS, True)
    book(salon)
    assert slots(salon) == {time: time != "10:00" for time in HOURS}


def test_the_same_question_again_sees_what_was_booked_and_cancelled_between(salon: Tenant) -> None:
    jim = salon.resource("jim")
    assert free(salon, userId=jim) == HOURS
    booked = book(salon, userId=jim)
    assert "10:00" not in free(salon, userId=jim)
    ok(salon.full.delete(f"{APPOINTMENTS}/{booked['id']}"))
    assert free(salon, userId=jim) == HOURS


def test_what_is_past_or_too_soon_stays_in_the_grid(salon: Tenant, clock: Any) -> None:
    clock.move_to("2026-05-15T18:00:00Z")  # 13:00 in Chicago
    assert slots(salon) == {time: time >= "13:00" for time in HOURS}
    configure(salon, lead_time_minutes=121)
    assert slots(salon) == {time: time >= "16:00" for time in HOURS}


def test_starts_where_the_visit_does_not_fit_are_not_in_the_grid(parlour: Tenant) -> None:
    """90 minutes before a break at 12:00 and the end at 17:00, on a Monday."""
    told = slots(parlour, "2026-05-11", serviceId=parlour.service("color"))
    assert told == dict.fromkeys(["09:00", "10:00", "13:00", "14:00", "15:00"], True)


def test_starts_after_midnight_belong_to_their_own_date(parlour: Tenant) -> None:
    assert list(slots(parlour, "2026-05-08"))[-1] == "23:00"
    assert list(slots(parlour, "2026-05-09"))[:2] == ["00:00", "01:00"]


@pytest.mark.parametrize(
    "day", ["2026-04-30", "2026-07-01", "2027-05-15", "2000-01-01", "2100-12-31"], ids=lambda day: f"{day}"
)
def test_nothing_outside_the_window(salon: Tenant, day: str) -> None:
    assert slots(salon, day) == {}


def test_nothing_on_closed_days(parlour: Tenant) -> None:
    assert slots(parlour, "2026-05-10") == {}  # a Sunday
    ann = {"userId": parlour.resource("ann")}
    assert slots(parlour, "2026-05-16", **ann) == {}  # her day off
    assert len(slots(parlour, "2026-05-16", userId=parlour.resource("bob"))) == 10


def test_nothing_when_all_is_taken(salon: Tenant) -> None:
    jim = salon.resource("jim")
    for time in HOURS:
        assert len(slots(salon, userId=jim)) == 8
        book(salon, userId=jim, appointmentTime=time)
    assert slots(salon, userId=jim) == {}
    assert free(salon) == HOURS


def test_nothing_when_all_is_past(salon: Tenant, clock: Any) -> None:
    clock.move_to("2026-05-15T21:00:01Z")  # 16:00:01
    assert slots(salon) == {}


def test_a_closure_takes_its_starts_out_of_the_grid(salon: Tenant) -> None:
    close(salon, f"{DAY}T09:00", f"{DAY}T12:00")
    assert slots(salon) == dict.fromkeys(HOURS[3:], True)


@pytest.fixture(scope="module")
def _night(stored: Any) -> Tenant:
    hours = dict.fromkeys(("saturday", "sunday"), ["00:00-24:00"])
    tenant: Tenant = stored("booqara-night", business={"hours": hours, "rules": {"window_days": 730}})
    return tenant


@pytest.fixture
def night(db: None, _night: Tenant) -> Tenant:
    """Open around the clock on weekends, two years ahead."""
    return _night.speaking(BOOQARA)


def test_when_the_clocks_go_back_an_hour_is_there_twice(night: Tenant) -> None:
    jim = {"userId": night.resource("jim")}
    day = {"date": "2026-11-01", "serviceId": night.service("cut"), **jim}

    def ones() -> list[bool]:
        told = ok(night.full.get(PATH, **day))["slots"]
        return [slot["available"] for slot in told if slot["time"] == "01:00"]

    assert ones() == [True, True]
    for left in ([False, True], [False, False]):
        book(night, appointmentDate="2026-11-01", appointmentTime="01:00", **jim)
        assert ones() == left
    again = body(night, appointmentDate="2026-11-01", appointmentTime="01:00", **jim)
    assert refused(night.full.post(APPOINTMENTS, again), 409).startswith("This time is no longer available.")


def test_when_the_clocks_go_forward_an_hour_is_not_there(night: Tenant) -> None:
    assert list(slots(night, "2027-03-14"))[:4] == ["00:00", "01:00", "03:00", "04:00"]
    gap = body(night, appointmentDate="2027-03-14", appointmentTime="02:00")
    refused(night.full.post(APPOINTMENTS, gap), 400, "appointmentTime: The clocks skip this time on this date.")


def test_test_keys_see_their_own_bookings(salon: Tenant) -> None:
    for _ in range(2):
        ok(salon.test.post(APPOINTMENTS, body(salon)))
    tested = ok(salon.test.get(PATH, date=DAY, serviceId=salon.service("cut")))["slots"]
    assert [slot["time"] for slot in tested if slot["available"]] == [hour for hour in HOURS if hour != "10:00"]
    assert free(salon) == HOURS


@pytest.mark.parametrize("caller", ["widget", "read", "staff", "full", "test"])
def test_every_key_reads_slots(salon: Tenant, caller: str) -> None:
    told = ok(getattr(salon, caller).get(PATH, date=DAY, serviceId=salon.service("cut")))
    assert len(told["slots"]) == 8


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"date": None}, "date: This field is required."),
        ({"serviceId": None}, "serviceId: This field is required."),
        ({"date": "15.05.2026"}, "date: Not a date: use YYYY-MM-DD."),
        ({"date": "2026-02-30"}, "date: There is no such date."),
        ({"date": "9999-12-31"}, "date: This date is out of range."),
        ({"serviceId": "x"}, "serviceId: Not a UUID."),
        ({"userId": ""}, "userId: Not a UUID."),
        ({"userId": str(uuid4())}, "userId: No professional with this id performs this service."),
    ],
)
def test_questions_that_make_no_sense(salon: Tenant, query: dict[str, Any], text: str) -> None:
    asked = {"date": DAY, "serviceId": salon.service("cut"), **query}
    with nothing_changes():
        refused(salon.full.get(PATH, **{k: v for k, v in asked.items() if v is not None}), 400, text)


@pytest.mark.parametrize("who", ["idle", "gone", "desk", "room"])
def test_who_cannot_be_chosen(parlour: Tenant, who: str) -> None:
    """Not offered for the service, not there, not online, not a person."""
    asked = {"date": "2026-05-11", "serviceId": parlour.service("spa"), "userId": parlour.resource(who)}
    refused(parlour.full.get(PATH, **asked), 400, "userId: No professional with this id performs this service.")


@pytest.mark.parametrize("key", ["old", "secret"])
def test_services_that_are_not_on_offer(parlour: Tenant, key: str) -> None:
    asked = {"date": "2026-05-11", "serviceId": parlour.service(key)}
    refused(parlour.full.get(PATH, **asked), 404, "Service not found")


def test_things_of_another_tenant(salon: Tenant, rival: Tenant) -> None:
    refused(salon.full.get(PATH, date=DAY, serviceId=rival.service("cut")), 404, "Service not found")
    refused(salon.full.get(PATH, date=DAY, serviceId=str(uuid4())), 404, "Service not found")


def test_it_needs_a_key(salon: Tenant) -> None:
    needs_key(salon, "GET", PATH)
