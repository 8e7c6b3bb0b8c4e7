"""`noAvailabilityReason` (seed 002, "Notes and Limitations"): every case of the list; and no booking then."""

from typing import Any

import pytest

from availengine.api.booxi.wire import NO_AVAILABILITY
from tests.api.booxi.calls import BOOKING, Merchant, client, refusing
from tests.api.calls import DAY, ok


@pytest.fixture(scope="module")
def _list(stored: Any) -> Any:
    """Ann and Ben cut; Ann dyes, Ben shaves; each of the others is out of reach in one way."""
    return stored(
        "booxi-reasons",
        resources=[
            {"key": "ann", "name": "Ann", "kind": "staff", "location": "North"},
            {"key": "ben", "name": "Ben", "kind": "staff", "location": "South"},
            {"key": "cid", "name": "Cid", "kind": "staff", "location": "North"},
            {"key": "hidden", "name": "Hidden", "kind": "staff", "bookable_online": False},
            {"key": "away", "name": "Away", "kind": "staff", "active": False},
        ],
        services=[
            {"key": "cut", "name": "Cut", "duration_minutes": 60, "resources": ["ann", "ben"]},
            {"key": "dye", "name": "Dye", "duration_minutes": 60, "resources": ["ann"]},
            {"key": "shave", "name": "Shave", "duration_minutes": 60, "resources": ["ben"]},
            {"key": "wash", "name": "Wash", "duration_minutes": 60, "resources": ["cid"]},
            {"key": "pair", "name": "For two", "duration_minutes": 60, "resources": ["ann"], "party_min": 2},
            {"key": "gone", "name": "Gone", "duration_minutes": 60, "resources": ["ann", "away"], "active": False},
            {
                "key": "desk",
                "name": "At the desk",
                "duration_minutes": 60,
                "resources": ["ann", "hidden"],
                "bookable_online": False,
            },
            {"key": "veiled", "name": "Veiled", "duration_minutes": 60, "resources": ["hidden"]},
            {"key": "absent", "name": "Absent", "duration_minutes": 60, "resources": ["away"]},
            {"key": "nobody", "name": "By nobody", "duration_minutes": 60, "resources": []},
        ],
    )


@pytest.fixture
def shop(db: None, _list: Any) -> Merchant:
    return Merchant(_list)


# Services, the staff member asked for, and the reason.
CASES = [
    (["cut", "gone"], None, "ServiceOffline"),
    (["cut", "desk"], None, "ServiceOnlineBookingDisabled"),
    (["cut", "veiled"], None, "StaffOnlineBookingDisabled"),
    (["veiled"], "hidden", "StaffOnlineBookingDisabled"),
    (["cut"], "hidden", "StaffOnlineBookingDisabled"),
    (["cut", "absent"], None, "StaffOffline"),
    (["cut"], "away", "StaffOffline"),
    (["dye", "shave"], None, "ServicesLocationMismatch"),
    (["dye"], "ben", "StaffNotAssigned"),
    (["cut", "dye"], "ben", "StaffNotAssigned"),
    (["dye", "wash"], None, "NoCommonResource"),
    (["nobody"], None, "NoCommonResource"),
    (["pair"], None, "NoCommonResource"),
    # Where several hold, the first of the list is told.
    (["gone", "desk"], "hidden", "ServiceOffline"),
    (["desk", "veiled"], "away", "ServiceOnlineBookingDisabled"),
    (["veiled", "absent"], None, "StaffOnlineBookingDisabled"),
    (["dye", "shave"], "away", "StaffOffline"),
    (["dye", "shave"], "ann", "ServicesLocationMismatch"),
    (["dye", "wash"], "ann", "StaffNotAssigned"),
]


@pytest.mark.parametrize(("services", "staff", "reason"), CASES)
def test_why_there_is_nothing(shop: Merchant, services: list[str], staff: str | None, reason: str) -> None:
    found = shop.found(*services, staff=staff, searchMode="verbose")
    assert found["availability"] == {
        "timeSelectionMode": "TimeSlot",
        "bookingTimeSlots": [],
        "noAvailabilityReason": reason,
    }
    assert found["staffs"] == []
    offline = {shop.service("gone"), shop.service("desk")}
    told = [service["id"] for service in found["services"]]
    assert told == [shop.service(key) for key in services if shop.service(key) not in offline]
    assert "cursor" not in found


@pytest.mark.parametrize(("services", "staff", "reason"), CASES)
def test_it_cannot_be_booked_either(shop: Merchant, services: list[str], staff: str | None, reason: str) -> None:
    ids = [shop.staff(staff)] if staff else []
    with refusing(409) as check:
        error = check(shop.full.post(BOOKING, shop.booking(*services, staffIds=ids)))
    assert error["details"] == {"noAvailabilityReason": reason}


def test_every_reason_is_tested() -> None:
    assert {reason for _, _, reason in CASES} == set(NO_AVAILABILITY.values())


@pytest.mark.parametrize(("services", "staff"), [(["cut"], None), (["cut", "dye"], None), (["cut", "shave"], "ben")])
def test_what_can_be_combined_has_no_reason(shop: Merchant, services: list[str], staff: str | None) -> None:
    assert "noAvailabilityReason" not in shop.found(*services, staff=staff)["availability"]
    assert shop.starts(*services, staff=staff)


def test_a_full_day_is_no_reason(shop: Merchant) -> None:
    for hour in range(14, 22):
        shop.book("dye", startsOn=f"{DAY}T{hour}:00:00Z", client=client(phone=f"+1312555010{hour - 14}"))
    assert shop.found("dye")["availability"] == {"timeSelectionMode": "TimeSlot", "bookingTimeSlots": []}


def test_what_is_changed_is_seen_at_once(shop: Merchant) -> None:
    """Offline in the catalogue is offline here."""
    path = f"/v1/manage/services/{shop.tenant.service('dye')}"
    ok(shop.tenant.full.patch(path, {"active": False}))
    assert shop.found("dye")["availability"]["noAvailabilityReason"] == "ServiceOffline"
    ok(shop.tenant.full.patch(path, {"active": True}))
    assert len(shop.starts("dye")) == 8
