"""POST /booking/v1/availability/search"""

from typing import Any

import pytest

from availengine.api.booxi import slots as paging
from bookings import queries
from bookings.models import Booking
from businesses.models import Business, Closure, Resource, Service, ServiceResource
from tests.api.booxi.calls import BOOKING, SEARCH, Merchant, refused, refusing
from tests.api.calls import DAY, nothing_changes, ok, strangers

HOURS = [f"{DAY}T{hour}:00:00Z" for hour in range(14, 22)]  # 9 to 16 in Chicago


def changed(shop: Merchant, key: str, **values: Any) -> None:
    """Change columns of a service or resource, for this test."""
    for model, known in ((Service, shop.tenant.outcome.services), (Resource, shop.tenant.outcome.resources)):
        if key in known:
            model._default_manager.filter(id=known[key].id).update(**values)


def performer(shop: Merchant, service: str, staff: str) -> Any:
    return ServiceResource.objects.filter(service_id=shop.service(service), resource_id=shop.staff(staff))


def test_a_day(shop: Merchant) -> None:
    found = shop.found()
    assert list(found) == ["availability"]
    assert list(found["availability"]) == ["timeSelectionMode", "bookingTimeSlots"]
    assert found["availability"]["timeSelectionMode"] == "TimeSlot"
    assert found["availability"]["bookingTimeSlots"] == [
        {
            "startsOn": start,
            "staffSelectionMode": "Optional",
            "staffIds": [shop.staff("maria"), shop.staff("jim")],
            "items": [
                {"serviceId": shop.service("cut"), "duration": 60, "spacingAfter": 0, "isBusySpacingAfter": True}
            ],
        }
        for start in HOURS
    ]


def test_nothing_is_written(shop: Merchant) -> None:
    with nothing_changes():
        shop.found(searchMode="verbose")


@pytest.mark.parametrize("caller", ["full", "widget", "read"])
def test_every_preset_may_ask(shop: Merchant, caller: str) -> None:
    assert len(shop.found(caller=getattr(shop, caller))["availability"]["bookingTimeSlots"]) == 8


def test_needs_a_key(shop: Merchant) -> None:
    callers = strangers(shop.tenant)
    with refusing(401) as check:
        for caller in callers.values():
            response = caller.speaking(shop.full.dialect).post(SEARCH, shop.search())
            check(response)
            assert "WWW-Authenticate" not in response.headers
        check(shop.full.send("POST", SEARCH, shop.search(), headers={"Booxi-APIKey": "", "Authorization": "Bearer x"}))


def test_a_past_due_business_may_still_ask(shop: Merchant) -> None:
    Business.objects.filter(id=shop.id).update(billing_status="past_due")
    assert len(shop.slots()) == 8
    with refusing(402) as check:
        check(shop.full.post(BOOKING, shop.booking()))


def test_the_preferred_one_comes_first(shop: Merchant) -> None:
    """Maria is busier that day once she is booked: Jim would be assigned next."""
    shop.book(staffIds=[shop.staff("maria")], startsOn=HOURS[0])
    slots = shop.slots()
    assert slots[0]["staffIds"] == [shop.staff("jim")]
    assert slots[0]["staffSelectionMode"] == "Disabled"
    assert slots[1]["staffIds"] == [shop.staff("jim"), shop.staff("maria")]
    assert shop.book(startsOn=HOURS[1])["staffIds"] == [shop.staff("jim")]


def test_only_one_staff_member(shop: Merchant) -> None:
    slots = shop.slots(staff="jim")
    assert {(tuple(slot["staffIds"]), slot["staffSelectionMode"]) for slot in slots} == {
        ((shop.staff("jim"),), "Disabled")
    }
    assert shop.slots(onlyIncludeStaffs=[]) == shop.slots()


def test_no_choice_where_the_business_shows_none(shop: Merchant) -> None:
    Business.objects.filter(id=shop.id).update(show_staff_selection=False)
    found = shop.found(searchMode="verbose")
    assert {s["staffSelectionMode"] for s in found["availability"]["bookingTimeSlots"]} == {"Disabled"}
    assert [s["staffSelectionMode"] for s in found["services"]] == ["Disabled"]
    assert found["availability"]["bookingTimeSlots"][0]["staffIds"] == [shop.staff("maria"), shop.staff("jim")]


# --- ranges -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts", "ends", "first", "last"),
    [
        (f"{DAY}T10:00:00-05:00", f"{DAY}T12:00:00-05:00", 15, 16),  # the end is not a start of it
        (f"{DAY}T15:00:00Z", f"{DAY}T17:00:00Z", 15, 16),
        (f"{DAY}T20:30:00+05:30", f"{DAY}T22:30:00+05:30", 15, 16),
        (f"{DAY}T15:00:01Z", f"{DAY}T17:00:00.5Z", 16, 17),
        (f"{DAY}T15:00Z", f"{DAY}T15:01Z", 15, 15),
        (f"{DAY}T20:59:59Z", "2026-05-16T00:00:00Z", 21, 21),  # it ends after the range does
    ],
)
def test_starts_lie_in_the_range(shop: Merchant, starts: str, ends: str, first: int, last: int) -> None:
    told = shop.starts(range={"startsOn": starts, "endsOn": ends})
    assert told == [f"{DAY}T{hour}:00:00Z" for hour in range(first, last + 1)]


def test_a_range_over_midnight_of_the_business(shop: Merchant) -> None:
    told = shop.starts(range={"startsOn": f"{DAY}T20:00:00-05:00", "endsOn": "2026-05-16T10:00:00-05:00"})
    assert told == ["2026-05-16T14:00:00Z"]
    told = shop.starts(range={"startsOn": f"{DAY}T16:00:00-05:00", "endsOn": "2026-05-16T09:01:00-05:00"})
    assert told == [HOURS[-1], "2026-05-16T14:00:00Z"]


def test_never_in_the_past(shop: Merchant, clock: Any) -> None:
    clock.move_to(f"{DAY}T18:00:00Z")
    assert shop.starts()[0] == f"{DAY}T18:00:00Z"
    clock.move_to(f"{DAY}T18:00:30Z")
    assert shop.starts()[0] == f"{DAY}T19:00:00Z"
    past = {"startsOn": "2026-05-01T00:00:00Z", "endsOn": "2026-05-02T00:00:00Z"}
    assert shop.found(range=past) == {"availability": {"timeSelectionMode": "TimeSlot", "bookingTimeSlots": []}}


def test_lead_time_and_window_do_not_count(shop: Merchant) -> None:
    Business.objects.filter(id=shop.id).update(lead_time_minutes=525_600, window_days=1)
    assert shop.starts() == HOURS


@pytest.mark.parametrize(
    ("starts", "ends", "field"),
    [
        (f"{DAY}T10:00:00", f"{DAY}T12:00:00Z", "startsOn"),
        (f"{DAY}T10:00:00Z", f"{DAY}T12:00:00", "endsOn"),
        (f"{DAY}T10:00:00Z", f"{DAY}T10:00:00Z", "endsOn"),
        (f"{DAY}T10:00:00Z", f"{DAY}T09:00:00Z", "endsOn"),
        (f"{DAY}T10:00:00Z", "2026-07-16T10:00:01Z", "endsOn"),
        ("2029-06-01T10:00:00Z", "2029-06-02T10:00:00Z", "endsOn"),
        ("2025-01-01T10:00:00Z", "2025-01-02T10:00:00Z", "endsOn"),
    ],
)
def test_ranges_that_are_refused(shop: Merchant, starts: str, ends: str, field: str) -> None:
    with refusing(400) as check:
        error = check(shop.full.post(SEARCH, shop.search(range={"startsOn": starts, "endsOn": ends})))
    assert list(error["details"]) == ["range"]
    assert list(error["details"]["range"]) == [field]


def test_62_days_are_allowed(shop: Merchant) -> None:
    told = shop.starts(range={"startsOn": f"{DAY}T10:00:00Z", "endsOn": "2026-07-16T10:00:00Z"})
    assert len(told) == 100
    assert told[0] == HOURS[0]


def test_an_hour_that_exists_twice(shop: Merchant) -> None:
    """The clocks of Chicago go back at 07:00Z on 1 November 2026: 01:30 is at 06:30Z and at 07:30Z."""
    Business.objects.filter(id=shop.id).update(slot_interval_minutes=30)
    opening = {"starts_at": "2026-11-01T06:30:00Z", "ends_at": "2026-11-01T09:00:00Z"}
    Closure.objects.create(business_id=shop.id, kind="open", **opening)
    told = shop.starts(range={"startsOn": "2026-11-01T06:00:00Z", "endsOn": "2026-11-01T10:00:00Z"})
    assert told == [f"2026-11-01T{clock}:00Z" for clock in ("06:30", "07:00", "07:30", "08:00")]
    for start in (told[0], told[2]):
        booked = shop.book(startsOn=start, staffIds=[shop.staff("jim")])
        assert booked["startsOn"] == start


# --- verbose ------------------------------------------------------------------------------------------------------


def test_staff_and_services_are_told_when_asked_for(shop: Merchant) -> None:
    changed(shop, "maria", job_title="Lead", about="Twenty years.", photo_url="https://example.com/m.jpg")
    changed(shop, "maria", name="Maria de la Cruz")
    found = shop.found(searchMode="verbose")
    assert list(found) == ["availability", "staffs", "services"]
    assert found["staffs"] == [
        {
            "id": shop.staff("maria"),
            "name": "Maria de la Cruz",
            "firstName": "Maria",
            "lastName": "de la Cruz",
            "position": "Lead",
            "biography": "Twenty years.",
            "profileImageUrl": "https://example.com/m.jpg",
            "timeSelectionMode": "ServiceTimeSelection",
        },
        {
            "id": shop.staff("jim"),
            "name": "Jim",
            "firstName": "Jim",
            "lastName": "",
            "position": "",
            "biography": "",
            "profileImageUrl": "",
            "timeSelectionMode": "ServiceTimeSelection",
        },
    ]
    assert found["services"] == [
        {
            "id": shop.service("cut"),
            "merchantId": shop.id,
            "name": "Cut",
            "tags": "",
            "duration": 60,
            "showDuration": True,
            "hasDurationCustomization": False,
            "bookingMethod": "Appointment",
            "location": "Business",
            "locationText": "",
            "price": {
                "visibility": "Show",
                "amount": "35.00",
                "amountPerPerson": "0.00",
                "amountPerHour": "0.00",
                "currency": "USD",
                "isStartingAt": False,
                "tax": "None",
            },
            "hasPriceCustomization": False,
            "categoryId": 0,
            "categoryName": "Main Services",
            "description": "",
            "profileImageUrl": "",
            "staffSelectionMode": "Optional",
            "timeSelectionMode": "TimeSlot",
            "bookingPolicy": "Any modification or cancellation must be done at least 24 hours before the "
            "appointment time.",
            "instructions": "",
        }
    ]


def told(shop: Merchant) -> dict[str, Any]:
    service: dict[str, Any] = shop.found(searchMode="verbose")["services"][0]
    return service


def test_tables_have_no_last_name(shop: Merchant) -> None:
    changed(shop, "jim", kind="table", name="Table 4")
    staff = shop.found(searchMode="verbose", staff="jim")["staffs"]
    assert [(s["name"], s["firstName"], s["lastName"]) for s in staff] == [("Table 4", "Table 4", "")]


def test_texts_of_a_service(shop: Merchant) -> None:
    changed(shop, "cut", description="Wash and cut.", instructions="Come early.", policy="No changes.")
    changed(shop, "cut", photo_url="https://example.com/c.jpg")
    service = told(shop)
    names = ("description", "instructions", "bookingPolicy", "profileImageUrl")
    assert [service[name] for name in names] == [
        "Wash and cut.",
        "Come early.",
        "No changes.",
        "https://example.com/c.jpg",
    ]


def test_category(shop: Merchant) -> None:
    body = {"name": "Hair"}
    category = ok(shop.tenant.full.post("/v1/manage/service-categories", body), 201)["id"]
    path = f"/v1/manage/services/{shop.tenant.service('cut')}"
    ok(shop.tenant.full.patch(path, {"category_id": category}))
    stored = Service.objects.select_related("category").get(id=shop.service("cut")).category
    assert stored is not None
    assert (told(shop)["categoryId"], told(shop)["categoryName"]) == (stored.id, "Hair")


@pytest.mark.parametrize(
    ("base", "maria", "amount", "starting", "customized"),
    [
        (3500, None, "35.00", False, False),
        (3500, 4000, "35.00", True, True),
        (3500, 3000, "30.00", True, True),
        (3500, 3500, "35.00", False, False),
        (None, None, "0.00", False, False),
        (None, 1005, "10.05", False, True),
    ],
)
def test_prices(
    shop: Merchant, base: int | None, maria: int | None, amount: str, starting: bool, customized: bool
) -> None:
    changed(shop, "cut", price_cents=base)
    performer(shop, "cut", "maria").update(price_cents=maria)
    service = told(shop)
    assert (service["price"]["amount"], service["price"]["isStartingAt"]) == (amount, starting)
    assert service["hasPriceCustomization"] is customized


def test_prices_of_those_who_are_offline_do_not_count(shop: Merchant) -> None:
    performer(shop, "cut", "maria").update(price_cents=9000, duration_minutes=90)
    changed(shop, "maria", bookable_online=False)
    service = told(shop)
    assert (service["hasPriceCustomization"], service["hasDurationCustomization"]) == (False, False)
    assert service["price"]["isStartingAt"] is False


def test_a_hidden_price_is_not_told(shop: Merchant) -> None:
    changed(shop, "cut", show_price=False, show_duration=False)
    service = told(shop)
    assert (service["price"]["visibility"], service["price"]["amount"]) == ("Hide", "0.00")
    assert service["showDuration"] is False
    changed(shop, "cut", show_price=True, show_duration=True)
    Business.objects.filter(id=shop.id).update(show_service_prices=False, show_service_duration=False)
    service = told(shop)
    assert (service["price"]["visibility"], service["price"]["amount"]) == ("Hide", "0.00")
    assert service["showDuration"] is False


@pytest.mark.parametrize(("currency", "amount"), [("JPY", "3500"), ("KWD", "3.500"), ("EUR", "35.00")])
def test_decimals_of_the_currency(shop: Merchant, currency: str, amount: str) -> None:
    Business.objects.filter(id=shop.id).update(currency=currency)
    assert (told(shop)["price"]["amount"], told(shop)["price"]["currency"]) == (amount, currency)


@pytest.mark.parametrize(
    ("hours", "steps", "text"),
    [
        (0, [], "Any modification or cancellation must be done at least 1 min before the appointment time."),
        (1, [], "Any modification or cancellation must be done at least 1 hour before the appointment time."),
        (48, [], "Any modification or cancellation must be done at least 48 hours before the appointment time."),
        (24, [[48, 0], [24, 50]], "Free until 48 hours before, then 50 % until 24 hours before, then 100 % of the "
         "deposit is kept."),
    ],
)  # fmt: skip
def test_booking_policy(shop: Merchant, hours: int, steps: list[list[int]], text: str) -> None:
    Business.objects.filter(id=shop.id).update(cancel_notice_hours=hours, cancellation_steps=steps)
    assert told(shop)["bookingPolicy"] == text


@pytest.mark.parametrize(
    ("maria", "jim", "text"), [("North", "North", "North"), ("North", "South", ""), ("North", "", ""), ("", "", "")]
)
def test_location_text(shop: Merchant, maria: str, jim: str, text: str) -> None:
    changed(shop, "maria", location=maria)
    changed(shop, "jim", location=jim)
    assert told(shop)["locationText"] == text


def test_own_durations(shop: Merchant) -> None:
    """Items last as long as with the one who is named first."""
    performer(shop, "cut", "jim").update(duration_minutes=90)
    found = shop.found(searchMode="verbose")
    assert found["services"][0]["hasDurationCustomization"] is True
    assert found["services"][0]["duration"] == 60
    slots = found["availability"]["bookingTimeSlots"]
    assert (slots[0]["staffIds"][0], slots[0]["items"][0]["duration"]) == (shop.staff("maria"), 60)
    assert [s["staffIds"] for s in slots][-1] == [shop.staff("maria")]
    assert {s["items"][0]["duration"] for s in shop.slots(staff="jim")} == {90}


# --- several services ---------------------------------------------------------------------------------------------


def test_services_in_sequence_with_their_spacing(shop: Merchant) -> None:
    changed(shop, "cut", buffer_before_minutes=10, buffer_after_minutes=20)
    found = shop.found("cut", "cut", staff="maria", searchMode="verbose")
    slot = found["availability"]["bookingTimeSlots"][0]
    assert [item["spacingAfter"] for item in slot["items"]] == [30, 20]
    assert len(found["services"]) == 1
    booked = shop.book("cut", "cut", startsOn=slot["startsOn"], staffIds=slot["staffIds"])
    assert booked["items"] == slot["items"]
    assert (booked["startsOn"], booked["endsOn"]) == (f"{DAY}T14:00:00Z", f"{DAY}T16:30:00Z")


def test_five_services_are_one_visit_six_are_refused(shop: Merchant) -> None:
    assert shop.starts(*["cut"] * 5) == HOURS[:4]
    with refusing(400) as check:
        error = check(shop.full.post(SEARCH, shop.search(*["cut"] * 6)))
    assert list(error["details"]) == ["bookingItems"]


def test_a_visit_stays_with_one_staff_member(shop: Merchant) -> None:
    """Maria is free until 11, Jim from 11 on: nobody has two hours from 10 on."""
    shop.book(staffIds=[shop.staff("maria")], startsOn=f"{DAY}T16:00:00Z")
    shop.book(staffIds=[shop.staff("jim")], startsOn=f"{DAY}T15:00:00Z")
    slots = {slot["startsOn"]: slot["staffIds"] for slot in shop.slots("cut", "cut")}
    assert f"{DAY}T15:00:00Z" not in slots
    assert slots[f"{DAY}T14:00:00Z"] == [shop.staff("maria")]
    assert slots[f"{DAY}T16:00:00Z"] == [shop.staff("jim")]


# --- ids ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["merchantId", "bookingItems", "onlyIncludeStaffs"])
def test_ids_that_are_not_the_merchants(shop: Merchant, other: Merchant, field: str) -> None:
    """Another tenant's number is the same answer as a random one."""
    foreign = {"merchantId": other.id, "bookingItems": other.service("cut"), "onlyIncludeStaffs": other.staff("jim")}
    told = []
    with refusing(404) as check:
        for number in (foreign[field], 999_999_999):
            value: Any = {"merchantId": number, "bookingItems": [{"serviceId": number}]}.get(field, [number])
            told.append(check(shop.full.post(SEARCH, shop.search(**{field: value}))))
    assert told[0] == told[1]


def test_deleted_services_and_staff_are_not_found(shop: Merchant) -> None:
    ok_delete = shop.tenant.full.delete(f"/v1/manage/resources/{shop.tenant.resource('jim')}")
    assert ok_delete.status_code == 204
    refused(shop.full.post(SEARCH, shop.search(staff="jim")), 404)
    assert shop.tenant.full.delete(f"/v1/manage/services/{shop.tenant.service('cut')}").status_code == 204
    refused(shop.full.post(SEARCH, shop.search()), 404)


def test_test_keys_see_test_bookings_only(shop: Merchant) -> None:
    shop.book(staffIds=[shop.staff("maria")])
    live, test = shop.found(staff="maria"), shop.found(staff="maria", caller=shop.test)
    assert len(live["availability"]["bookingTimeSlots"]) == 7
    assert len(test["availability"]["bookingTimeSlots"]) == 8


# --- pages --------------------------------------------------------------------------------------------------------

WEEKS = {"startsOn": f"{DAY}T00:00:00Z", "endsOn": "2026-07-01T00:00:00Z"}


def pages(shop: Merchant, **changes: Any) -> list[dict[str, Any]]:
    """All pages of a search."""
    found = [shop.found(**changes)]
    while "cursor" in found[-1]:
        found.append(ok(shop.full.post(SEARCH, {"cursor": found[-1]["cursor"]})))
    return found


def starts_of(page: dict[str, Any]) -> list[str]:
    return [slot["startsOn"] for slot in page["availability"]["bookingTimeSlots"]]


def test_pages_lead_through_the_whole_range(shop: Merchant) -> None:
    found = pages(shop, range=WEEKS, staff="jim", searchMode="verbose")
    assert [len(starts_of(page)) for page in found] == [100, 100, 100, 76]  # 47 days of 8
    walked = [start for page in found for start in starts_of(page)]
    assert walked == sorted(set(walked))
    assert (walked[0], walked[-1]) == (HOURS[0], "2026-06-30T21:00:00Z")
    for page in found:
        assert list(page) == ["availability", "staffs", "services", *(["cursor"] if page is not found[-1] else [])]
        assert {tuple(slot["staffIds"]) for slot in page["availability"]["bookingTimeSlots"]} == {(shop.staff("jim"),)}
    assert all("staffs" not in page for page in pages(shop, range=WEEKS))


def test_a_page_tells_of_what_was_booked_since(shop: Merchant) -> None:
    first = shop.found(range=WEEKS, staff="jim")
    second = ok(shop.full.post(SEARCH, {"cursor": first["cursor"]}))
    shop.book(staffIds=[shop.staff("jim")], startsOn=starts_of(second)[0])
    again = ok(shop.full.post(SEARCH, {"cursor": first["cursor"]}))
    assert starts_of(again) == [*starts_of(second)[1:], *starts_of(again)[-1:]]
    assert len(starts_of(again)) == 100


def test_exactly_a_page_has_no_cursor(shop: Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "PAGE", 8)
    assert "cursor" not in shop.found()
    monkeypatch.setattr(paging, "PAGE", 7)
    assert [starts_of(page) for page in pages(shop, staff="jim")] == [HOURS[:7], HOURS[7:]]


def test_far_slots_of_a_range_are_found(shop: Merchant) -> None:
    Closure.objects.create(
        business_id=shop.id, kind="closed", starts_at=f"{DAY}T00:00:00Z", ends_at="2026-06-30T05:00:00Z"
    )
    assert starts_of(shop.found(range=WEEKS)) == [start.replace(DAY, "2026-06-30") for start in HOURS]


def test_a_page_reads_the_far_part_of_a_range_only_when_it_needs_it(
    shop: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []

    def counted(*args: Any) -> bytes | None:
        read.append((args[3] - args[2]).days + 1)
        return _taken(*args)

    _taken = queries._taken
    monkeypatch.setattr(queries, "_taken", counted)
    Business.objects.filter(id=shop.id).update(slot_interval_minutes=15)
    assert len(shop.slots(range=WEEKS)) == 100
    assert read == [7]
    read.clear()
    Business.objects.filter(id=shop.id).update(slot_interval_minutes=60)
    assert len(shop.slots(range=WEEKS)) == 100
    assert read == [7, 7, 48]  # outdated, anew, and the whole range
    read.clear()
    assert len(shop.slots()) == 8
    assert read == [1]


@pytest.mark.parametrize("kind", ["foreign", "mode", "forged", "cut", "prefix", "empty", "number", "null", "other"])
def test_cursors_that_are_refused(shop: Merchant, other: Merchant, kind: str) -> None:
    cursor = shop.found(range=WEEKS)["cursor"]
    customers = "/v1/manage/customers"
    for phone in ("+13125550100", "+13125550101"):
        ok(shop.tenant.full.post(customers, {"first_name": "A", "phone": phone}), 201)
    listing = ok(shop.tenant.full.get(customers, limit=1))["next_cursor"]
    sent: dict[str, Any] = {
        "forged": cursor[:10] + ("A" if cursor[10] != "A" else "B") + cursor[11:],
        "cut": cursor[:-1],
        "prefix": cursor.removeprefix("csa_"),
        "empty": "",
        "number": 5,
        "null": None,
        "other": "csa_" + listing,
    }
    caller = {"foreign": other.full, "mode": shop.test}.get(kind, shop.full)
    with refusing(400) as check:
        check(caller.post(SEARCH, {"cursor": sent.get(kind, cursor)}))


def test_a_cursor_stands_alone(shop: Merchant) -> None:
    cursor = shop.found(range=WEEKS)["cursor"]
    with refusing(400) as check:
        error = check(shop.full.post(SEARCH, {"cursor": cursor, "merchantId": shop.id}))
        assert list(error["details"]) == ["merchantId"]
        check(shop.full.post(SEARCH, {**shop.search(), "cursor": cursor}))
        check(shop.full.post(SEARCH, {"cursor": cursor, "unknown": 1}))


def test_answers_follow_every_change(shop: Merchant) -> None:
    """Nothing that is remembered outlives what it was made of."""
    assert shop.starts(staff="maria") == HOURS
    booked = shop.book(staffIds=[shop.staff("maria")], startsOn=HOURS[0])
    assert shop.starts(staff="maria") == HOURS[1:]
    uuid = Booking.objects.get(id=booked["id"]).uuid
    ok(shop.tenant.full.post(f"/v1/manage/bookings/{uuid}/cancel"))
    assert shop.starts(staff="maria") == HOURS
    Business.objects.filter(id=shop.id).update(slot_interval_minutes=120)
    assert shop.starts(staff="maria") == HOURS[::2]


def test_the_zone_is_the_merchants(other: Merchant) -> None:
    """9 in Athens is 6 in UTC."""
    assert other.starts(range={"startsOn": f"{DAY}T00:00:00Z", "endsOn": f"{DAY}T08:00:00Z"}) == [
        f"{DAY}T06:00:00Z",
        f"{DAY}T07:00:00Z",
    ]
