"""Classes on the timeline and in the panel; visits that repeat, from the form to their cancellation."""

import re
from typing import Any

import pytest

from bookings.models import Booking, Series
from businesses.models import Service
from tests.api.calls import DAY, Tenant, nothing_changes, ok
from tests.api.conftest import _rival, _salon, clock, rival, salon, stored
from tests.dashboard.panel import HTMX, at_desk, form, path, text

__all__ = ["_rival", "_salon", "clock", "rival", "salon", "stored"]


@pytest.fixture
def course(salon: Tenant) -> Tenant:
    """The salon, where a cut is a class of three."""
    ok(salon.full.patch(f"/v1/manage/services/{salon.service('cut')}", {"places": 3}))
    return salon


def of_three(course: Tenant) -> list[dict[str, Any]]:
    maria = course.resource("maria")
    people = (("Ann", 1), ("Ben", 1), ("Cleo", 1))
    return [course.book(first_name=name, resource_id=maria, capacity=party) for name, party in people]


def test_a_class_is_one_block(course: Tenant) -> None:
    of_three(course)
    shown = at_desk(course).get(path(course), {"day": DAY})
    page = shown.content.decode()
    blocks = re.findall(r'<li class="block [^"]*is-class[^"]*"[^>]*>', page)
    assert len(blocks) == len(re.findall(r'<li class="block ', page)) == 1
    assert 'data-moves=""' in blocks[0]
    assert 'data-status="class"' in blocks[0]
    assert "Cut 3 of 3 places" in text(shown)


def test_who_left_the_class_stands_beside_it_only_when_asked_for(course: Tenant) -> None:
    first, *_ = of_three(course)
    ok(course.staff.post(f"/v1/manage/bookings/{first['id']}/cancel"))
    shown = text(at_desk(course).get(path(course), {"day": DAY}))
    assert "Cut 2 of 3 places" in shown
    assert "Ann" not in shown


def test_the_panel_names_the_others(course: Tenant) -> None:
    ann, ben, cleo = of_three(course)
    shown = at_desk(course).get(path(course, "bookings", ann["id"]), headers=HTMX)
    assert "In this class 3 of 3 places Ben Doe Confirmed Cleo Doe Confirmed" in text(shown)
    for other in (ben, cleo):
        assert path(course, "bookings", other["id"]) in shown.content.decode()
    ok(course.staff.post(f"/v1/manage/bookings/{ben['id']}/cancel"))
    assert "2 of 3 places Cleo Doe" in text(at_desk(course).get(path(course, "bookings", ann["id"]), headers=HTMX))


def test_places_and_starts_of_a_service(salon: Tenant) -> None:
    key = salon.service("cut")
    page = path(salon, "setup", "services", key)
    stored_row = Service.objects.get(uuid=key)
    body = {
        "name": "Cut", "duration_minutes": "60", "party_min": "1", "party_max": "50", "active": "on",
        "bookable_online": "on", "places": "8", "starts": "Monday 18:00, 19:30\r\nfriday 9:00",
        "seen": stored_row.updated_at.isoformat(), "deposit_type": "",
        f"by-{salon.resource('maria')}-performs": "on",
    }  # fmt: skip
    owner = at_desk(salon, "owner")
    for starts, problem in (
        ("Noday 18:00", "“Noday” is not a day of the week."),
        ("Monday 25:00", "Write a time like 09:00."),
    ):
        with nothing_changes():
            refused = owner.post(page, {**body, "starts": starts})
        assert (refused.status_code, problem in text(refused)) == (400, True)
    assert owner.post(page, body).status_code == 302
    stored_row.refresh_from_db()
    assert (stored_row.places, stored_row.starts) == (8, [18 * 60, 19 * 60 + 30, 4 * 1440 + 9 * 60])
    shown = owner.get(page).content.decode()
    assert "Monday 18:00, 19:30\nFriday 09:00</textarea>" in shown


# --- visits that repeat -------------------------------------------------------------------------------------------


def repeat(salon: Tenant, client: Any = None, **changes: Any) -> Any:
    client = client or at_desk(salon)
    fields = {"resource": salon.resource("maria"), "repeat": "week", "every": "1", "count": "3", **changes}
    return client.post(path(salon, "bookings", "new"), form(salon, **fields))


def test_all_visits_are_booked_and_listed(salon: Tenant) -> None:
    client = at_desk(salon)
    made = repeat(salon, client)
    series = Series.objects.get()
    assert (made.status_code, made.headers["Location"]) == (302, path(salon, "bookings", "series", series.uuid))
    shown = text(client.get(made.headers["Location"]))
    assert "3 visits are booked." in shown
    assert "1. 15 May 2026, 10:00 Confirmed 2. 22 May 2026, 10:00 Confirmed 3. 29 May 2026, 10:00 Confirmed" in shown


def test_sent_twice_it_is_booked_once(salon: Tenant) -> None:
    token = "0f8fad5b-d9cb-469f-a165-70867728950e"
    first, second = (repeat(salon, token=token) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert (Series.objects.count(), Booking.objects.count()) == (1, 3)


def test_all_or_nothing_says_what_is_not_free(salon: Tenant) -> None:
    salon.book(booking_date="2026-05-22", resource_id=salon.resource("maria"))
    client = at_desk(salon)
    with nothing_changes():
        refused = repeat(salon, client)
    assert refused.status_code == 409
    shown = text(refused)
    assert "Nothing was booked: some visits are not free. 1. 15 May 2026, 10:00 Free 2. 22 May 2026, 10:00" in shown
    assert "This time is no longer available. Free instead: 22 May 2026, 09:00, 22 May 2026, 11:00" in shown
    assert '<option value="week" selected>' in refused.content.decode()


def test_skipping_tells_what_was_skipped(salon: Tenant) -> None:
    salon.book(booking_date="2026-05-22", resource_id=salon.resource("maria"))
    shown = repeat(salon, skip="1")
    assert shown.status_code == 200
    assert "1 visit could not be booked; the others are." in text(shown)
    assert "2. 22 May 2026, 10:00 This time is no longer available." in text(shown)
    assert list(Booking.objects.filter(series__isnull=False).order_by("id").values_list("occurrence", flat=True)) == [
        1,
        3,
    ]


@pytest.mark.parametrize("changes", [{"count": ""}, {"count": "53"}, {"count": "1"}, {"every": "0"}, {"link": "1"}])
def test_what_cannot_repeat(salon: Tenant, changes: dict[str, str]) -> None:
    owner = at_desk(salon, "owner")
    with nothing_changes():
        refused = repeat(salon, owner, **changes)
    assert (refused.status_code, "Please look at the marked fields." in text(refused)) == (400, True)


def test_the_panel_tells_its_place_and_cancels_what_follows(salon: Tenant) -> None:
    client = at_desk(salon)
    repeat(salon, client)
    second = Booking.objects.get(occurrence=2)
    panel = client.get(path(salon, "bookings", second.uuid))
    assert "Repeats 2 of 3, every week" in text(panel)
    cancel = path(salon, "bookings", second.uuid, "cancel")
    asked = text(client.get(cancel))
    assert "This one and those that follow: 2" in asked
    assert "All that are yet to come: 3" in asked
    body = {"version": second.version, "fee": "0", "scope": "following"}
    told = client.post(cancel, body, headers=HTMX)
    assert (told.status_code, "2 visits are cancelled." in text(told)) == (200, True)
    statuses = Booking.objects.order_by("occurrence").values_list("status", flat=True)
    assert list(statuses) == ["confirmed", "cancelled", "cancelled"]


def test_cancelling_one_or_all(salon: Tenant) -> None:
    client = at_desk(salon)
    repeat(salon, client)
    last = Booking.objects.get(occurrence=3)
    client.post(path(salon, "bookings", last.uuid, "cancel"), {"version": last.version, "fee": "0", "scope": "this"})
    statuses = Booking.objects.order_by("occurrence")
    assert list(statuses.values_list("status", flat=True)) == ["confirmed", "confirmed", "cancelled"]
    first = Booking.objects.get(occurrence=1)
    client.post(path(salon, "bookings", first.uuid, "cancel"), {"version": first.version, "fee": "0", "scope": "all"})
    assert list(statuses.values_list("status", flat=True)) == ["cancelled"] * 3


def test_another_business_does_not_find_it(salon: Tenant, rival: Tenant) -> None:
    repeat(salon)
    series = Series.objects.get()
    assert at_desk(rival).get(path(rival, "bookings", "series", series.uuid)).status_code == 404
