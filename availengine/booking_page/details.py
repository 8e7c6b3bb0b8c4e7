"""The last step: who books, what it costs and what is agreed to. Sending it is the one thing that writes."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from availengine.booking_page import summary, words
from availengine.booking_page.choices import new_key
from availengine.booking_page.entrance import Visit
from availengine.booking_page.form import DetailsForm, Token
from availengine.booking_page.plan import Plan
from availengine.booking_page.steps import Context, frame, step_page, zone
from availengine.booking_page.times import LIVE, occupancy_of
from bookings import consents, wording
from bookings.deposits import likely_deposit
from bookings.errors import SlotTaken
from bookings.placing import Placement, Start, decide, nearest_starts
from businesses.deposit_rules import effective_steps
from businesses.errors import Invalid
from businesses.localtime import minute_of, moment_of
from payments.models import DepositKind
from payments.money import spoken


@dataclass(frozen=True, slots=True)
class Trouble:
    """What kept a form from being booked. `nearest`: free starts, where the time was the trouble."""

    message: str
    nearest: tuple[int, ...] = ()


def start_of(visit: Visit, plan: Plan) -> Start:
    return Start.at(visit.business.zone, plan.choices.start or 0)


def details_page(
    visit: Visit,
    plan: Plan,
    form: DetailsForm | None = None,
    *,
    token: Token | None = None,
    trouble: Trouble | None = None,
    status: int = 200,
) -> HttpResponse:
    """The form, for a start that is free; else the times there are, and what happened."""
    context, start = frame(visit, plan), start_of(visit, plan)
    try:
        context |= _placed(visit, plan, decide(occupancy_of(plan, start.date), start, now=visit.now))
    except (SlotTaken, Invalid) as error:
        if form is None:
            return lost_page(visit, plan, error)
        context |= frame(visit, replace(plan, choices=replace(plan.choices, start=None))) | {"lost": True}
        trouble = trouble or Trouble(words.said(error), nearest_to(visit, plan))
    token = token or Token(visit.choices.key or new_key(), consents.versions(visit.business))
    context |= {
        "template": "booking_page/_details.html",
        "form": form or DetailsForm(business=visit.business),
        "token": token.signed(visit.business),
        "action": visit.url(key=token.key),
        "trouble": trouble,
        "nearest": [_offered(visit, minute) for minute in trouble.nearest] if trouble else [],
        "other_times": visit.url(start=None, step="when"),
        "policies": policies(visit, plan, deposit="deposit" in context),
        "instructions": list(dict.fromkeys(filter(None, (s.instructions for s in plan.services)))),
        "zone": zone(visit, plan.choices.start or visit.now),
    }
    return visit.page("page.html", context, status=status)


def lost_page(visit: Visit, plan: Plan, error: SlotTaken | Invalid) -> HttpResponse:
    """A start that is not free (any more), before anything was typed: the day's other times."""
    again = replace(plan.choices, start=None, step="", day=start_of(visit, plan).date)
    visit = replace(visit, choices=again)
    plan = replace(plan, choices=again, step=plan.steps[-2])
    context = step_page(visit, plan) | {"trouble": Trouble(words.said(error))}
    return visit.page("page.html", context, status=409)


def nearest_to(visit: Visit, plan: Plan) -> tuple[int, ...]:
    start = start_of(visit, plan)
    found = nearest_starts(visit.business.id, plan.ask.wish, start, live=LIVE, now=visit.now)
    return tuple(minute_of(datetime.fromisoformat(one["starts_at"])) for one in found)


def _offered(visit: Visit, minute: int) -> tuple[int, str]:
    return minute, summary.when(visit, moment_of(minute))


def _placed(visit: Visit, plan: Plan, placement: Placement) -> Context:
    """What will be booked: when until when, the price with whom, the deposit."""
    found: dict[str, Any] = {}
    if all(visit.snapshot.shows_duration(service) for service in plan.services):
        found["span"] = wording.spoken_span(placement.starts_at, placement.ends_at, visit.business)
    asked, certain = likely_deposit(placement, party=placement.party)
    if asked:
        amount = {"amount": spoken(asked.amount_cents, visit.business.currency)}
        found["deposit"] = _deposit(asked.kind == DepositKind.AUTHORIZATION_HOLD, certain) % amount
        found["deposit_amount"] = amount["amount"] if certain else ""
    return found


def _deposit(held: bool, certain: bool) -> str:
    if not certain:
        return _("You may be asked for a deposit of %(amount)s.")
    if held:
        return _("%(amount)s are held on your card, and charged only if you do not come.")
    return _("A deposit of %(amount)s is paid when you book.")


def policies(visit: Visit, plan: Plan, *, deposit: bool) -> list[str]:
    """What is to be known before booking: the services' own words, else what cancelling costs of a deposit."""
    told = list(dict.fromkeys(filter(None, (service.policy for service in plan.services))))
    return told or ([wording.spoken_steps(effective_steps(visit.business))] if deposit else [])
