"""Two businesses with one of everything each, and browsers of their people and of the host."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.sites import site
from django.db.models import Model
from django.test import Client

from bookings.models import Message
from businesses.keys import issue_key
from businesses.models import Business, Closure, OpeningHours, ServiceCategory, User
from payments.models import Deposit, Instruction, Subscription
from tests import factories
from tests.dashboard.conftest import browser, person
from tests.stored import Stored, stored
from tests.visits import World
from webhooks.models import Delivery, Endpoint, Event

TOMORROW = datetime(2026, 6, 16, 10, tzinfo=UTC)


def filled(slug: str) -> World:
    """A business with a row in every table that the admin shows."""
    world = World(factories.business(business={"slug": slug, "name": f"The {slug}"}))
    business = world.business
    booking = world.visit("2126-06-15 09:00", who=f"Guest of {slug}")
    world.entry("charged", 500, TOMORROW)
    deposit = Deposit.objects.get(business=business)
    Instruction.objects.create(business=business, deposit=deposit, action="refund", purpose="late")
    Subscription.objects.create(business=business, subscription_ref=f"sub_{slug}", status="active")
    ServiceCategory.objects.create(business=business, name=f"Cuts of {slug}")
    resource = world.resources["maria"]
    OpeningHours.objects.create(business=business, resource=resource, weekday=0, opens=540, closes=600)
    Closure.objects.create(business=business, starts_at=TOMORROW, ends_at=TOMORROW + timedelta(hours=1))
    issue_key(business_id=business.id, name=f"key of {slug}", preset="full", live=True)
    message = {"kind": "confirmation", "recipient": f"guest@{slug}.example", "text": "the link"}
    Message.objects.create(business=business, booking=booking, problem="refused", **message)
    endpoint = Endpoint.objects.create(business=business, live=True, url=f"https://{slug}.example/hook", secret=b"s")
    event = Event.objects.create(business=business, type="booking.created", live=True, data={})
    Delivery.objects.get_or_create(business=business, endpoint=endpoint, event=event)
    person(business, "owner", f"owner@{slug}.example")
    return world


@pytest.fixture(scope="package")
def _worlds(django_db_setup: None, django_db_blocker: Any) -> Iterator[Stored[dict[str, World]]]:
    with stored(django_db_blocker, lambda: {slug: filled(slug) for slug in ("salon", "rival")}) as found:
        yield found


@pytest.fixture
def worlds(_worlds: Stored[dict[str, World]], db: None) -> dict[str, World]:
    """Both are stored once, and are there in every test."""
    return _worlds.copy()


@pytest.fixture
def salon(worlds: dict[str, World]) -> World:
    return worlds["salon"]


@pytest.fixture
def rival(worlds: dict[str, World]) -> World:
    return worlds["rival"]


@pytest.fixture
def owner(salon: World) -> Client:
    return browser(salon.business.members.get(role="owner"))


@pytest.fixture
def host(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("host@example.com", "x"))
    return client


AsRole = Callable[[str], Client]


@pytest.fixture
def as_role(salon: World) -> AsRole:
    return lambda role: browser(person(salon.business, role, f"another-{role}@salon.example"))


TENANT_MODELS: list[type[Model]] = [
    model
    for model in site._registry
    if model is Business or "business" in {field.name for field in model._meta.get_fields()}
]


def row_of(model: type[Model], world: World) -> Any:
    if model is Business:
        return world.business
    return model._default_manager.filter(business=world.business).latest("id")  # type: ignore[misc]


def listing(model: type[Model]) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def form_values(client: Client, path: str) -> dict[str, Any]:
    """The form of a page as a browser would send it back unchanged."""
    form = client.get(path).context["adminform"].form
    found = {name: form[name].value() for name in form.fields}
    values = {name: value for name, value in found.items() if value is not None and value is not False}
    for name, value in list(values.items()):
        if isinstance(value, datetime):
            values[f"{name}_0"], values[f"{name}_1"] = f"{value:%Y-%m-%d}", f"{value:%H:%M:%S}"
    return values
