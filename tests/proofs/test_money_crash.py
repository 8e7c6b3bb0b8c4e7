"""Death before and after each call to Stripe, and around what is entered of it (GUARANTEES M2, I2, I3).

A process that dies leaves what it had committed, and what Stripe has done: everything else is gone.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from psycopg.conninfo import make_conninfo

from availengine.api import idempotency
from availengine.embedded import services
from availengine.sandbox import Sandbox
from bookings import execution
from payments import gateway, instructions
from payments.models import Instruction, Progress
from tests.money import stripe_sandbox
from tests.proofs.money_rounds import (
    ABANDONED,
    FLOW,
    KEY,
    SECURED,
    Flow,
    Sandboxes,
    World,
    assert_finished,
    assert_in_step,
    finally_answered,
    forgetful,
    no_surprises,
    pairs,
    rehearsed,
    travel,
)
from tests.proofs.server import free_port, running_server, wait_until_ready
from tests.proofs.sizes import ALL_SITES


class Death(BaseException):
    """The process ends here: nothing that catches exceptions catches this."""


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with travel() as clock, no_surprises():
        yield clock


@pytest.fixture(scope="module")
def sandboxes() -> Iterator[Sandboxes]:
    found = Sandboxes()
    yield found
    found.close()


# Where a process can die


def _before_call(number: int, patch: pytest.MonkeyPatch) -> None:
    _at_call(number, patch, after=False)


def _after_call(number: int, patch: pytest.MonkeyPatch) -> None:
    _at_call(number, patch, after=True)


def _at_call(number: int, patch: pytest.MonkeyPatch, *, after: bool) -> None:
    genuine, count = gateway._translated, 0

    def dying(path: str, call: Callable[[], Any]) -> dict[str, Any]:
        nonlocal count
        count += 1
        if count == number and not after:
            raise Death
        result = genuine(path, call)
        if count == number:
            raise Death
        return result

    patch.setattr(gateway, "_translated", dying)


def _dying(*args: Any, **kwargs: Any) -> Any:
    raise Death


def _instead(owner: Any, name: str) -> Callable[[int, pytest.MonkeyPatch], None]:
    return lambda number, patch: patch.setattr(owner, name, _dying)


@dataclass(frozen=True)
class Point:
    name: str
    arm: Callable[[int, pytest.MonkeyPatch], None]
    number: int = 0

    @contextmanager
    def armed(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            self.arm(self.number, patch)
            yield


COMMITTED = Point("the intent is committed", _instead(instructions, "claim"))
ENTERING = Point("the outcome is being entered", _instead(execution, "follow_deposit"))
ENTERED = Point("the outcome is entered", _instead(execution, "_accepted"))
UNCOMMITTED = Point("the change is not committed", _instead(idempotency.Claim, "leave"))
UNANSWERED = Point("the answer is not stored", _instead(idempotency.Claim, "store"))


def points(flow: Flow) -> Iterator[Point]:
    """After one call is before the next: nothing happens between them."""
    calls = flow.calls
    yield Point("before call 1", _before_call, 1)
    yield from (Point(f"after call {n}", _after_call, n) for n in range(1, len(calls) + 1))
    if not flow.looks:
        yield from (COMMITTED, ENTERING, ENTERED)
    if flow.keyed and flow.asked:
        yield from (UNCOMMITTED, UNANSWERED)


FEW = (
    "renew-hold",
    "cancel-unpaid",
    "cancel-paid",
    "no-show-held",
    "open-charge",
    "open-setup",
    "link-charge",
    "expire-hold",
    "no-show-saved",
    "place-hold",
    "release-held",
    "refund-part",
)


@pytest.mark.django_db
@pytest.mark.parametrize("name", FLOW if ALL_SITES else FEW)
def test_death_leads_to_one_effect(
    name: str, sandboxes: Sandboxes, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At any point, whether the client comes back, in vain at first, or never: the jobs bring it to its end."""
    monkeypatch.setattr(execution, "PATIENCE", 0.0)
    flow = FLOW[name]
    world = flow.world(sandboxes.get(name), clock)
    for number, point in enumerate(points(flow)):
        for comes_back in (True, False) if ALL_SITES else (number % 2 == 0,):
            with rehearsed(world, f"{point.name}, comes back: {comes_back}"):
                die(world, flow, point, comes_back)


def die(world: World, flow: Flow, point: Point, comes_back: bool) -> None:
    with point.armed(), pytest.raises(Death):
        flow.act(world)
    again = flow.keyed and flow.asked and (comes_back or point is UNCOMMITTED)
    answers = [finally_answered(world, flow)] if again else []
    world.let_settle(flow)
    happened = assert_finished(world, flow, answers)
    if not flow.opens:
        assert happened
        assert [answer.status_code for answer in answers] == [200] * again
    elif again:
        assert answers[0].status_code == 201
        pays(world, answers[0])
    else:
        nobody_came_back(world)


def pays(world: World, answer: HttpResponse) -> None:
    world.pay(answer)
    world.pass_by(6)
    assert pairs().total() == 1
    assert set(pairs()) <= SECURED
    assert_in_step(world.stripe)


def nobody_came_back(world: World) -> None:
    """The window ends, and the time is free."""
    assert "10:00" not in world.tenant.free(world.day)
    world.pass_by(121)
    world.pass_by(1)
    assert set(pairs()) <= ABANDONED
    assert "10:00" in world.tenant.free(world.day)
    assert_in_step(world.stripe)


# A process that is really killed


@contextmanager
def mortal_server(**env: str) -> Iterator[tuple[int, Callable[[], None]]]:
    """A port, and what kills the server on it as `kill -9` does, workers and all."""
    port = free_port()
    database = make_conninfo(settings.DATABASE_URL, dbname=connection.settings_dict["NAME"])
    environment = {**os.environ, "DATABASE_URL": database, **env}
    command = [sys.executable, "-m", *services.web("127.0.0.1", port).arguments]
    process = subprocess.Popen(command, env=environment, stdout=sys.stderr, stderr=sys.stderr)

    def kill() -> None:
        for pid in [*children(process.pid), process.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(30)

    try:
        wait_until_ready(port, process)
        yield port, kill
    finally:
        kill()


def children(pid: int) -> list[int]:
    """The workers of a server: processes whose parent it is."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = status.read_text().rpartition(")")[2].split()[1]
            found += [int(status.parent.name)] if int(parent) == pid else []
    return found


def call(port: int, secret: str, path: str) -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json", "Idempotency-Key": KEY}
    client = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        client.request("POST", path, b"{}", headers)
        response = client.getresponse()
        return response.status, response.read()
    except (OSError, HTTPException):
        return 0, b""
    finally:
        client.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="killing needs to find the workers")
def test_a_web_process_killed_while_stripe_works() -> None:
    with stripe_sandbox() as stripe:
        env = {
            "STRIPE_SECRET_KEY": stripe.secret_key,
            "STRIPE_API_BASE": stripe.url,
            "STRIPE_WEBHOOK_SECRET": stripe.webhook_secret,
            "WEB_WORKERS": "1",
        }
        with travel(tick=True) as clock:
            world = FLOW["refund-part"].world(stripe, clock)
        path = f"/v1/manage/bookings/{world.notes['booking']}/refund"
        secret = str(world.tenant.full.secret)
        killed_during_a_call(stripe, env, secret, path)
        assert Instruction.objects.get(action="refund").progress == Progress.PENDING
        with time_machine.travel(time.time() + 600, tick=True) as later:
            world.clock = later
            world.pass_by(1)
        with running_server(**env) as port:
            first, again = call(port, secret, path), call(port, secret, path)
        assert (first[0], json.loads(first[1])) == (200, {"detail": "USD 20 refunded."})
        assert again == first
        assert pairs() == {("confirmed", "refunded"): 1}
        assert len(stripe.objects("refund")) == 1
        assert_in_step(stripe)


def killed_during_a_call(stripe: Sandbox, env: dict[str, str], secret: str, path: str) -> None:
    """The refund is on its way at Stripe when the process dies."""
    stripe.fail("POST", "/v1/refunds", kind="slow", seconds=1.0)
    told: list[tuple[int, bytes]] = []
    with mortal_server(**env) as (port, kill):
        client = Thread(target=lambda: told.append(call(port, secret, path)))
        client.start()
        deadline = time.monotonic() + 20
        while stripe.faults_left() and time.monotonic() < deadline:
            time.sleep(0.02)
        kill()
        client.join(30)
    assert told == [(0, b"")]
    deadline = time.monotonic() + 10
    while not stripe.objects("refund") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(stripe.objects("refund")) == 1


def test_the_harness_sees_a_second_refund(
    db: None, sandboxes: Sandboxes, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: without looking first, and with keys that change, a crash refunds twice."""
    monkeypatch.setattr(execution, "PATIENCE", 0.0)
    flow = FLOW["refund-part"]
    world = flow.world(sandboxes.get(flow.name), clock)
    with Point("after call 1", _after_call, 1).armed(), pytest.raises(Death):
        flow.act(world)
    with forgetful():
        world.let_settle(flow)
    with pytest.raises(AssertionError, match="refunded twice"):
        assert_finished(world, flow, [])
