"""GET /booking/business"""

import pytest

from tests.api.booqara.speech import needs_key
from tests.api.calls import Tenant, ok
from tests.api.paying import configure

PATH = "/booking/business"


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_business(salon: Tenant, slash: str) -> None:
    day = {"isOpen": True, "openTime": "09:00:00", "closeTime": "17:00:00"}
    names = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
    assert ok(salon.full.get(PATH + slash)) == {
        "name": "North Elm Studio",
        "description": "",
        "category": "",
        "logoUrl": "",
        "phone": "+13125551234",
        "address": "",
        "timezone": "America/Chicago",
        "hours": [{"day": name, **day} for name in names],
        "bookingSettings": {"bookingLeadTimeMinutes": 0, "bookingWindowDays": 60, "slotIntervalMinutes": 60},
        "bookingPage": {
            "showStaffSelection": True,
            "showServicePrices": True,
            "showServiceDuration": True,
            "requireCustomerEmail": True,
        },
    }


def test_closed_days_breaks_and_hours_past_midnight(parlour: Tenant) -> None:
    hours = {entry.pop("day"): entry for entry in ok(parlour.full.get(PATH))["hours"]}
    assert hours["Sunday"] == {"isOpen": False, "openTime": None, "closeTime": None}
    assert hours["Monday"] == {
        "isOpen": True,
        "openTime": "09:00:00",
        "closeTime": "17:00:00",
        "intervals": [
            {"openTime": "09:00:00", "closeTime": "12:00:00"},
            {"openTime": "13:00:00", "closeTime": "17:00:00"},
        ],
    }
    assert hours["Friday"] == {"isOpen": True, "openTime": "18:00:00", "closeTime": "02:00:00"}


def test_rules_and_flags_are_the_businesss(salon: Tenant) -> None:
    configure(salon, lead_time_minutes=15, window_days=9, slot_interval_minutes=20, show_staff_selection=False)
    configure(salon, show_service_prices=False, show_service_duration=False, require_customer_email=False)
    told = ok(salon.full.get(PATH))
    assert list(told["bookingSettings"].values()) == [15, 9, 20]
    assert list(told["bookingPage"].values()) == [False] * 4


def test_it_needs_a_key(salon: Tenant) -> None:
    needs_key(salon, "GET", PATH)
