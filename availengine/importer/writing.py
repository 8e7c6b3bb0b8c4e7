"""Taking over what was planned: the business first, then customers and bookings one by one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db import transaction

from availengine.importer.draft import Incomplete, Person, Unusable, Visit, passage, phone, text
from availengine.importer.folder import Folder
from availengine.importer.planning import BOOKINGS, BUSINESS, CUSTOMERS
from bookings.customers import Guest
from bookings.importing import ImportedVisit, Origin, Overlapping, import_booking, import_customer
from businesses.errors import Invalid, NotFound
from businesses.localtime import DAY, instants, latest_instant
from businesses.models import Business
from businesses.money import decimals_of

APPLIED = "applied.json"
EVERY = 500  # bookings between two words of progress

T = TypeVar("T", Visit, Person)


@dataclass
class Tally:
    """What became of each booking, and of customers. `left_out`: what its owner has to look at."""

    lines: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    imported: int = 0
    known: int = 0
    overlapping: int = 0
    refused: int = 0
    customers: int = 0

    def summary(self) -> str:
        return (
            f"{self.imported} bookings imported, {self.known} were there already, {self.overlapping} overlap, "
            f"{self.refused} could not be taken over; {self.customers} customers"
        )


@contextmanager
def rehearsal(wanted: bool) -> Iterator[None]:
    """Everything as it would be, and then taken back."""
    if not wanted:
        yield
        return
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def require_ours(folder: Folder, slug: str, *, existing: bool) -> None:
    """A business that is there already is somebody's: it is changed only if this folder made it, or if that is wanted.

    Raises Incomplete.
    """
    found = Business.objects.filter(slug=slug).first()
    noted = folder.read_json(APPLIED, {})
    if found is None or existing or (isinstance(noted, dict) and noted.get("business") == str(found.uuid)):
        return
    raise Incomplete(
        f"There is a business {slug!r} ({found.name}) on this host already. If it is the one that moves in, say "
        f"--existing; if not, choose another slug in {folder / BUSINESS}."
    )


def write(folder: Folder, business: Business, *, now: int, tell: Callable[[str], None]) -> Tally:
    """Take over customers, then bookings. A second time, and after a crash, what is there is left as it is."""
    tally = Tally()
    for number, row in folder.read_lines(CUSTOMERS):
        _customer(business, number, row, tally)
    for number, row in folder.read_lines(BOOKINGS):
        _booking(business, number, row, tally, now)
        if number % EVERY == 0:
            tell(f"{number} bookings …")
    return tally


def _customer(business: Business, number: int, row: Any, tally: Tally) -> None:
    try:
        person = _record(Person, row)
        origin = Origin(business_id=business.id, live=True, source=person.source)
        tally.customers += import_customer(origin, person.id, _guest(person))
    except (Unusable, Invalid) as error:
        tally.left_out.append(f"{CUSTOMERS}, line {number}: not taken over: {_why(error)}")


def _booking(business: Business, number: int, row: Any, tally: Tally, now: int) -> None:
    told = f"{BOOKINGS}, line {number}"
    try:
        visit = _record(Visit, row)
        told = f"{visit.source} {visit.id} ({visit.date} {visit.time}, {visit.service}, {visit.resource})"
        origin = Origin(business_id=business.id, live=True, source=visit.source)
        new = import_booking(origin, _wanted(visit, business), now=now)
    except Overlapping as error:
        tally.overlapping += 1
        line = f"{told}: overlaps {', '.join(error.others)}"
        tally.left_out.append(line)
    except (Unusable, Invalid, NotFound) as error:
        tally.refused += 1
        line = f"{told}: not taken over: {_why(error)}"
        tally.left_out.append(line)
    else:
        tally.imported += new
        tally.known += not new
        line = f"{told}: {'imported' if new else 'already there'}"
    tally.lines.append(line)


def _why(error: Exception) -> str:
    details = error.details if isinstance(error, Invalid) else None
    return "; ".join(f"{name}: {' '.join(problems)}" for name, problems in (details or {}).items()) or str(error)


def _record(kind: type[T], row: Any) -> T:
    """A line of a file, which may have been edited. Raises Unusable."""
    if not isinstance(row, dict):
        raise Unusable("it is no JSON object")
    known = {part.name: part.type for part in fields(kind)}
    for name, value in row.items():
        if known.get(name) is not type(value):
            raise Unusable(f"{name} is {value!r}" if name in known else f"{name} is not known here")
    try:
        return kind(**row)
    except TypeError as error:
        missing = [part.name for part in fields(kind) if part.name not in row]
        raise Unusable(f"something of this is missing: {', '.join(missing)}") from error


def _guest(person: Visit | Person) -> Guest:
    return Guest(
        first_name=text(person.first_name, 100),
        last_name=text(person.last_name, 100),
        email=text(person.email, 254),
        phone=phone(person.phone),
    )


def _wanted(visit: Visit, business: Business) -> ImportedVisit:
    """A line in the core's terms. Raises Unusable."""
    start, end = _span(visit, business.zone)
    return ImportedVisit(
        reference=visit.id,
        service=visit.service,
        resource=visit.resource,
        start=start,
        end=end,
        status=visit.status,
        party=visit.party,
        guest=_guest(visit),
        customer=visit.customer,
        price_cents=_cents(visit.price, business.currency),
        customer_notes=passage(visit.customer_notes, 1000),
        staff_notes=passage(visit.staff_notes, 2000),
        booked_at=_moment(visit.booked_at),
    )


def _span(visit: Visit, zone: ZoneInfo) -> tuple[int, int]:
    """First and last minute. In an hour that exists twice the first is meant; a time in a gap is none."""
    try:
        day = date.fromisoformat(visit.date)
        begins, ends = _minutes(visit.time), _minutes(visit.end) if visit.end else None
    except ValueError as error:
        raise Unusable(f"its date or time does not exist: {error}") from error
    starts = instants(zone, day, begins)
    if not starts:
        raise Unusable("the clocks skip this time on this date")
    if ends is None:
        return starts[0], starts[0] + visit.duration_minutes
    same_day = [minute for minute in instants(zone, day, ends) if minute > starts[0]]
    if same_day:  # also where the clocks went back meanwhile: from 03:30 to 03:30 is an hour then
        return starts[0], same_day[0]
    after = ends if ends > begins else ends + DAY
    possible = instants(zone, day, after) or (latest_instant(zone, day, after),)
    return starts[0], possible[0]


def _minutes(at: str) -> int:
    moment = datetime.strptime(at, "%H:%M")  # noqa: DTZ007  (a time of the clock)
    return moment.hour * 60 + moment.minute


def _cents(price: str, currency: str) -> int | None:
    if not price:
        return None
    try:
        cents = Decimal(price).scaleb(decimals_of(currency))
    except ArithmeticError as error:
        raise Unusable(f"its price is {price!r}") from error
    if not cents.is_finite() or cents != cents.to_integral_value() or not 0 <= cents < 10**12:
        raise Unusable(f"its price is {price!r}, in {currency}")
    return int(cents)


def _moment(value: str) -> datetime | None:
    """When it was booked there; without an offset, or not readable, it is not known."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
