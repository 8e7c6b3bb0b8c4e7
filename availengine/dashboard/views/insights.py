"""How the business does: pictures of a period beside the period before, with their numbers."""

import csv
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from availengine.dashboard import periods
from availengine.dashboard.access import Desk, page
from availengine.dashboard.insight_words import (
    LEAD,
    MONTHS,
    SOURCES,
    ahead,
    money_tiles,
    rate,
    short_date,
    tiles,
    whole_date,
)
from availengine.dashboard.pictures import Bars, Cell, HeatRow, Share, bars, level, percent, shares
from bookings.insights import Insights, Period, Tally
from bookings.insights import insights as reckoned
from businesses.errors import Invalid
from businesses.money import decimal_text
from businesses.roles import Permission
from payments.money import spoken

MOST_DAYS, MOST_WEEKS = 62, 190  # dates up to which a column is a day, a week; then it is a month
MOST_SERVICES = 10


@require_safe
@page(Permission.VIEW)
def insights(request: HttpRequest, desk: Desk) -> HttpResponse:
    today = desk.now.astimezone(desk.zone).date()
    problem = ""
    try:
        choice = periods.chosen(request.GET, today)
    except Invalid as error:
        choice, problem = periods.usual(today), _(error.message)
    seen = reckoned(desk.business, choice.period, live=desk.live)
    context = {
        "problem": problem,
        "entered": request.GET if problem else {},
        "choice": choice,
        "names": periods.NAMES.items(),
        "first": whole_date(choice.period.first),
        "last": whole_date(choice.period.last),
        "first_before": whole_date(seen.before.period.first),
        "last_before": whole_date(seen.before.period.last),
        "empty": not any(
            half.total.visits or half.total.cancelled or half.total.paid_cents for half in (seen.now, seen.before)
        ),
        "money": desk.may(Permission.MONEY),
        **_pictures(seen, desk),
    }
    return render(request, "dashboard/insights.html", context, status=400 if problem else 200)


@require_safe
@page(Permission.VIEW)
def insight_numbers(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """The tallies of each date as a file for spreadsheets. Raises Invalid."""
    choice = periods.chosen(request.GET, desk.now.astimezone(desk.zone).date())
    seen = reckoned(desk.business, choice.period, live=desk.live)
    name = f"{desk.business.slug}-{choice.period.first}-{choice.period.last}.csv"
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
    csv.writer(response).writerows(_rows(seen, desk))
    return response


def _rows(seen: Insights, desk: Desk) -> Iterator[list[object]]:
    money, currency = desk.may(Permission.MONEY), desk.business.currency
    heading = ["date", "visits", "cancelled", "arrived", "no_shows"]
    yield [*heading, *(["value", "deposits_paid", "deposits_returned", "currency"] if money else [])]
    for day, tally in zip(seen.now.period.dates, seen.dates, strict=True):
        row: list[object] = [day, tally.visits, tally.cancelled, tally.attended, tally.no_shows]
        if money:
            amounts = (tally.worth_cents, tally.paid_cents, tally.returned_cents)
            row += [*(_decimal(amount, currency) for amount in amounts), currency]
        yield row


def _decimal(amount: int, currency: str) -> str:
    return decimal_text(amount, currency) if amount >= 0 else f"-{decimal_text(-amount, currency)}"


def _pictures(seen: Insights, desk: Desk) -> dict[str, Any]:
    currency = desk.business.currency
    pictures: dict[str, Any] = {
        "tiles": tiles(seen),
        "visits": _over_time(seen, lambda tally: tally.visits, str),
        "use": _use(seen),
        "weekdays": [WEEKDAYS_ABBR[day] for day in range(7)],
        "hours": _hours(seen),
        "lead": shares([(str(name), count, str(count)) for name, count in zip(LEAD, seen.lead, strict=True)]),
        "median": ahead(seen.median_lead_hours),
        "sources": _sources(seen),
        "services": _services(seen),
        "outcome": _outcome(seen.now.total),
    }
    if desk.may(Permission.MONEY):
        pictures["tiles"] += money_tiles(seen, currency)
        pictures["worth"] = _over_time(seen, lambda tally: tally.worth_cents, lambda cents: spoken(cents, currency))
        pictures["other_currency"] = seen.now.total.other_currency
    return pictures


def _over_time(seen: Insights, value_of: Callable[[Tally], int], text_of: Callable[[int], str]) -> Bars | None:
    """By day, week or month: what was before is laid over it, date by date."""
    buckets = _buckets(seen.now.period)
    values, before = [0] * len(set(buckets)), [0] * len(set(buckets))
    places = {first: place for place, first in enumerate(dict.fromkeys(buckets))}
    for first, now, earlier in zip(buckets, seen.dates, seen.dates_before, strict=True):
        values[places[first]] += value_of(now)
        before[places[first]] += value_of(earlier)
    labels = [_label(first, seen.now.period) for first in places]
    return bars(labels, values, before, [text_of(value) for value in (*values, *before)])


def _buckets(period: Period) -> list[date]:
    """For each date the first of its day, week or month."""
    if len(period.dates) <= MOST_DAYS:
        return period.dates
    if len(period.dates) <= MOST_WEEKS:
        return [max(period.first, day - timedelta(days=day.weekday())) for day in period.dates]
    return [max(period.first, day.replace(day=1)) for day in period.dates]


def _label(first: date, period: Period) -> str:
    return date_format(first, MONTHS) if len(period.dates) > MOST_WEEKS else short_date(first)


def _use(seen: Insights) -> list[HeatRow]:
    """By resource and weekday, and of the whole week in the last column."""
    rows = []
    for use in seen.use:
        pairs = [*zip(use.booked, use.open, strict=True), (sum(use.booked), sum(use.open))]
        cells = [Cell(rate(booked, opened), level(percent(booked, opened) or 0, 100)) for booked, opened in pairs]
        rows.append(HeatRow(use.name, cells))
    return rows


def _hours(seen: Insights) -> dict[str, Any]:
    """By weekday, from the first hour of the clock in which anything begins to the last."""
    used = [hour for hour in range(24) if any(day[hour] for day in seen.hours)]
    if not used:
        return {}
    shown = range(used[0], used[-1] + 1)
    highest = max(map(max, seen.hours))
    rows = [
        HeatRow(str(WEEKDAYS_ABBR[weekday]), [Cell(str(day[hour]), level(day[hour], highest)) for hour in shown])
        for weekday, day in enumerate(seen.hours)
    ]
    count, weekday, hour = max(
        (count, -weekday, -hour) for weekday, day in enumerate(seen.hours) for hour, count in enumerate(day)
    )
    return {
        "rows": rows,
        "columns": [f"{hour:02}" for hour in shown],
        "busiest": _("%(day)s from %(hour)s") % {"day": WEEKDAYS[-weekday], "hour": f"{-hour:02}:00"},
        "most": count,
    }


def _sources(seen: Insights) -> list[Share]:
    return _portions([(str(name), seen.sources.get(source, 0)) for source, name in SOURCES.items()])


def _services(seen: Insights) -> list[Share]:
    return shares([(row.name, row.visits, str(row.visits)) for row in seen.services[:MOST_SERVICES]])


def _outcome(total: Tally) -> list[Share]:
    """What became of all bookings of the period."""
    open_still = total.visits - total.finished
    return _portions(
        [
            (_("Arrived or completed"), total.attended),
            (_("No-show"), total.no_shows),
            (_("Still open"), open_still),
            (_("Cancelled"), total.cancelled),
        ]
    )


def _portions(rows: Sequence[tuple[str, int]]) -> list[Share]:
    """Bars with their number and its part of the whole."""
    whole = sum(count for _name, count in rows)
    return shares([(name, count, f"{count} · {rate(count, whole)}") for name, count in rows if count])
