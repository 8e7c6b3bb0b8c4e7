"""The audit log: each change as a sentence, with names and amounts that people know."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from businesses import catalogue, keys, members
from businesses.actors import act_as, nobody_acting
from businesses.models import AuditEntry, Business, Closure, OpeningHours, Resource, Service, ServiceResource
from businesses.tenants import save_business
from tests.dashboard.conftest import AsSomebody, person
from tests.dashboard.reading import queries_of, text

PAGE = "/dashboard/salon/setup/audit/"


@pytest.fixture
def _maria_acts() -> Iterator[None]:
    with nobody_acting():
        act_as("member", "Maria")
        yield


@pytest.fixture
def owner(signed_in: AsSomebody, salon: Business) -> Client:
    """Of a business whose log begins now."""
    client = signed_in("owner")
    AuditEntry.objects.all().delete()
    return client


def said(owner: Client, query: str = "") -> str:
    page = text(owner.get(f"{PAGE}{query}"))
    return page[page.index("Show") + 5 :]


def test_nothing_yet(owner: Client) -> None:
    assert said(owner).startswith("Nothing was changed yet")


@pytest.mark.usefixtures("_maria_acts")
def test_a_service(owner: Client, salon: Business) -> None:
    cut = Service.objects.get(business=salon)
    values = {"price_cents": 4050, "duration_minutes": 45, "bookable_online": False, "name": "Fade"}
    catalogue.save_service(salon.id, values, cut.uuid)
    page = said(owner)
    assert "Maria changed the service Fade Name: Cut → becomes Fade" in page
    assert "Price: USD 35 → becomes USD 40.50" in page
    assert "Duration: 1 hour → becomes 45 min" in page
    assert "Bookable online: yes → becomes no" in page
    catalogue.remove(Service, salon.id, cut.uuid)
    assert "Maria removed the service Fade" in said(owner)


@pytest.mark.usefixtures("_maria_acts")
def test_references_by_name_also_of_what_is_gone(owner: Client, salon: Business) -> None:
    cut = Service.objects.get(business=salon)
    category = catalogue.save_category(salon.id, {"name": "Cuts"})
    catalogue.save_service(salon.id, {}, cut.uuid, category=category.uuid)
    catalogue.remove(type(category), salon.id, category.uuid)
    page = said(owner)
    assert "Maria added the category Cuts" in page
    assert f"Maria changed the service Cut Category: {chr(0x2013)} → becomes Cuts" in page
    assert f"Category: Cuts → becomes {chr(0x2013)}" in page


@pytest.mark.usefixtures("_maria_acts")
def test_who_performs_what(owner: Client, salon: Business) -> None:
    ServiceResource.objects.filter(resource__name="Jim").update(price_cents=2000)
    ServiceResource.objects.filter(resource__name="Maria").delete()
    page = said(owner)
    assert f"changed how Jim performs Cut Price: {chr(0x2013)} → becomes USD 20" in page
    assert "no longer lets Maria perform Cut" in page
    ServiceResource.objects.all().delete()
    assert "changed how Jim performs Cut" in said(owner)


@pytest.mark.usefixtures("_maria_acts")
def test_hours(owner: Client, salon: Business) -> None:
    tuesday = OpeningHours.objects.get(business=salon, weekday=1)
    catalogue.save_opening_hours(salon.id, {"weekday": 1, "opens": 540, "closes": 1560}, tuesday.uuid)
    jim = Resource.objects.get(business=salon, name="Jim")
    catalogue.save_opening_hours(salon.id, {"weekday": 6, "opens": 600, "closes": 720}, resource=jim.uuid)
    page = said(owner)
    assert (
        "Maria changed opening hours of North Elm Studio: Tuesday 09:00 – 02:00 Closes: 17:00 → becomes 02:00" in page
    )
    assert "Maria added opening hours of Jim: Sunday 10:00 – 12:00" in page
    assert "Maria changed the resource Jim Own hours: no → becomes yes" in page
    catalogue.remove(OpeningHours, salon.id, tuesday.uuid)
    page = said(owner)
    assert "Maria removed opening hours of North Elm Studio: Tuesday 09:00 – 02:00" in page
    assert "Maria changed opening hours of North Elm Studio: Tuesday 09:00 – 02:00" in page


@pytest.mark.usefixtures("_maria_acts")
def test_closures_in_the_zone_of_the_business(owner: Client, salon: Business) -> None:
    def closure(start: tuple[int, ...], end: tuple[int, ...], **fields: Any) -> Closure:
        times = {"starts_at": datetime(*start, tzinfo=UTC), "ends_at": datetime(*end, tzinfo=UTC)}  # type: ignore[arg-type,misc]
        return catalogue.save_closure(salon.id, {**times, **fields})

    closure((2026, 12, 24, 6), (2026, 12, 27, 6), reason="Christmas")
    closure((2026, 12, 1, 15), (2026, 12, 1, 18), kind="open")
    closure((2026, 12, 2, 6), (2026, 12, 3, 6))
    closure((2026, 12, 4, 15), (2026, 12, 5, 18))
    page = said(owner)
    of = "of North Elm Studio:"
    days = "Thursday, 24 December 2026 – Saturday, 26 December 2026 (Christmas)"
    assert f"Maria entered a closure {of} {days}" in page
    assert f"Maria entered a special opening {of} Tuesday, 1 December 2026, 09:00 – 12:00" in page
    assert f"Maria entered a closure {of} Wednesday, 2 December 2026 Details" in page
    assert "Friday, 4 December 2026 at 09:00 – Saturday, 5 December 2026 at 12:00" in page


@pytest.mark.usefixtures("_maria_acts")
def test_members(owner: Client, salon: Business) -> None:
    anna = person(salon, "staff", "anna@example.com")
    members.change_role(salon, anna.uuid, "viewer", by=None)
    members.remove_member(salon, anna.uuid, by=None)
    page = said(owner)
    assert "added anna@example.com as a member" in page
    assert "Maria changed the membership of anna@example.com Role: Staff → becomes Viewer" in page
    assert "Maria removed anna@example.com from the members" in page
    anna.user.delete()
    assert "Maria removed (removed) from the members" in said(owner)


def test_who_it_was(owner: Client, salon: Business) -> None:
    for actor in (("key", "till"), ("command", "provision"), ("customer", ""), ("robot", "R2")):
        with nobody_acting():
            act_as(*actor)
            save_business(salon.id, {"lead_time_minutes": len(actor[0])}, now=timezone.now())
    Business.objects.filter(id=salon.id).update(lead_time_minutes=0)
    page = said(owner)
    for who in ("API key till", "The host (provision)", "A customer", "robot:R2"):
        assert f"{who} changed the business Shortest notice:" in page


def test_rules_in_words(owner: Client, salon: Business) -> None:
    values = {
        "lead_time_minutes": 2880,
        "window_days": 1,
        "cancel_notice_hours": 48,
        "cancellation_steps": [[48, 0], [24, 50]],
        "reminder_hours": [24, 1],
        "plan": "premium",
        "deposit_type": "charge",
        "deposit_amount_cents": 2000,
        "deposit_only_for": ["new_customers"],
        "description": "x" * 300,
    }
    save_business(salon.id, values, now=timezone.now())
    page = said(owner)
    for change in (
        "Shortest notice: 0 min → becomes 2 days",
        "Bookable ahead: 60 days → becomes 1 day",
        "Free cancellation until: 24 hours → becomes 48 hours",
        "becomes 48 hours before: 0 %, 24 hours before: 50 %",
        "Reminders: 24 hours → becomes 24 hours, 1 hour",
        "Plan: Basic → becomes Premium",
        "Kind of deposit: none → becomes paid when booking",
        "→ becomes USD 20",
        "→ becomes new customers",
        f"→ becomes {'x' * 160}…",
    ):
        assert change in page


def test_what_is_unknown_is_readable(owner: Client, salon: Business) -> None:
    AuditEntry.objects.create(
        business=salon,
        action="changed",
        subject="gift card",
        row=7,
        changes={"paper_color": ["red", {"a": 1}], "price_cents": [None, 5]},
    )
    page = said(owner)
    assert 'The system changed gift card 7 Paper color: red → becomes {"a": 1}' in page
    assert "USD 0.05" in page


def test_days_in_the_zone_of_the_business(owner: Client, salon: Business) -> None:
    AuditEntry.objects.create(
        business=salon,
        action="added",
        subject="key",
        row=1,
        name="a",
        changes={},
        created_at=datetime(2026, 5, 2, 3, tzinfo=UTC),
    )
    assert said(owner).startswith("Friday, 1 May 2026 22:00 The system issued the API key a")


def test_filters(owner: Client, salon: Business) -> None:
    with nobody_acting():
        act_as("member", "Anna")
        keys.issue_key(business_id=salon.id, name="till", preset="full", live=True)
    save_business(salon.id, {"window_days": 7}, now=timezone.now())
    assert "issued the API key till" in said(owner, "?subject=key")
    assert "changed the business" not in said(owner, "?subject=key")
    assert "till" not in said(owner, "?who=system")
    assert "window" not in said(owner, "?who=member:Anna")
    assert said(owner, "?who=member:Nobody") == said(owner)
    assert said(owner, "?subject=closure").startswith("Nothing like that")


def test_pages(owner: Client, salon: Business) -> None:
    for number in range(51):
        save_business(salon.id, {"window_days": number + 100}, now=timezone.now())
    first = owner.get(PAGE)
    assert first.content.decode().count('class="entry"') == 50
    second = owner.get(f"{PAGE}{first.context['listed'].older}")
    assert "becomes 100 days" in text(second)
    assert second.content.decode().count('class="entry"') == 1


def test_only_of_this_business(owner: Client, rival: Business) -> None:
    save_business(rival.id, {"name": "Rivals"}, now=timezone.now())
    assert said(owner).startswith("Nothing was changed yet")


def test_a_fixed_number_of_queries(owner: Client, salon: Business) -> None:
    def some_of_everything() -> None:
        jim = Resource.objects.get(business=salon, name="Jim")
        hours = {
            "weekday": 6,
            "opens": 1000 + OpeningHours.objects.count(),
            "closes": 1001 + OpeningHours.objects.count(),
        }
        row = catalogue.save_opening_hours(salon.id, hours, resource=jim.uuid)
        catalogue.save_closure(salon.id, {"starts_at": row.created_at, "ends_at": datetime(2030, 1, 1, tzinfo=UTC)})
        catalogue.remove(OpeningHours, salon.id, row.uuid)
        anna = person(salon, "staff", f"{row.id}@example.com")
        members.remove_member(salon, anna.uuid, by=None)

    some_of_everything()
    before = queries_of(owner, PAGE)
    for _ in range(3):
        some_of_everything()
    assert queries_of(owner, PAGE) == before < 17


def test_in_german(owner: Client, salon: Business) -> None:
    with time_machine.travel(datetime(2026, 5, 1, 12, tzinfo=UTC), tick=False):
        save_business(salon.id, {"language": "de", "window_days": 30}, now=timezone.now())
        page = text(owner.get(PAGE))
    assert "Das System hat den Betrieb geändert Im Voraus buchbar: 60 Tage → wird zu 30 Tage" in page
