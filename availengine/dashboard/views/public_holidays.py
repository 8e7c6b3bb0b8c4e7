"""Public holidays, suggested: those that are ticked become closures like any other."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from availengine.dashboard.access import Desk, page
from availengine.dashboard.changes import is_bookable, onward
from availengine.dashboard.forms.closures import PlaceForm, day_span
from bookings.queries import bookings_in_each
from bookings.wording import bookings as spoken_count
from bookings.wording import spoken_day
from businesses import catalogue
from businesses.models import Closure, ClosureKind
from businesses.public_holidays import PublicHoliday, countries, country_of, regions
from businesses.public_holidays import public_holidays as suggested
from businesses.roles import Permission

YEARS_AHEAD = 3


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.SETUP)
def public_holidays(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    asked = request.POST if request.method == "POST" else request.GET
    place = _place(desk, asked)
    ahead = _ahead(desk, place)
    if request.method != "POST":
        return _page(request, desk, place, ahead)
    ticked = set(request.POST.getlist("day"))
    chosen = [holiday for holiday in ahead if holiday.day.isoformat() in ticked]
    if not chosen:
        return _page(request, desk, place, ahead, problem=_("Tick the days on which you close."), status=400)
    first_steps = not is_bookable(desk)
    several = [{**day_span(desk.zone, holiday.day), "reason": holiday.name[:200]} for holiday in chosen]
    made = catalogue.save_closures(desk.business.id, several)
    told = ngettext("%(count)d day is closed now.", "%(count)d days are closed now.", made) % {"count": made}
    return onward(request, desk, told, "closures", first_steps=first_steps)


def _place(desk: Desk, asked: Any) -> dict[str, Any]:
    """Country, region and year: as asked for, where there are such, else as the business lies."""
    this = desk.now.astimezone(desk.zone).year
    years = range(this, this + YEARS_AHEAD)
    known = dict(countries())
    country = asked.get("country", "")
    country = country if country in known else country_of(desk.business) or "US"
    region, year = asked.get("region", ""), asked.get("year", "")
    return {
        "country": country,
        "region": region if region in dict(regions(country)) else "",
        "year": year if year in map(str, years) else "",
        "years": years,
    }


def _ahead(desk: Desk, place: dict[str, Any]) -> list[PublicHoliday]:
    today: date = desk.now.astimezone(desk.zone).date()
    years = [int(place["year"])] if place["year"] else [today.year, today.year + 1]
    found = suggested(place["country"], place["region"], years=years, language=desk.language)
    end = date.max if place["year"] else today + timedelta(days=365)
    return [holiday for holiday in found if today <= holiday.day < end]


def _page(
    request: HttpRequest,
    desk: Desk,
    place: dict[str, Any],
    ahead: list[PublicHoliday],
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    shown = {name: str(place[name]) for name in ("country", "region", "year")}
    form = PlaceForm(shown, countries=countries(), regions=regions(place["country"]), years=place["years"])
    context = {"form": form, "rows": _rows(desk, ahead), "problem": problem, "place": place}
    return render(request, "dashboard/setup/holidays.html", context, status=status)


def _rows(desk: Desk, ahead: list[PublicHoliday]) -> list[dict[str, Any]]:
    spans = [day_span(desk.zone, holiday.day) for holiday in ahead]
    counts = bookings_in_each(desk.business.id, [(s["starts_at"], s["ends_at"]) for s in spans], live=desk.live)
    closed = list(
        Closure.objects.filter(business=desk.business, resource=None, kind=ClosureKind.CLOSED, ends_at__gt=desk.now)
    )
    return [
        {
            "holiday": holiday,
            "when": spoken_day(span["starts_at"], desk.business),
            "bookings": spoken_count(count) if count else "",
            "closed": any(c.starts_at <= span["starts_at"] and c.ends_at >= span["ends_at"] for c in closed),
        }
        for holiday, span, count in zip(ahead, spans, counts, strict=True)
    ]
