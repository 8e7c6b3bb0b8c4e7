"""Who may do what, page by page. A route of the dashboard that is not listed here fails the tests."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from availengine.clock import current_minute
from bookings.asking import Ask
from bookings.customers import Guest
from bookings.models import Booking, Message
from bookings.placing import Start
from bookings.services import NewBooking, create_booking
from businesses.models import Business, Member
from businesses.roles import Permission
from tests import factories
from tests.api.calls import nothing_changes
from tests.dashboard.conftest import browser, person

PRINCIPALS = ("nobody", "invited", "foreign owner", "viewer", "staff", "manager", "owner", "past due owner")

# Status by principal, in the order above. The past due owner asks for the own business.
VIEW = "302 404 404 200 200 200 200 200"
SETUP = "302 404 404 403 403 200 200 200"
MEMBERS_SET = "302 404 404 403 403 302 302 402"
DESK = "302 404 404 403 200 200 200 200"
DESK_SET = "302 404 404 403 302 302 302 402"

BOOKING = "/dashboard/{slug}/bookings/{booking}/"

TABLE = {
    "GET /dashboard/{slug}/": VIEW,
    "GET /dashboard/{slug}/walk-in/": DESK,
    "POST /dashboard/{slug}/walk-in/": "302 404 404 403 400 400 400 402",  # without a party
    "GET /dashboard/{slug}/bookings/new/": DESK,
    "POST /dashboard/{slug}/bookings/new/": DESK_SET,
    "GET /dashboard/{slug}/bookings/new/starts/": DESK,
    "POST /dashboard/{slug}/bookings/new/customers/": "302 404 404 403 200 200 200 402",
    f"GET {BOOKING}": VIEW,
    f"POST {BOOKING}status/": DESK_SET,
    f"POST {BOOKING}notes/": DESK_SET,
    f"GET {BOOKING}move/": DESK,
    f"POST {BOOKING}move/": DESK_SET,
    f"GET {BOOKING}seat/": DESK,
    f"POST {BOOKING}seat/": DESK_SET,
    f"GET {BOOKING}cancel/": DESK,
    f"POST {BOOKING}cancel/": DESK_SET,
    f"POST {BOOKING}messages/{{message}}/": DESK_SET,
    # There is no money to be moved.
    f"POST {BOOKING}link/": "302 404 404 403 403 409 409 402",  # without payments
    f"POST {BOOKING}release/": "302 404 404 403 409 409 409 402",
    f"GET {BOOKING}refund/": "302 404 404 403 403 409 409 409",
    f"POST {BOOKING}refund/": "302 404 404 403 403 409 409 402",
    "GET /dashboard/{slug}/setup/": SETUP,
    "GET /dashboard/{slug}/setup/members/": SETUP,
    "POST /dashboard/{slug}/setup/members/": MEMBERS_SET,
    "POST /dashboard/{slug}/setup/members/{member}/role/": MEMBERS_SET,
    "POST /dashboard/{slug}/setup/members/{member}/remove/": MEMBERS_SET,
    "POST /dashboard/{slug}/setup/members/{invitation}/invite/": MEMBERS_SET,
}

NEXT_WEEK = (date.today() + timedelta(days=7)).isoformat()
AT_TWO = {"date": NEXT_WEEK, "start": "other", "time": "14:00"}

BODIES = {
    "POST /dashboard/{slug}/bookings/new/": {**AT_TWO, "token": str(uuid4()), "party": "1", "first_name": "Jane"},
    f"POST {BOOKING}status/": {"status": "checked_in", "version": "1"},
    f"POST {BOOKING}notes/": {"staff_notes": "Nuts", "before": ""},
    f"POST {BOOKING}move/": AT_TWO,
    f"POST {BOOKING}seat/": {"party": "1"},
    f"POST {BOOKING}cancel/": {"version": "1", "fee": "0"},
    f"POST {BOOKING}link/": {"amount": "5"},
    f"POST {BOOKING}refund/": {"amount": "5", "left": "500"},
    "POST /dashboard/{slug}/setup/members/": {"email": "new@example.com", "role": "staff"},
    "POST /dashboard/{slug}/setup/members/{member}/role/": {"role": "viewer"},
}

# Of nobody's business: the choice of one, and the address without its slash.
WITHOUT_BUSINESS = {"/dashboard/", "/dashboard", "/dashboard/<slug:slug>"}

PARAMETERS = {
    "<slug:slug>": "{slug}",
    "members/<id:key>/invite": "members/{invitation}/invite",
    "members/<id:key>": "members/{member}",
    "bookings/<id:key>": "bookings/{booking}",
    "<id:message>": "{message}",
}


class World:
    def __init__(self, salon: Business, rival: Business, late: Business) -> None:
        self.things = things_of(salon)
        self.late = things_of(late)
        callers = {role: browser(person(salon, role)) for role in ("viewer", "staff", "manager", "owner")}
        callers["nobody"] = browser()
        callers["invited"] = browser(Member.objects.get(business=salon, accepted_at=None))
        callers["foreign owner"] = browser(person(rival, "owner"))
        callers["past due owner"] = browser(person(late, "owner"))
        self.callers: dict[str, Client] = callers
        Business.objects.filter(id=late.id).update(billing_status="past_due")


@pytest.fixture
def world(salon: Business, rival: Business) -> World:
    return World(salon, rival, factories.business(business={"slug": "late"}).business)


def things_of(business: Business) -> dict[str, str]:
    """One of everything, by the names in the routes."""
    member = person(business, "staff", f"other@{business.slug}.example")
    waiting = person(business, "staff", f"invited@{business.slug}.example", accepted_at=None)
    ids = {"member": member, "invitation": waiting, "booking": booked(business)}
    ids["message"] = Message.objects.create(
        business=business, booking=ids["booking"], kind="confirmation", text="Hello", sent_at="2026-01-01T00:00Z"
    )
    return {"slug": business.slug, **{name: str(row.uuid) for name, row in ids.items()}}


def booked(business: Business) -> Booking:
    """A visit at ten, next week."""
    guest = Guest(first_name="Jane", last_name="Doe", phone="+301234567890")
    start = Start(date.fromisoformat(NEXT_WEEK), 600)
    new = NewBooking(business_id=business.id, live=True, guest=guest, start=start, ask=Ask(staff=True))
    return create_booking(new, now=current_minute())[0]


@pytest.mark.parametrize("operation", TABLE)
def test_who_may_do_what(world: World, operation: str) -> None:
    answered = []
    for principal, status in zip(PRINCIPALS, TABLE[operation].split(), strict=True):
        with transaction.atomic():
            refusal = principal == "nobody" or int(status) >= 400
            answered.append(ask(world, operation, principal, refusal=refusal))
            transaction.set_rollback(True)
    assert " ".join(answered) == TABLE[operation]


def ask(world: World, operation: str, principal: str, *, refusal: bool) -> str:
    """The status. A refusal leaves no trace; somebody else's business looks like one that does not exist."""
    things = world.late if principal == "past due owner" else world.things
    method, route = operation.split(" ")
    with nothing_changes() if refusal else nullcontext():
        response = sent(world.callers[principal], method, route.format(**things), operation)
    if principal == "nobody":
        assert response.headers["Location"].startswith("/accounts/login/?next=/dashboard/")
    elif response.status_code == 404:
        unknown = sent(world.callers[principal], method, route.format(**things | {"slug": "no-such"}), operation)
        assert unknown.content == response.content
    return str(response.status_code)


def sent(client: Client, method: str, path: str, operation: str) -> Any:
    return client.generic(method, path) if method == "GET" else client.post(path, BODIES.get(operation, {}))


def test_things_of_other_businesses_are_not_found(world: World, rival: Business) -> None:
    theirs = things_of(rival)
    owner = world.callers["owner"]
    for operation in TABLE:
        method, route = operation.split(" ")
        for name in ("member", "invitation", "booking", "message"):
            if f"{{{name}}}" in route:
                path = route.format(**world.things | {name: theirs[name]})
                with nothing_changes():
                    response = sent(owner, method, path, operation)
                random = sent(owner, method, route.format(**world.things | {name: str(uuid4())}), operation)
                assert response.status_code == random.status_code == 404


def test_writing_needs_the_token_of_a_page(world: World) -> None:
    owner = Client(enforce_csrf_checks=True)
    owner.cookies = world.callers["owner"].cookies
    for operation in TABLE:
        method, route = operation.split(" ")
        if method == "POST":
            with nothing_changes():
                assert sent(owner, method, route.format(**world.things), operation).status_code == 403


# --- completeness -------------------------------------------------------------------------------------------------


def mounted(patterns: Any, prefix: str = "/") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from mounted(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern) and here.startswith("/dashboard"):
            yield here, pattern.callback


PAGES = {path: view for path, view in mounted(get_resolver().url_patterns) if path not in WITHOUT_BUSINESS}


def named(path: str) -> str:
    for parameter, name in PARAMETERS.items():
        path = path.replace(parameter, name)
    return path


def test_every_page_names_what_it_needs() -> None:
    assert [path for path, view in PAGES.items() if not isinstance(getattr(view, "needs", None), Permission)] == []


def test_the_table_lists_exactly_the_mounted_pages(world: World) -> None:
    found = set()
    for path in PAGES:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            response = world.callers["nobody"].generic(method, named(path).format(**world.things))
            if response.status_code != 405:
                found.add(f"{method} {named(path)}")
    assert found == set(TABLE)
