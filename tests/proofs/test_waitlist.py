"""The waitlist under many hands: nothing is offered twice, nobody is passed by, and who is killed loses nothing."""

import random
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from availengine.clock import current_minute
from bookings import services, tasks
from bookings.asking import Ask
from bookings.customers import Guest
from bookings.integrity import broken_promises
from bookings.models import Allocation, Booking, Message, WaitlistEntry, WaitlistOffer, WaitlistTurn
from bookings.placing import Start
from bookings.waitlist import letters, offers, turns
from bookings.waitlist.entries import NewEntry, join_waitlist
from businesses.errors import Conflict
from businesses.localtime import moment_of
from businesses.provisioning import Outcome
from tests import factories
from tests.proofs import race
from tests.proofs.test_holds import at_once

pytestmark = pytest.mark.django_db(transaction=True)

FREED, WAITING, HANDS = 6, 10, 4
MONDAY = race.next_monday(date.today())


@pytest.fixture
def salon() -> Outcome:
    return factories.business(**race.busy_business(1))


def book(salon: Outcome, minutes: int, now: int, phone: str = "+13125550199") -> Booking:
    new = services.NewBooking(
        business_id=salon.business.id,
        live=True,
        guest=Guest(first_name="Early", last_name="Bird", phone=phone),
        start=Start(MONDAY, minutes),
        ask=Ask(),
    )
    return services.create_booking(new, now=now)[0]


def join(salon: Outcome, number: int, now: int) -> WaitlistEntry:
    guest = Guest(first_name=f"No{number}", last_name="", phone=f"+1312555{number:04}", email=f"no{number}@example.com")
    new = NewEntry(business_id=salon.business.id, live=True, guest=guest, first_day=MONDAY, last_day=MONDAY)
    return join_waitlist(new, now=now)


@pytest.fixture
def full(salon: Outcome) -> list[Booking]:
    """Every start of the day is taken."""
    now = current_minute()
    return [book(salon, minutes, now) for minutes in race.slots()]


def freed(bookings: list[Booking]) -> None:
    for booking in bookings:
        services.cancel_booking(booking.business_id, booking.uuid, live=True, now=current_minute())


def run_jobs() -> int:
    """As the worker does; how many offers were made by this run. A late message is left to the next run."""
    return int(tasks.offer_freed())


def offered() -> list[tuple[str, datetime]]:
    """Who got what, in the order in which it was offered."""
    found = WaitlistOffer.objects.order_by("id").values_list("entry__guest_first_name", "starts_at")
    return list(found)


def assert_kept() -> None:
    assert race.overlaps() == 0
    assert [findings for _, findings in broken_promises() if findings] == []
    starts = [starts_at for _, starts_at in offered()]
    assert len(starts) == len(set(starts))
    for offer in WaitlistOffer.objects.filter(state="open").select_related("booking"):
        assert offer.booking is not None
        assert offer.booking.is_held
        assert Allocation.objects.filter(booking=offer.booking, active=True).count() == 1


def test_freed_times_go_to_the_first_by_the_outbox_alone(salon: Outcome, full: list[Booking]) -> None:
    now = current_minute()
    for number in range(WAITING):
        join(salon, number, now)
    run_jobs()
    assert offered() == []
    chosen = random.Random(7).sample(full, FREED)
    freed(chosen)
    assert run_jobs() == FREED
    times = sorted(booking.starts_at for booking in chosen)
    assert offered() == [(f"No{number}", starts_at) for number, starts_at in enumerate(times)]
    assert Message.objects.filter(kind="waitlist_offer").count() == FREED
    assert run_jobs() == 0
    assert_kept()


def test_many_jobs_at_once_offer_each_time_once_and_in_order(salon: Outcome, full: list[Booking]) -> None:
    """Jobs, cancellations, bookers and people who join, all at the same moment."""
    now = current_minute()
    for number in range(WAITING):
        join(salon, number, now)
    chosen = [*random.Random(3).sample(full[: race.SLOTS // 2], FREED // 2), *full[-FREED // 2 :]]

    def snatch() -> int:
        """Somebody from the street tries each start once."""
        for minutes in race.slots()[: race.SLOTS // 2]:
            try:
                book(salon, minutes, now, phone="+13125550177")
            except Conflict:
                continue
        return 0

    def cancel() -> int:
        freed(chosen)
        return 0

    def jobs() -> int:
        return sum(run_jobs() for _ in range(6))

    at_once(cancel, snatch, *[jobs] * HANDS)
    run_jobs()
    assert_kept()
    names = [name for name, _ in offered()]
    assert names == [f"No{number}" for number in range(len(names))]
    taken = Booking.objects.filter(guest_phone="+13125550177", status="confirmed").count()
    assert len(names) + taken == FREED
    assert names


def test_answers_and_lapses_at_once(salon: Outcome, full: list[Booking]) -> None:
    """Of taking an offer and of its end exactly one wins; what is free again goes on."""
    now = current_minute()
    entries = [join(salon, number, now) for number in range(WAITING)]
    freed(full[:FREED])
    run_jobs()
    late = moment_of(now + 31)

    def take(entry: WaitlistEntry, offer: WaitlistOffer) -> Callable[[], str]:
        def taken() -> str:
            try:
                answer = offers.accept_offer(entry.business_id, entry.uuid, offer.uuid, live=True, now=now)
            except Conflict:
                return "late"
            return str(answer.booking.status)

        return taken

    for entry in entries[:FREED]:
        offer = WaitlistOffer.objects.get(entry=entry)
        told, lapsed = at_once(take(entry, offer), lambda key=offer.id: offers.settle(key, now=late))  # type: ignore[misc]
        offer.refresh_from_db()
        entry.refresh_from_db()
        assert (told, lapsed) in (("confirmed", False), ("late", True))
        assert (offer.state, entry.state) == (("taken", "booked") if told == "confirmed" else ("lapsed", "waiting"))
    assert_kept_but_for_the_clock()


def assert_kept_but_for_the_clock() -> None:
    assert race.overlaps() == 0
    assert [findings for name, findings in broken_promises() if findings and "hold" not in name] == []


class Killed(BaseException):
    """What a process that is killed does: nothing more."""


@pytest.mark.parametrize(
    ("module", "name"),
    [(letters, "tell_offer"), (offers.links, "new_link"), (turns.Turn, "passed"), (offers, "_become")],
)
def test_killed_between_holding_and_writing_nothing_is_lost(
    salon: Outcome, full: list[Booking], monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    """Hold, offer, mail and how far the list was commit together: a hold without its mail does not exist."""
    now = current_minute()
    join(salon, 0, now)
    freed(full[:1])
    turns.read_on(now=moment_of(now))

    def killed(*args: Any, **kwargs: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(module, name, killed)
        (turn,) = turns.due(now=moment_of(now + 1), most=10)
        with pytest.raises(Killed):
            offers.go_through(turn, now=moment_of(now + 1))
    assert not WaitlistOffer.objects.exists()
    assert not Booking.objects.exclude(held_until=None).exists()
    assert WaitlistTurn.objects.get().due_at is not None
    assert offers.go_through(turn, now=moment_of(now + 1)) == 1
    assert list(Message.objects.order_by("id").values_list("kind", flat=True)) == ["waitlist_joined", "waitlist_offer"]
    assert_kept()


def test_negative_control_without_looking_back_the_order_is_lost(
    salon: Outcome, full: list[Booking], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A time that is freed just after the first was looked at would go to the second: the check would see it."""
    now = current_minute()
    first, _ = join(salon, 0, now), join(salon, 1, now)
    freed(full[:1])
    WaitlistTurn.objects.update(after_queued_at=first.queued_at, after_id=first.id)
    with monkeypatch.context() as patch:
        patch.setattr(turns.Turn, "ahead_of", lambda self, entry, start: ())
        run_jobs()
    assert [name for name, _ in offered()] == ["No1"]


def test_looking_back_keeps_the_order(salon: Outcome, full: list[Booking]) -> None:
    now = current_minute()
    first, _ = join(salon, 0, now), join(salon, 1, now)
    freed(full[:1])
    WaitlistTurn.objects.update(after_queued_at=first.queued_at, after_id=first.id)
    run_jobs()
    assert [name for name, _ in offered()] == ["No0"]
