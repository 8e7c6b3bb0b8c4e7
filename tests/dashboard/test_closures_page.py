"""The pages of closures and of public holidays."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Booking
from businesses import catalogue
from businesses.models import Business, Closure, Resource
from tests import factories
from tests.api.calls import Tenant, nothing_changes
from tests.dashboard.conftest import browser, person

PAGE = "/dashboard/salon/setup/closures/"
NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def tenant(db: None) -> Tenant:
    return Tenant(factories.business())


@pytest.fixture
def owner(tenant: Tenant) -> Any:
    return browser(person(tenant.business, "owner"))


def spans(business: Business) -> list[tuple[str, str, str]]:
    rows = Closure.objects.filter(business=business).order_by("starts_at")
    return [(f"{row.starts_at:%Y-%m-%dT%H:%M}", f"{row.ends_at:%Y-%m-%dT%H:%M}", row.kind) for row in rows]


def form(**changes: str) -> dict[str, str]:
    return {"kind": "closed", "from_day": "2026-12-24", **changes}


@pytest.mark.parametrize(
    ("sent", "span"),
    [
        (form(), ("2026-12-24T06:00", "2026-12-25T06:00", "closed")),
        (form(to_day="2026-12-26"), ("2026-12-24T06:00", "2026-12-27T06:00", "closed")),
        (form(from_time="12:00", to_time="14:30"), ("2026-12-24T18:00", "2026-12-24T20:30", "closed")),
        (
            form(from_day="2026-06-01", from_time="22:00", to_day="2026-06-02", to_time="02:00", kind="open"),
            ("2026-06-02T03:00", "2026-06-02T07:00", "open"),
        ),
    ],
)
def test_a_new_closure(owner: Any, tenant: Tenant, sent: dict[str, str], span: tuple[str, str, str]) -> None:
    assert owner.post(f"{PAGE}new/", sent).headers["Location"] == PAGE
    assert spans(tenant.business) == [span]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (form(from_day="24.12.2026"), "Enter a valid date."),
        (form(from_time="10:00"), "Please fill this in."),
        (form(to_time="10:00"), "Please fill this in."),
        (form(from_time="10:00", to_time="10:00"), "This is not after the beginning."),
        (form(to_day="2026-12-23"), "This is not after the beginning."),
        (form(kind="half"), "Select a valid choice."),
        (form(resource="x"), "Select a valid choice."),
    ],
)
def test_what_cannot_be(owner: Any, sent: dict[str, str], said: str) -> None:
    with nothing_changes():
        answer = owner.post(f"{PAGE}new/", sent)
    assert answer.status_code == 400
    assert said in answer.content.decode()


def test_bookings_in_it_are_told_first_and_stay(owner: Any, tenant: Tenant) -> None:
    tenant.book(booking_date="2026-05-15", start_time="09:00", resource_id=tenant.resource("jim"))
    sent = form(from_day="2026-05-15", reason="Works")
    with nothing_changes():
        answer = owner.post(f"{PAGE}new/", sent)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "1 booking lies in this time. It stays as it is" in page
    assert 'name="known" value="1"' in page
    tenant.book(booking_date="2026-05-15", start_time="10:00")
    with nothing_changes():
        assert "2 bookings lie in this time." in owner.post(f"{PAGE}new/", {**sent, "known": "1"}).content.decode()
    assert owner.post(f"{PAGE}new/", {**sent, "known": "2"}).status_code == 302
    assert len(spans(tenant.business)) == 1
    assert list(Booking.objects.values_list("status", flat=True)) == ["confirmed", "confirmed"]


def test_only_its_own_bookings_concern_a_resource(owner: Any, tenant: Tenant) -> None:
    tenant.book(booking_date="2026-05-15", start_time="09:00", resource_id=tenant.resource("jim"))
    sent = form(from_day="2026-05-15", resource=tenant.resource("maria"))
    assert owner.post(f"{PAGE}new/", sent).status_code == 302
    assert owner.post(f"{PAGE}new/", {**sent, "resource": tenant.resource("jim")}).status_code == 409
    assert Closure.objects.get().resource == tenant.outcome.resources["maria"]


def test_a_special_opening_asks_nothing(owner: Any, tenant: Tenant) -> None:
    tenant.book(booking_date="2026-05-15", start_time="09:00")
    assert owner.post(f"{PAGE}new/", form(from_day="2026-05-15", kind="open")).status_code == 302


def test_a_link_says_day_and_resource(owner: Any, tenant: Tenant) -> None:
    page = owner.get(f"{PAGE}new/?on=2026-07-04&resource={tenant.resource('jim')}").content.decode()
    assert 'value="2026-07-04"' in page
    assert f'<option value="{tenant.resource("jim")}" selected>' in page
    assert 'value="2026-05-01"' in owner.get(f"{PAGE}new/?on=x").content.decode()


def test_changing_and_removing(owner: Any, tenant: Tenant) -> None:
    row = catalogue.save_closure(
        tenant.business.id,
        {"starts_at": datetime(2026, 12, 24, 6, tzinfo=UTC), "ends_at": datetime(2026, 12, 27, 6, tzinfo=UTC)},
    )
    path = f"{PAGE}{row.uuid}/"
    page = owner.get(path).content.decode()
    for text in ('value="2026-12-24"', 'value="2026-12-26"'):
        assert text in page
    sent = form(to_day="2026-12-25", reason="Christmas", seen=row.updated_at.isoformat())
    assert owner.post(path, sent).status_code == 302
    assert spans(tenant.business) == [("2026-12-24T06:00", "2026-12-26T06:00", "closed")]
    with nothing_changes():
        stale = owner.post(path, {**sent, "reason": "Winter", "seen": "2026-01-01T00:00:00+00:00"})
    assert stale.status_code == 409
    assert "Winter" in stale.content.decode()[stale.content.decode().index('id="stale"') :]
    assert owner.post(f"{path}remove/").headers["Location"] == PAGE
    assert spans(tenant.business) == []


def test_the_year(owner: Any, tenant: Tenant) -> None:
    def close(start: datetime, end: datetime, **values: Any) -> None:
        catalogue.save_closure(tenant.business.id, {"starts_at": start, "ends_at": end, **values})

    close(datetime(2026, 12, 24, 6, tzinfo=UTC), datetime(2026, 12, 26, 6, tzinfo=UTC), reason="Christmas")
    close(datetime(2026, 12, 31, 18, tzinfo=UTC), datetime(2027, 1, 2, 6, tzinfo=UTC))
    close(datetime(2026, 11, 1, 15, tzinfo=UTC), datetime(2026, 11, 1, 20, tzinfo=UTC), kind="open")
    jim = Resource.objects.get(key="jim")
    span = {"starts_at": datetime(2026, 12, 25, 6, tzinfo=UTC), "ends_at": datetime(2026, 12, 30, 6, tzinfo=UTC)}
    catalogue.save_closure(tenant.business.id, span, resource=jim.uuid)
    page = owner.get(PAGE).content.decode()
    calendar = page[page.index('class="year"') :]
    marks = {mark: calendar.count(f'class="date is-{mark}') for mark in ("closed", "part", "open", "some")}
    assert marks == {"closed": 2, "part": 1, "open": 1, "some": 4}
    assert "Thursday, 24 December 2026 – Friday, 25 December 2026" in page
    assert "Christmas" in page
    next_year = owner.get(f"{PAGE}?year=2027").content.decode()
    assert 'class="date is-closed' in next_year
    assert "Christmas" not in next_year
    for year in ("x", "1", "99999", "²"):
        assert "<h2>2026</h2>" in owner.get(f"{PAGE}?year={year}").content.decode()


def test_a_fixed_number_of_queries(owner: Any, tenant: Tenant) -> None:
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as queries:
            owner.get(PAGE)
            owner.get(f"{PAGE}holidays/")
        counts.append(len(queries))
        for day in range(1, 6):
            start = datetime(2026, 7 + number, day, 5, tzinfo=UTC)
            catalogue.save_closure(tenant.business.id, {"starts_at": start, "ends_at": start.replace(hour=12)})
    assert counts[0] == counts[1] < 22


# --- public holidays --------------------------------------------------------------------------------------------------


def test_holidays_of_the_country_are_suggested(owner: Any, tenant: Tenant) -> None:
    tenant.book(booking_date="2026-05-25", start_time="09:00")
    page = owner.get(f"{PAGE}holidays/").content.decode()
    assert '<option value="US" selected>' in page
    for text in ("Memorial Day", "Monday, 25 May 2026", "1 booking", "Independence Day", "Christmas Day"):
        assert text in page
    assert "Thursday, 1 January 2026" not in page
    greek = owner.get(f"{PAGE}holidays/?country=GR&year=2027").content.decode()
    assert "Thursday, 25 March 2027" in greek
    assert 'value="GR" selected' in owner.get(f"{PAGE}holidays/?country=GR&region=BY&year=1999").content.decode()


def test_ticked_days_become_closures(owner: Any, tenant: Tenant) -> None:
    sent = {"country": "US", "region": "", "year": "", "day": ["2026-05-25", "2026-07-03", "2026-06-02"]}
    assert owner.post(f"{PAGE}holidays/", sent).headers["Location"] == PAGE
    assert spans(tenant.business) == [
        ("2026-05-25T05:00", "2026-05-26T05:00", "closed"),
        ("2026-07-03T05:00", "2026-07-04T05:00", "closed"),
    ]
    assert list(Closure.objects.order_by("starts_at").values_list("reason", flat=True)[:1]) == ["Memorial Day"]
    assert "2 days are closed now." in owner.get(PAGE).content.decode()
    page = owner.get(f"{PAGE}holidays/").content.decode()
    assert page.count("Closed already") == 2
    assert owner.post(f"{PAGE}holidays/", {**sent, "day": ["2026-05-25"]}).status_code == 302
    assert len(spans(tenant.business)) == 2


def test_nothing_ticked(owner: Any) -> None:
    for days in ([], ["2026-06-02"], ["x"]):
        with nothing_changes():
            answer = owner.post(f"{PAGE}holidays/", {"country": "US", "day": days})
        assert answer.status_code == 400
        assert "Tick the days on which you close." in answer.content.decode()


def test_closures_of_others(owner: Any, tenant: Tenant) -> None:
    rival = factories.business(business={"slug": "rival"}).business
    theirs = Closure.objects.create(
        business=rival, starts_at="2026-06-01T00:00Z", ends_at="2026-06-02T00:00Z", reason="Secret"
    )
    assert "Secret" not in owner.get(PAGE).content.decode()
    assert owner.get(f"{PAGE}{theirs.uuid}/").status_code == 404
