"""Why a day cannot be booked: every start with its reason, as the API says it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from availengine.dashboard import reasons
from businesses import catalogue
from businesses.models import Business, Resource, Service
from businesses.provisioning import Outcome
from businesses.tenants import save_business
from tests.api.calls import DAY, Tenant
from tests.dashboard.conftest import browser, person
from tests.dashboard.reading import queries_of, text

PAGE = "/dashboard/salon/why/"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 5, 1, 12, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def viewer(outcome: Outcome) -> Client:
    return browser(person(outcome.business, "viewer"))


@pytest.fixture
def shop(outcome: Outcome) -> Tenant:
    return Tenant(outcome)


def why(viewer: Client, **asked: Any) -> str:
    page = text(viewer.get(PAGE, {"day": DAY, **asked}))
    return page[page.index("Explain ") + 8 :]


def test_a_free_day(viewer: Client) -> None:
    page = why(viewer)
    assert page.startswith("Friday, 15 May 2026 · Offered starts: 8 Day before Day after")
    assert "Opening hours on Friday: 09:00 – 17:00." in page
    assert "00:00 – 08:00 9 starts not offered This time is outside the opening hours." in page
    assert "09:00 – 16:00 8 starts offered Maria, Jim" in page
    assert "Next free starts: Friday, 1 May 2026, 09:00, 10:00, 11:00, 12:00, 13:00" in page


def test_who_is_booked(viewer: Client, shop: Tenant) -> None:
    for _ in range(2):
        shop.book(start_time="10:00")
    page = why(viewer)
    assert "Offered starts: 7" in page
    assert "10:00 not offered This time is no longer available. Whoever could take it is booked then." in page


def test_as_the_api_says_it(viewer: Client, shop: Tenant) -> None:
    shop.book(start_time="10:00", resource_id=shop.resource("jim"))
    answer = shop.full.get(
        f"/v1/availability/{shop.id}", date=DAY, explain="1", resource_id=shop.resource("jim")
    ).json()
    response = viewer.get(PAGE, {"day": DAY, "resource": shop.resource("jim")})
    assert response.context["offered"] == len(answer["slots"]) == 7
    stretches = sum(row.count for row in response.context["rows"] if not row.offered)
    assert stretches == len(answer["unavailable"])


def test_closures(viewer: Client, outcome: Outcome) -> None:
    business = outcome.business
    noon = {"starts_at": datetime(2026, 5, 15, 17, tzinfo=UTC), "ends_at": datetime(2026, 5, 15, 19, tzinfo=UTC)}
    catalogue.save_closure(business.id, {**noon, "reason": "Inventory"})
    page = why(viewer)
    told = "North Elm Studio closed: Friday, 15 May 2026, 12:00 – 14:00 (Inventory)"
    assert f"12:00 – 13:00 2 starts not offered Closed at this time. {told}" in page
    assert page.count(told) == 2


def test_closures_of_others_are_left_out(viewer: Client, outcome: Outcome) -> None:
    jim = outcome.resources["jim"]
    times = {"starts_at": datetime(2026, 5, 15, 5, tzinfo=UTC), "ends_at": datetime(2026, 5, 16, 5, tzinfo=UTC)}
    catalogue.save_closure(outcome.business.id, {**times, "reason": "Dentist"}, resource=jim.uuid)
    assert "Jim closed: Friday, 15 May 2026 (Dentist)" in why(viewer)
    cut = outcome.services["cut"]
    maria = catalogue.Performer(outcome.resources["maria"].uuid)
    catalogue.save_service(outcome.business.id, {}, cut.uuid, performers=[maria])
    assert "Dentist" not in why(viewer)


def test_own_hours(viewer: Client, outcome: Outcome) -> None:
    for weekday in range(7):
        hours = {"weekday": weekday, "opens": 720, "closes": 900}
        catalogue.save_opening_hours(outcome.business.id, hours, resource=outcome.resources["jim"].uuid)
    page = why(viewer, resource=str(outcome.resources["jim"].uuid))
    business = "Opening hours on Friday: 09:00 – 17:00."
    assert f"00:00 – 08:00 9 starts not offered This time is outside the opening hours. {business} 09:00" in page
    whole = "Opening hours on Friday: 09:00 – 17:00. Jim: 12:00 – 15:00."
    assert f"09:00 – 11:00 3 starts not offered This time is outside the opening hours. {whole}" in page
    assert page.count(whole) == 3


@pytest.mark.parametrize(
    ("changes", "asked", "said"),
    [
        ({"active": False}, {}, "This service cannot be booked online. Cut is not active."),
        ({"bookable_online": False}, {}, "This service cannot be booked online. Cut can be booked at the desk only."),
        ({}, {"party": "3"}, "No resource takes a party of this size. Cut: 1 to 1 people; asked for: 3 people."),
        ({}, {"day": "2026-07-01"}, "The last day that can be booked is Tuesday, 30 June 2026."),
    ],
)
def test_what_holds_for_the_whole_day(
    viewer: Client, outcome: Outcome, changes: dict[str, Any], asked: dict[str, str], said: str
) -> None:
    cut = outcome.services["cut"]
    catalogue.save_service(outcome.business.id, changes, cut.uuid)
    page = why(viewer, service=str(cut.uuid), **asked)
    assert said in page
    assert "not offered" not in page
    assert "Offered starts: 0" in page


def test_nobody_performs_it(viewer: Client, outcome: Outcome) -> None:
    Resource.objects.filter(business=outcome.business).update(bookable_online=False)
    page = why(viewer)
    assert "Nobody and nothing performs this service." in page
    assert "No active resource that can be booked online performs Cut." in page
    assert "There is no free start in the whole booking window." in page


def test_rules(viewer: Client, outcome: Outcome) -> None:
    save_business(outcome.business.id, {"lead_time_minutes": 300}, now=timezone.now())
    page = why(viewer, day="2026-05-01")
    assert "00:00 – 06:00 7 starts not offered This time has passed." in page
    assert (
        "07:00 – 11:00 5 starts not offered This time is too soon to be booked. The shortest notice is 300 min." in page
    )


def test_buffers(viewer: Client, shop: Tenant, outcome: Outcome) -> None:
    shop.book(start_time="10:00")
    shop.book(start_time="10:00")
    catalogue.save_service(outcome.business.id, {"buffer_after_minutes": 30}, outcome.services["cut"].uuid)
    assert "too close to another booking. Cut keeps 0 min free before and 30 min after." in why(viewer)


def test_several_services(viewer: Client, outcome: Outcome) -> None:
    wash = catalogue.save_service(
        outcome.business.id,
        {"name": "Wash", "duration_minutes": 60},
        performers=[catalogue.Performer(outcome.resources["jim"].uuid)],
    )
    response = viewer.get(PAGE, {"day": DAY, "service": [str(outcome.services["cut"].uuid), str(wash.uuid), ""]})
    assert response.context["offered"] == 7
    chosen = re.findall(r'<option value="([^"]+)" selected>', response.content.decode())
    assert chosen == [str(outcome.services["cut"].uuid), str(wash.uuid)]


def test_what_is_asked_wrongly(viewer: Client) -> None:
    for asked, said in (
        ({"day": "2040-01-01"}, "This day is too far away."),
        ({"day": "x"}, "Enter a valid date."),
        ({"party": "0"}, "greater than or equal to 1"),
        ({"party": "51"}, "less than or equal to 50"),
        ({"resource": "x"}, "Select a valid choice."),
    ):
        response = viewer.get(PAGE, {"day": DAY, **asked})
        assert response.status_code == 400
        assert said in text(response)
    assert why(viewer, service="x") == why(viewer)


def test_nothing_to_ask_for(viewer: Client, outcome: Outcome) -> None:
    Service.objects.filter(business=outcome.business).update(deleted_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert "There are no services yet" in text(viewer.get(PAGE))


def test_services_of_others_are_not_offered(viewer: Client, rival: Business) -> None:
    foreign = Service.objects.get(business=rival)
    catalogue.save_service(rival.id, {"name": "Secret"}, foreign.uuid)
    page = viewer.get(PAGE, {"day": DAY, "service": str(foreign.uuid)})
    assert "Secret" not in text(page)


def test_links_lead_to_those_who_may(viewer: Client, outcome: Outcome) -> None:
    owner = browser(person(outcome.business, "owner"))
    assert 'href="/dashboard/salon/setup/"' in owner.get(PAGE).content.decode()
    assert "/setup/" not in viewer.get(PAGE).content.decode()


def test_a_fixed_number_of_queries(viewer: Client, shop: Tenant) -> None:
    before = queries_of(viewer, PAGE)
    for hour in (10, 11, 12):
        shop.book(start_time=f"{hour}:00")
    assert queries_of(viewer, PAGE) == before < 9


def test_what_to_change_is_linked(viewer: Client, outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    """To pages that there are, for those who may see them."""
    asked: list[tuple[str, str]] = []

    def way(route: str, desk: Any, needs: str) -> str:
        asked.append((route, needs))
        return f"/somewhere/{route}/"

    assert "/somewhere/" not in viewer.get(PAGE, {"day": DAY}).content.decode()
    monkeypatch.setattr(reasons, "way", way)
    page = viewer.get(PAGE, {"day": DAY}).content.decode()
    assert page.count('<a class="nowrap" href="/somewhere/hours/">Opening hours</a>') == 2
    assert asked == [("hours", "setup"), ("hours", "setup")]
    catalogue.save_service(outcome.business.id, {"active": False}, outcome.services["cut"].uuid)
    page = viewer.get(PAGE, {"day": DAY, "service": str(outcome.services["cut"].uuid)}).content.decode()
    assert '<a href="/somewhere/services/">Services</a>' in page
