"""Free starts as forms show them: by part of the day, each with who could take it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from availengine.dashboard.access import Desk
from availengine.dashboard.booking_words import brief_moment
from bookings.availability import SENTENCES
from bookings.errors import SlotTaken
from bookings.offers import Offers
from bookings.queries import snapshot_of
from bookings.wording import spoken_time
from businesses.localtime import local_of, minute_of, moment_of
from businesses.models import Resource

NOON, EVENING = 12, 17
NAMED = 2  # resources that are named on a start; of more it is said how many


@dataclass
class Group:
    """A part of the day."""

    name: str
    starts: list[dict[str, Any]] = field(default_factory=list)


def grouped_starts(desk: Desk, offers: Offers, chosen: int | None = None, *, current: int | None = None) -> list[Group]:
    """`chosen`: the start that is selected; `current`: the one that a booking has now."""
    groups = [Group(_("Morning")), Group(_("Afternoon")), Group(_("Evening"))]
    for offer in offers.starts:
        hour = local_of(desk.zone, offer.minute).hour
        group = groups[(hour >= NOON) + (hour >= EVENING)]
        group.starts.append(
            {
                "minute": offer.minute,
                "time": spoken_time(moment_of(offer.minute), desk.business),
                "with": _named(offer.resources),
                "more": max(len(offer.resources) - NAMED, 0),
                "chosen": offer.minute == chosen,
                "current": offer.minute == current,
            }
        )
    return [group for group in groups if group.starts]


def why_none(offers: Offers) -> str:
    """Why there is nothing to choose from; empty where there is."""
    if offers.starts:
        return ""
    return _(SENTENCES[offers.never]) if offers.never else _("Nothing is free on this day.")


def _named(resources: Sequence[Resource]) -> str:
    return ", ".join(resource.name for resource in resources[:NAMED])


def chosen_of(asked: Any) -> int | None:
    """The start that a form has selected."""
    text = asked.get("start", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def nearest_of(desk: Desk, refusal: SlotTaken) -> list[dict[str, Any]]:
    """The free starts nearest to a refused one."""
    return list(worded(desk, (refusal.details or {}).get("nearest", ())))


def worded(desk: Desk, told: Sequence[dict[str, str]]) -> Iterator[dict[str, Any]]:
    """Free starts as a refusal tells them, to choose from."""
    for start in told:
        moment = datetime.fromisoformat(start["starts_at"])
        yield {
            "minute": minute_of(moment),
            "date": start["booking_date"],
            "text": brief_moment(moment, desk.business, desk.language),
        }


def usual_party(desk: Desk) -> str:
    """What a form begins with: two where there are tables, one where people come for themselves."""
    return "2" if any(resource.capacity_max > 1 for resource in resources_of(desk)) else "1"


def resources_of(desk: Desk) -> list[Resource]:
    """Who or what may be chosen."""
    found = snapshot_of(desk.business.id).resources.values()
    return [resource for resource in found if resource.active]
