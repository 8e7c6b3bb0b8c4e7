"""The waitlist in the core: joining, the order of offers, what becomes of them, leaving, forgetting."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine

from bookings import services
from bookings.asking import Ask
from bookings.customers import Guest
from bookings.errors import SlotTaken
from bookings.holds import HoldEnded
from bookings.integrity import broken_promises
from bookings.models import (
    Allocation,
    Booking,
    Customer,
    Message,
    WaitlistEntry,
    WaitlistLink,
    WaitlistOffer,
    WaitlistTurn,
)
from bookings.placing import Start
from bookings.privacy import erase_customer, export_customer
from bookings.waitlist import entries, links, offers, turns
from bookings.waitlist.entries import NewEntry, join_waitlist, leave_waitlist, place_of
from businesses.errors import Conflict, Invalid, NotFound
from businesses.localtime import minute_of
from businesses.models import Business
from businesses.provisioning import Outcome
from tests import factories

AT = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)
NOW = minute_of(AT)
DAY = date(2026, 5, 15)
ONE_TABLE = {
    "resources": [{"key": "t1", "name": "Table 1", "kind": "table", "capacity_max": 4}],
    "services": [
        {
            "key": "table",
            "name": "Table",
            "duration_minutes": 60,
            "party_min": 1,
            "party_max": 6,
            "resources": ["t1"],
            "default": True,
        }
    ],
    "business": {"hours": {"friday": ["09:00-12:00"], "saturday": []}},  # 9, 10, 11 o'clock
}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def taverna(db: Any) -> Outcome:
    """One table on a Friday morning."""
    return factories.business(**ONE_TABLE)


@pytest.fixture
def full(taverna: Outcome) -> dict[int, Booking]:
    """The bookings by their hour."""
    return {hour: book(taverna, hour) for hour in (9, 10, 11)}


def book(taverna: Outcome, hour: int) -> Booking:
    new = services.NewBooking(
        business_id=taverna.business.id,
        live=True,
        guest=Guest(first_name="Early", last_name="Bird", phone="+13125550199"),
        start=Start(DAY, hour * 60),
        ask=Ask(),
    )
    return services.create_booking(new, now=NOW)[0]


def guest(name: str) -> Guest:
    number = sum(map(ord, name))
    return Guest(first_name=name, last_name="", phone=f"+1312555{number:04}", email=f"{name.lower()}@example.com")


def wish(taverna: Outcome, name: str, **changes: Any) -> NewEntry:
    given = {"first_day": DAY, "last_day": DAY, "guest": guest(name), **changes}
    return NewEntry(business_id=taverna.business.id, live=True, **given)


def join(taverna: Outcome, name: str, **changes: Any) -> WaitlistEntry:
    return join_waitlist(wish(taverna, name, **changes), now=NOW)


def free(booking: Booking) -> None:
    services.cancel_booking(booking.business_id, booking.uuid, live=True, now=NOW)
    turns.mark(booking.business_id, live=True, now=AT)


def run(after: int = 0) -> list[str]:
    """The offers that the job makes now, as `name hour`."""
    before = set(WaitlistOffer.objects.values_list("id", flat=True))
    for turn in turns.due(now=AT + timedelta(minutes=after), most=10):
        offers.go_through(turn, now=AT + timedelta(minutes=after))
    made = WaitlistOffer.objects.exclude(id__in=before).select_related("entry").order_by("id")
    return [f"{offer.entry.guest_first_name} {offer.starts_at.hour - 5}" for offer in made]


def settle(after: int) -> int:
    now = AT + timedelta(minutes=after)
    return sum(offers.settle(key, now=now) for key in offers.to_settle(now=now, most=10))


def offer_of(entry: WaitlistEntry) -> WaitlistOffer:
    return WaitlistOffer.objects.filter(entry=entry).latest("id")


def accept(entry: WaitlistEntry, now: int = NOW) -> offers.Answered:
    return offers.accept_offer(entry.business_id, entry.uuid, offer_of(entry).uuid, live=True, now=now)


def decline(entry: WaitlistEntry) -> WaitlistEntry:
    return offers.decline_offer(entry.business_id, entry.uuid, offer_of(entry).uuid, live=True, now=NOW)


def leave(entry: WaitlistEntry) -> WaitlistEntry:
    return leave_waitlist(entry.business_id, entry.uuid, live=True, now=NOW)


def state(entry: WaitlistEntry) -> tuple[str, list[str]]:
    """Of an entry and its offers."""
    entry.refresh_from_db()
    return entry.state, list(entry.offers.order_by("id").values_list("state", flat=True))


def letters() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("id").values_list("kind", "recipient"))


def kept() -> list[int]:
    """The hours, in Chicago, at which the table is taken."""
    found = Allocation.objects.filter(active=True).order_by("starts_at").values_list("starts_at", flat=True)
    return [moment.hour - 5 for moment in found]


# --- joining ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("full")
def test_joined_they_are_told_and_have_a_place(taverna: Outcome) -> None:
    first, second = join(taverna, "Ada"), join(taverna, "Bob", party=2)
    assert (state(first), state(second)) == (("waiting", []), ("waiting", []))
    assert (place_of(first), place_of(second)) == (1, 2)
    assert second.services == [UUID(str(taverna.services["table"].uuid))]
    assert second.ends_at == datetime(2026, 5, 16, 5, 0, tzinfo=UTC)  # midnight in Chicago
    assert letters() == [("waitlist_joined", "ada@example.com"), ("waitlist_joined", "bob@example.com")]
    message = Message.objects.earliest("id")
    assert "Friday, 15 May 2026" in message.text
    token = message.text.split("/w/")[1].split()[0]
    assert links.entry_of(token, now=AT) == first
    assert links.entry_of(token, now=first.ends_at + timedelta(days=7)) is None
    assert links.entry_of("x" * 22, now=AT) is None
    assert not WaitlistLink.objects.filter(digest__contains=token).exists()


@pytest.mark.usefixtures("full")
def test_places_count_among_the_same_days(taverna: Outcome) -> None:
    join(taverna, "Ada", first_day=date(2026, 5, 8), last_day=date(2026, 5, 8))
    assert place_of(join(taverna, "Bob")) == 1
    assert place_of(join(taverna, "Cyd", first_day=date(2026, 5, 1))) == 3


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"first_day": date(2026, 5, 16)}, "wrong way round"),
        ({"first_day": date(2026, 4, 30)}, "cannot be waited for"),
        ({"last_day": date(2026, 7, 1)}, "cannot be waited for"),
        ({"from_minutes": 600, "until_minutes": 600}, "times are the wrong way"),
        ({"until_minutes": 1441}, "times are the wrong way"),
        ({"guest": Guest(first_name="Ada", last_name="", phone="+13125550100")}, "How are you told"),
    ],
)
def test_what_cannot_be_waited_for(taverna: Outcome, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(Invalid, match=says):
        join(taverna, "Ada", **changes)
    assert not WaitlistEntry.objects.exists()
    assert not Customer.objects.exists()


def test_a_time_that_is_past(taverna: Outcome) -> None:
    with pytest.raises(Invalid, match="past"):
        join(taverna, "Ada", first_day=date(2026, 5, 1), last_day=date(2026, 5, 1), until_minutes=60)


def test_what_can_never_be(taverna: Outcome) -> None:
    with pytest.raises(Conflict) as refused:
        join(taverna, "Ada", party=5)
    assert refused.value.details == {"reason": "capacity"}
    with pytest.raises(NotFound):
        join(taverna, "Ada", services=(uuid4(),))
    with pytest.raises(NotFound):
        join(taverna, "Ada", resource=uuid4())
    Business.objects.update(waitlist=False)
    with pytest.raises(Conflict) as refused:
        join(taverna, "Ada")
    assert refused.value.details == {"reason": "no_waitlist"}
    assert not WaitlistEntry.objects.exists()


@pytest.mark.parametrize(
    "who",
    [
        Guest(first_name="A", last_name="", phone="", email="ADA@example.com"),
        Guest(first_name="A", last_name="", phone=guest("Ada").phone, email="a@example.com"),
    ],
)
def test_three_entries_for_a_person(taverna: Outcome, who: Guest) -> None:
    found = [join(taverna, "Ada") for _ in range(3)]
    with pytest.raises(Conflict) as refused:
        join(taverna, "Ada", guest=who)
    assert refused.value.details == {"reason": "too_many_entries"}
    assert WaitlistEntry.objects.count() == 3
    leave(found[0])
    join(taverna, "Ada", guest=who)


def test_twenty_entries_from_an_address(taverna: Outcome) -> None:
    for number in range(entries.MOST_PER_ADDRESS):
        join(taverna, f"No{number}", visitor="digest")
    with pytest.raises(Conflict) as refused:
        join(taverna, "Zoe", visitor="digest")
    assert refused.value.details == {"reason": "too_many_entries"}
    join(taverna, "Zoe", visitor="another")


def test_what_is_free_already_is_offered_at_once(taverna: Outcome) -> None:
    join(taverna, "Ada", from_minutes=600)
    assert run() == ["Ada 10"]


# --- in order -----------------------------------------------------------------------------------------------------


def test_the_first_that_fits_gets_it_and_nobody_else(taverna: Outcome, full: dict[int, Booking]) -> None:
    late, ada, bob = join(taverna, "Late", from_minutes=660), join(taverna, "Ada"), join(taverna, "Bob")
    assert run() == []
    free(full[9])
    assert run() == ["Ada 9"]
    assert run() == []
    assert (state(late), state(ada), state(bob)) == (("waiting", []), ("offered", ["open"]), ("waiting", []))
    assert kept() == [9, 10, 11]
    with pytest.raises(SlotTaken):
        book(taverna, 9)
    assert letters()[3:] == [("waitlist_offer", "ada@example.com")]
    assert "held" in Message.objects.latest("id").text or "hold it" in Message.objects.latest("id").text
    assert offer_of(ada).expires_at == AT + timedelta(minutes=30)


def test_two_freed_times_go_to_two(taverna: Outcome, full: dict[int, Booking]) -> None:
    for name in ("Ada", "Bob", "Cyd"):
        join(taverna, name)
    free(full[10])
    free(full[9])
    assert run() == ["Ada 9", "Bob 10"]


def test_only_at_the_times_and_with_whom_they_want(taverna: Outcome, full: dict[int, Booking]) -> None:
    join(taverna, "Ada", from_minutes=10 * 60, until_minutes=10 * 60 + 1)
    join(taverna, "Bob", resource=taverna.resources["t1"].uuid, party=3)
    free(full[9])
    assert run() == ["Bob 9"]
    free(full[10])
    assert run() == ["Ada 10"]


def test_a_long_list_is_gone_through_to_its_end(taverna: Outcome, full: dict[int, Booking]) -> None:
    for number in range(offers.BATCH + 3):
        join(taverna, f"No{number}", from_minutes=660)
    join(taverna, "Zoe")
    free(full[9])
    assert run() == ["Zoe 9"]
    assert turns.due(now=AT, most=10) == []


def test_a_job_that_was_interrupted_goes_on_and_a_mark_begins_anew(taverna: Outcome, full: dict[int, Booking]) -> None:
    ada, _ = join(taverna, "Ada", from_minutes=660), join(taverna, "Bob")
    free(full[9])
    (turn,) = turns.due(now=AT, most=10)
    WaitlistTurn.objects.update(after_queued_at=ada.queued_at, after_id=ada.id)
    assert run() == ["Bob 9"]
    turns.mark(ada.business_id, live=True, now=AT)
    row = WaitlistTurn.objects.get(id=turn)
    assert (row.after_id, row.due_at) == (None, AT)


def test_an_unmarked_list_is_left_alone_and_a_sweep_marks_all(taverna: Outcome, full: dict[int, Booking]) -> None:
    join(taverna, "Ada")
    run()
    services.cancel_booking(full[9].business_id, full[9].uuid, live=True, now=NOW)
    assert run() == []
    assert turns.mark_all(now=AT) == 1
    assert run() == ["Ada 9"]


def test_as_many_queries_for_one_as_for_none(
    taverna: Outcome, full: dict[int, Booking], django_assert_max_num_queries: Any
) -> None:
    for number in range(15):
        join(taverna, f"No{number}", from_minutes=660)
    with django_assert_max_num_queries(15 * 2 + 12):
        assert run() == []


# --- answering ----------------------------------------------------------------------------------------------------


@pytest.fixture
def ada(taverna: Outcome, full: dict[int, Booking]) -> WaitlistEntry:
    """Ada, to whom 9 o'clock is offered; Bob waits behind her."""
    entry = join(taverna, "Ada", customer_notes="By the window")
    join(taverna, "Bob")
    free(full[9])
    assert run() == ["Ada 9"]
    return entry


def bob() -> WaitlistEntry:
    return WaitlistEntry.objects.get(guest_first_name="Bob")


def test_accepted_it_is_booked(ada: WaitlistEntry) -> None:
    booking = accept(ada).booking
    assert state(ada) == ("booked", ["taken"])
    booking.refresh_from_db()
    assert (booking.status, booking.customer_id, booking.customer_notes) == (
        "confirmed",
        ada.customer_id,
        "By the window",
    )
    assert accept(ada).booking == booking
    assert Booking.objects.filter(held_until=None, status="confirmed").count() == 3
    assert settle(60) == 0
    with pytest.raises(Conflict, match="Cancel the booking"):
        leave(ada)
    with pytest.raises(Conflict, match="Cancel the booking"):
        decline(ada)


def test_declined_it_goes_to_the_next_and_the_place_is_kept(ada: WaitlistEntry, full: dict[int, Booking]) -> None:
    decline(ada)
    assert state(ada) == ("waiting", ["declined"])
    assert (place_of(ada), place_of(bob())) == (1, 2)
    assert run() == ["Bob 9"]
    with pytest.raises(HoldEnded):
        accept(ada)
    assert decline(ada).state == "waiting"
    free(full[10])
    assert run() == ["Ada 10"]


def test_the_same_time_is_not_offered_again_to_who_declined(ada: WaitlistEntry) -> None:
    leave(bob())
    decline(ada)
    assert run() == []
    assert kept() == [10, 11]


def test_not_answered_it_goes_to_the_next_and_they_to_the_back(ada: WaitlistEntry) -> None:
    assert settle(29) == 0
    assert settle(30) == 1
    assert state(ada) == ("waiting", ["lapsed"])
    assert letters()[-1] == ("waitlist_lapsed", "ada@example.com")
    assert place_of(ada) == 2
    with pytest.raises(HoldEnded):
        accept(ada, now=NOW + 30)
    assert run(30) == ["Bob 9"]


def test_not_answered_twice_they_are_off_the_list(ada: WaitlistEntry, full: dict[int, Booking]) -> None:
    leave(bob())
    settle(30)
    services.cancel_booking(full[10].business_id, full[10].uuid, live=True, now=NOW + 31)
    assert run(31) == ["Ada 10"]
    assert settle(61) == 1
    assert state(ada) == ("expired", ["lapsed", "lapsed"])
    assert "not on the waitlist any more" in Message.objects.latest("id").text
    assert kept() == [11]
    assert [findings for name, findings in broken_promises() if findings and "hold" not in name] == []


def test_a_time_that_the_desk_lets_go_is_not_offered_to_them_again(ada: WaitlistEntry) -> None:
    booking = offer_of(ada).booking
    assert booking is not None
    services.cancel_booking(booking.business_id, booking.uuid, live=True, now=NOW)
    assert settle(1) == 1
    assert state(ada) == ("waiting", ["withdrawn"])
    assert run(1) == ["Bob 9"]


def test_who_leaves_frees_what_is_held(ada: WaitlistEntry) -> None:
    leave(ada)
    leave(ada)
    assert state(ada) == ("withdrawn", ["declined"])
    assert run() == ["Bob 9"]


def test_another_business_finds_nothing(ada: WaitlistEntry) -> None:
    other = factories.business(business={"slug": "other"}).business.id
    key, offer = ada.uuid, offer_of(ada).uuid
    with pytest.raises(NotFound):
        offers.accept_offer(other, key, offer, live=True, now=NOW)
    with pytest.raises(NotFound):
        leave_waitlist(other, key, live=True, now=NOW)
    with pytest.raises(NotFound):
        leave_waitlist(ada.business_id, key, live=False, now=NOW)
    with pytest.raises(HoldEnded):
        offers.accept_offer(ada.business_id, bob().uuid, offer, live=True, now=NOW)
    assert state(ada) == ("offered", ["open"])


def test_a_mail_of_an_offer_that_has_ended_is_not_sent(ada: WaitlistEntry) -> None:
    message = Message.objects.get(kind="waitlist_offer")
    assert not offers.is_stale(message, now=AT)
    assert offers.is_stale(message, now=AT + timedelta(minutes=30))
    decline(ada)
    assert offers.is_stale(message, now=AT)


# --- by hand ------------------------------------------------------------------------------------------------------


def test_the_desk_offers_whomever_it_wants_any_free_minute(taverna: Outcome) -> None:
    join(taverna, "Ada")
    zoe = join(taverna, "Zoe", from_minutes=660)
    tenant = {"business_id": taverna.business.id, "key": zoe.uuid, "live": True, "now": NOW}
    offers.offer_by_hand(start=Start(DAY, 9 * 60 + 5), **tenant)
    assert state(zoe) == ("offered", ["open"])
    with pytest.raises(Conflict, match="does not wait"):
        offers.offer_by_hand(start=Start(DAY, 11 * 60), **tenant)
    assert accept(zoe).booking.status == "confirmed"


@pytest.mark.usefixtures("full")
def test_the_desk_cannot_offer_what_is_taken(taverna: Outcome) -> None:
    entry = join(taverna, "Ada")
    with pytest.raises(SlotTaken):
        offers.offer_by_hand(taverna.business.id, entry.uuid, Start(DAY, 540), live=True, now=NOW)
    assert state(entry) == ("waiting", [])


# --- the end ------------------------------------------------------------------------------------------------------


def test_past_entries_end_and_are_forgotten(taverna: Outcome, ada: WaitlistEntry) -> None:
    last = bob().ends_at
    assert entries.end_past(now=last - timedelta(minutes=1)) == 0
    assert entries.end_past(now=last) == 1
    assert state(bob()) == ("expired", [])
    assert entries.purge(now=last + timedelta(days=29)) == 0
    assert entries.purge(now=last + timedelta(days=30)) == 1
    assert list(WaitlistEntry.objects.all()) == [ada]
    assert ("waitlist_joined", "bob@example.com") not in letters()


def test_handed_out_and_erased_with_their_person(ada: WaitlistEntry) -> None:
    key = ada.customer.uuid
    told = export_customer(ada.business_id, key, live=True)
    assert [(entry["state"], entry["guest_email"]) for entry in told["waitlist"]] == [("offered", "ada@example.com")]
    assert {message["kind"] for message in told["messages"]} == {"waitlist_joined", "waitlist_offer"}
    assert "/w/…" in told["messages"][0]["text"]
    with pytest.raises(Conflict, match="to come"):
        erase_customer(ada.business_id, key, live=True, name="Ada")
    leave(ada)
    erase_customer(ada.business_id, key, live=True, name="Ada")
    assert not WaitlistEntry.objects.filter(id=ada.id).exists()
    assert not Message.objects.filter(recipient="ada@example.com").exists()
    assert not Booking.objects.filter(guest_email="ada@example.com").exists()


def test_check_integrity_notices_an_offer_without_its_entry(ada: WaitlistEntry) -> None:
    WaitlistEntry.objects.filter(id=ada.id).update(state="waiting")
    findings = dict(broken_promises())["who is offered a time on the waitlist has it held, or is to pay for it"]
    assert findings == [f"waitlist entry {ada.id} is waiting, its offer open, the booking pending"]
