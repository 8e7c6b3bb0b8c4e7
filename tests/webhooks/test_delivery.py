"""GUARANTEES E3 and E4: who is told when and how often, when it is enough; nobody waits for another's endpoint."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from statistics import mean
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import IntegrityError, transaction
from django.utils import timezone

from businesses.provisioning import Outcome as Salon
from tests import factories
from tests.webhooks.receiver import Receiver, Reply
from webhooks import delivery, endpoints, outbox
from webhooks.delivery import GIVE_UP_AFTER, LEASE, PER_BUSINESS, PER_ENDPOINT, Outcome, claim, record
from webhooks.models import Attempt, Delivery, Endpoint, Event, State
from webhooks.outbox import OutsideTransaction

SCHEDULE = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
FINE = Outcome(200, "ok", 3)
BROKEN = Outcome(500, "broken", 3)
PLENTY = 1_000


@pytest.fixture
def now(db: None) -> datetime:
    """A moment after which everything that a test writes is due."""
    return timezone.now() + timedelta(seconds=1)


def endpoint_of(salon: Salon, *, live: bool = True, url: str = "https://example.com/", **values: Any) -> Endpoint:
    made, _ = endpoints.register_endpoint(salon.business.id, live=live, url=url, **values)
    return made


def happens(salon: Salon, count: int = 1, *, type_: str = "booking.updated", live: bool = True) -> list[Event]:
    return Event.objects.bulk_create(
        [Event(business=salon.business, live=live, type=type_, data={"n": n}) for n in range(count)]
    )


def claimed(now: datetime, most: int = PLENTY, **limits: int) -> Counter[int]:
    """How many deliveries of each endpoint a courier gets."""
    keys = claim(now=now, most=most, **limits)
    return Counter(Delivery.objects.filter(id__in=keys).values_list("endpoint_id", flat=True))


def attempt(now: datetime, outcome: Outcome) -> Delivery:
    """The one delivery that is due has this outcome."""
    (key,) = claim(now=now, most=1)
    record(key, outcome, started=now, now=now)
    return Delivery.objects.get(id=key)


# --- who is told --------------------------------------------------------------------------------------------------


def test_every_endpoint_that_wants_an_event_has_a_delivery_of_it(salon: Salon) -> None:
    everything = endpoint_of(salon)
    some = endpoint_of(salon, events=["booking.created", "booking.updated"])
    endpoint_of(salon, events=["booking.created"])
    (event,) = happens(salon)
    found = Delivery.objects.filter(event=event)
    assert {row.endpoint_id for row in found} == {everything.id, some.id}
    assert {(row.state, row.attempts, row.business_id) for row in found} == {("pending", 0, salon.business.id)}


def test_endpoints_that_are_off_gone_of_others_or_of_the_other_mode_have_none(salon: Salon) -> None:
    off, gone = endpoint_of(salon), endpoint_of(salon)
    endpoints.change_endpoint(salon.business.id, off.uuid, {"active": False}, live=True)
    endpoints.remove_endpoint(salon.business.id, gone.uuid, live=True)
    endpoint_of(factories.business(business={"slug": "rival"}))
    trial = endpoint_of(salon, live=False)
    happens(salon)
    assert not Delivery.objects.exists()
    happens(salon, live=False)
    assert [row.endpoint_id for row in Delivery.objects.all()] == [trial.id]


def test_what_was_waiting_when_an_endpoint_went_is_given_up(salon: Salon, now: datetime) -> None:
    off, gone = endpoint_of(salon), endpoint_of(salon)
    happens(salon)
    Endpoint.objects.filter(id=off.id).update(active=False)
    endpoints.remove_endpoint(salon.business.id, gone.uuid, live=True)
    assert claim(now=now, most=PLENTY) == []


def test_a_change_that_is_rolled_back_tells_nobody(salon: Salon) -> None:
    endpoint_of(salon)
    with transaction.atomic():
        outbox.record(business_id=salon.business.id, live=True, types=("booking.updated",), data={})
        assert Delivery.objects.count() == 1
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(OutsideTransaction):
        outbox.record(business_id=1, live=True, types=("booking.updated",), data={})


def test_a_delivery_cannot_be_of_another_business_s_event(salon: Salon) -> None:
    rival = factories.business(business={"slug": "rival"})
    (event,), endpoint = happens(rival), endpoint_of(salon)
    with pytest.raises(IntegrityError, match="webhooks_delivery_event_id_tenant_fk"):
        Delivery.objects.create(business=salon.business, event=event, endpoint=endpoint)


# --- who comes first ----------------------------------------------------------------------------------------------


def test_an_endpoint_far_behind_takes_nothing_from_the_others(salon: Salon, now: datetime) -> None:
    behind, quick = endpoint_of(salon), endpoint_of(factories.business(business={"slug": "rival"}))
    happens(salon, 10_000)
    Event.objects.create(business_id=quick.business_id, live=True, type="booking.updated", data={})
    began = timezone.now()
    assert claimed(now, most=64) == {behind.id: PER_ENDPOINT, quick.id: 1}
    assert (timezone.now() - began).total_seconds() < 0.5
    assert claimed(now, most=64) == {}


def test_a_business_with_many_endpoints_takes_nothing_from_the_others(salon: Salon, now: datetime) -> None:
    rival = factories.business(business={"slug": "rival"})
    own, quick = [endpoint_of(salon).id for _ in range(10)], endpoint_of(rival)
    happens(salon, 10)
    happens(rival, 2)
    found = claimed(now)
    assert found.pop(quick.id) == 2
    assert sum(found.values()) == PER_BUSINESS
    assert set(found) <= set(own)
    assert claimed(now) == {}


def test_businesses_take_turns(salon: Salon, now: datetime) -> None:
    others = [factories.business(business={"slug": f"rival-{n}"}) for n in range(3)]
    everybody = [endpoint_of(one).id for one in (salon, *others)]
    for one in (salon, *others):
        happens(one, 5)
    assert claimed(now, most=4) == dict.fromkeys(everybody, 1)


def test_one_that_fails_gets_one_at_a_time_and_comes_last(salon: Salon, now: datetime) -> None:
    rival = factories.business(business={"slug": "rival"})
    failing, good = endpoint_of(salon), endpoint_of(rival)
    Endpoint.objects.filter(id=failing.id).update(failing_since=now)
    happens(salon, 5)
    happens(rival, 5)
    assert claimed(now, most=3) == {good.id: 3}
    assert claimed(now) == {good.id: 1, failing.id: 1}
    assert claimed(now) == {}


def test_those_that_fail_leave_threads_to_the_others(salon: Salon, now: datetime) -> None:
    for _ in range(10):
        failing = endpoint_of(salon)
        Endpoint.objects.filter(id=failing.id).update(failing_since=now)
    happens(salon)
    assert sum(claimed(now, most=8, most_failing=6).values()) == 6
    assert sum(claimed(now, most=2, most_failing=0).values()) == 0


def test_what_is_leased_is_nobody_else_s_until_the_lease_ends(salon: Salon, now: datetime) -> None:
    endpoint_of(salon)
    happens(salon)
    first = claim(now=now, most=PLENTY)
    assert len(first) == 1
    assert claim(now=now + LEASE - timedelta(seconds=1), most=PLENTY) == []
    assert claim(now=now + LEASE + timedelta(seconds=1), most=PLENTY) == first


def test_the_lease_is_longer_than_an_attempt_can_take() -> None:
    assert LEASE.total_seconds() > 2 * delivery.outgoing.TIMEOUT


def test_the_oldest_comes_first(salon: Salon, now: datetime) -> None:
    endpoint_of(salon)
    happens(salon, 6)
    keys = list(Delivery.objects.order_by("id").values_list("id", flat=True))
    assert claim(now=now, most=3) == keys[:3]


# --- when it is tried again ---------------------------------------------------------------------------------------


def test_the_schedule_is_the_promised_one() -> None:
    assert configured.WEBHOOK_SCHEDULE == SCHEDULE


def test_ten_attempts_at_their_times_then_it_has_failed(salon: Salon, now: datetime) -> None:
    endpoint_of(salon)
    happens(salon)
    for number, pause in enumerate([*SCHEDULE[1:], None], start=1):
        found = attempt(now, BROKEN)
        assert (found.attempts, found.last_status, found.leased_until) == (number, 500, None)
        if pause is None:
            assert (found.state, found.next_try_at) == (State.FAILED, None)
            break
        assert found.next_try_at is not None
        wait = found.next_try_at - now
        assert 0.8 * pause <= wait.total_seconds() <= 1.2 * pause
        assert claim(now=found.next_try_at - timedelta(seconds=1), most=PLENTY) == []
        now = found.next_try_at
    assert list(Attempt.objects.order_by("id").values_list("number", flat=True)) == list(range(1, 11))
    assert claim(now=now + timedelta(days=30), most=PLENTY) == []


def test_pauses_are_spread_over_twenty_percent_both_ways(salon: Salon, now: datetime) -> None:
    endpoint_of(salon)
    happens(salon, 300)
    for key in Delivery.objects.values_list("id", flat=True):
        record(key, BROKEN, started=now, now=now)
    waits = [(row.next_try_at - now).total_seconds() / 5 for row in Delivery.objects.all() if row.next_try_at]
    assert len(waits) == 300
    assert 0.8 <= min(waits) < 0.85
    assert 1.15 < max(waits) <= 1.2
    assert 0.97 < mean(waits) < 1.03


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("3", 0),  # less than the pause
        ("999999999", 86_400),
        ("9" * 300, 86_400),
        ("9" * 5_000, 0),
        ("-5", 0),
        ("1.5", 0),
        ("١٢٠", 0),
        ("", 0),
        ("tomorrow", 0),
        ("\xff\xfe", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 0),
        ("Fri, 99 Foo 2026 99:99:99 GMT", 0),
        ("Mon, 01 Jan 2026 00:00:00", 0),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_what_a_receiver_asks_for_is_granted_within_a_day(
    salon: Salon, receiver: Receiver, now: datetime, given: str, seconds: int
) -> None:
    endpoint_of(salon, url=receiver.url)
    happens(salon)
    header = given.encode("utf-8").decode("latin-1")
    receiver.reply = lambda got: Reply(503, headers=(("Retry-After", header),))
    found = attempted(now)
    assert found.next_try_at is not None
    wait = (found.next_try_at - now).total_seconds()
    assert wait == seconds if seconds else 4 <= wait <= 6


def test_a_date_that_a_receiver_asks_for(salon: Salon, receiver: Receiver, now: datetime) -> None:
    endpoint_of(salon, url=receiver.url)
    happens(salon)
    asked = format_datetime((now + timedelta(hours=2)).astimezone(UTC), usegmt=True)
    receiver.reply = lambda got: Reply(429, headers=(("Retry-After", asked),))
    found = attempted(now)
    assert found.next_try_at is not None
    assert 7_198 <= (found.next_try_at - now).total_seconds() <= 7_200


@pytest.mark.parametrize("status", [200, 301, 400, 404, 500])
def test_of_other_answers_retry_after_says_nothing(
    salon: Salon, receiver: Receiver, now: datetime, status: int
) -> None:
    endpoint_of(salon, url=receiver.url)
    happens(salon)
    receiver.reply = lambda got: Reply(status, headers=(("Retry-After", "5000"),))
    found = attempted(now)
    assert found.next_try_at is None or (found.next_try_at - now).total_seconds() <= 6


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_what_counts_as_taken(salon: Salon, receiver: Receiver, now: datetime, status: int) -> None:
    endpoint_of(salon, url=receiver.url)
    happens(salon)
    receiver.reply = lambda got: Reply(status, b"")
    found = attempted(now)
    assert (found.state, found.last_status, found.next_try_at) == ("delivered", status, None)


@pytest.mark.parametrize("status", [300, 301, 302, 307, 308, 400, 401, 403, 404, 409, 418, 429, 500, 502, 503, 599])
def test_what_does_not(salon: Salon, receiver: Receiver, now: datetime, status: int) -> None:
    endpoint_of(salon, url=receiver.url)
    happens(salon)
    receiver.reply = lambda got: Reply(status, headers=(("Location", "http://127.0.0.1:1/"),))
    found = attempted(now)
    assert (found.state, found.last_status, found.attempts) == ("pending", status, 1)
    assert len(receiver.got) == 1


# --- when it is enough --------------------------------------------------------------------------------------------


def test_gone_switches_off_at_once_and_gives_up_what_waits(salon: Salon, now: datetime) -> None:
    gone, other = endpoint_of(salon), endpoint_of(salon)
    happens(salon, 3)
    key = Delivery.objects.filter(endpoint=gone).order_by("id").values_list("id", flat=True)[0]
    record(key, Outcome(410, "", 1), started=now, now=now)
    gone.refresh_from_db()
    assert (gone.active, gone.problem) == (False, "It answered 410 Gone.")
    assert set(Delivery.objects.filter(endpoint=gone).values_list("state", "next_try_at")) == {("failed", None)}
    assert set(Delivery.objects.filter(endpoint=other).values_list("state", flat=True)) == {"pending"}
    happens(salon)
    assert Delivery.objects.filter(endpoint=gone).count() == 3


def test_five_days_of_only_failures_switch_off(salon: Salon, now: datetime) -> None:
    endpoint = endpoint_of(salon)
    happens(salon, 3)
    first, second, third = Delivery.objects.order_by("id").values_list("id", flat=True)
    record(first, BROKEN, started=now, now=now)
    almost = now + GIVE_UP_AFTER - timedelta(seconds=1)
    record(second, BROKEN, started=almost, now=almost)
    endpoint.refresh_from_db()
    assert (endpoint.active, endpoint.failing_since) == (True, now)
    record(third, BROKEN, started=now, now=now + GIVE_UP_AFTER)
    endpoint.refresh_from_db()
    assert (endpoint.active, endpoint.problem) == (False, "Nothing could be delivered for five days.")
    assert set(Delivery.objects.values_list("state", flat=True)) == {"failed"}


def test_one_success_and_the_days_are_counted_anew(salon: Salon, now: datetime) -> None:
    endpoint = endpoint_of(salon)
    happens(salon, 3)
    first, second, third = Delivery.objects.order_by("id").values_list("id", flat=True)
    record(first, BROKEN, started=now, now=now)
    record(second, FINE, started=now, now=now + timedelta(days=4))
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None
    later = now + GIVE_UP_AFTER + timedelta(days=1)
    record(third, BROKEN, started=later, now=later)
    endpoint.refresh_from_db()
    assert (endpoint.active, endpoint.failing_since) == (True, later)


def test_switched_on_again_everything_can_be_had(salon: Salon, now: datetime) -> None:
    endpoint = endpoint_of(salon)
    happens(salon, 2)
    record(Delivery.objects.order_by("id")[0].id, Outcome(410, "", 1), started=now, now=now)
    endpoints.change_endpoint(salon.business.id, endpoint.uuid, {"active": True}, live=True)
    assert claim(now=now, most=PLENTY) == []
    since = now - timedelta(days=1)
    everything = Event.objects.filter(live=True).count()  # its own setup included: it was not there yet
    assert endpoints.replay(salon.business.id, endpoint.uuid, live=True, since=since) == everything
    assert claimed(now + timedelta(minutes=1)) == {endpoint.id: PER_ENDPOINT}


def test_what_is_accepted_after_it_was_given_up_is_done(salon: Salon, now: datetime) -> None:
    endpoint = endpoint_of(salon)
    happens(salon)
    (key,) = claim(now=now, most=1)
    endpoints.change_endpoint(salon.business.id, endpoint.uuid, {"active": False}, live=True)
    Delivery.objects.update(state=State.FAILED, next_try_at=None)
    record(key, BROKEN, started=now, now=now)
    assert Delivery.objects.get().state == State.FAILED
    record(key, FINE, started=now, now=now)
    assert Delivery.objects.get().state == State.DELIVERED


def test_an_outcome_that_comes_twice_counts_once(salon: Salon, now: datetime) -> None:
    """The lease ran out while it was still being sent, and somebody else was faster."""
    endpoint_of(salon)
    happens(salon)
    (key,) = claim(now=now, most=1)
    record(key, FINE, started=now, now=now)
    record(key, BROKEN, started=now, now=now)
    found = Delivery.objects.get()
    assert (found.state, found.attempts) == (State.DELIVERED, 1)


# --- one attempt --------------------------------------------------------------------------------------------------


def attempted(now: datetime) -> Delivery:
    """What a courier does with the one delivery that is due."""
    (key,) = claim(now=now, most=1)
    letter = delivery.letter_of(key, now=now)
    record(key, delivery.post(letter, now=now), started=now, now=now)
    return Delivery.objects.get(id=key)


def test_what_arrives(salon: Salon, receiver: Receiver, now: datetime) -> None:
    endpoint_of(salon, url=f"{receiver.url}/hook?a=b")
    (event,) = happens(salon)
    attempted(now)
    (got,) = receiver.got
    assert got.path == "/hook?a=b"
    assert got.id == str(event.uuid)
    assert got.headers["content-type"] == "application/json"
    assert got.headers["user-agent"].startswith("AvailEngine-Webhooks/")
    assert got.headers["webhook-timestamp"] == str(int(now.timestamp()))


def test_again_and_replayed_it_has_the_same_id_and_the_same_bytes(
    salon: Salon, receiver: Receiver, now: datetime
) -> None:
    endpoint = endpoint_of(salon, url=receiver.url)
    (event,) = happens(salon)
    found = attempted(now)
    endpoints.resend(salon.business.id, endpoint.uuid, found.uuid, live=True)
    attempted(now + timedelta(minutes=1))
    endpoints.replay(salon.business.id, endpoint.uuid, live=True, since=now - timedelta(seconds=10))
    Delivery.objects.exclude(id=found.id).delete()  # of the setup, which is replayed too
    attempted(now + timedelta(minutes=2))
    assert receiver.ids() == [str(event.uuid)] * 3
    assert len({got.body for got in receiver.got}) == 1


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"a\x00b\x00", "ab"),
        (b"\xff\xfe\x00\x80", "\ufffd\ufffd\ufffd"),
        (b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"),
        ("ü".encode() * 5_000, "ü" * 500),
        (b"x" * 5_000_000, "x" * 500),
        (b"", ""),
        (b"<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_what_is_kept_of_an_answer(salon: Salon, receiver: Receiver, now: datetime, body: bytes, shown: str) -> None:
    endpoint_of(salon, url=receiver.url)
    happens(salon)
    receiver.reply = lambda got: Reply(500, body)
    assert attempted(now).last_status == 500
    assert Attempt.objects.get().answer == shown


def test_an_answer_that_is_no_http_at_all_is_kept_without_what_the_database_refuses(
    salon: Salon, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(*args: Any, **kwargs: Any) -> Any:
        raise delivery.outgoing.NoAnswer("BadStatusLine: \x00\x01\x02")

    monkeypatch.setattr(delivery.outgoing, "fetch", fetch)
    endpoint_of(salon)
    happens(salon)
    assert (attempted(now).state, Attempt.objects.get().answer) == (State.PENDING, "BadStatusLine: \x01\x02")


def test_an_address_that_became_private_is_a_failed_attempt(salon: Salon, now: datetime, settings: Any) -> None:
    endpoint_of(salon, url="https://localhost/")
    happens(salon)
    found = attempted(now)
    assert (found.state, found.last_status, found.attempts) == (State.PENDING, None, 1)
    assert Attempt.objects.get().answer == "This address is not public."


def test_no_transaction_is_open_while_the_receiver_thinks(
    salon: Salon, receiver: Receiver, now: datetime, django_assert_num_queries: Any
) -> None:
    endpoint_of(salon, url=receiver.url)
    happens(salon)
    (key,) = claim(now=now, most=1)
    letter = delivery.letter_of(key, now=now)
    with django_assert_num_queries(0):
        delivery.post(letter, now=now)


def test_an_attempt_costs_few_queries(salon: Salon, now: datetime, django_assert_max_num_queries: Any) -> None:
    endpoint_of(salon)
    happens(salon)
    (key,) = claim(now=now, most=1)
    with django_assert_max_num_queries(2):
        delivery.letter_of(key, now=now)
    with django_assert_max_num_queries(8):
        record(key, FINE, started=now, now=now)
