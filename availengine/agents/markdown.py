"""A business as a page of Markdown, for who reads text: what it offers, when, on which terms, and how to book."""

import re
from collections.abc import Iterator
from itertools import chain, groupby

from django.utils import translation

from availengine.api.v1.wire import profile
from bookings.snapshot import Snapshot
from bookings.wording import minutes, spoken_rule, spoken_steps
from businesses.deposit_rules import effective_rule, effective_steps
from businesses.models import Service, Weekday
from payments.money import spoken

MOST_SERVICES = 200
LONGEST = 300  # of what is written about a service

BEGINS_A_LIST = re.compile(r"^([0-9]{1,9}(?=[.)])|(?=[-+=]))")
SPECIAL = re.compile(r"[\\`*_\[\]<>&~|#!@]|:(?=//)|(?<=www)\.", re.IGNORECASE)


def inert(text: str, longest: int = LONGEST) -> str:
    """Somebody's text as one line that is nothing but text: no markup, no links, no invisible characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(line) > longest:
        line = f"{line[: longest - 1].rstrip()}…"
    return SPECIAL.sub(lambda found: f"\\{found[0]}", line)


def page_of(snapshot: Snapshot, base_url: str) -> str:
    """In English; what the business says of itself is in its own language."""
    with translation.override("en"):
        parts = (_head(snapshot), _hours(snapshot), _services(snapshot), _terms(snapshot), _ways(snapshot, base_url))
        return "\n".join([*chain.from_iterable(parts), ""])


def _head(snapshot: Snapshot) -> Iterator[str]:
    business = snapshot.business
    yield f"# {inert(business.name)}"
    if business.description:
        yield f"\n> {inert(business.description, 1000)}"
    yield ""
    for label, value in (("Category", business.category), ("Address", business.address), ("Phone", business.phone)):
        if value:
            yield f"- {label}: {inert(value)}"
    yield f"- Time zone: {business.timezone} (of all times here)"
    yield f"- Language: {inert(business.language)}"


def _hours(snapshot: Snapshot) -> Iterator[str]:
    yield "\n## Opening hours\n"
    spans: dict[str, list[str]] = {}
    for interval in profile(snapshot)["hours"]:
        spans.setdefault(interval["weekday"], []).append(f"{interval['opens']} to {interval['closes']}")
    for weekday in Weekday:
        yield f"- {weekday.label}: {', '.join(spans.get(weekday.label.lower(), ['closed']))}"
    yield "\nHolidays and special days are not listed here: only what is shown as free can be booked."


def _services(snapshot: Snapshot) -> Iterator[str]:
    yield "\n## Services"
    offered = snapshot.offered_services()
    if not offered:
        yield "\nNothing can be booked online at present."
    by_category = sorted(offered[:MOST_SERVICES], key=_category)  # stable: in each as the business has them
    for category, services in groupby(by_category, key=_category):
        yield f"\n### {inert(category)}\n" if category else ""
        for service in services:
            yield _service(service, snapshot)
    if len(offered) > MOST_SERVICES:
        yield f"\nAnd {len(offered) - MOST_SERVICES} more."


def _category(service: Service) -> str:
    return service.category.name if service.category else ""


def _service(service: Service, snapshot: Snapshot) -> str:
    facts = []
    if snapshot.shows_duration(service):
        facts.append(minutes(service.duration_minutes))
    if snapshot.shows_price(service) and service.price_cents is not None:
        facts.append(spoken(service.price_cents, snapshot.business.currency))
    if (service.party_min, service.party_max) not in ((1, 1), (1, 50)):
        facts.append(f"for {service.party_min} to {service.party_max} people")
    known = f" ({', '.join(facts)})" if facts else ""
    name = BEGINS_A_LIST.sub(r"\1\\", inert(service.name))
    told = f"- {name}{known}, id `{service.uuid}`"
    said = [inert(text) for text in (service.description, service.policy) if text]
    return f"{told}: {' – '.join(said)}" if said else told  # noqa: RUF001


def _terms(snapshot: Snapshot) -> Iterator[str]:
    business = snapshot.business
    yield "\n## Terms\n"
    latest = minutes(business.lead_time_minutes)
    yield f"- Bookings are taken up to {business.window_days} days ahead, at the latest {latest} before the start."
    if not business.auto_confirm:
        yield "- The business accepts each booking by itself: it is confirmed when that has happened."
    yield f"- {spoken_rule(effective_rule(business), business.currency)}"
    if any(service.deposit_type for service in snapshot.offered_services()):
        yield "- Some services have a deposit of their own, or none."
    yield f"- {spoken_steps(effective_steps(business))}"


def _ways(snapshot: Snapshot, base_url: str) -> Iterator[str]:
    business = snapshot.business
    yield "\n## How to book\n"
    yield f"- In a browser: {base_url}/book/{business.slug}"
    yield f"- As an agent: the MCP server {base_url}/mcp (streamable HTTP) with a key of this business as bearer token"
    yield f"- As a program: {base_url}/v1/docs with a key of this business, whose id is `{business.uuid}`"
    yield "\nKeys are given by the business."
