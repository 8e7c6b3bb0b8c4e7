"""Who changed what in the set-up, and when."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from availengine.dashboard.access import Desk, page
from availengine.dashboard.audit_sentences import actor_name, told
from availengine.dashboard.audit_words import SUBJECTS
from availengine.dashboard.paging import chosen, listed
from bookings.wording import spoken_day
from businesses.audit import audit_entries, recent_actors, with_names
from businesses.roles import Permission

SYSTEM = "system"  # who acts namelessly, in an address


@require_safe
@page(Permission.SETUP)
def audit(request: HttpRequest, desk: Desk) -> HttpResponse:
    actors = {actor or SYSTEM: actor_name(actor) for actor in recent_actors(desk.business.id)}
    subject, who = chosen(request, "subject", SUBJECTS), chosen(request, "who", actors)
    actor = None if not who else "" if who == SYSTEM else who
    found = audit_entries(desk.business.id, subject=subject, actor=actor)
    shown = listed(found, request, desk, listing="audit")
    entries = told(with_names(desk.business.id, shown.rows), desk.business)
    days = [
        (spoken_day(of_day[0].moment, desk.business), of_day)
        for of_day in (list(group) for _day, group in groupby(entries, key=lambda entry: entry.moment.date()))
    ]
    context = {
        "days": days,
        "listed": shown,
        "subjects": SUBJECTS.items(),
        "actors": actors.items(),
        "subject": subject,
        "who": who,
    }
    return render(request, "dashboard/audit.html", context)
