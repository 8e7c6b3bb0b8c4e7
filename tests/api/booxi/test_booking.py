"""POST /booking/v1/booking"""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from availengine.models import IdempotencyRecord
from availengine.sandbox import Sandbox
from bookings.models import Allocation, Booking, Customer
from businesses.models import Business
from tests.api.booxi.calls import BOOKING, Merchant, client, refused, refusing
from tests.api.calls import DAY, Tenant, nothing_changes, ok, strangers
from tests.api.paying import pay, takes
from webhooks.models import Event

HOURS = [f"{DAY}T{hour}:00:00Z" for hour in range(14, 22)]


@pytest.mark.parametrize("path", [BOOKING, f"{BOOKING}/"])
def test_books_a_slot_as_the_search_told_it(shop: Merchant, path: str) -> None:
    slot = shop.slots("cut", "cut")[1]
    body = {"merchantId": shop.id, **slot, "client": client(), "notes": "  First time.  "}
    told = ok(shop.widget.post(path, body))
    stored = Booking.objects.get(business=shop.business)
    assert re.fullmatch(r"AV-[2-9A-HJKMNP-Z]{6}", stored.code)
    assert told == {
        "id": stored.id,
        "merchantId": shop.id,
        "status": "Confirmed",
        "confirmationCode": stored.code,
        "startsOn": f"{DAY}T15:00:00Z",
        "endsOn": f"{DAY}T17:00:00Z",
        "staffIds": [shop.staff("maria")],
        "items": slot["items"],
        "client": client(),
        "notes": "First time.",
        "price": {"visibility": "Show", "amount": "70.00", "currency": "USD"},
        "deposit": None,
    }
    assert (stored.live, stored.source, stored.party_size) == (True, "online", 1)
    assert stored.starts_at == datetime(2026, 5, 15, 15, tzinfo=UTC)
    assert stored.customer_notes == "First time."
    held = Allocation.objects.filter(booking=stored).order_by("sequence")
    assert [(a.resource_id, a.starts_at.hour, a.ends_at.hour) for a in held] == [
        (shop.staff("maria"), 15, 16),
        (shop.staff("maria"), 16, 17),
    ]
    types = Event.objects.filter(business=shop.business, type__startswith="booking").values_list("type", flat=True)
    assert list(types) == ["booking.created"]


def test_a_visit_is_for_the_smallest_party_that_its_services_take(stored: Any, db: None) -> None:
    tenant = stored(
        "booxi-rooms",
        resources=[{"key": "maria", "name": "Cellar", "kind": "room", "capacity_min": 2, "capacity_max": 6}],
        services=[
            {"key": "cut", "name": "Game", "duration_minutes": 60, "resources": ["maria"], "party_min": 2},
            {"key": "talk", "name": "Talk", "duration_minutes": 60, "resources": ["maria"], "party_min": 3},
        ],
    )
    room = Merchant(tenant)
    slot = room.slots("cut", "talk")[0]
    ok(room.full.post(BOOKING, {"merchantId": room.id, **slot, "client": client()}))
    assert Booking.objects.get(business=room.business).party_size == 3


def test_it_is_seen_in_the_native_dialect(shop: Merchant) -> None:
    told = shop.book()
    item = shop.tenant.item(str(Booking.objects.get(id=told["id"]).uuid))
    assert (item["start_time"], item["end_time"]) == ("10:00", "11:00")
    assert item["confirmation_code"] == told["confirmationCode"]
    assert item["customer"]["first_name"] == "Jane"
    assert item["resource"]["name"] == "Maria"


def test_extra_fields_of_a_slot_have_no_effect(shop: Merchant) -> None:
    item = {"serviceId": shop.service("cut"), "duration": 5, "spacingAfter": 600, "isBusySpacingAfter": False}
    told = shop.book(items=[item], staffSelectionMode="Whatever", endsOn="never")
    assert (told["startsOn"], told["endsOn"]) == (f"{DAY}T15:00:00Z", f"{DAY}T16:00:00Z")
    assert told["items"][0]["spacingAfter"] == 0


def test_the_first_of_several_who_is_free(shop: Merchant) -> None:
    maria, jim = shop.staff("maria"), shop.staff("jim")
    assert shop.book(staffIds=[jim, maria])["staffIds"] == [jim]
    assert shop.book(staffIds=[jim, maria, jim])["staffIds"] == [maria]
    with refusing(409) as check:
        error = check(shop.full.post(BOOKING, shop.booking(staffIds=[jim, maria])))
    assert error["message"] == "This time is no longer available."
    assert error["details"] == {"reason": "Busy", "nearestStartsOn": [HOURS[0], *HOURS[2:6]]}


@pytest.mark.parametrize("ids", [None, []])
def test_whoever_is_free(shop: Merchant, ids: list[int] | None) -> None:
    taken = [shop.book(staffIds=ids)["staffIds"] for _ in range(2)]
    assert taken == [[shop.staff("maria")], [shop.staff("jim")]]
    refused(shop.full.post(BOOKING, shop.booking(staffIds=ids)), 409)


def test_only_those_who_were_named(shop: Merchant) -> None:
    jim = shop.staff("jim")
    shop.book(staffIds=[jim])
    with refusing(409) as check:
        error = check(shop.full.post(BOOKING, shop.booking(staffIds=[jim])))
    assert f"{DAY}T15:00:00Z" not in error["details"]["nearestStartsOn"]


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (f"{DAY}T15:30:00Z", "OffGrid"),
        (f"{DAY}T03:00:00Z", "OutsideHours"),
        (f"{DAY}T22:00:00Z", "OutsideHours"),
        ("2026-05-01T06:00:00Z", "Past"),
    ],
)
def test_starts_that_are_not_offered(shop: Merchant, start: str, reason: str) -> None:
    with refusing(409) as check:
        error = check(shop.full.post(BOOKING, shop.booking(startsOn=start)))
    assert error["details"]["reason"] == reason
    assert set(error["details"]) == {"reason", "nearestStartsOn"}


def test_lead_time_and_window_do_not_count(shop: Merchant) -> None:
    Business.objects.filter(id=shop.id).update(lead_time_minutes=525_600, window_days=1)
    assert shop.book()["startsOn"] == f"{DAY}T15:00:00Z"
    assert shop.book(startsOn="2027-05-14T15:00:00Z")["startsOn"] == "2027-05-14T15:00:00Z"


def test_any_offset_is_the_same_start(shop: Merchant) -> None:
    assert shop.book(startsOn=f"{DAY}T20:30:00+05:30")["startsOn"] == f"{DAY}T15:00:00Z"


def test_too_far_ahead(shop: Merchant) -> None:
    with refusing(400) as check:
        error = check(shop.full.post(BOOKING, shop.booking(startsOn="2031-05-15T15:00:00Z")))
    assert list(error["details"]) == ["startsOn"]


def test_without_auto_confirm_it_is_pending(shop: Merchant) -> None:
    Business.objects.filter(id=shop.id).update(auto_confirm=False)
    told = shop.book()
    assert (told["status"], told["deposit"]) == ("Pending", None)


def test_a_hidden_price_is_not_told(shop: Merchant) -> None:
    Business.objects.filter(id=shop.id).update(show_service_prices=False)
    assert shop.book()["price"] == {"visibility": "Hide", "amount": "0.00", "currency": "USD"}
    assert Booking.objects.get(business=shop.business).price_cents == 3500


def test_a_stored_customer_is_neither_changed_nor_told(shop: Merchant) -> None:
    shop.book()
    told = shop.book(client=client(firstName="Somebody", email="else@example.com"))
    assert told["client"]["firstName"] == "Somebody"
    customer = Customer.objects.get(business=shop.business)
    assert (customer.first_name, customer.email) == ("Jane", "jane@example.com")


def test_a_test_key_books_a_test(shop: Merchant) -> None:
    told = ok(shop.test.post(BOOKING, shop.booking()))
    assert Booking.objects.get(id=told["id"]).live is False
    assert len(shop.starts(staff="maria")) == 8


# --- refusals -----------------------------------------------------------------------------------------------------


def test_needs_a_key_with_its_scope(shop: Merchant) -> None:
    callers = strangers(shop.tenant)
    with nothing_changes():
        for caller in callers.values():
            refused(caller.speaking(shop.full.dialect).post(BOOKING, shop.booking()), 401)
        refused(shop.read.post(BOOKING, shop.booking()), 403)


@pytest.mark.parametrize("field", ["merchantId", "items", "staffIds"])
def test_ids_that_are_not_the_merchants(shop: Merchant, other: Merchant, field: str) -> None:
    foreign = {"merchantId": other.id, "items": other.service("cut"), "staffIds": other.staff("jim")}[field]
    told = []
    with refusing(404) as check:
        for number in (foreign, 999_999_999):
            value: Any = {"merchantId": number, "items": [{"serviceId": number}]}.get(field, [number])
            told.append(check(shop.full.post(BOOKING, shop.booking(**{field: value}))))
    assert told[0] == told[1]


FIELDS: list[tuple[dict[str, Any], list[str]]] = [
    ({"merchantId": None}, ["merchantId"]),
    ({"merchantId": "1"}, ["merchantId"]),
    ({"startsOn": None}, ["startsOn"]),
    ({"startsOn": f"{DAY}T10:00:00"}, ["startsOn"]),
    ({"startsOn": f"{DAY}T15:00:30Z"}, ["startsOn"]),
    ({"items": None}, ["items"]),
    ({"items": []}, ["items"]),
    ({"items": [{"serviceId": 1}] * 6}, ["items"]),
    ({"items": [{}]}, ["items"]),
    ({"items": [1]}, ["items"]),
    ({"staffIds": 5}, ["staffIds"]),
    ({"staffIds": ["5"]}, ["staffIds"]),
    ({"staffIds": [1] * 1001}, ["staffIds"]),
    ({"client": None}, ["client"]),
    ({"client": client(firstName=None)}, ["client"]),
    ({"client": client(lastName=None)}, ["client"]),
    ({"client": client(phone=None)}, ["client"]),
    ({"client": client(phone="12")}, ["client"]),
    ({"client": client(email="jane")}, ["client"]),
    ({"client": client(firstName="J" * 101)}, ["client"]),
    ({"notes": "x" * 1001}, ["notes"]),
    ({"notes": 5}, ["notes"]),
    ({"client": 5, "startsOn": "x"}, ["client", "startsOn"]),
]


@pytest.mark.parametrize(("changes", "fields"), FIELDS)
def test_fields_that_are_refused(shop: Merchant, changes: dict[str, Any], fields: list[str]) -> None:
    with refusing(400) as check:
        error = check(shop.full.post(BOOKING, shop.booking(**changes)))
    assert sorted(error["details"]) == fields


@pytest.mark.parametrize("email", [None, ""])
def test_an_address_is_not_needed(shop: Merchant, email: str | None) -> None:
    assert shop.book(client=client(email=email))["client"]["email"] == ""


# --- again --------------------------------------------------------------------------------------------------------


def test_the_same_key_books_once(shop: Merchant) -> None:
    first = shop.full.post(BOOKING, shop.booking(), Idempotency_Key="k")
    with nothing_changes():
        again = shop.full.post(f"{BOOKING}/", shop.booking(), Idempotency_Key="k")
        assert (again.status_code, again.content) == (200, first.content)
        assert again.headers["Idempotent-Replayed"] == "true"
        refused(shop.full.post(BOOKING, shop.booking(notes="x"), Idempotency_Key="k"), 422)


def test_a_refusal_is_replayed_in_these_words(shop: Merchant) -> None:
    for _ in range(2):
        shop.book()
    first = shop.full.post(BOOKING, shop.booking(), Idempotency_Key="late")
    refused(first, 409)
    assert IdempotencyRecord.objects.filter(key="late", status=409).exists()
    assert shop.full.post(BOOKING, shop.booking(), Idempotency_Key="late").content == first.content


# --- deposits -----------------------------------------------------------------------------------------------------


@pytest.fixture
def paid_shop(studio: Tenant) -> Merchant:
    takes(studio)
    return Merchant(studio)


def test_a_deposit_is_due(paid_shop: Merchant, stripe: Sandbox) -> None:
    told = paid_shop.book()
    deposit = told["deposit"]
    stored = Booking.objects.select_related("deposit").get(business=paid_shop.business)
    assert told["status"] == "Pending"
    assert deposit == {
        "amount": "20.00",
        "currency": "EUR",
        "paymentUrl": stored.deposit.checkout_url,
        "expiresOn": "2026-05-01T09:00:00Z",
    }
    assert stored.deposit.checkout_url.startswith("http")
    pay(stripe, {"checkout_url": deposit["paymentUrl"]})
    stored.refresh_from_db()
    assert stored.status == "confirmed"


def test_it_is_replayed_and_stored_sealed(paid_shop: Merchant, stripe: Sandbox) -> None:
    first = paid_shop.full.post(BOOKING, paid_shop.booking(), Idempotency_Key="k")
    assert ok(first)["deposit"]["paymentUrl"]
    assert paid_shop.full.post(BOOKING, paid_shop.booking(), Idempotency_Key="k").content == first.content
    record = IdempotencyRecord.objects.get(key="k")
    assert record.sealed is True
    assert b"paymentUrl" not in bytes(record.body)


def test_without_an_address_there_is_no_way_to_pay(paid_shop: Merchant, stripe: Sandbox) -> None:
    with refusing(400) as check:
        error = check(paid_shop.full.post(BOOKING, paid_shop.booking(client=client(email=None))))
    assert error["details"] == {"client": {"email": ["Required: a deposit is due."]}}


def test_only_few_unpaid_bookings(paid_shop: Merchant, stripe: Sandbox) -> None:
    for start in HOURS[:3]:
        paid_shop.book(startsOn=start)
    with refusing(409) as check:
        error = check(paid_shop.full.post(BOOKING, paid_shop.booking(startsOn=HOURS[4])))
    assert error["details"] == {"reason": "TooManyUnpaid"}


def test_payments_that_are_not_set_up(paid_shop: Merchant, settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = settings.STRIPE_TEST_SECRET_KEY = ""
    with refusing(409) as check:
        error = check(paid_shop.full.post(BOOKING, paid_shop.booking()))
    assert error["details"] == {"reason": "PaymentsNotSetUp"}
