"""The race harness: many clients, few slots, every writer. Runs over the services or over HTTP."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from http.client import HTTPConnection
from threading import Barrier, Lock, local
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, connections

from availengine.api.dialects import DIALECTS
from bookings import holds, services
from bookings.asking import Ask
from bookings.customers import Guest
from bookings.placing import Start
from businesses.errors import Busy, DomainError
from businesses.localtime import DAY
from businesses.models import Service
from businesses.provisioning import Outcome

SLOTS = 50
GUEST = {"first_name": "Jane", "last_name": "Doe", "phone": "+13125550100", "email": "jane@example.com"}


@dataclass
class Tally:
    """What the clients were told."""

    statuses: Counter[int] = field(default_factory=Counter)
    acknowledged: dict[str, str] = field(default_factory=dict)  # booking id → what was done last
    lock: Lock = field(default_factory=Lock)

    def add(self, status: int, booking: str | None = None, done: str = "") -> None:
        with self.lock:
            self.statuses[status] += 1
            if booking:
                self.acknowledged[booking] = done

    def bookings(self) -> list[str]:
        with self.lock:
            return list(self.acknowledged)


# One call of an API: (method, path, body) → (status, body). A path without a slash in front is below /v1; to the
# harness services and HTTP look alike.
Call = Callable[[str, str, dict[str, Any] | None], tuple[int, dict[str, Any]]]


@dataclass
class Race:
    business: Outcome
    call: Call
    day: date
    minutes: list[int]
    tally: Tally = field(default_factory=Tally)

    def run(self, clients: int, rounds: int, writers: tuple[str, ...], seed: int = 1) -> Tally:
        """Let every client make `rounds` calls, all starting at once."""
        barrier = Barrier(clients)

        def client(number: int) -> None:
            chance = random.Random(seed * 1000 + number)
            barrier.wait(30)
            try:
                for _ in range(rounds):
                    getattr(self, chance.choice(writers))(chance)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(clients) as pool:
            for done in [pool.submit(client, number) for number in range(clients)]:
                done.result()
        return self.tally

    def _slot(self, chance: random.Random) -> str:
        minutes = chance.choice(self.minutes)
        return f"{minutes // 60:02}:{minutes % 60:02}"

    def public(self, chance: random.Random) -> None:
        """POST /v1/bookings/"""
        body = {
            "business_id": str(self.business.business.uuid),
            "booking_date": self.day.isoformat(),
            "start_time": self._slot(chance),
            **GUEST,
        }
        self._create("bookings/", body)

    def public_alone(self, chance: random.Random) -> None:
        """POST /v1/bookings/ of what nobody shares: the second service."""
        body = {
            "business_id": str(self.business.business.uuid),
            "service_id": str(self.business.services["alone"].uuid),
            "booking_date": self.day.isoformat(),
            "start_time": self._slot(chance),
            **GUEST,
        }
        self._create("bookings/", body)

    def staff(self, chance: random.Random) -> None:
        """POST /v1/manage/bookings/staff, at any minute."""
        minutes = min(chance.choice(self.minutes) + chance.randrange(0, 20, 5), DAY - 1)
        body = {"date": self.day.isoformat(), "time": f"{minutes // 60:02}:{minutes % 60:02}", **GUEST}
        self._create("manage/bookings/staff", body)

    def _create(self, path: str, body: dict[str, Any]) -> None:
        status, answer = self.call("POST", path, body)
        self.tally.add(status, answer["booking"]["id"] if status == 201 else None, "created")

    def _change(self, chance: random.Random, method: str, path: str, body: dict[str, Any] | None, done: str) -> None:
        known = self.tally.bookings()
        if known:
            booking = chance.choice(known)
            status, _ = self.call(method, f"manage/bookings/{booking}{path}", body)
            self.tally.add(status, booking if status == 200 else None, done)

    def booqara(self, chance: random.Random) -> None:
        """POST /booking/appointments"""
        body = {
            "serviceId": self._service.uuid,
            "appointmentDate": self.day.isoformat(),
            "appointmentTime": self._slot(chance),
            "guestName": "Jane Doe",
            "guestPhone": GUEST["phone"],
        }
        status, answer = self.call("POST", "/booking/appointments", body)
        self.tally.add(201 if status == 200 else status, answer.get("booking", {}).get("id"), "created")

    def booxi(self, chance: random.Random) -> None:
        """POST /booking/v1/booking"""
        local = datetime.combine(self.day, time.fromisoformat(self._slot(chance)), self.business.business.zone)
        body = {
            "merchantId": self.business.business.id,
            "startsOn": local.isoformat(),
            "items": [{"serviceId": self._service.id}],
            "client": {"firstName": "Jane", "lastName": "Doe", "phone": GUEST["phone"]},
        }
        status, answer = self.call("POST", "/booking/v1/booking", body)
        made = self._made(answer["confirmationCode"]) if status == 200 else None
        self.tally.add(201 if made else status, made, "created")

    def _made(self, code: str) -> str:
        """The id by which the other dialects know a booking."""
        _, found = self.call("GET", f"manage/bookings?code={code}", None)
        return str(found["items"][0]["id"])

    def bookingflow(self, chance: random.Random) -> None:
        """POST /api/v1/bookings, at one resource."""
        body = {
            "roomId": chance.choice(list(self.business.resources.values())).uuid,
            "date": self.day.isoformat(),
            "time": self._slot(chance),
            "customer": {"firstName": "Jane", "lastName": "Doe", "phone": GUEST["phone"]},
        }
        status, answer = self.call("POST", "/api/v1/bookings", body)
        self.tally.add(status, answer.get("id"), "created")

    def booqara_cancel(self, chance: random.Random) -> None:
        """A booking past cancelling is a 404 there."""
        for booking in chance.sample(self.tally.bookings(), k=min(1, len(self.tally.bookings()))):
            status, _ = self.call("DELETE", f"/booking/appointments/{booking}", None)
            self.tally.add(409 if status == 404 else status, booking if status == 200 else None, "cancelled")

    def bookingflow_put(self, chance: random.Random) -> None:
        """Another time and another resource in one step."""
        room = chance.choice(list(self.business.resources.values())).uuid
        body = {"date": self.day.isoformat(), "time": self._slot(chance), "roomId": room}
        self._bookingflow_change(chance, "PUT", body)

    def bookingflow_delete(self, chance: random.Random) -> None:
        self._bookingflow_change(chance, "DELETE", None)

    def _bookingflow_change(self, chance: random.Random, method: str, body: dict[str, Any] | None) -> None:
        for booking in chance.sample(self.tally.bookings(), k=min(1, len(self.tally.bookings()))):
            status, _ = self.call(method, f"/api/v1/bookings/{booking}", body)
            self.tally.add(status, booking if status == 200 else None, method)

    @property
    def _service(self) -> Service:
        return next(iter(self.business.services.values()))

    def reschedule(self, chance: random.Random) -> None:
        body = {"date": self.day.isoformat(), "time": self._slot(chance)}
        self._change(chance, "POST", "/reschedule", body, "moved")

    def move(self, chance: random.Random) -> None:
        resource = chance.choice(list(self.business.resources.values()))
        self._change(chance, "PATCH", "", {"resource_id": str(resource.uuid)}, "moved")

    def resize(self, chance: random.Random) -> None:
        self._change(chance, "PATCH", "", {"capacity": chance.randint(1, 4)}, "resized")

    def confirm(self, chance: random.Random) -> None:
        self._change(chance, "PATCH", "", {"status": chance.choice(["checked_in", "no_show", "completed"])}, "changed")

    def cancel(self, chance: random.Random) -> None:
        self._change(chance, "POST", "/cancel", None, "cancelled")

    def hold(self, chance: random.Random) -> None:
        """Holds a time, then confirms it, lets it go, or leaves it as it is. Over services only."""
        body = {"booking_date": self.day.isoformat(), "start_time": self._slot(chance)}
        status, answer = self.call("POST", "holds", body)
        held = answer["booking"]["id"] if status == 201 else None
        self.tally.add(status, held, "held")
        ends = chance.choice(["confirm", "drop", ""])
        if held and ends:
            status, _ = self.call("POST", f"holds/{held}/{ends}", None)
            self.tally.add(status, held if status == 200 else None, ends)


ALL_WRITERS = ("public", "staff", "public", "staff", "reschedule", "move", "resize", "confirm", "cancel")
HOLDERS = (*ALL_WRITERS, "hold", "hold")
CREATORS = ("public",)
CLASS_WRITERS = ("public", "public", "public", "public_alone", "reschedule", "move", "resize", "confirm", "cancel")
DIALECT_CREATORS = ("public", "booqara", "booxi", "bookingflow")
DIALECT_WRITERS = (
    *DIALECT_CREATORS,
    *DIALECT_CREATORS,
    "booqara_cancel",
    "bookingflow_put",
    "bookingflow_delete",
    "move",
)


def over_services(business: Outcome, now: int) -> Call:
    """The same calls straight to the service functions, each thread with its own connection."""
    tenant = {"business_id": business.business.id, "live": True}

    def create(body: dict[str, Any], *, staff: bool) -> tuple[int, dict[str, Any]]:
        clock = body["time" if staff else "start_time"]
        new = services.NewBooking(
            **tenant,
            guest=Guest(**GUEST),
            start=_start(body["date" if staff else "booking_date"], clock),
            ask=Ask(staff=staff, services=(UUID(body["service_id"]),) if "service_id" in body else ()),
        )
        booking, _ = services.create_booking(new, now=now)
        return 201, {"booking": {"id": str(booking.uuid)}}

    def held(path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if path == "holds":
            start = _start(body["booking_date"], body["start_time"])
            new = services.NewBooking(**tenant, guest=Guest(**GUEST), start=start, ask=Ask())
            by = holds.Holder(name="race", most=None)
            return 201, {"booking": {"id": str(holds.hold_slot(new, by=by, minutes=30, now=now)[0].uuid)}}
        booking = UUID(path.split("/")[1])
        if path.endswith("/drop"):
            holds.drop_hold(tenant["business_id"], booking, live=True)
        else:
            holds.confirm_hold(tenant["business_id"], booking, live=True, now=now)
        return 200, {}

    def change(method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        booking = UUID(path.split("/")[2])
        if path.endswith("/cancel"):
            services.cancel_booking(tenant["business_id"], booking, live=True, now=now)
        elif path.endswith("/reschedule"):
            move = services.Move(start=_start(body["date"], body["time"]))
            services.reschedule_booking(tenant["business_id"], booking, move, live=True, now=now)
        else:
            resource = UUID(body["resource_id"]) if "resource_id" in body else None
            wanted = services.BookingChange(status=body.get("status"), resource=resource, party=body.get("capacity"))
            services.update_booking(tenant["business_id"], booking, wanted, live=True, now=now)
        return 200, {}

    def call(method: str, path: str, body: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
        try:
            if path in ("bookings/", "manage/bookings/staff"):
                return create(body or {}, staff=path != "bookings/")
            if path.startswith("holds"):
                return held(path, body or {})
            return change(method, path, body or {})
        except Busy:
            return 503, {}
        except DomainError as error:
            return {"conflict": 409, "not_found": 404, "validation_error": 400}[error.code], {}
        finally:
            connection.close()  # back to the pool, as at the end of a request

    return call


def _start(day: str, clock: str) -> Start:
    hours, minutes = clock.split(":")
    return Start(date.fromisoformat(day), int(hours) * 60 + int(minutes))


@contextmanager
def over_http(port: int, secret: str) -> Iterator[Call]:
    """Calls to a running server, each thread on its own kept connection."""
    mine, opened = local(), []
    credentials = {d.key_header: f"Bearer {secret}" if d.bearer else secret for d in DIALECTS}

    def call(method: str, path: str, body: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
        if not hasattr(mine, "client"):
            mine.client = HTTPConnection("127.0.0.1", port, timeout=60)
            opened.append(mine.client)
        headers = {"Content-Type": "application/json", **credentials}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid4())
        address = path if path.startswith("/") else f"/v1/{path}"
        mine.client.request(method, address, json.dumps(body or {}, default=str), headers)
        response = mine.client.getresponse()
        return response.status, json.loads(response.read() or b"{}")

    yield call
    for client in opened:
        client.close()


def overlaps() -> int:
    """Pairs of active allocations of a resource that overlap and are not of one class, whatever the constraint says."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT count(*) FROM bookings_allocation a JOIN bookings_allocation b
            ON a.lane = b.lane AND a.id < b.id AND a.active AND b.active
            AND a.blocked_from < b.blocked_until AND b.blocked_from < a.blocked_until
            AND (a.session_id IS NULL OR b.session_id IS NULL OR a.session_id <> b.session_id)""")
        return int(cursor.fetchone()[0])


def oversold() -> int:
    """Classes whose bookings are for more people than there are places, whatever the database counts."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT count(*) FROM (
                SELECT FROM bookings_classsession s JOIN bookings_allocation a ON a.session_id = s.id AND a.active
                JOIN bookings_booking b ON b.id = a.booking_id
                WHERE NOT a.additional GROUP BY s.id, s.capacity HAVING sum(b.party_size) > s.capacity
            ) found""")
        return int(cursor.fetchone()[0])


def busy_business(resources: int = 3) -> dict[str, Any]:
    """Changes to the standard salon: 50 starts a day on a 20-minute grid, at several resources."""
    keys = [f"r{number}" for number in range(resources)]
    return {
        "business": {
            "rules": {"slot_interval_minutes": 20, "lead_time_minutes": 0, "window_days": 60},
            "hours": {"monday": ["06:00-22:40"], **dict.fromkeys(DAYS, ["06:00-22:40"])},
        },
        "resources": [{"key": key, "name": key, "kind": "table", "capacity_max": 4} for key in keys],
        "services": [{"key": "cut", "name": "Table", "duration_minutes": 20, "resources": keys, "default": True}],
    }


def class_business(resources: int, places: int) -> dict[str, Any]:
    """The same, with a class of so many places as the usual service, and one that nobody shares."""
    salon = busy_business(resources)
    (usual,) = salon["services"]
    alone = {"key": "alone", "name": "Alone", "duration_minutes": 20, "resources": usual["resources"]}
    return {**salon, "services": [{**usual, "places": places}, alone]}


DAYS = ("tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def next_monday(today: date) -> date:
    return today + timedelta(days=7 - today.weekday())


def slots() -> list[int]:
    return [6 * 60 + 20 * number for number in range(SLOTS)]
