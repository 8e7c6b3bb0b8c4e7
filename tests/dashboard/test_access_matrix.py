"""Who may do what, page by page. A route of the dashboard that is not listed here fails the tests."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from availengine.clock import current_minute
from bookings.asking import Ask
from bookings.customers import Guest, save_customer
from bookings.models import Message, Series, WaitlistEntry
from bookings.placing import Start
from bookings.services import NewBooking, create_booking
from bookings.waitlist.entries import NewEntry, join_waitlist
from businesses.calendars import add_feed, create_address
from businesses.keys import issue_key
from businesses.localtime import date_of, instants
from businesses.models import Business, Closure, Member, Resource, Service, ServiceCategory
from businesses.roles import Permission
from tests import factories
from tests.api.calls import nothing_changes
from tests.dashboard import bodies
from tests.dashboard.conftest import browser, person
from tests.stored import Stored, stored
from webhooks.endpoints import register_endpoint, send_test
from webhooks.models import Delivery

PRINCIPALS = ("nobody", "invited", "foreign owner", "viewer", "staff", "manager", "owner", "past due owner")

# Status by principal, in the order above. The past due owner asks for the own business.
VIEW = "302 404 404 200 200 200 200 200"
SETUP = "302 404 404 403 403 200 200 200"
SET = "302 404 404 403 403 302 302 402"
WITHOUT_TICKET = "302 404 404 403 403 400 400 402"  # the form of a page that was never opened
SHOWN_SECRET = "302 404 404 403 403 200 200 402"
BOOKINGS = "302 404 404 403 200 200 200 200"
BOOKINGS_SET = "302 404 404 403 302 302 302 402"
MANAGE = "302 404 404 403 403 200 200 200"

TABLE = {
    "GET /dashboard/{slug}/": VIEW,
    "GET /dashboard/{slug}/changes/": VIEW,
    "GET /dashboard/{slug}/calendar/": VIEW,
    "GET /dashboard/{slug}/bookings/{booking}/move/": BOOKINGS,
    "POST /dashboard/{slug}/bookings/{booking}/move/": BOOKINGS_SET,
    "GET /dashboard/{slug}/insights/": VIEW,
    "GET /dashboard/{slug}/insights/numbers.csv": VIEW,
    "GET /dashboard/{slug}/bookings/": VIEW,
    "GET /dashboard/{slug}/bookings/export.csv": MANAGE,
    "GET /dashboard/{slug}/customers/": VIEW,
    "GET /dashboard/{slug}/customers/new/": BOOKINGS,
    "POST /dashboard/{slug}/customers/new/": BOOKINGS_SET,
    "GET /dashboard/{slug}/customers/{customer}/": VIEW,
    "GET /dashboard/{slug}/customers/{customer}/edit/": BOOKINGS,
    "POST /dashboard/{slug}/customers/{customer}/edit/": BOOKINGS_SET,
    "GET /dashboard/{slug}/customers/{customer}/merge/": BOOKINGS,
    "POST /dashboard/{slug}/customers/{customer}/merge/": BOOKINGS_SET,
    "GET /dashboard/{slug}/customers/{customer}/export.json": MANAGE,
    "GET /dashboard/{slug}/customers/{customer}/erase/": MANAGE,
    "POST /dashboard/{slug}/customers/{customer}/erase/": "302 404 404 403 403 302 302 402",
    "GET /dashboard/{slug}/waitlist/": VIEW,
    "GET /dashboard/{slug}/waitlist/{entry}/offer/": BOOKINGS,
    "POST /dashboard/{slug}/waitlist/{entry}/offer/": BOOKINGS_SET,
    "POST /dashboard/{slug}/waitlist/{entry}/remove/": BOOKINGS_SET,
    "GET /dashboard/{slug}/disruption/": SETUP,
    "POST /dashboard/{slug}/disruption/": "302 404 404 403 403 200 200 402",
    "GET /dashboard/{slug}/setup/": SETUP,
    "GET /dashboard/{slug}/setup/members/": SETUP,
    "POST /dashboard/{slug}/setup/members/": SET,
    "POST /dashboard/{slug}/setup/members/{member}/role/": SET,
    "POST /dashboard/{slug}/setup/members/{member}/remove/": "302 404 404 403 403 302 302 302",
    "POST /dashboard/{slug}/setup/members/{invitation}/invite/": SET,
    "GET /dashboard/{slug}/setup/page/": SETUP,
    "POST /dashboard/{slug}/setup/page/": SET,
    "POST /dashboard/{slug}/setup/page/key/": WITHOUT_TICKET,
    "GET /dashboard/{slug}/setup/keys/": SETUP,
    "POST /dashboard/{slug}/setup/keys/": WITHOUT_TICKET,
    "POST /dashboard/{slug}/setup/keys/{key}/rotate/": SHOWN_SECRET,
    "POST /dashboard/{slug}/setup/keys/{key}/revoke/": "302 404 404 403 403 302 302 302",
    "GET /dashboard/{slug}/setup/webhooks/": SETUP,
    "POST /dashboard/{slug}/setup/webhooks/": WITHOUT_TICKET,
    "GET /dashboard/{slug}/setup/webhooks/{endpoint}/": SETUP,
    "POST /dashboard/{slug}/setup/webhooks/{endpoint}/change/": SET,
    "POST /dashboard/{slug}/setup/webhooks/{endpoint}/switch/": SET,
    "POST /dashboard/{slug}/setup/webhooks/{endpoint}/remove/": SET,
    "POST /dashboard/{slug}/setup/webhooks/{endpoint}/secret/": "302 404 404 403 403 409 409 402",  # names no secret
    "POST /dashboard/{slug}/setup/webhooks/{endpoint}/test/": SET,
    "POST /dashboard/{slug}/setup/webhooks/{endpoint}/replay/": SET,
    "GET /dashboard/{slug}/setup/webhooks/{endpoint}/deliveries/{delivery}/": SETUP,
    "POST /dashboard/{slug}/setup/webhooks/{endpoint}/deliveries/{delivery}/resend/": SET,
    "GET /dashboard/{slug}/setup/calendars/": SETUP,
    "POST /dashboard/{slug}/setup/calendars/addresses/": WITHOUT_TICKET,
    "POST /dashboard/{slug}/setup/calendars/addresses/{address}/change/": SET,
    "POST /dashboard/{slug}/setup/calendars/addresses/{address}/replace/": "302 404 404 403 403 409 409 402",
    "POST /dashboard/{slug}/setup/calendars/addresses/{address}/remove/": "302 404 404 403 403 302 302 302",
    "POST /dashboard/{slug}/setup/calendars/feeds/": WITHOUT_TICKET,
    "POST /dashboard/{slug}/setup/calendars/feeds/{feed}/change/": SET,
    "POST /dashboard/{slug}/setup/calendars/feeds/{feed}/poll/": SET,
    "POST /dashboard/{slug}/setup/calendars/feeds/{feed}/remove/": SET,
    "GET /dashboard/{slug}/setup/audit/": SETUP,
    "GET /dashboard/{slug}/setup/billing/": "302 404 404 403 403 403 200 200",
    "GET /dashboard/{slug}/messages/": VIEW,
    "GET /dashboard/{slug}/why/": VIEW,
    "GET /dashboard/{slug}/setup/services/": SETUP,
    "GET /dashboard/{slug}/setup/services/new/": SETUP,
    "GET /dashboard/{slug}/setup/services/{service}/": SETUP,
    "GET /dashboard/{slug}/setup/resources/": SETUP,
    "GET /dashboard/{slug}/setup/resources/new/": SETUP,
    "GET /dashboard/{slug}/setup/resources/several/": SETUP,
    "GET /dashboard/{slug}/setup/resources/{resource}/": SETUP,
    "GET /dashboard/{slug}/setup/resources/{resource}/hours/": SETUP,
    "GET /dashboard/{slug}/setup/hours/": SETUP,
    "GET /dashboard/{slug}/setup/closures/": SETUP,
    "GET /dashboard/{slug}/setup/closures/new/": SETUP,
    "GET /dashboard/{slug}/setup/closures/holidays/": SETUP,
    "GET /dashboard/{slug}/setup/closures/{closure}/": SETUP,
    "GET /dashboard/{slug}/setup/rules/": SETUP,
    "GET /dashboard/{slug}/setup/deposits/": SETUP,
    "GET /dashboard/{slug}/setup/business/": SETUP,
    "POST /dashboard/{slug}/setup/services/new/": SET,
    "POST /dashboard/{slug}/setup/services/{service}/": SET,
    "POST /dashboard/{slug}/setup/services/{service}/move/": SET,
    "POST /dashboard/{slug}/setup/services/{service}/offer/": SET,
    "POST /dashboard/{slug}/setup/services/{service}/remove/": SET,
    "POST /dashboard/{slug}/setup/categories/{category}/": SET,
    "POST /dashboard/{slug}/setup/categories/{category}/remove/": SET,
    "POST /dashboard/{slug}/setup/resources/new/": SET,
    "POST /dashboard/{slug}/setup/resources/several/": SET,
    "POST /dashboard/{slug}/setup/resources/{resource}/": SET,
    "POST /dashboard/{slug}/setup/resources/{resource}/hours/": SET,
    "POST /dashboard/{slug}/setup/resources/{resource}/remove/": SET,
    "POST /dashboard/{slug}/setup/hours/": SET,
    "POST /dashboard/{slug}/setup/closures/new/": SET,
    "POST /dashboard/{slug}/setup/closures/holidays/": SET,
    "POST /dashboard/{slug}/setup/closures/{closure}/": SET,
    "POST /dashboard/{slug}/setup/closures/{closure}/remove/": SET,
    "POST /dashboard/{slug}/setup/rules/": SET,
    "POST /dashboard/{slug}/setup/deposits/": SET,
    "POST /dashboard/{slug}/setup/business/": SET,
    "GET /dashboard/{slug}/walk-in/": BOOKINGS,
    "POST /dashboard/{slug}/walk-in/": "302 404 404 403 400 400 400 402",  # without a party
    "GET /dashboard/{slug}/bookings/new/": BOOKINGS,
    "POST /dashboard/{slug}/bookings/new/": BOOKINGS_SET,
    "GET /dashboard/{slug}/bookings/new/starts/": BOOKINGS,
    "POST /dashboard/{slug}/bookings/new/customers/": "302 404 404 403 200 200 200 402",
    "GET /dashboard/{slug}/bookings/series/{series}/": VIEW,
    "GET /dashboard/{slug}/bookings/{booking}/": VIEW,
    "POST /dashboard/{slug}/bookings/{booking}/status/": BOOKINGS_SET,
    "POST /dashboard/{slug}/bookings/{booking}/notes/": BOOKINGS_SET,
    "GET /dashboard/{slug}/bookings/{booking}/reschedule/": BOOKINGS,
    "POST /dashboard/{slug}/bookings/{booking}/reschedule/": BOOKINGS_SET,
    "GET /dashboard/{slug}/bookings/{booking}/seat/": BOOKINGS,
    "POST /dashboard/{slug}/bookings/{booking}/seat/": BOOKINGS_SET,
    "GET /dashboard/{slug}/bookings/{booking}/cancel/": BOOKINGS,
    "POST /dashboard/{slug}/bookings/{booking}/cancel/": BOOKINGS_SET,
    "POST /dashboard/{slug}/bookings/{booking}/messages/{message}/": BOOKINGS_SET,
    # There is no money to be moved.
    "POST /dashboard/{slug}/bookings/{booking}/link/": "302 404 404 403 403 409 409 402",  # without payments
    "POST /dashboard/{slug}/bookings/{booking}/release/": "302 404 404 403 409 409 409 402",
    "GET /dashboard/{slug}/bookings/{booking}/refund/": "302 404 404 403 403 409 409 409",
    "POST /dashboard/{slug}/bookings/{booking}/refund/": "302 404 404 403 403 409 409 402",
}

QUERIES = {"GET /dashboard/{slug}/changes/": "?after=0-0"}
NEXT_WEEK = (date.today() + timedelta(days=7)).isoformat()
AT_TWO = {"date": NEXT_WEEK, "start": "other", "time": "14:00"}
AFTERNOON = instants(ZoneInfo("America/Chicago"), date.fromisoformat(NEXT_WEEK), 14 * 60)[0]
BODIES = {
    "POST /dashboard/{slug}/waitlist/{entry}/offer/": {"start": str(AFTERNOON)},
    "POST /dashboard/{slug}/setup/page/": {"waitlist_offer_minutes": "30"},
    "POST /dashboard/{slug}/bookings/{booking}/move/": {"time": "15:00", "version": "1"},
    "POST /dashboard/{slug}/setup/members/": {"email": "new@example.com", "role": "staff"},
    "POST /dashboard/{slug}/setup/members/{member}/role/": {"role": "viewer"},
    "POST /dashboard/{slug}/setup/keys/{key}/rotate/": {"overlap_hours": "1"},
    "POST /dashboard/{slug}/setup/webhooks/{endpoint}/change/": {"url": "https://other.example.com/hook"},
    "POST /dashboard/{slug}/setup/webhooks/{endpoint}/switch/": {"active": "off"},
    "POST /dashboard/{slug}/setup/webhooks/{endpoint}/replay/": {"since": "2026-05-01T00:00"},
    "POST /dashboard/{slug}/setup/calendars/addresses/{address}/change/": {"name": "Tablet"},
    "POST /dashboard/{slug}/setup/calendars/feeds/{feed}/change/": {"name": "Private"},
    "POST /dashboard/{slug}/customers/new/": {"first_name": "Ann"},
    "POST /dashboard/{slug}/customers/{customer}/edit/": {"first_name": "Ann"},
    "POST /dashboard/{slug}/customers/{customer}/merge/": {"other": "{double}", "keep": "{double}"},
    "POST /dashboard/{slug}/customers/{customer}/erase/": {"name": "Jane"},
    "POST /dashboard/{slug}/disruption/": {
        "resource": "{resource}",
        "first": "2100-01-01",
        "last": "2100-01-02",
        "key": "6c1b1b0e-2c11-4c62-9a3c-000000000001",
    },
    "POST /dashboard/{slug}/setup/services/new/": bodies.SERVICE,
    "POST /dashboard/{slug}/setup/services/{service}/": bodies.SERVICE,
    "POST /dashboard/{slug}/setup/categories/{category}/": {"name": "Other"},
    "POST /dashboard/{slug}/setup/resources/new/": bodies.RESOURCE,
    "POST /dashboard/{slug}/setup/resources/{resource}/": bodies.RESOURCE,
    "POST /dashboard/{slug}/setup/resources/several/": bodies.SEVERAL,
    "POST /dashboard/{slug}/setup/resources/{resource}/hours/": {"own": "1", "seen": "as the business"},
    "POST /dashboard/{slug}/setup/hours/": {"seen": bodies.WEEK, "opens-0-0": "10:00", "closes-0-0": "12:00"},
    "POST /dashboard/{slug}/setup/closures/new/": bodies.CLOSURE,
    "POST /dashboard/{slug}/setup/closures/{closure}/": bodies.CLOSURE,
    "POST /dashboard/{slug}/setup/closures/holidays/": {
        "country": "US",
        "day": bodies.HOLIDAY,
        "year": bodies.HOLIDAY[:4],
    },
    "POST /dashboard/{slug}/setup/rules/": bodies.RULES,
    "POST /dashboard/{slug}/setup/deposits/": bodies.DEPOSITS,
    "POST /dashboard/{slug}/setup/business/": bodies.PROFILE,
    "POST /dashboard/{slug}/bookings/new/": {**AT_TWO, "token": str(uuid4()), "party": "1", "first_name": "Jane"},
    "POST /dashboard/{slug}/bookings/{booking}/status/": {"status": "checked_in", "version": "1"},
    "POST /dashboard/{slug}/bookings/{booking}/notes/": {"staff_notes": "Nuts", "before": ""},
    "POST /dashboard/{slug}/bookings/{booking}/reschedule/": AT_TWO,
    "POST /dashboard/{slug}/bookings/{booking}/seat/": {"party": "1"},
    "POST /dashboard/{slug}/bookings/{booking}/cancel/": {"version": "1", "fee": "0"},
    "POST /dashboard/{slug}/bookings/{booking}/link/": {"amount": "5"},
    "POST /dashboard/{slug}/bookings/{booking}/refund/": {"amount": "5", "left": "500"},
}

# Of nobody's business: the choice of one, and the address without its slash.
WITHOUT_BUSINESS = {"/dashboard/", "/dashboard/new/", "/dashboard", "/dashboard/<slug:slug>"}

PARAMETERS = {
    "<slug:slug>": "{slug}",
    "members/<id:key>/invite": "members/{invitation}/invite",
    "members/<id:key>": "members/{member}",
    "keys/<id:key>": "keys/{key}",
    "webhooks/<id:key>": "webhooks/{endpoint}",
    "<id:delivery_id>": "{delivery}",
    "bookings/series/<id:key>": "bookings/series/{series}",
    "bookings/<id:key>": "bookings/{booking}",
    "<id:message>": "{message}",
    "customers/<id:key>": "customers/{customer}",
    "services/<id:key>": "services/{service}",
    "categories/<id:key>": "categories/{category}",
    "resources/<id:key>": "resources/{resource}",
    "closures/<id:key>": "closures/{closure}",
    "waitlist/<id:key>": "waitlist/{entry}",
    "addresses/<id:key>": "addresses/{address}",
    "feeds/<id:key>": "feeds/{feed}",
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


def make_world() -> World:
    slugs = ("salon", "rival", "late")
    return World(*(factories.business(business={"slug": slug}).business for slug in slugs))


@pytest.fixture(scope="module")
def _world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Stored[World]]:
    with stored(django_db_blocker, make_world) as found:
        yield found


@pytest.fixture
def world(_world: Stored[World], db: None) -> World:
    return _world.copy()


def waits(business: Business) -> WaitlistEntry:
    day = date_of(business.zone, current_minute()) + timedelta(days=7)
    guest = Guest(first_name="Ada", last_name="", phone="+13125550101", email="ada@example.com")
    new = NewEntry(business_id=business.id, live=True, guest=guest, first_day=day, last_day=day)
    return join_waitlist(new, now=current_minute())


def things_of(business: Business) -> dict[str, str]:
    """One of everything, by the names in the routes."""
    member = person(business, "staff", f"other@{business.slug}.example")
    waiting = person(business, "staff", f"invited@{business.slug}.example", accepted_at=None)
    key, _ = issue_key(business_id=business.id, name="till", preset="staff", live=True)
    endpoint, _ = register_endpoint(business.id, live=True, url="https://till.example.com/hook")
    send_test(business.id, endpoint.uuid, live=True)
    guest, start = (
        Guest(first_name="Jane", last_name="Doe", phone="+13125550100"),
        Start(date.fromisoformat(NEXT_WEEK), 600),
    )
    new = NewBooking(business_id=business.id, live=True, guest=guest, start=start, ask=Ask(staff=True))
    booking, _ = create_booking(new, now=current_minute())
    customer, double = (save_customer(business.id, {"first_name": "Jane"}, live=True) for _ in range(2))
    resource = Resource.objects.filter(business=business)[0]
    rows = {
        "member": member,
        "invitation": waiting,
        "key": key,
        "endpoint": endpoint,
        "delivery": Delivery.objects.filter(endpoint=endpoint).earliest("id"),
        "booking": booking,
        "series": Series.objects.create(business=business, live=True, unit="week", every=1, count=2),
        "message": Message.objects.create(
            business=business, booking=booking, kind="confirmation", text="Hello", sent_at="2026-01-01T00:00Z"
        ),
        "customer": customer,
        "double": double,
        "entry": waits(business),
        "resource": resource,
        "address": create_address(business.id, name="Phone", resource=None)[0],
        "feed": add_feed(business.id, name="Own", resource=resource.uuid, url="https://calendar.example.com/x.ics"),
        "service": Service.objects.get(business=business),
        "category": ServiceCategory.objects.create(business=business, name="Cuts"),
        "closure": Closure.objects.create(
            business=business, starts_at="2032-01-01T06:00Z", ends_at="2032-01-02T06:00Z", reason="New Year"
        ),
    }
    return {"slug": business.slug, **{name: str(row.uuid) for name, row in rows.items()}}


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
        response = sent(world.callers[principal], method, route.format(**things), operation, things)
    if principal == "nobody":
        assert response.headers["Location"].startswith("/accounts/login/?next=/dashboard/")
    elif response.status_code == 404:
        unknown = sent(world.callers[principal], method, route.format(**things | {"slug": "no-such"}), operation)
        assert unknown.content == response.content
    return str(response.status_code)


def sent(client: Client, method: str, path: str, operation: str, things: dict[str, str] | None = None) -> Any:
    if method == "GET":
        return client.get(path + QUERIES.get(operation, ""))
    body = BODIES.get(operation, {})
    return client.post(path, {name: value.format(**things) if things else value for name, value in body.items()})


def test_things_of_other_businesses_are_not_found(world: World) -> None:
    theirs = things_of(Business.objects.get(slug="rival"))
    owner = world.callers["owner"]
    for operation in TABLE:
        method, route = operation.split(" ")
        for name in theirs.keys() - {"slug"}:
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
