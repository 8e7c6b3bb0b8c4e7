"""The pages of resources."""

from typing import Any

import pytest

from businesses import catalogue
from businesses.models import Business, Closure, Resource, Service, ServiceResource
from tests.api.calls import nothing_changes
from tests.dashboard.bodies import RESOURCE, SEVERAL
from tests.dashboard.conftest import AsSomebody

PAGE = "/dashboard/salon/setup/resources/"


def maria_of(salon: Business) -> Resource:
    return Resource.objects.get(business=salon, key="maria")


def services_of(row: Resource) -> list[str]:
    return list(ServiceResource.objects.filter(resource=row).values_list("service__name", flat=True))


def test_the_list(signed_in: AsSomebody, salon: Business) -> None:
    catalogue.save_resource(salon.id, {"name": "T1", "kind": "table", "capacity_max": 4, "active": False})
    page = signed_in("manager").get(PAGE).content.decode()
    for text in ("People", "Maria", "Main Floor", "As the business", "Tables", "T1", "1 – 4", "Not in use"):
        assert text in page


def test_a_new_resource(signed_in: AsSomebody, salon: Business) -> None:
    cut = Service.objects.get(business=salon)
    sent = {
        **RESOURCE,
        "section": "Terrace",
        "color": "#2f6db5",
        "performs": str(cut.uuid),
        "photo_url": "example.com/a.jpg",
    }
    assert signed_in("owner").post(f"{PAGE}new/", sent).headers["Location"] == PAGE
    row = Resource.objects.get(business=salon, name="Ann")
    assert (row.kind, row.section, row.color, row.active, row.bookable_online) == (
        "staff",
        "Terrace",
        "#2f6db5",
        True,
        False,
    )
    assert row.photo_url == "https://example.com/a.jpg"
    assert services_of(row) == ["Cut"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"kind": "ship"}, "Select a valid choice."),
        ({"capacity_min": "5"}, "This is less than the smallest."),
        ({"capacity_max": "51"}, "less than or equal to 50"),
        ({"photo_url": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"color": "red"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be(signed_in: AsSomebody, salon: Business, changes: dict[str, Any], said: str) -> None:
    owner = signed_in("owner")
    with nothing_changes():
        answer = owner.post(f"{PAGE}new/", {**RESOURCE, **changes})
    assert answer.status_code == 400
    assert said in answer.content.decode()


def test_changing_one(signed_in: AsSomebody, salon: Business) -> None:
    row = maria_of(salon)
    sent = {**RESOURCE, "name": "Mary", "seen": row.updated_at.isoformat()}
    assert signed_in("owner").post(f"{PAGE}{row.uuid}/", sent).status_code == 302
    assert (maria_of(salon).name, services_of(row)) == ("Mary", [])


def test_a_colour_of_its_own_stays(signed_in: AsSomebody, salon: Business) -> None:
    row = catalogue.save_resource(salon.id, {"color": "#123456"}, maria_of(salon).uuid)
    page = signed_in("owner").get(f"{PAGE}{row.uuid}/").content.decode()
    assert '<option value="#123456" selected>' in page


def test_what_somebody_else_changed_is_shown(signed_in: AsSomebody, salon: Business) -> None:
    row = maria_of(salon)
    sent = {**RESOURCE, "name": "Mary", "seen": row.updated_at.isoformat()}
    catalogue.save_resource(salon.id, {"job_title": "Stylist"}, row.uuid)
    owner = signed_in("owner")
    with nothing_changes():
        answer = owner.post(f"{PAGE}{row.uuid}/", sent)
    assert answer.status_code == 409
    page = answer.content.decode()
    for text in ("Job title", "Stylist", "Mary", "Performs"):
        assert text in page[page.index('id="stale"') :]


def test_several_at_once(signed_in: AsSomebody, salon: Business) -> None:
    cut = Service.objects.get(business=salon)
    sent = {**SEVERAL, "before": "Table ", "first": "9", "last": "11", "performs": str(cut.uuid)}
    owner = signed_in("owner")
    assert owner.post(f"{PAGE}several/", sent).headers["Location"] == PAGE
    rows = Resource.objects.filter(business=salon, kind="table").order_by("id")
    assert [row.name for row in rows] == ["Table 9", "Table 10", "Table 11"]
    assert {(row.capacity_min, row.capacity_max) for row in rows} == {(2, 4)}
    assert all(services_of(row) == ["Cut"] for row in rows)
    assert "3 resources are added." in owner.get(PAGE).content.decode()


@pytest.mark.parametrize(("first", "last", "count"), [("5", "4", 0), ("1", "101", 101)])
def test_too_many_or_none(signed_in: AsSomebody, salon: Business, first: str, last: str, count: int) -> None:
    owner = signed_in("owner")
    with nothing_changes():
        answer = owner.post(f"{PAGE}several/", {**SEVERAL, "first": first, "last": last})
    assert answer.status_code == 400
    assert f"This gives {count}." in answer.content.decode()


def test_removing(signed_in: AsSomebody, salon: Business) -> None:
    row = maria_of(salon)
    assert "No booking to come is affected." in signed_in("owner").get(f"{PAGE}{row.uuid}/").content.decode()
    signed_in("owner").post(f"{PAGE}{row.uuid}/remove/")
    assert maria_of(salon).deleted_at is not None


def test_its_time_off_is_shown(signed_in: AsSomebody, salon: Business) -> None:
    row = maria_of(salon)
    Closure.objects.create(
        business=salon, resource=row, starts_at="2032-05-03T05:00Z", ends_at="2032-05-05T05:00Z", reason="Vacation"
    )
    page = signed_in("owner").get(f"{PAGE}{row.uuid}/").content.decode()
    assert "Monday, 3 May 2032 – Tuesday, 4 May 2032" in page
    assert "Vacation" in page
