"""The writes behind the set-up pages: versions, weeks, order, closures, performers, the business itself."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from businesses import catalogue, tenants
from businesses.errors import Conflict, Invalid, NotFound, Stale
from businesses.models import (
    AuditEntry,
    Business,
    Closure,
    Member,
    OpeningHours,
    Resource,
    Service,
    ServiceCategory,
    ServiceResource,
    User,
)
from businesses.weeks import Interval, clash, week_text
from tests import factories
from tests.api.calls import nothing_changes

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
MORNING, LATE = Interval(0, 540, 780), Interval(0, 1080, 1560)


@pytest.fixture
def salon(db: None) -> Business:
    return factories.business().business


def week_of(salon: Business, resource: Resource | None = None) -> list[tuple[int, int, int]]:
    rows = OpeningHours.objects.filter(business=salon, resource=resource).order_by("weekday", "opens")
    return list(rows.values_list("weekday", "opens", "closes"))


# --- weeks --------------------------------------------------------------------------------------------------------


def test_a_week_replaces_the_one_before(salon: Business) -> None:
    catalogue.save_week(salon.id, [MORNING, LATE])
    assert week_of(salon) == [(0, 540, 780), (0, 1080, 1560)]


def test_only_what_differs_is_written(salon: Business) -> None:
    kept = OpeningHours.objects.get(business=salon, weekday=3)
    before = AuditEntry.objects.filter(business=salon).count()
    catalogue.save_week(salon.id, [Interval(3, 540, 1020), MORNING])
    assert OpeningHours.objects.get(business=salon, weekday=3).id == kept.id
    told = AuditEntry.objects.filter(business=salon).order_by("id").values_list("action", flat=True)[before:]
    assert sorted(told) == ["added", *["removed"] * 6]


@pytest.mark.parametrize(
    ("week", "rows"),
    [
        ([MORNING, Interval(0, 700, 800)], (0, 1)),
        ([Interval(1, 120, 180), LATE], None),
        ([Interval(1, 60, 180), LATE], (1, 0)),
        ([MORNING, Interval(2, 1, 2), MORNING], (0, 2)),
        ([Interval(6, 1080, 1560), Interval(0, 60, 300)], (0, 1)),
    ],
)
def test_hours_that_overlap_are_named(salon: Business, week: list[Interval], rows: tuple[int, int] | None) -> None:
    assert clash(week) == rows
    if rows is None:
        return
    with nothing_changes(), pytest.raises(Conflict) as refused:
        catalogue.save_week(salon.id, week)
    assert refused.value.details == {"rows": rows}


def test_a_week_that_was_changed_meanwhile_is_refused(salon: Business) -> None:
    seen = week_text([Interval(day, 540, 1020) for day in range(7)])
    catalogue.save_week(salon.id, [MORNING], seen=seen)
    with nothing_changes(), pytest.raises(Stale):
        catalogue.save_week(salon.id, [LATE], seen=seen)


def test_own_hours_begin_and_end(salon: Business) -> None:
    maria = Resource.objects.get(business=salon, key="maria")
    catalogue.save_week(salon.id, [MORNING], resource=maria.uuid, seen="as the business")
    maria.refresh_from_db()
    assert (maria.own_hours, week_of(salon, maria), len(week_of(salon))) == (True, [(0, 540, 780)], 7)
    catalogue.save_week(salon.id, [], resource=maria.uuid, own=False, seen="own 0.540-780")
    maria.refresh_from_db()
    assert (maria.own_hours, week_of(salon, maria)) == (False, [])


def test_hours_of_nobody_here(salon: Business) -> None:
    theirs = factories.business(business={"slug": "rival"}).resources["maria"]
    for key in (theirs.uuid, uuid4()):
        with nothing_changes(), pytest.raises(NotFound):
            catalogue.save_week(salon.id, [MORNING], resource=key)


# --- versions -----------------------------------------------------------------------------------------------------


def test_what_was_changed_meanwhile_is_refused(salon: Business) -> None:
    cut, maria = Service.objects.get(business=salon), Resource.objects.get(business=salon, key="maria")
    catalogue.save_service(salon.id, {"name": "Fade"}, cut.uuid, seen=cut.updated_at)
    catalogue.save_resource(salon.id, {"name": "Mary"}, maria.uuid, seen=maria.updated_at)
    tenants.save_business(salon.id, {"name": "Elm"}, now=NOW, seen=salon.updated_at)
    with nothing_changes():
        with pytest.raises(Stale):
            catalogue.save_service(salon.id, {"name": "Trim"}, cut.uuid, seen=cut.updated_at)
        with pytest.raises(Stale):
            catalogue.save_resource(salon.id, {"name": "Marie"}, maria.uuid, seen=maria.updated_at)
        with pytest.raises(Stale):
            tenants.save_business(salon.id, {"name": "Oak"}, now=NOW, seen=salon.updated_at)


def test_changes_beside_a_row_count_as_its_own(salon: Business) -> None:
    """Who performs what is said on both pages: neither silently undoes the other."""
    cut, maria = Service.objects.get(business=salon), Resource.objects.get(business=salon, key="maria")
    catalogue.save_resource(salon.id, {}, maria.uuid, performs=[])
    with pytest.raises(Stale):
        catalogue.save_service(salon.id, {}, cut.uuid, seen=cut.updated_at)
    jim = Resource.objects.get(business=salon, key="jim")
    catalogue.save_service(salon.id, {}, cut.uuid, performers=[])
    with pytest.raises(Stale):
        catalogue.save_resource(salon.id, {}, jim.uuid, seen=jim.updated_at)
    other = catalogue.save_service(salon.id, {"name": "B", "duration_minutes": 30, "is_default": True})
    cut.refresh_from_db()
    assert (cut.is_default, other.is_default) == (False, True)


# --- services and who performs them ---------------------------------------------------------------------------------


def performers(service: Service) -> dict[str, tuple[int | None, int | None]]:
    rows = ServiceResource.objects.filter(service=service).select_related("resource")
    return {row.resource.key: (row.price_cents, row.duration_minutes) for row in rows}


def test_what_a_resource_performs_keeps_its_own_price(salon: Business) -> None:
    cut, maria = Service.objects.get(business=salon), Resource.objects.get(business=salon, key="maria")
    jim = Resource.objects.get(business=salon, key="jim")
    own = [catalogue.Performer(maria.uuid, 4000, 45), catalogue.Performer(jim.uuid)]
    catalogue.save_service(salon.id, {}, cut.uuid, performers=own)
    dye = catalogue.save_service(salon.id, {"name": "Dye", "duration_minutes": 30})
    catalogue.save_resource(salon.id, {}, maria.uuid, performs=[cut.uuid, dye.uuid])
    assert performers(cut) == {"maria": (4000, 45), "jim": (None, None)}
    assert performers(dye) == {"maria": (None, None)}
    with nothing_changes(), pytest.raises(Invalid):
        catalogue.save_resource(salon.id, {}, maria.uuid, performs=[uuid4()])


def test_performers_are_changed_one_by_one(salon: Business) -> None:
    cut, maria = Service.objects.get(business=salon), Resource.objects.get(business=salon, key="maria")
    kept = ServiceResource.objects.get(service=cut, resource=maria).id
    catalogue.save_service(salon.id, {}, cut.uuid, performers=[catalogue.Performer(maria.uuid, 5000)])
    assert performers(cut) == {"maria": (5000, None)}
    assert ServiceResource.objects.get(service=cut).id == kept


def test_several_at_once_or_none(salon: Business) -> None:
    cut = Service.objects.get(business=salon)
    values: list[dict[str, Any]] = [{"name": f"T{n}", "kind": "table"} for n in (1, 2)]
    made = catalogue.save_resources(salon.id, values, performs=[cut.uuid])
    assert [row.name for row in made] == ["T1", "T2"]
    assert ServiceResource.objects.filter(service=cut, resource__in=made).count() == 2
    with nothing_changes(), pytest.raises(Invalid):
        catalogue.save_resources(salon.id, [values[0], {**values[1], "capacity_min": 9}])


def test_services_change_places_within_their_category(salon: Business) -> None:
    dye = catalogue.save_service(salon.id, {"name": "Dye", "duration_minutes": 30}, new_category="Colour")
    wash = catalogue.save_service(salon.id, {"name": "Wash", "duration_minutes": 30})

    def order() -> list[str]:
        return list(Service.objects.filter(business=salon).order_by("position", "id").values_list("name", flat=True))

    assert order() == ["Cut", "Dye", "Wash"]
    catalogue.move_service(salon.id, wash.uuid, down=False)
    assert order() == ["Wash", "Dye", "Cut"]
    for key, down in ((dye.uuid, True), (wash.uuid, False)):
        catalogue.move_service(salon.id, key, down=down)
        assert order() == ["Wash", "Dye", "Cut"]
    with pytest.raises(NotFound):
        catalogue.move_service(salon.id, uuid4(), down=True)


def test_categories_have_different_names(salon: Business) -> None:
    one = catalogue.category_named(salon.id, "Colour")
    assert catalogue.category_named(salon.id, "Colour") == one
    other = catalogue.save_category(salon.id, {"name": "Cuts"})
    with nothing_changes():
        for key in (None, other.uuid):
            with pytest.raises(Conflict):
                catalogue.save_category(salon.id, {"name": "Colour"}, key)
    catalogue.remove(ServiceCategory, salon.id, one.uuid)
    assert catalogue.save_category(salon.id, {"name": "Colour"}, other.uuid).name == "Colour"


def test_days_that_are_closed_already_are_left_out(salon: Business) -> None:
    day = {"starts_at": NOW, "ends_at": NOW + timedelta(days=1)}
    assert catalogue.save_closures(salon.id, [{**day, "reason": "May Day"}]) == 1
    other = {"starts_at": NOW + timedelta(days=2), "ends_at": NOW + timedelta(days=3)}
    assert catalogue.save_closures(salon.id, [day, other]) == 1
    assert list(Closure.objects.filter(business=salon).values_list("reason", flat=True)) == ["May Day", ""]


# --- the business ---------------------------------------------------------------------------------------------------

NEW = {"name": "Glow", "slug": "glow", "timezone": "Europe/Athens", "currency": "EUR", "language": "el"}


def test_a_new_business_has_nothing_but_an_owner(salon: Business) -> None:
    user = User.objects.create_user("host@example.com")
    business = tenants.create_business(NEW, owner=user, now=NOW)
    member = Member.objects.get(business=business)
    assert (member.user, member.role, member.accepted_at) == (user, "owner", NOW)
    assert (business.plan, business.deposit_type, business.timezone) == ("basic", "none", "Europe/Athens")


@pytest.mark.parametrize("slug", ["salon", "new"])
def test_an_address_that_is_taken(salon: Business, slug: str) -> None:
    user = User.objects.create_user("host@example.com")
    with nothing_changes(), pytest.raises(Conflict) as refused:
        tenants.create_business({**NEW, "slug": slug}, owner=user, now=NOW)
    assert refused.value.details == {"slug": ["This address is taken."]}


def test_a_currency_of_other_decimals_needs_empty_prices(salon: Business) -> None:
    with nothing_changes(), pytest.raises(Invalid):
        tenants.save_business(salon.id, {"currency": "JPY"}, now=NOW)
    assert tenants.save_business(salon.id, {"currency": "EUR"}, now=NOW).currency == "EUR"
    Service.objects.filter(business=salon).update(price_cents=None)
    assert tenants.save_business(salon.id, {"currency": "JPY"}, now=NOW).currency == "JPY"


@pytest.mark.parametrize(
    "values",
    [
        {"deposit_type": "authorization_hold", "deposit_amount_cents": 100},
        {"deposit_type": "charge"},
        {"cancellation_steps": [[24, 50], [48, 0]]},
    ],
)
def test_deposits_and_policies_that_cannot_be(salon: Business, values: dict[str, Any]) -> None:
    with nothing_changes(), pytest.raises(Invalid):
        tenants.save_business(salon.id, values, now=NOW)


def test_closures_to_come_keep_their_days_in_another_zone(salon: Business) -> None:
    past = Closure.objects.create(business=salon, starts_at="2026-04-01T05:00Z", ends_at="2026-04-02T05:00Z")
    ahead = Closure.objects.create(business=salon, starts_at="2026-12-24T06:00Z", ends_at="2026-12-25T06:00Z")
    tenants.save_business(salon.id, {"timezone": "Europe/Athens"}, now=NOW)
    for row in (past, ahead):
        row.refresh_from_db()
    assert ahead.starts_at == datetime(2026, 12, 23, 22, 0, tzinfo=UTC)
    assert ahead.ends_at == datetime(2026, 12, 24, 22, 0, tzinfo=UTC)
    assert past.starts_at == datetime(2026, 4, 1, 5, 0, tzinfo=UTC)
