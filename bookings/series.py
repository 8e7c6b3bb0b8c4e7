"""Visits that repeat: booked together by staff, at the same wall-clock time, and cancelled together.

Each visit is a booking of its own. All are booked in one transaction, in order of time (docs/locking.md).
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from bookings import services
from bookings.customers import customer_for
from bookings.errors import SlotTaken
from bookings.models import Booking, Series, SeriesUnit
from bookings.moving import MOVABLE
from bookings.once import USED
from bookings.placing import Start, lock_resources, nearest_starts
from bookings.queries import snapshot_of
from bookings.snapshot import Snapshot, within_reach
from businesses.db import transactional
from businesses.errors import Conflict, Invalid, NotFound
from businesses.localtime import instants, moment_of

MOST = 52
NO_SUCH_TIME, BEYOND_WINDOW = "no_such_time", "beyond_window"


class Conflicts(StrEnum):
    """What becomes of a series of which some visits cannot be booked."""

    REFUSE = "refuse"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Every so many days, weeks or months: `count` times, or as often as there is until a date, which counts."""

    unit: str
    every: int = 1
    count: int | None = None
    until: date | None = None

    def dates(self, first: date) -> list[date]:
        """A month that is too short has the visit on its last day. Raises Invalid for too many, or for none."""
        found: list[date] = []
        for number in range(MOST + 1):
            day = self._nth(first, number)
            if (self.count is not None and number >= self.count) or (self.until is not None and day > self.until):
                break
            found.append(day)
        if not 1 <= len(found) <= MOST or (self.count is None and self.until is None):
            raise Invalid("How often?", {"count": [f"Between 1 and {MOST} visits, or until a date not further ahead."]})
        return found

    def _nth(self, first: date, number: int) -> date:
        steps = number * self.every
        if self.unit != SeriesUnit.MONTH:
            return first + timedelta(days=steps * (7 if self.unit == SeriesUnit.WEEK else 1))
        year, month = divmod(first.year * 12 + first.month - 1 + steps, 12)
        return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One visit of a series: the booking, or why there is none and the free starts that are nearest."""

    number: int
    start: Start
    booking: Booking | None = None
    reason: str = ""
    nearest: tuple[dict[str, str], ...] = ()


class SeriesRefused(Conflict):
    """Some visits cannot be booked, and nothing is: `occurrences` says of each whether it could have been."""

    def __init__(self, occurrences: Sequence[Occurrence]) -> None:
        failing = [found for found in occurrences if found.reason]
        super().__init__(
            f"{len(failing)} of {len(occurrences)} visits cannot be booked. Nothing was booked.",
            {"reason": "series", "occurrences": [told(found) for found in occurrences]},
        )
        self.occurrences = list(occurrences)


def told(found: Occurrence) -> dict[str, object]:
    """A visit that was not booked, for an answer."""
    return {
        "occurrence": found.number,
        "date": found.start.date.isoformat(),
        "reason": found.reason or None,
        "nearest": list(found.nearest),
    }


def create_series(new: services.NewBooking, rule: Rule, *, conflicts: str, now: int) -> tuple[Series, list[Occurrence]]:
    """Book all visits of a series or, with `skip`, those that are free. `new` is the first of them.

    No deposit is asked for: series are booked by staff. Raises SeriesRefused when nothing was booked, with the nearest
    free starts for each visit that failed; Conflict when there is one with this key; Invalid, NotFound.
    """
    if not new.ask.staff or new.deposit is not None:
        raise Invalid("Series are booked by staff, without a deposit.")
    dates = rule.dates(new.start.date)
    try:
        series, found = _create(new, rule, dates, Conflicts(conflicts), now)
    except SeriesRefused as refused:
        undone = (replace(one, booking=None) for one in refused.occurrences)
        raise SeriesRefused([_with_nearest(new, one, now) for one in undone]) from None
    return series, [_with_nearest(new, one, now) for one in found]


@transactional
def _create(
    new: services.NewBooking, rule: Rule, dates: Sequence[date], conflicts: Conflicts, now: int
) -> tuple[Series, list[Occurrence]]:
    snapshot = snapshot_of(new.business_id)
    wish = new.ask.wish(snapshot)
    customer_for(snapshot.business, new.guest, live=new.live)
    kinds = {service.also_needs for service in wish.services}
    performing = {key for service in wish.services for key in service.performers}
    besides = {r.id for r in snapshot.calendar.resources.values() if r.kind in kinds}
    lock_resources(new.business_id, performing | besides)
    if new.key and Series.objects.filter(uuid=new.key).exists():
        raise Conflict(USED)
    series = Series.objects.create(
        business_id=new.business_id,
        uuid=new.key or uuid4(),
        live=new.live,
        unit=rule.unit,
        every=rule.every,
        count=len(dates),
    )
    found = [_book(new, series, number, day, snapshot, now) for number, day in enumerate(dates, start=1)]
    free = [one for one in found if one.booking]
    if not free or (conflicts == Conflicts.REFUSE and len(free) < len(found)):
        raise SeriesRefused(found)
    return series, found


def _book(new: services.NewBooking, series: Series, number: int, day: date, snapshot: Snapshot, now: int) -> Occurrence:
    """One visit, or why it cannot be: nothing of it is stored then."""
    start = Start(day, new.start.minutes, new.start.instant if number == 1 else None)
    minutes = instants(snapshot.business.zone, day, start.minutes)
    if not minutes:
        return Occurrence(number=number, start=start, reason=NO_SUCH_TIME)
    if not within_reach(snapshot, minutes[0], now):
        return Occurrence(number=number, start=start, reason=BEYOND_WINDOW)
    try:
        visit = replace(new, start=start, key=None, series=(series.id, number))
        return Occurrence(number=number, start=start, booking=services.book(visit, now=now)[0])
    except SlotTaken as taken:
        return Occurrence(number=number, start=start, reason=str(taken.reason))


def _with_nearest(new: services.NewBooking, found: Occurrence, now: int) -> Occurrence:
    if not found.reason or found.reason in (NO_SUCH_TIME, BEYOND_WINDOW):
        return found
    nearest = nearest_starts(new.business_id, new.ask.wish, found.start, live=new.live, now=now)
    return replace(found, nearest=tuple(nearest))


def found_series(business_id: int, series_id: UUID, *, live: bool) -> Series:
    """Raises NotFound."""
    series = Series.objects.filter(business_id=business_id, live=live, uuid=series_id).first()
    if series is None:
        raise NotFound
    return series


def first_of(series: int) -> int:
    """The booking of the first visit that was booked."""
    return int(Booking.objects.filter(series=series).order_by("occurrence").values_list("id", flat=True)[0])


@transactional
def cancel_series(
    business_id: int, series_id: UUID, *, live: bool, now: int, first: int = 1, waive_fee: bool = False
) -> list[Booking]:
    """Cancel what is yet to come of a series, from its `first` visit on; which bookings those were.

    Each by its own policy: `settlement.owed` of each has yet to be carried out. Raises NotFound, and Conflict when
    there is nothing to cancel.
    """
    series = found_series(business_id, series_id, live=live)
    rows = Booking.objects.select_for_update(no_key=True).filter(
        business_id=business_id,
        series=series,
        occurrence__gte=first,
        status__in=MOVABLE,
        starts_at__gte=moment_of(now),
    )
    found = list(rows.order_by("id"))
    if not found:
        raise Conflict("There is nothing left to cancel.", {"reason": "series"})
    return [services.cancel_booking(business_id, row.uuid, live=live, now=now, waive_fee=waive_fee) for row in found]
