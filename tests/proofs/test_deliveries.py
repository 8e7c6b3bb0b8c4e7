"""No event is lost on its way, whoever dies where (GUARANTEES E1-E4, O3), and nobody waits for another's endpoint."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings as configured
from django.db import connection, transaction
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from availengine.api.throttling import client
from availengine.management.commands import courier as courier_command
from businesses.provisioning import Outcome as Salon
from tests import factories
from tests.plugins import embedded
from tests.proofs.processes import running_courier
from tests.proofs.sizes import RELEASE
from tests.webhooks.receiver import Got, Receiver, Reply, receiving
from webhooks import delivery, endpoints, outbox
from webhooks.models import Attempt, Delivery, Endpoint, Event

pytestmark = pytest.mark.django_db(transaction=True)

EVENTS = 2_000 if RELEASE else 60
KILLS = 20 if RELEASE else 2
SOON = timedelta(minutes=2)  # when every lease has run out


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def salon() -> Salon:
    return factories.business()


def endpoint_of(salon: Salon, url: str, settings: Any, **values: Any) -> Endpoint:
    settings.OUTGOING_ALLOW_NETWORKS = ["127.0.0.0/8"]
    made, _ = endpoints.register_endpoint(salon.business.id, live=True, url=url, **values)
    return made


def happens(salon: Salon, count: int, *, rolled_back: int = 0) -> list[str]:
    """That many events, each in a transaction of its own; the ids of those that were committed."""
    found = []
    for number in range(count + rolled_back):
        with transaction.atomic():
            outbox.record(business_id=salon.business.id, live=True, types=("booking.updated",), data={"n": number})
            newest = Event.objects.order_by("-id").values_list("uuid", flat=True)[0]
            if number >= count:
                transaction.set_rollback(True)
        if number < count:
            found.append(str(newest))
    return found


def expire_leases() -> None:
    """As if a minute had passed."""
    Delivery.objects.exclude(leased_until=None).update(leased_until=timezone.now() - timedelta(seconds=1))


def everything_arrives(receiver: Receiver, wanted: list[str], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while Delivery.objects.exclude(state="delivered").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert set(receiver.ids()) == set(wanted)
    assert not Delivery.objects.exclude(state="delivered").exists()
    bodies: dict[str, set[bytes]] = {}
    for got in receiver.got:
        bodies.setdefault(got.id, set()).add(got.body)
        assert json.loads(got.body)["id"] == got.id
    assert {len(found) for found in bodies.values()} == {1}


def test_every_event_that_was_committed_arrives_exactly_once(salon: Salon, receiver: Receiver, settings: Any) -> None:
    """Also what was written while no courier ran, and though the broker loses everything."""
    endpoint_of(salon, receiver.url, settings)
    wanted = happens(salon, 20)
    with running_courier() as courier:
        wanted += happens(salon, EVENTS // 2, rolled_back=5)
        client().flushall()
        wanted += happens(salon, EVENTS // 2)
        everything_arrives(receiver, wanted)
        assert Counter(receiver.ids()) == Counter(wanted)
        code, took = courier.stop()
    assert code == 0
    assert took < 5
    assert receiver.most_at_once <= delivery.PER_ENDPOINT


def test_two_couriers_share_the_work(salon: Salon, receiver: Receiver, settings: Any) -> None:
    endpoint_of(salon, receiver.url, settings)
    with running_courier(), running_courier():
        wanted = happens(salon, EVENTS)
        everything_arrives(receiver, wanted)
    assert Counter(receiver.ids()) == Counter(wanted)


def test_kill_9_at_any_moment_loses_nothing(salon: Salon, receiver: Receiver, settings: Any) -> None:
    """A receiver that takes its time, so that requests are under way whenever the courier dies."""
    endpoint_of(salon, receiver.url, settings)
    chance = random.Random(1)
    receiver.reply = lambda got: Reply(pause=chance.random() * 0.1)
    with running_courier() as courier:
        wanted = happens(salon, 20 * KILLS)
        for _ in range(KILLS):
            seen = len(receiver.got)
            receiver.wait(lambda got, seen=seen: len(got) > seen)  # type: ignore[misc]
            time.sleep(chance.random() * 0.1)
            courier.kill()
            expire_leases()
            courier.start()
        everything_arrives(receiver, wanted)
    assert len(receiver.got) >= len(wanted)
    assert len(receiver.got) <= len(wanted) + KILLS * delivery.PER_ENDPOINT


def test_sigterm_lets_requests_end_and_loses_nothing(salon: Salon, receiver: Receiver, settings: Any) -> None:
    endpoint_of(salon, receiver.url, settings)
    receiver.reply = lambda got: Reply(pause=1.0)
    wanted = happens(salon, 6)
    with running_courier() as courier:
        receiver.wait(lambda got: len(got) == delivery.PER_ENDPOINT)
        code, took = courier.stop()
        assert (code, Delivery.objects.filter(state="delivered").count()) == (0, delivery.PER_ENDPOINT)
        assert took < 4
        assert not Delivery.objects.filter(leased_until__gt=timezone.now()).exists()
        courier.start()
        everything_arrives(receiver, wanted)
    assert Counter(receiver.ids()) == Counter(wanted)


@pytest.mark.skipif(embedded.stack is None, reason="the database is the user's: it is not restarted")
def test_the_database_is_restarted(salon: Salon, receiver: Receiver, settings: Any) -> None:
    """Nothing waits for a lease to run out because of connections that broke before anything was sent."""
    for _ in range(delivery.PER_BUSINESS // delivery.PER_ENDPOINT):
        endpoint_of(salon, receiver.url, settings)
    with running_courier():
        wanted = happens(salon, 20)  # as many at once as there can be: each with a connection
        everything_arrives(receiver, wanted)
        connection.close()
        connection.close_pool()
        embedded.stack.postgres.kill()
        embedded.stack.postgres.start()
        wanted += happens(salon, 20)
        everything_arrives(receiver, wanted)
    connection.close()
    connection.close_pool()


# --- where a courier may die ----------------------------------------------------------------------------------------


class Death(BaseException):
    """The process is gone: nothing of it runs any more."""


Doomed = Callable[[pytest.MonkeyPatch, datetime], None]


def dies(*_: Any, **__: Any) -> None:
    raise Death


def dying_after(function: Callable[..., Any]) -> Callable[..., None]:
    def done(*args: Any, **kwargs: Any) -> None:
        function(*args, **kwargs)
        raise Death

    return done


def deliver(now: datetime) -> None:
    """A courier's steps with everything that is due."""
    for key in delivery.claim(now=now, most=10):
        letter = delivery.letter_of(key, now=now)
        outcome = delivery.post(letter, now=now)
        delivery.record(key, outcome, started=now, now=now)


def in_claim(patch: pytest.MonkeyPatch, now: datetime) -> None:
    with transaction.atomic():
        delivery.claim(now=now, most=10)
        raise Death


def after_claim(patch: pytest.MonkeyPatch, now: datetime) -> None:
    delivery.claim(now=now, most=10)
    raise Death


def before_submit(patch: pytest.MonkeyPatch, now: datetime) -> None:
    """The loop has claimed, and dies before a thread has it."""
    loop = courier_command.Courier(4)
    patch.setattr(loop._pool, "submit", dies)
    loop._hand_out()


def before_letter(patch: pytest.MonkeyPatch, now: datetime) -> None:
    patch.setattr(delivery, "letter_of", dies)
    deliver(now)


def before_connect(patch: pytest.MonkeyPatch, now: datetime) -> None:
    patch.setattr(delivery.outgoing._Dialled, "connect", dies)
    deliver(now)


def during_request(patch: pytest.MonkeyPatch, now: datetime) -> None:
    """The request is out, the answer is not read."""
    patch.setattr(delivery.outgoing._Dialled, "getresponse", dies)
    deliver(now)


def after_answer(patch: pytest.MonkeyPatch, now: datetime) -> None:
    patch.setattr(delivery, "post", dying_after(delivery.post))
    deliver(now)


def in_record(patch: pytest.MonkeyPatch, now: datetime) -> None:
    """The attempt is written, the transaction is not committed."""
    patch.setattr(Delivery, "save", dies)
    deliver(now)


def after_record(patch: pytest.MonkeyPatch, now: datetime) -> None:
    patch.setattr(delivery, "record", dying_after(delivery.record))
    deliver(now)


# Where, and how often the receiver hears of the event in the end.
POINTS: dict[Doomed, int] = {
    in_claim: 1,
    after_claim: 1,
    before_submit: 1,
    before_letter: 1,
    before_connect: 1,
    during_request: 2,
    after_answer: 2,
    in_record: 2,
    after_record: 1,
}


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.__name__)
def test_dead_at_any_point_the_event_arrives_all_the_same(
    salon: Salon, receiver: Receiver, settings: Any, point: Doomed
) -> None:
    endpoint_of(salon, receiver.url, settings)
    (wanted,) = happens(salon, 1)
    now = timezone.now() + timedelta(seconds=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(courier_command, "current_time", lambda: now)
        with pytest.raises(Death):
            point(patch, now)
    if point is during_request:
        receiver.wait(lambda got: len(got) == 1)
    leased = Delivery.objects.filter(leased_until__gt=now).count()
    assert leased == (0 if point in (in_claim, after_record) else 1)
    deliver(now)  # before the lease has run out: nothing, unless nobody holds it
    assert len(receiver.got) == (1 if point in (in_claim, after_record, during_request, after_answer, in_record) else 0)
    deliver(now + SOON)
    deliver(now + SOON * 2)
    assert receiver.ids() == [wanted] * POINTS[point]
    assert len({got.body for got in receiver.got}) == 1
    found = Delivery.objects.get()
    assert (found.state, found.attempts, Attempt.objects.count()) == ("delivered", 1, 1)


# --- nobody waits for another's endpoint ----------------------------------------------------------------------------


def delays(salon: Salon, receiver: Receiver, count: int) -> list[float]:
    """Seconds from each commit to its arrival."""
    found = []
    for _ in range(count):
        seen = len(receiver.ids("/quick"))
        happens(salon, 1)
        committed = time.monotonic()
        receiver.wait(lambda got, seen=seen: len([one for one in got if one.path == "/quick"]) > seen)  # type: ignore[misc]
        arrived = [got.at for got in receiver.got if got.path == "/quick"][-1]
        found.append(max(0.0, arrived - committed))
        time.sleep(0.02)
    return sorted(found)


def test_a_slow_endpoint_of_one_business_delays_no_other(
    salon: Salon, receiver: Receiver, settings: Any, record_property: Any
) -> None:
    """Twenty endpoints that think for two seconds, each with more to hear than it can take."""
    rival = factories.business(business={"slug": "rival"})
    endpoint_of(rival, f"{receiver.url}/quick", settings)
    slow = [endpoint_of(salon, f"{receiver.url}/slow", settings) for _ in range(endpoints.MOST_ENDPOINTS)]

    def reply(got: Got) -> Reply:
        return Reply(pause=2.0 if got.path == "/slow" else 0)

    receiver.reply = reply
    with running_courier():
        delays(rival, receiver, 3)  # it has started
        alone = delays(rival, receiver, 40)
        happens(salon, 50)
        receiver.wait(lambda got: len([one for one in got if one.path == "/slow"]) >= delivery.PER_BUSINESS)
        beside = delays(rival, receiver, 40)
    p95 = alone[37], beside[37]
    told = f"p95 alone {p95[0] * 1000:.0f} ms, beside {len(slow)} slow endpoints {p95[1] * 1000:.0f} ms"
    print(told)
    record_property("delay", told)
    assert p95[1] < max(10 * p95[0], 0.5), told


def test_the_database_announces_what_was_written(salon: Salon, settings: Any) -> None:
    """In the transaction: at its commit, and not when it is rolled back or nobody wants the event."""
    address = make_conninfo(configured.DATABASE_URL, dbname=connection.settings_dict["NAME"])

    def heard(ears: psycopg.Connection[Any]) -> int:
        return len(list(ears.notifies(timeout=0.2)))

    with psycopg.connect(address, autocommit=True) as ears:
        ears.execute(f"LISTEN {courier_command.CHANNEL}")
        happens(salon, 1)
        assert heard(ears) == 0
        endpoint_of(salon, "https://example.com/", settings)
        happens(salon, 0, rolled_back=1)
        assert heard(ears) == 0
        happens(salon, 1)
        assert heard(ears) == 1


def test_a_courier_in_this_process_ends_when_told(salon: Salon, receiver: Receiver, settings: Any) -> None:
    """Many pending ones of one endpoint are handed out as fast as it takes them, not four a second."""
    endpoint_of(salon, receiver.url, settings)
    wanted = happens(salon, 200)
    loop = courier_command.Courier(8)
    thread = threading.Thread(target=loop.run)
    began = time.monotonic()
    thread.start()
    receiver.wait(lambda got: len(got) == len(wanted), 20)
    took = time.monotonic() - began
    loop.stopping = True
    thread.join(10)
    assert not thread.is_alive()
    assert took < 15
    assert Counter(receiver.ids()) == Counter(wanted)
    print(f"{len(wanted) / took:.0f} deliveries a second to one endpoint")


def test_couriers_that_claim_at_once_keep_an_endpoints_limit(salon: Salon, settings: Any) -> None:
    """The second one waits until it can count what the first one holds."""
    endpoint_of(salon, "http://127.0.0.1:1/", settings)
    happens(salon, 20)
    second: list[list[int]] = []

    def courier() -> None:
        second.append(delivery.claim(now=timezone.now(), most=16))
        connection.close()

    other = threading.Thread(target=courier)
    with transaction.atomic():
        first = delivery.claim(now=timezone.now(), most=16)
        other.start()
        while other.is_alive() and not waiting_for_a_lock():
            time.sleep(0.01)
    other.join()
    assert (len(first), second) == (delivery.PER_ENDPOINT, [[]])


def waiting_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
        return bool(cursor.fetchone()[0])
