"""The live stream, by the real server: every event once and in order, to those only who may hear it (A1, A4, E3)."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psutil
import pytest
from django.db import connection, transaction
from django.test import Client

from availengine.stream.hub import POLL
from availengine.stream.tickets import new_ticket
from businesses.keys import issue_key, principal_of, revoke_key, rotate_key
from businesses.provisioning import Outcome as Salon
from tests import factories
from tests.proofs.processes import Stream, running_stream
from webhooks import outbox
from webhooks.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/v1/events/stream"
LISTENERS = 200


@pytest.fixture
def salon() -> Salon:
    return factories.business()


@pytest.fixture(scope="module")
def _stream(django_db_setup: None) -> Iterator[Stream]:
    with running_stream() as found:
        yield found


@pytest.fixture
def stream(_stream: Stream) -> Stream:
    """One server for all tests but the last."""
    return _stream


class Listener:
    """Connects, and reads when it is asked to."""

    def __init__(self, port: int, path: str = PATH, *, key: str = "", last: str = "", small: bool = False) -> None:
        self.sock = socket.socket()
        if small:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.sock.settimeout(10)
        self.sock.connect(("127.0.0.1", port))
        headers = [f"GET {path} HTTP/1.1", "Host: x", "Accept: text/event-stream"]
        headers += [f"Authorization: Bearer {key}"] if key else []
        headers += [f"Last-Event-ID: {last}"] if last else []
        self.sock.sendall("\r\n".join([*headers, "", ""]).encode())
        self.file = self.sock.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = dict(line.decode().strip().lower().split(": ", 1) for line in iter(self.file.readline, b"\r\n"))
        self.text = b""

    def _more(self) -> bool:
        """Read one chunk; False at the end."""
        with suppress(OSError, ValueError):
            size = int(self.file.readline().strip() or b"0", 16)
            found = self.file.read(size)
            self.file.readline()
            self.text += found
            return size > 0
        return False

    def next(self, count: int) -> list[dict[str, Any]]:
        """That many events; fewer when the stream ends or ten seconds pass."""
        found: list[dict[str, Any]] = []
        while len(found) < count:
            head, separator, rest = self.text.partition(b"\n\n")
            if not separator:
                if not self._more():
                    break
                continue
            self.text = rest
            fields = dict(line.split(b": ", 1) for line in head.split(b"\n") if not line.startswith(b":"))
            if b"data" in fields:
                event = json.loads(fields[b"data"])
                assert fields[b"id"].decode() == event["id"]
                assert fields[b"event"].decode() == event["type"]
                found.append(event)
        return found

    def ends_within(self, seconds: float) -> bool:
        self.sock.settimeout(seconds)
        began = time.monotonic()
        while self._more():
            if time.monotonic() - began > seconds:
                return False
        return time.monotonic() - began < seconds

    def close(self) -> None:
        self.file.close()
        self.sock.close()


def happens(salon: Salon, *numbers: int, live: bool = True) -> None:
    for number in numbers:
        with transaction.atomic():
            outbox.record(business_id=salon.business.id, live=live, types=("booking.updated",), data={"n": number})


def numbers(events: list[dict[str, Any]]) -> list[int]:
    return [event["data"]["n"] for event in events]


def listening(stream: Stream, salon: Salon, **given: Any) -> Listener:
    found = Listener(stream.port, key=str(salon.keys[given.pop("mode", "full")]), **given)
    assert found.status == 200
    return found


def test_events_come_once_and_in_order(salon: Salon, stream: Stream) -> None:
    with closing(listening(stream, salon)) as listener:
        assert listener.headers["content-type"] == "text/event-stream"
        assert listener.headers["cache-control"] == "no-store"
        began = time.monotonic()
        happens(salon, *range(30))
        events = listener.next(30)
        assert time.monotonic() - began < 3
        assert numbers(events) == list(range(30))
        answer = Client().get("/v1/events?limit=200", headers={"Authorization": f"Bearer {salon.keys['full']}"})
        assert events == [item for item in answer.json()["items"] if "n" in item["data"]]


def test_an_event_right_after_the_answer_began_is_heard(salon: Salon, stream: Stream) -> None:
    for number in range(5):
        with closing(listening(stream, salon)) as listener:
            happens(salon, number)
            assert numbers(listener.next(1)) == [number]


def test_what_was_missed_is_told_exactly(salon: Salon, stream: Stream) -> None:
    with closing(listening(stream, salon)) as listener:
        happens(salon, 0, 1, 2)
        heard = listener.next(3)
    happens(salon, *range(3, 600))  # more than is read at once
    with closing(listening(stream, salon, last=heard[1]["id"])) as again:
        happens(salon, 600, 601)
        assert numbers(again.next(600)) == list(range(2, 602))


@pytest.mark.parametrize("last", ["", "x", str(uuid4()), "0" * 5_000, "'; DROP TABLE"])
def test_an_id_that_says_nothing_means_from_now_on(salon: Salon, stream: Stream, last: str) -> None:
    happens(salon, 1)
    with closing(listening(stream, salon, last=last)) as listener:
        happens(salon, 2)
        assert numbers(listener.next(1))[-1] == 2


def test_a_ticket_leads_there(salon: Salon, stream: Stream, settings: Any) -> None:
    """As a browser goes: the API sends on, with what it had heard last."""
    happens(salon, 1, 2)
    first = str(Event.objects.filter(data={"n": 1}).get().uuid)
    settings.STREAM_URL = f"http://127.0.0.1:{stream.port}"
    headers = {"Authorization": f"Bearer {salon.keys['full']}", "Last-Event-ID": first}
    answer = Client().get(PATH, headers=headers)
    assert answer.status_code == 307
    target = urlsplit(answer.headers["Location"])
    with closing(Listener(stream.port, f"{target.path}?{target.query}")) as listener:
        assert (target.port, listener.status) == (stream.port, 200)
        happens(salon, 3)
        assert numbers(listener.next(2)) == [2, 3]


def test_who_may_not_listen(salon: Salon, stream: Stream) -> None:
    key, secret = issue_key(business_id=salon.business.id, name="gone", preset="full", live=True)
    principal = principal_of(secret)
    assert principal is not None
    ticket = new_ticket(principal)
    revoke_key(key)
    for path, given in (
        (PATH, ""),
        (PATH, "avail_live_wrong"),
        (PATH, str(salon.keys["widget"])),
        (PATH, secret),
        (f"{PATH}?ticket=forged", ""),
        (f"{PATH}?ticket={ticket}", ""),  # signed, but its key is gone
    ):
        with closing(Listener(stream.port, path, key=given)) as listener:
            assert listener.status == 401, path
    with closing(Listener(stream.port, "/v1/events", key=str(salon.keys["full"]))) as listener:
        assert listener.status == 404


def test_other_tenants_and_the_other_mode_are_never_heard(salon: Salon, stream: Stream) -> None:
    rival = factories.business(business={"slug": "rival"})
    with (
        closing(listening(stream, salon)) as live,
        closing(listening(stream, salon, mode="test")) as trial,
        closing(listening(stream, rival)) as theirs,
    ):
        for number in range(10):
            happens(salon, number)
            happens(salon, 100 + number, live=False)
            happens(rival, 200 + number)
        found = [numbers(listener.next(10)) for listener in (live, trial, theirs)]
        assert found == [list(range(first, first + 10)) for first in (0, 100, 200)]
    foreign = str(Event.objects.filter(business=rival.business, data={"n": 200}).get().uuid)
    with closing(listening(stream, salon, last=foreign)) as listener:
        happens(salon, 11)
        assert numbers(listener.next(1)) == [11]


def test_a_key_that_ends_ends_its_streams_within_five_seconds(salon: Salon, stream: Stream) -> None:
    made = [
        issue_key(business_id=salon.business.id, name=name, preset="full", live=True) for name in ("revoked", "rotated")
    ]
    listeners = [Listener(stream.port, key=secret) for _, secret in made]
    assert [listener.status for listener in listeners] == [200, 200]
    with closing(listening(stream, salon)) as other:
        revoke_key(made[0][0])
        rotate_key(made[1][0], overlap=-made[1][0].created_at.resolution)
        began = time.monotonic()
        assert [listener.ends_within(5.0) for listener in listeners] == [True, True]
        assert time.monotonic() - began < 5
        happens(salon, 1)
        assert numbers(other.next(1)) == [1]
    for listener in listeners:
        listener.close()


def test_a_listener_that_does_not_read_is_let_go_and_harms_nobody(salon: Salon, stream: Stream) -> None:
    """What it does not take is not kept for it: it resumes by the id of the last event that it has."""
    server = psutil.Process(stream.process.pid)
    rounds, each, size = 20, 100, 10_000
    with closing(listening(stream, salon, small=True)) as deaf, closing(listening(stream, salon)) as other:
        before = _memory(server)
        for number in range(rounds):
            with transaction.atomic():
                types = ("booking.updated",) * each
                data = {"n": number, "x": "x" * size}
                outbox.record(business_id=salon.business.id, live=True, types=types, data=data)
            assert numbers(other.next(each)) == [number] * each
        grown = _memory(server) - before
        heard = deaf.next(rounds * each)
        assert 0 < len(heard) < rounds * each / 2
        happens(salon, 99)
        assert numbers(other.next(1)) == [99]
    print(f"{rounds * each * size / 1e6:.0f} MB were not read: {grown:.1f} MB more")
    assert grown < 25
    with closing(listening(stream, salon, last=heard[-1]["id"])) as again:
        missed = numbers(again.next(rounds * each + 1 - len(heard)))
    assert sorted(numbers(heard) + missed) == sorted([n for n in range(rounds) for _ in range(each)] + [99])


def _memory(server: psutil.Process) -> float:
    """Megabytes of the server and what it has started."""
    return sum(process.memory_info().rss for process in (server, *server.children(recursive=True))) / 1e6


def test_two_hundred_listeners_share_one_process_and_one_reader(salon: Salon, stream: Stream) -> None:
    server = psutil.Process(stream.process.pid)
    with closing(listening(stream, salon)) as one:
        happens(salon, 0)
        assert numbers(one.next(1)) == [0]
    before, processes = _memory(server), len(server.children(recursive=True))
    listeners: list[Listener] = []
    try:
        for _ in range(LISTENERS):
            listeners.append(listening(stream, salon))
        reads = _feed_reads()
        began = time.monotonic()
        happens(salon, *range(1, 21))
        heard: list[list[int]] = []
        threads = [threading.Thread(target=lambda who=who: heard.append(numbers(who.next(20)))) for who in listeners]  # type: ignore[misc]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        took = time.monotonic() - began
        assert heard == [list(range(1, 21))] * LISTENERS
        assert len(server.children(recursive=True)) == processes
        grown = _memory(server) - before
        print(f"{LISTENERS} listeners: {grown:.1f} MB more, 20 events to all in {took:.2f} s")
        time.sleep(1.1)  # until statistics are told
        polls = (time.monotonic() - began) / POLL
        assert _feed_reads() - reads < 3 * polls + 20  # were it each listener's, it would be hundreds of times more
        assert grown < 60
        assert took < 10
    finally:
        for listener in listeners:
            listener.close()


def _feed_reads() -> int:
    """Index scans of the one index that only the reader for all uses: as many as it polled, not as many as listen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(idx_scan), 0) FROM pg_stat_user_indexes WHERE indexrelname = 'event_stream'"
        )
        return int(cursor.fetchone()[0])


def test_sigterm_ends_it_with_listeners_connected(salon: Salon) -> None:
    with running_stream() as stream:
        listeners = [listening(stream, salon) for _ in range(20)]
        code, took = stream.stop()
    assert code == 0
    assert took < 5
    assert all(listener.ends_within(2) for listener in listeners)
    for listener in listeners:
        listener.close()
