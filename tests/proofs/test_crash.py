"""The database is killed hard under load: what was acknowledged is there, what was not can be asked for again (B5)."""

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from http.client import HTTPConnection, HTTPException
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from bookings.integrity import broken_promises
from bookings.models import Booking
from tests import factories
from tests.plugins import embedded
from tests.proofs import race
from tests.proofs.server import running_server
from tests.proofs.sizes import CRASHES

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 8
FINAL = (201, 409)


def call(port: int, secret: str, key: str, body: dict[str, Any]) -> tuple[int, bytes]:
    """The answer, or status 0 when the connection broke."""
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json", "Idempotency-Key": key}
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as client:
        try:
            client.request("POST", "/v1/bookings/", json.dumps(body), headers)
            response = client.getresponse()
            return response.status, response.read()
        except (OSError, HTTPException):
            return 0, b""


class Load:
    """Clients that book until told to stop, and remember what they were told for each key."""

    def __init__(self, port: int, secret: str, business: str, first: date) -> None:
        self.port, self.secret, self.business, self.first = port, secret, business, first
        self.stop = threading.Event()
        self.told: dict[str, tuple[int, bytes]] = {}
        self.bodies: dict[str, dict[str, Any]] = {}

    def client(self, number: int) -> None:
        chance = random.Random(number)
        while not self.stop.is_set():
            key = str(uuid4())
            minutes = chance.choice(race.slots())
            self.bodies[key] = {
                "business_id": self.business,
                "booking_date": (self.first + timedelta(days=chance.randrange(30))).isoformat(),
                "start_time": f"{minutes // 60:02}:{minutes % 60:02}",
                **race.GUEST,
            }
            self.told[key] = call(self.port, self.secret, key, self.bodies[key])

    def run(self, crash: Any) -> None:
        threads = [threading.Thread(target=self.client, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        time.sleep(1.5)
        crash()
        time.sleep(1.0)
        self.stop.set()
        for thread in threads:
            thread.join(60)

    def ask_again(self) -> dict[str, tuple[int, bytes]]:
        """Every request once more under its key: final answers must be the same, unknown ones become known.

        A 503 says "try again", as a client would.
        """
        answers = {}
        for key, body in self.bodies.items():
            for _ in range(10):
                answers[key] = call(self.port, self.secret, key, body)
                if answers[key][0] != 503:
                    break
                time.sleep(0.2)
        return answers


@pytest.fixture
def survivable() -> Iterator[None]:
    """This process's own connections do not survive the crash either."""
    yield
    connection.close()
    connection.close_pool()


@pytest.mark.skipif(embedded.stack is None, reason="the database is the user's: it is not killed")
@pytest.mark.usefixtures("survivable")
@pytest.mark.parametrize("round_", range(CRASHES))
def test_a_hard_crash_of_the_database_loses_nothing_that_was_acknowledged(round_: int) -> None:
    salon = factories.business(**race.busy_business())
    with running_server() as port:
        load = Load(port, str(salon.keys["full"]), str(salon.business.uuid), race.next_monday(date.today()))

        def crash() -> None:
            connection.close()
            connection.close_pool()
            embedded.stack.postgres.kill()
            embedded.stack.postgres.start()

        load.run(crash)
        before = dict(load.told)
        after = load.ask_again()
    assert any(status == 201 for status, _ in before.values())
    assert any(status not in FINAL for status, _ in before.values()), "the crash was not noticed"
    assert {status for status, _ in before.values()} <= {*FINAL, 0, 503}
    assert {status for status, _ in after.values()} <= set(FINAL)
    for key, answer in before.items():
        if answer[0] in FINAL:
            assert after[key] == answer
    booked = sorted(json.loads(body)["booking"]["id"] for status, body in after.values() if status == 201)
    assert booked == sorted(str(uuid) for uuid in Booking.objects.values_list("uuid", flat=True))
    assert race.overlaps() == 0
    assert [findings for _, findings in broken_promises() if findings] == []
