"""Times that are kept for somebody: held, confirmed, let go, expired, and how many there may be."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bookings import holds, services
from bookings.asking import Ask
from bookings.customers import Guest
from bookings.deposits import DepositWish
from bookings.diary import read_diary
from bookings.errors import SlotTaken
from bookings.holds import NOBODY, Confirmation, HoldEnded, Holder, confirm_hold, drop_hold, expire_hold, hold_slot
from bookings.integrity import broken_promises
from bookings.models import Allocation, Booking, Customer
from bookings.placing import Start
from bookings.queries import listed_bookings, snapshot_of
from bookings.requests import request_deposit
from bookings.services import BookingChange, Move
from businesses.errors import Conflict, Invalid, NotFound
from businesses.localtime import minute_of
from businesses.models import Business
from businesses.provisioning import Outcome
from payments.models import Channel
from tests import factories
from webhooks.models import Event

NOW = minute_of(datetime(2026, 5, 1, 7, 0, tzinfo=UTC))
DAY = date(2026, 5, 15)
JANE = Guest(first_name="Jane", last_name="Doe", phone="+13125550100", email="jane@example.com")
AGENT = Holder(name="key 1")


@pytest.fixture
def salon(db: Any) -> Outcome:
    return factories.business()


def wish(
    salon: Outcome, hour: int = 10, *, guest: Guest = JANE, staff: bool = False, **ask: Any
) -> services.NewBooking:
    return services.NewBooking(
        business_id=salon.business.id, live=True, guest=guest, start=Start(DAY, hour * 60), ask=Ask(staff=staff, **ask)
    )


def held(salon: Outcome, hour: int = 10, **changes: Any) -> Booking:
    by, minutes = changes.pop("by", AGENT), changes.pop("minutes", 30)
    return hold_slot(wish(salon, hour, **changes), by=by, minutes=minutes, now=NOW)[0]


def confirm(booking: Booking, now: int = NOW, **told: Any) -> Booking:
    return confirm_hold(booking.business_id, booking.uuid, live=True, now=now, told=Confirmation(**told))


def drop(booking: Booking) -> Booking:
    return drop_hold(booking.business_id, booking.uuid, live=True)


def moment(minutes: int = 0) -> datetime:
    return datetime(2026, 5, 1, 7, 0, tzinfo=UTC) + timedelta(minutes=minutes)


def told() -> list[str]:
    found = Event.objects.filter(type__startswith="booking.").order_by("id")
    return list(found.values_list("type", flat=True))


def kept(booking: Booking) -> bool:
    """Whether its time is taken."""
    return Allocation.objects.filter(booking=booking, active=True).exists()


# --- holding ------------------------------------------------------------------------------------------------------


def test_a_hold_takes_its_time_and_is_not_a_booking_yet(salon: Outcome) -> None:
    first, second = held(salon), held(salon, by=Holder(name="key 2"))
    assert (first.status, first.held_until, first.holder) == ("pending", moment(30), "key 1")
    with pytest.raises(SlotTaken, match="no longer available"):
        held(salon)
    assert told() == ["booking.held", "booking.held"]
    assert list(listed_bookings(salon.business.id, live=True)) == []
    assert set(listed_bookings(salon.business.id, live=True, held=True)) == {first, second}
    entries = read_diary(snapshot_of(salon.business.id), DAY, 1, live=True).entries
    assert [entry.held_until for entry in entries] == [NOW + 30, NOW + 30]


def test_a_hold_may_be_nobodys(salon: Outcome) -> None:
    booking = held(salon, guest=NOBODY)
    assert (booking.customer_id, booking.guest_first_name) == (None, "")
    assert Customer.objects.count() == 0
    (entry,) = read_diary(snapshot_of(salon.business.id), DAY, 1, live=True).entries
    assert (entry.customer, entry.name) == (0, "")
    broken = [name for name, findings in broken_promises() if findings]
    assert broken == ["no hold lasts beyond its end"]  # by the database's clock, which is not the test's


def test_it_lasts_until_the_visit_begins_at_most(salon: Outcome) -> None:
    soon = minute_of(datetime(2026, 5, 15, 14, 50, tzinfo=UTC))  # ten minutes before
    booking, _ = hold_slot(wish(salon), by=AGENT, minutes=30, now=soon)
    assert booking.held_until == booking.starts_at == datetime(2026, 5, 15, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize("minutes", [0, -1, 24 * 60 + 1])
def test_not_for_any_length(salon: Outcome, minutes: int) -> None:
    with pytest.raises(Invalid, match="For how long"):
        held(salon, minutes=minutes)
    assert Booking.objects.count() == 0


# --- confirming ---------------------------------------------------------------------------------------------------


def test_confirmed_it_is_an_ordinary_booking(salon: Outcome) -> None:
    booking = confirm(held(salon))
    booking.refresh_from_db()
    assert (booking.status, booking.held_until, booking.version) == ("confirmed", None, 2)
    assert booking.customer == Customer.objects.get()
    assert told() == ["booking.held", "booking.created"]
    assert list(listed_bookings(salon.business.id, live=True)) == [booking]
    assert not expire_hold(booking.id, now=moment(31))


def test_who_comes_is_told_at_last_when_confirming(salon: Outcome) -> None:
    booking = held(salon, guest=NOBODY)
    with pytest.raises(Invalid, match="Who comes"):
        confirm(booking)
    with pytest.raises(Invalid, match="reached"):
        confirm(booking, guest=Guest(first_name="Jane", last_name="", phone=""))
    booking.refresh_from_db()
    assert (booking.status, booking.held_until) == ("pending", moment(30))
    confirm(booking, guest=JANE, customer_notes="By the window")
    booking.refresh_from_db()
    assert booking.customer is not None
    assert booking.customer.phone == booking.guest_phone == "+13125550100"
    assert (booking.guest_email, booking.customer_notes) == ("jane@example.com", "By the window")


def test_confirmed_twice_is_confirmed_once(salon: Outcome) -> None:
    booking = held(salon)
    first, second = confirm(booking), confirm(booking, now=NOW + 60, guest=NOBODY)
    assert (first.uuid, first.version) == (second.uuid, second.version) == (booking.uuid, 2)
    assert second.guest_first_name == "Jane"
    assert told() == ["booking.held", "booking.created"]


def test_a_business_that_looks_first_does_so(salon: Outcome) -> None:
    Business.objects.filter(id=salon.business.id).update(auto_confirm=False)
    assert confirm(held(salon)).status == "pending"
    assert confirm(held(salon, staff=True)).status == "confirmed"


@pytest.mark.parametrize(("now", "ends"), [(NOW + 30, False), (NOW + 31, True)])
def test_a_hold_that_is_over_cannot_be_confirmed(salon: Outcome, now: int, ends: bool) -> None:
    booking = held(salon)
    if ends:
        with pytest.raises(HoldEnded, match="not held any more"):
            confirm(booking, now=now)
        booking.refresh_from_db()
        assert booking.status == "pending"
    else:
        assert confirm(booking, now=now).status == "confirmed"


def test_only_holds_are_confirmed_and_dropped(salon: Outcome) -> None:
    booking, _ = services.create_booking(wish(salon), now=NOW)
    with pytest.raises(Conflict, match="not a hold"):
        confirm(booking)
    with pytest.raises(Conflict, match="not a hold"):
        drop(booking)
    booking.refresh_from_db()
    assert (booking.status, booking.version) == ("confirmed", 1)


def test_another_business_does_not_find_it(salon: Outcome) -> None:
    booking, other = held(salon), factories.business(business={"slug": "other"}).business.id
    with pytest.raises(NotFound):
        confirm_hold(other, booking.uuid, live=True, now=NOW)
    with pytest.raises(NotFound):
        drop_hold(other, booking.uuid, live=True)
    with pytest.raises(NotFound):
        confirm_hold(salon.business.id, booking.uuid, live=False, now=NOW)


def test_without_payments_a_due_deposit_leaves_the_hold(salon: Outcome, settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = ""
    Business.objects.filter(id=salon.business.id).update(
        deposit_type="charge", deposit_basis="fixed", deposit_amount_cents=2000
    )
    booking = held(salon)
    with pytest.raises(Conflict, match="payments are not set up"):
        confirm(booking, deposit=DepositWish(channel=Channel.FORM, by_rule=True))
    booking.refresh_from_db()
    assert (booking.status, booking.held_until, booking.deposit) == ("pending", moment(30), None)


# --- letting go ---------------------------------------------------------------------------------------------------


def test_let_go_the_time_is_free_and_nobody_hears_of_a_cancellation(salon: Outcome) -> None:
    booking = held(salon)
    assert drop(booking).status == "cancelled"
    assert drop(booking).version == 2
    assert not kept(booking)
    assert told() == ["booking.held", "booking.hold_expired"]
    assert list(listed_bookings(salon.business.id, live=True, held=True)) == []
    assert read_diary(snapshot_of(salon.business.id), DAY, 1, live=True).entries == ()
    with pytest.raises(HoldEnded):
        confirm(booking)


def test_the_job_frees_what_nobody_confirmed(salon: Outcome) -> None:
    booking, later = held(salon), held(salon, 11, minutes=60)
    assert holds.overdue(now=moment(29), most=10) == []
    assert holds.overdue(now=moment(30), most=10) == [booking.id]
    assert not expire_hold(booking.id, now=moment(29))
    assert expire_hold(booking.id, now=moment(30))
    assert not expire_hold(booking.id, now=moment(31))
    assert (kept(booking), kept(later)) == (False, True)
    assert told() == ["booking.held", "booking.held", "booking.hold_expired"]
    drop(later)
    assert [findings for _, findings in broken_promises() if findings] == []


def test_ended_holds_are_forgotten_after_a_day(salon: Outcome) -> None:
    ended, stays = drop(held(salon)), confirm(held(salon, 11))
    assert holds.purge(now=moment(30) + timedelta(hours=23)) == 0
    assert holds.purge(now=moment(30) + timedelta(days=1)) == 1
    assert list(Booking.objects.all()) == [stays]
    assert not Allocation.objects.filter(booking_id=ended.id).exists()


# --- what a hold is not -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["confirmed", "checked_in", "no_show", "completed"])
def test_no_status_but_cancelled(salon: Outcome, status: str) -> None:
    booking = held(salon)
    with pytest.raises(Conflict) as refused:
        services.update_booking(booking.business_id, booking.uuid, BookingChange(status=status), live=True, now=NOW)
    assert refused.value.details == {"reason": "held"}
    booking.refresh_from_db()
    assert (booking.status, booking.version) == ("pending", 1)


def test_neither_moved_nor_reseated_nor_asked_to_pay(salon: Outcome) -> None:
    booking = held(salon)
    tenant = {"business_id": booking.business_id, "booking_id": booking.uuid, "live": True, "now": NOW}
    with pytest.raises(Conflict, match="only held"):
        services.reschedule_booking(**tenant, move=Move(start=Start(DAY, 11 * 60)))
    with pytest.raises(Conflict, match="only held"):
        services.update_booking(**tenant, change=BookingChange(party=1))
    with pytest.raises(Conflict, match="only held"):
        request_deposit(**tenant, amount_cents=1000)
    booking.refresh_from_db()
    assert (booking.starts_at, booking.version) == (datetime(2026, 5, 15, 15, 0, tzinfo=UTC), 1)


def test_cancelled_at_the_desk_it_is_let_go(salon: Outcome) -> None:
    booking = held(salon)
    services.cancel_booking(booking.business_id, booking.uuid, live=True, now=NOW)
    assert not kept(booking)
    assert told() == ["booking.held", "booking.hold_expired"]


# --- how many -----------------------------------------------------------------------------------------------------

OTHER = Guest(first_name="Joe", last_name="Roe", phone="+13125550199", email="joe@example.com")


@pytest.mark.parametrize(
    ("guest", "visitor"),
    [
        (Guest(first_name="J", last_name="", phone="(312) 555-0100"), ""),
        (Guest(first_name="J", last_name="", phone="", email="JANE@example.com"), ""),
        (OTHER, "digest"),
        (NOBODY, "digest"),
    ],
)
def test_three_at_once_for_a_person(salon: Outcome, guest: Guest, visitor: str) -> None:
    for hour in (10, 11, 12):
        held(salon, hour, by=Holder(name="visitor", visitor="digest"))
    with pytest.raises(Conflict) as refused:
        held(salon, 13, guest=guest, by=Holder(name="visitor", visitor=visitor))
    assert refused.value.details == {"reason": "too_many_unpaid"}
    assert Booking.objects.count() == 3
    drop(Booking.objects.earliest("id"))
    held(salon, 13, guest=guest, by=Holder(name="visitor", visitor=visitor))


def test_others_are_not_in_the_way(salon: Outcome) -> None:
    for hour in (10, 11, 12):
        held(salon, hour, by=Holder(name="visitor", visitor="digest"))
    held(salon, 13, guest=OTHER, by=Holder(name="visitor", visitor="another"))
    held(salon, 13, staff=True)


def test_so_many_of_one_key(salon: Outcome) -> None:
    for hour in (10, 11, 12, 13):
        held(salon, hour, guest=NOBODY, by=Holder(name="key 1", most=4))
    with pytest.raises(Conflict) as refused:
        held(salon, 14, guest=NOBODY, by=Holder(name="key 1", most=4))
    assert refused.value.details == {"reason": "too_many_holds"}
    held(salon, 14, guest=NOBODY, by=Holder(name="key 2", most=4))
