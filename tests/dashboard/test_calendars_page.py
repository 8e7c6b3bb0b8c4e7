"""The page of the calendars: addresses are shown once, feeds with how they are doing."""

import logging
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from availengine.clock import current_minute
from bookings.asking import Ask
from bookings.customers import Guest
from bookings.feeds import polling
from bookings.models import Booking
from bookings.placing import Start
from bookings.services import NewBooking, create_booking
from businesses import calendars
from businesses.models import AuditEntry, Business, CalendarAddress, CalendarFeed, Closure, Resource
from businesses.provisioning import Outcome
from tests.api.calls import nothing_changes
from tests.dashboard.conftest import AsSomebody, browser, person
from tests.dashboard.desk import CHICAGO, DAY, NINE, DeskAtWork
from tests.dashboard.reading import hidden, queries_of, text

PAGE = "/dashboard/salon/setup/calendars/"
ADDRESSES, FEEDS = f"{PAGE}addresses/", f"{PAGE}feeds/"
URL = "webcal://calendar.example/private-1234/basic.ics"


@pytest.fixture
def maria(outcome: Outcome) -> Resource:
    return outcome.resources["maria"]


def ticket(client: Client) -> str:
    return hidden(client.get(PAGE), "ticket")


def feed_of(maria: Resource, **values: Any) -> CalendarFeed:
    feed = calendars.add_feed(maria.business_id, name="Maria, private", resource=maria.uuid, url=URL)
    CalendarFeed.objects.filter(id=feed.id).update(**values)
    feed.refresh_from_db()
    return feed


def url_on(answer: Any) -> str:
    page = answer.content.decode()
    found: str = page[page.index('id="secret"') :].split("<code>")[1].split("</code>")[0]
    return found


def test_nothing_yet(signed_in: AsSomebody) -> None:
    page = text(signed_in("owner").get(PAGE))
    assert "No calendars yet" in page
    assert "No addresses yet" in page


def test_without_resources(signed_in: AsSomebody, salon: Business) -> None:
    Resource.objects.update(deleted_at=timezone.now())
    assert "Add who or what is booked" in text(signed_in("owner").get(PAGE))


# --- addresses ----------------------------------------------------------------------------------------------------


def test_making_an_address(signed_in: AsSomebody, maria: Resource, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    owner = signed_in("owner")
    entered = {"ticket": ticket(owner), "address_name": "Phone", "of": str(maria.uuid), "shows_customers": "on"}
    answer = owner.post(ADDRESSES, entered)
    url = url_on(answer)
    row = CalendarAddress.objects.get()
    assert (row.name, row.resource, row.shows_customers) == ("Phone", maria, True)
    assert f'href="webcal://{url.partition("://")[2]}"' in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert Client().get(f"/{url.split('/', 3)[3]}").status_code == 200
    token = url.rsplit("/", 1)[1].removesuffix(".ics")
    assert token not in caplog.text
    assert all(token not in str(session.get_decoded()) for session in Session.objects.all())
    page = owner.get(PAGE)
    assert token not in page.content.decode()
    assert "Phone made" in text(page)
    assert "Maria Full names and phone numbers" in text(page)
    again = owner.post(ADDRESSES, entered, follow=True)
    assert "This address was made already." in text(again)
    assert CalendarAddress.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [{"ticket": "forged"}, {"address_name": ""}, {"address_name": "x" * 101}, {"of": "x"}, {"of": str(DAY)}],
)
def test_what_makes_no_address(signed_in: AsSomebody, maria: Resource, changes: dict[str, str]) -> None:
    owner = signed_in("owner")
    entered = {"ticket": ticket(owner), "address_name": "Phone", "of": "", **changes}
    with nothing_changes():
        answer = owner.post(ADDRESSES, entered)
    assert answer.status_code == 400


def test_changing_replacing_and_removing_an_address(signed_in: AsSomebody, salon: Business) -> None:
    owner = signed_in("manager")
    row, old = calendars.create_address(salon.id, name="Phone", resource=None)
    at = f"{ADDRESSES}{row.uuid}"
    assert owner.post(f"{at}/change/", {"name": "Tablet", "shows_customers": "on"}).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.shows_customers) == ("Tablet", True)
    assert owner.post(f"{at}/change/", {"name": ""}).status_code == 400
    entered = {"instead_of": hidden(owner.get(PAGE), "instead_of")}
    new = url_on(owner.post(f"{at}/replace/", entered))
    assert owner.post(f"{at}/replace/", entered).status_code == 409
    statuses = [Client().get(f"/{url.split('/', 3)[3]}").status_code for url in (old, new)]
    assert statuses == [404, 200]
    assert owner.post(f"{at}/remove/").status_code == 302
    assert Client().get(f"/{new.split('/', 3)[3]}").status_code == 404
    assert owner.post(f"{at}/remove/").status_code == 404


# --- feeds --------------------------------------------------------------------------------------------------------


def test_adding_a_feed(signed_in: AsSomebody, maria: Resource) -> None:
    owner = signed_in("owner")
    entered = {"ticket": ticket(owner), "resource": str(maria.uuid), "name": "Maria, private", "url": URL}
    page = owner.post(FEEDS, entered, follow=True)
    assert "The calendar is added. It is read within a minute." in text(page)
    row = CalendarFeed.objects.get()
    assert calendars.secret_url(row) == "https://calendar.example/private-1234/basic.ics"
    assert "Maria, private calendar.example Maria 0 periods to come Waiting to be read" in text(page)
    assert "private-1234" not in owner.get(PAGE).content.decode()
    assert "This calendar was added already." in text(owner.post(FEEDS, entered, follow=True))
    assert CalendarFeed.objects.count() == 1
    log = text(owner.get("/dashboard/salon/setup/audit/"))
    assert "owner@salon.example let the calendar Maria, private block time of Maria" in log
    assert "private-1234" not in log


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": "https://127.0.0.1/x.ics"}, "This address is not public."),
        ({"url": "http://calendar.example/x.ics"}, "Use https."),
        ({"url": "calendar"}, "Use a URL that begins with https://."),
        ({"url": ""}, "This field is required."),
        ({"name": ""}, "This field is required."),
        ({"resource": ""}, "This field is required."),
        ({"resource": "x"}, "Select a valid choice."),
        ({"ticket": "forged"}, "This form is outdated."),
    ],
)
def test_what_adds_no_feed(
    signed_in: AsSomebody, maria: Resource, settings: Any, changes: dict[str, str], said: str
) -> None:
    settings.OUTGOING_ALLOW_NETWORKS = []
    owner = signed_in("owner")
    entered = {"ticket": ticket(owner), "resource": str(maria.uuid), "name": "Own", "url": URL, **changes}
    with nothing_changes():
        answer = owner.post(FEEDS, entered)
    assert answer.status_code == 400
    assert said in text(answer)


def test_changing_polling_and_removing_a_feed(signed_in: AsSomebody, maria: Resource, settings: Any) -> None:
    settings.OUTGOING_ALLOW_NETWORKS = []
    owner = signed_in("owner")
    later = timezone.now() + timedelta(hours=2)
    feed = feed_of(maria, next_poll_at=later, failures=4, problem="status", problem_detail="404")
    at = f"{FEEDS}{feed.uuid}"
    assert owner.post(f"{at}/change/", {"name": "Own", "url": ""}).status_code == 302
    feed.refresh_from_db()
    assert (feed.name, feed.failures, feed.next_poll_at) == ("Own", 4, later)
    refused = owner.post(f"{at}/change/", {"name": "Own", "url": "https://10.0.0.1/"})
    assert refused.status_code == 400
    assert "This address is not public." in text(refused)
    assert owner.post(f"{at}/change/", {"name": "", "url": ""}).status_code == 400
    assert owner.post(f"{at}/poll/").status_code == 302
    feed.refresh_from_db()
    assert feed.next_poll_at < later  # type: ignore[operator]
    assert owner.post(f"{at}/change/", {"name": "Own", "url": "https://other.example/x"}).status_code == 302
    feed.refresh_from_db()
    assert (feed.host, feed.failures, feed.problem) == ("other.example", 0, "")
    assert owner.post(f"{at}/remove/").status_code == 302
    assert not CalendarFeed.objects.exists()
    assert owner.post(f"{at}/poll/").status_code == 404


def test_a_feed_that_cannot_be_read(signed_in: AsSomebody, maria: Resource) -> None:
    since = timezone.now() - timedelta(hours=3)
    feed_of(maria, failures=4, failing_since=since, problem="status", problem_detail="404", last_success_at=since)
    page = text(signed_in("owner").get(PAGE))
    assert "Cannot be read calendar.example answers with the error 404. The address may have been replaced." in page
    assert "What it blocked stays blocked." in page
    assert "Last read" in page


def test_a_feed_that_is_suddenly_empty(signed_in: AsSomebody, maria: Resource) -> None:
    feed_of(maria, last_success_at=timezone.now(), emptied_at=timezone.now())
    assert "Suddenly empty What it blocked is free when it is still empty" in text(signed_in("owner").get(PAGE))


def next_week() -> date:
    return timezone.now().astimezone(CHICAGO).date() + timedelta(days=7)


def block(feed: CalendarFeed, first: int, last: int) -> Closure:
    """Next week, between two hours of the wall clock."""
    start, end = (datetime.combine(next_week(), time(hour), CHICAGO) for hour in (first, last))
    owner = {"business_id": feed.business_id, "feed": feed, "resource_id": feed.resource_id}
    return Closure.objects.create(starts_at=start, ends_at=end, **owner)


def test_what_a_feed_blocks_is_not_changed_here(signed_in: AsSomebody, maria: Resource) -> None:
    owner = signed_in("owner")
    row = block(feed_of(maria), 9, 12)
    closures = "/dashboard/salon/setup/closures/"
    page = text(owner.get(closures))
    assert "Blocked by calendars" in page
    assert "Maria, Maria, private" in page
    assert f"No closures in {timezone.now().year}" in page
    assert owner.get(f"{closures}{row.uuid}/").status_code == 404
    with nothing_changes():
        assert owner.post(f"{closures}{row.uuid}/remove/").status_code == 409
    assert "Maria, private" not in text(owner.get(f"/dashboard/salon/setup/resources/{maria.uuid}/"))
    assert not AuditEntry.objects.filter(subject="closure").exists()


def test_the_diary_names_the_feed(db: None) -> None:
    desk = DeskAtWork()
    maria = desk.outcome.resources["maria"]
    feed = feed_of(maria)
    Closure.objects.create(
        business=desk.business, feed=feed, resource=maria, starts_at=NINE, ends_at=NINE + timedelta(hours=2)
    )
    assert "Maria, private" in desk.page(f"?day={DAY}")


def booked(maria: Resource) -> Booking:
    """Next week at ten."""
    guest = Guest(first_name="Jane", last_name="Doe", phone="+13125550100")
    start, ask = Start(next_week(), 600), Ask(resource=maria.uuid, staff=True)
    new = NewBooking(business_id=maria.business_id, live=True, guest=guest, start=start, ask=ask)
    return create_booking(new, now=current_minute())[0]


def test_bookings_that_lie_in_blocked_time(signed_in: AsSomebody, maria: Resource) -> None:
    booking, day = booked(maria), next_week()
    feed = feed_of(maria, last_success_at=timezone.now())
    block(feed, 9, 11)
    page = signed_in("owner").get(PAGE)
    assert f"1 booking lies in blocked time. It stays as it is. {booking.code} Jane" in text(page)
    assert f"?resource={maria.uuid}&amp;first={day}&amp;last={day}" in page.content.decode()
    query = f"?resource={maria.uuid}&first={day}&last={day}"
    assert booking.code in text(signed_in("owner").get(f"/dashboard/salon/disruption/{query}"))
    Booking.objects.update(status="cancelled")
    assert "lies in blocked time" not in text(signed_in("owner").get(PAGE))


def test_queries(signed_in: AsSomebody, maria: Resource, salon: Business) -> None:
    """However many there are."""
    owner = signed_in("owner")
    block(feed_of(maria), 9, 11)
    calendars.create_address(salon.id, name="Phone", resource=maria.uuid)
    first = queries_of(owner, PAGE)
    for hour in range(12, 17):
        block(feed_of(maria), hour, hour + 1)
        calendars.create_address(salon.id, name="Phone", resource=None)
    assert queries_of(owner, PAGE) == first


def test_of_another_business(signed_in: AsSomebody, maria: Resource, rival: Business) -> None:
    theirs = browser(person(rival, "owner"))
    feed = feed_of(maria)
    address, _ = calendars.create_address(maria.business_id, name="Phone", resource=None)
    page = "/dashboard/rival/setup/calendars/"
    with nothing_changes():
        for at in (f"feeds/{feed.uuid}/poll/", f"feeds/{feed.uuid}/remove/", f"addresses/{address.uuid}/remove/"):
            assert theirs.post(f"{page}{at}").status_code == 404
    assert "No calendars yet" in text(theirs.get(page))


def test_in_other_languages(signed_in: AsSomebody, maria: Resource, salon: Business) -> None:
    feed_of(maria, failures=1, failing_since=timezone.now(), problem="not_understood")
    CalendarFeed.objects.update(problem_detail="something repeats within a day")
    Business.objects.filter(id=salon.id).update(language="de")
    assert "nicht zu verstehen: etwas wiederholt sich innerhalb eines Tages." in text(signed_in("owner").get(PAGE))
    Business.objects.filter(id=salon.id).update(language="el")
    assert "Δεν διαβάζεται" in text(signed_in("owner").get(PAGE))


def test_every_problem_has_its_words() -> None:
    feed = CalendarFeed(host="calendar.example")
    for feed.problem in polling.letters.PROBLEMS:
        said = polling.letters.problem_of(feed)
        assert said.endswith(".")
        assert "%(" not in said
