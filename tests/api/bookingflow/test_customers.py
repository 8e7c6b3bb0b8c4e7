"""/api/v1/customers"""

from typing import Any

import pytest

from bookings.models import Booking, Customer
from tests.api.bookingflow.calls import BOOKINGS, PERSON, book, told, walk
from tests.api.calls import Tenant, all_need_key, all_need_scope, hides_others, ok, put_in_status

PATH = "/api/v1/customers"


@pytest.fixture
def jane(venue: Tenant) -> str:
    """With three bookings: one cancelled, one a no-show."""
    made = [book(venue, time=time) for time in ("14:00", "09:00", "11:00")]
    ok(venue.full.delete(f"{BOOKINGS}/{made[0]['id']}"))
    put_in_status(made[1]["id"], "no_show")
    found: str = made[0]["customer"]["id"]
    return found


@pytest.mark.parametrize("slash", ["", "/"])
def test_list(venue: Tenant, jane: str, slash: str) -> None:
    joan = book(venue, time="16:00", customer={"firstName": "Joan", "phone": "+302107654321"})["customer"]["id"]
    page = ok(venue.full.get(PATH + slash))
    assert page["data"][0] == {"id": jane, **PERSON, "notes": None, "createdAt": page["data"][0]["createdAt"]}
    assert [row["id"] for row in page["data"]] == [jane, joan]
    assert walk(venue.full, PATH, limit=1) == page["data"]


def test_profile_with_history_newest_first(venue: Tenant, jane: str) -> None:
    profile = ok(venue.full.get(f"{PATH}/{jane}"))
    history = profile.pop("bookings")
    assert profile.pop("bookingCount") == 3
    assert profile.pop("noShowCount") == 1
    assert [profile] == ok(venue.full.get(PATH))["data"]
    assert [(row["time"], row["status"]) for row in history] == [
        ("14:00", "cancelled"),
        ("11:00", "confirmed"),
        ("09:00", "no_show"),
    ]
    assert history[1] == told(venue, history[1]["id"])


def test_a_long_history_is_bounded(venue: Tenant, jane: str) -> None:
    sample = Booking.objects.filter(customer__uuid=jane).first()
    columns = {
        f.attname: getattr(sample, f.attname) for f in Booking._meta.fields if f.attname not in ("id", "uuid", "code")
    }
    Booking.objects.bulk_create(Booking(**columns, code=f"X{n}") for n in range(60))
    profile = ok(venue.full.get(f"{PATH}/{jane}"))
    assert (profile["bookingCount"], len(profile["bookings"])) == (63, 50)


def test_hidden_customers_are_gone(venue: Tenant, jane: str) -> None:
    Customer.objects.filter(uuid=jane).update(deleted_at="2026-05-01T00:00Z")
    assert walk(venue.full, PATH) == []
    assert venue.full.get(f"{PATH}/{jane}").status_code == 404


@pytest.mark.parametrize("preset", ["read", "staff"])
def test_who_may_not_manage_customers_reads_all_but_the_notes(venue: Tenant, jane: str, preset: str) -> None:
    Customer.objects.filter(uuid=jane).update(notes="Pays late.")
    caller = getattr(venue, preset)
    (managed,), profile = ok(venue.full.get(PATH))["data"], ok(venue.full.get(f"{PATH}/{jane}"))
    assert managed.pop("notes") == profile.pop("notes") == "Pays late."
    assert ok(caller.get(PATH))["data"] == [managed]
    assert ok(caller.get(f"{PATH}/{jane}")) == profile


def test_keys_scopes_and_tenants(venue: Tenant, neighbour: Tenant, jane: str) -> None:
    operations: list[Any] = [("GET", PATH, None), ("GET", f"{PATH}/{jane}", None)]
    all_need_key(venue, operations)
    all_need_scope(venue, ["widget"], operations)
    hides_others(neighbour.full, "GET", f"{PATH}/{{}}", jane)
    hides_others(venue.test, "GET", f"{PATH}/{{}}", jane)
    assert walk(neighbour.full, PATH) == walk(venue.test, PATH) == []
