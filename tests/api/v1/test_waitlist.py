"""POST /v1/waitlist, GET and DELETE /v1/manage/waitlist."""

from typing import Any

import pytest

from bookings.models import WaitlistEntry
from bookings.waitlist import entries
from tests.api.calls import DAY, Tenant, nothing_changes, ok, refused

ROUTE = "/v1/waitlist"
MANAGE = "/v1/manage/waitlist"


def joined(tenant: Tenant, **changes: Any) -> dict[str, Any]:
    entry: dict[str, Any] = ok(tenant.full.post(ROUTE, tenant.waiting(**changes)), 201)["entry"]
    return entry


def test_the_answer(studio: Tenant) -> None:
    answer = ok(studio.full.post(ROUTE, studio.waiting(earliest="10:00", latest="12:30")), 201)
    entry = WaitlistEntry.objects.get()
    assert answer == {
        "entry": {
            "id": str(entry.uuid),
            "state": "waiting",
            "service_ids": [str(key) for key in entry.services],
            "resource_id": None,
            "capacity": 1,
            "first_date": DAY,
            "last_date": DAY,
            "earliest": "10:00",
            "latest": "12:30",
            "place": 1,
        }
    }
    assert (entry.live, entry.from_minutes, entry.until_minutes) == (True, 600, 750)
    assert (entry.guest_first_name, entry.guest_email, entry.visitor) == ("Jane", "jane@example.com", "")


def test_several_days_and_one_resource(studio: Tenant) -> None:
    jim = studio.resource("jim")
    entry = joined(studio, last_date="2026-05-17", resource_id=jim, language="de", customer_notes="Tea")
    assert (entry["last_date"], entry["resource_id"], entry["latest"]) == ("2026-05-17", jim, "24:00")
    assert joined(studio, email="b@example.com", phone="+301234567891")["place"] == 2
    row = WaitlistEntry.objects.earliest("id")
    assert (row.language, row.customer_notes) == ("de", "Tea")


def test_sent_twice_it_is_one_entry(studio: Tenant) -> None:
    first = studio.full.post(ROUTE, studio.waiting(), Idempotency_Key="k")
    again = studio.full.post(ROUTE, studio.waiting(), Idempotency_Key="k")
    assert (first.content, again.headers["Idempotent-Replayed"]) == (again.content, "true")
    assert WaitlistEntry.objects.count() == 1


def test_a_browser_key_keeps_a_digest_of_the_visitor(studio: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        person = {"email": f"a{number}@example.com", "phone": f"+30123456780{number}"}
        ok(studio.widget.post(ROUTE, studio.waiting(**person)), 201)
    assert len({row.visitor for row in WaitlistEntry.objects.all()}) == 1
    monkeypatch.setattr(entries, "MOST_PER_ADDRESS", 3)
    with nothing_changes():
        answer = studio.widget.post(ROUTE, studio.waiting())
    assert refused(answer, 409)["details"] == {"reason": "too_many_entries"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": None}, "email"),
        ({"phone": "x"}, "phone"),
        ({"first_date": None}, "first_date"),
        ({"first_date": "2026-04-01"}, "first_date"),
        ({"last_date": "2026-05-01"}, "last_date"),
        ({"earliest": "12:00", "latest": "11:00"}, "until"),
        ({"capacity": 51}, "capacity"),
        ({"language": "xx"}, "language"),
    ],
)
def test_bad_input(studio: Tenant, changes: dict[str, Any], field: str) -> None:
    with nothing_changes():
        answer = studio.full.post(ROUTE, studio.waiting(**changes))
    assert field in refused(answer, 400)["details"]


def test_what_can_never_be(studio: Tenant) -> None:
    with nothing_changes():
        answer = studio.full.post(ROUTE, studio.waiting(capacity=9))
    assert refused(answer, 409)["details"] == {"reason": "capacity"}


# --- the desk -----------------------------------------------------------------------------------------------------


def test_the_list_in_its_order(studio: Tenant) -> None:
    ids = [joined(studio)["id"], joined(studio, first_date="2026-05-20")["id"]]
    page = ok(studio.staff.get(MANAGE))
    assert [item["id"] for item in page["items"]] == ids
    assert (page["has_more"], page["next_cursor"]) == (False, None)
    (item,) = ok(studio.staff.get(MANAGE, date=DAY))["items"]
    assert item["customer"] == {
        "id": str(WaitlistEntry.objects.earliest("id").customer.uuid),
        "first_name": "Jane",
        "last_name": "Doe",
        "phone": "+301234567890",
        "email": "jane@example.com",
    }
    assert ok(studio.staff.get(MANAGE, state="booked"))["items"] == []
    first = ok(studio.staff.get(MANAGE, limit=1))
    rest = ok(studio.staff.get(MANAGE, limit=1, cursor=first["next_cursor"]))
    assert [item["id"] for item in first["items"] + rest["items"]] == ids


def test_as_many_queries_for_many(studio: Tenant, django_assert_max_num_queries: Any) -> None:
    for _ in range(3):
        joined(studio)
    with django_assert_max_num_queries(3):
        ok(studio.staff.get(MANAGE))


def test_taken_off_the_list(studio: Tenant) -> None:
    key = joined(studio)["id"]
    assert studio.staff.send("DELETE", f"{MANAGE}/{key}").status_code == 204
    assert studio.staff.send("DELETE", f"{MANAGE}/{key}").status_code == 204
    assert WaitlistEntry.objects.get().state == "withdrawn"
