"""Somebody is away: which bookings that hits, who takes them over, and who is asked to choose another time."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from availengine.dashboard.access import Desk, page
from availengine.dashboard.finding import Day, booking_url
from bookings import disruption as core
from bookings.disruption import Absence, Hit
from bookings.posting import problem_of
from bookings.queries import snapshot_of
from bookings.wording import short_day, spoken_time
from businesses.errors import Busy, Conflict, Invalid, NotFound
from businesses.localtime import day_bounds, earliest_instant, latest_instant, moment_of
from businesses.models import Closure
from businesses.roles import Permission

ASK, LEAVE = "ask", "leave"


class Clock(forms.TimeField):
    def __init__(self, **rest: Any) -> None:
        widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        super().__init__(widget=widget, input_formats=["%H:%M"], required=False, **rest)


class AbsenceForm(forms.Form):
    resource = forms.ChoiceField(label=gettext_lazy("Who or what is away"))
    first = Day(label=gettext_lazy("From"))
    last = Day(label=gettext_lazy("Until"), help_text=gettext_lazy("The last day counts as well."))
    since = Clock(label=gettext_lazy("From what time"), help_text=gettext_lazy("Empty: from midnight."))
    until = Clock(label=gettext_lazy("Until what time"), help_text=gettext_lazy("Empty: until midnight."))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)

    def __init__(self, data: QueryDict | None, *, desk: Desk) -> None:
        super().__init__(data)
        self.desk, self.rows = desk, snapshot_of(desk.business.id).resources
        named = sorted((row.name, key) for key, row in self.rows.items() if row.active)
        self.fields["resource"].choices = [(key, name) for name, key in named]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if self.errors:
            return found
        if not found["first"] <= found["last"] <= found["first"] + timedelta(days=core.LONGEST_DAYS):
            self.add_error("last", _("Must be on or after the first day, and within a year of it."))
        elif self._moments(found)[1] <= max(self._moments(found)[0], self.desk.now):
            self.add_error("last", _("Must be after the beginning, and not be over."))
        return found

    def _moments(self, found: dict[str, Any]) -> tuple[datetime, datetime]:
        zone, since, until = self.desk.zone, found["since"], found["until"]
        begin, end = day_bounds(zone, found["first"])[0], day_bounds(zone, found["last"])[1]
        if since:
            begin = earliest_instant(zone, found["first"], since.hour * 60 + since.minute)
        if until:
            end = latest_instant(zone, found["last"], until.hour * 60 + until.minute)
        return moment_of(begin), moment_of(end)

    def absence(self, key: UUID) -> Absence:
        found = self.cleaned_data
        begin, end = self._moments(found)
        return Absence(
            business=self.desk.business,
            resource=self.rows[found["resource"]],
            starts_at=begin,
            ends_at=end,
            reason=found["reason"],
            key=key,
        )


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.SETUP)
def disruption(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Asked with a query it shows what would happen; what is confirmed is done, and told booking by booking."""
    if request.method == "POST":
        return _confirmed(request, desk)
    form = AbsenceForm(request.GET if "resource" in request.GET else None, desk=desk)
    if not form.is_bound:
        today = desk.now.astimezone(desk.zone).date()
        form.initial = {"first": today, "last": today}
        return _shown(request, desk, form)
    if not form.is_valid():
        return _shown(request, desk, form, status=400)
    try:
        return _preview(request, desk, form)
    except Invalid as error:
        form.add_error("last", _(error.message))
        return _shown(request, desk, form, status=400)


def _shown(request: HttpRequest, desk: Desk, form: AbsenceForm, *, status: int = 200, **found: Any) -> HttpResponse:
    return render(request, "dashboard/disruption.html", {"form": form, **found}, status=status)


def _preview(request: HttpRequest, desk: Desk, form: AbsenceForm) -> HttpResponse:
    absence = form.absence(uuid4())
    rows = [_row(desk, hit) for hit in core.hits(absence, live=desk.live, now=desk.minute)]
    return _shown(request, desk, form, absence=absence, span=_span(desk, absence), rows=rows)


def _span(desk: Desk, absence: Absence) -> str:
    return " – ".join(  # noqa: RUF001
        f"{short_day(moment, desk.business)}, {spoken_time(moment, desk.business)}"
        for moment in (absence.starts_at, absence.ends_at)
    )


def _row(desk: Desk, hit: Hit) -> dict[str, Any]:
    booking = hit.booking
    return {
        "booking": booking,
        "url": booking_url(desk, booking.uuid),
        "day": short_day(booking.starts_at, desk.business),
        "from": spoken_time(booking.starts_at, desk.business),
        "name": f"{booking.guest_first_name} {booking.guest_last_name}".strip(),
        "services": ", ".join(dict.fromkeys(held.service.name for held in hit.held)),
        "others": hit.others,
        "reachable": not problem_of(booking.guest_email),
    }


def _confirmed(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = AbsenceForm(request.POST, desk=desk)
    if not form.is_valid():
        return _shown(request, desk, form, status=400)
    absence = form.absence(_key(request.POST.get("key", "")))
    core.hits(absence, live=desk.live, now=desk.minute)  # refuses what is too much, before anything is done
    closure = core.close(absence)
    hits = core.hits(absence, live=desk.live, now=desk.minute)  # what was booked until the time was closed is told too
    told = list(_done(desk, request.POST, closure, hits))
    days = {name: form.cleaned_data[name] for name in ("first", "last")}
    context = {"absence": absence, "span": _span(desk, absence), "told": told, **days}
    return render(request, "dashboard/disruption_done.html", context)


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


def _done(desk: Desk, chosen: QueryDict, closure: Closure, hits: list[Hit]) -> Iterator[dict[str, Any]]:
    """What became of each booking: of those that are hit now, and of those that were when it was looked at."""
    for hit in hits:
        what, version = chosen.get(f"do-{hit.booking.uuid}", ""), chosen.get(f"version-{hit.booking.uuid}", "")
        try:
            state, said = _carried_out(desk, hit, closure, what, version)
        except (Conflict, NotFound, Invalid) as error:
            state, said = "bad", f"{_('Changed meanwhile, nothing was done.')} {_(error.message)}"
        except Busy as error:
            state, said = "bad", _(error.message)
        yield {**_row(desk, hit), "state": state, "said": said}
    known = {f"do-{hit.booking.uuid}" for hit in hits}
    gone = [name for name in chosen if name.startswith("do-") and name not in known]
    if gone:
        text = _("%(count)s more bookings were moved or cancelled meanwhile: they are not hit any more.")
        yield {"state": "plain", "said": text % {"count": len(gone)}}


def _carried_out(desk: Desk, hit: Hit, closure: Closure, what: str, version: str) -> tuple[str, str]:
    if not re.fullmatch(r"[0-9]{1,9}", version, re.ASCII):
        return "bad", _("Booked meanwhile, nothing was done. Look at it again.")
    if what == LEAVE:
        return "plain", _("Left as it is.")
    if what == ASK:
        written = core.ask_to_choose(hit.booking, closure, version=int(version))
        if written:
            return "good", _("A mail asks to choose another time.")
        number = hit.booking.guest_phone
        return "warn", _("There is no address: call %(number)s.") % {"number": number} if number else _(
            "There is neither address nor number."
        )
    core.hand_over(hit.booking, _key(what), version=int(version), now=desk.minute)
    to = next((other.name for other in hit.others if str(other.uuid) == what), "")
    return "good", _("Moved to %(name)s.") % {"name": to}
