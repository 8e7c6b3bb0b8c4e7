"""Reading a provisioning document: what it says is checked before anything is written."""

import zoneinfo
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from businesses.deposit_rules import DepositType, Rule, rule_columns
from businesses.models import BillingStatus, ClosureKind, Preset, ResourceKind, Role
from businesses.models import Plan as BillingPlan
from businesses.models.business import MOST_REMINDER_HOURS, MOST_REMINDERS
from businesses.models.catalogue import MOST_PLACES
from businesses.money import decimals_of
from businesses.provisioning.deposits import read_rule, read_steps
from businesses.provisioning.document import DocumentError, Mapping, Node
from businesses.provisioning.planned import (
    Plan,
    PlannedClosure,
    PlannedKey,
    PlannedMember,
    PlannedPerformer,
    PlannedResource,
    PlannedService,
)
from businesses.weeks import Interval, clock_text, overlapping, read_interval, read_start

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SECTIONS = ("business", "resources", "services", "closures", "keys", "members")


def read_plan(document: Any) -> Plan:
    """Check a parsed document. Raises DocumentError naming the path of the first thing that is wrong."""
    root = Mapping(Node(document))
    business, hours = _business(root.node("business"))
    decimals = decimals_of(business["currency"])
    resources = [_resource(node) for node in root.each("resources")]
    known = {resource.key for resource in resources}
    plan = Plan(
        business=business,
        hours=hours,
        resources=resources,
        services=[_service(node, known, decimals, business["plan"]) for node in root.each("services")],
        closures=[_closure(node, known) for node in root.each("closures")],
        keys=[_key(node) for node in root.each("keys")],
        members=[_member(node) for node in root.each("members")],
    )
    root.nothing_else()
    _require_unique("resources", "key", [r.key for r in plan.resources])
    _require_unique("services", "key", [s.key for s in plan.services])
    _require_unique("keys", "name", [k.name for k in plan.keys])
    _require_unique("members", "email", [m.email for m in plan.members])
    defaults = [i for i, service in enumerate(plan.services) if service.values["is_default"]]
    if len(defaults) > 1:
        raise DocumentError(f"services[{defaults[1]}].default", "another service is the default already")
    return plan


def _require_unique(section: str, name: str, values: list[str]) -> None:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise DocumentError(f"{section}[{index}].{name}", f"{value!r} is used twice")


def _business(node: Node) -> tuple[dict[str, Any], list[Interval]]:
    m = Mapping(node)
    values: dict[str, Any] = {
        "slug": m.get("slug", Node.key),
        "name": m.get("name", lambda n: n.text(200)),
        "description": m.get("description", lambda n: n.text(1000, least=0), ""),
        "category": m.get("category", lambda n: n.text(100, least=0), ""),
        "logo_url": m.get("logo_url", _url, ""),
        "phone": m.get("phone", lambda n: n.text(40, least=0), ""),
        "email": m.get("email", _email, ""),
        "address": m.get("address", lambda n: n.text(300, least=0), ""),
        "timezone": m.get("timezone", _zone),
        "currency": m.get("currency", lambda n: n.matching("[A-Z]{3}", "EUR"), "EUR"),
        "language": m.get("language", lambda n: n.matching("[a-z]{2}(-[A-Z]{2})?", "en"), "en"),
        "plan": m.get("plan", lambda n: n.choice(BillingPlan.values), BillingPlan.BASIC.value),
        "billing_status": m.get("billing_status", lambda n: n.choice(BillingStatus.values), BillingStatus.ACTIVE.value),
        "stripe_account": m.get("stripe_account", lambda n: n.matching("acct_[A-Za-z0-9]{1,59}", "acct_1A2b3C"), ""),
        **_rules(m.mapping("rules")),
        **_page(m.mapping("page")),
    }
    values |= rule_columns(
        m.get("deposit", lambda n: read_rule(n, values["plan"], DepositType.NONE.value), Rule("none"))
    )
    hours = _week(m.mapping("hours"))
    m.nothing_else()
    return values, hours


def _rules(m: Mapping) -> dict[str, Any]:
    values = {
        "slot_interval_minutes": m.get("slot_interval_minutes", lambda n: n.integer(1, 1440), 30),
        "lead_time_minutes": m.get("lead_time_minutes", lambda n: n.integer(0, 525_600), 60),
        "window_days": m.get("window_days", lambda n: n.integer(1, 730), 60),
        "auto_confirm": m.get("auto_confirm", Node.flag, True),
        "cancel_notice_hours": m.get("cancel_notice_hours", lambda n: n.integer(0, 8760), 24),
        "cancellation_steps": m.get("cancellation", read_steps, []),
        "deposit_window_minutes": m.get("deposit_window_minutes", lambda n: n.integer(1, 1440), 30),
        "waitlist_offer_minutes": m.get("waitlist_offer_minutes", lambda n: n.integer(5, 1440), 30),
        "reminder_hours": m.get("reminder_hours", _reminder_hours, [24]),
        "sms_reminders": m.get("sms_reminders", Node.flag, False),
    }
    m.nothing_else()
    return values


def _reminder_hours(node: Node) -> list[int]:
    items = node.items()
    if len(items) > MOST_REMINDERS:
        raise node.fail(f"has more than {MOST_REMINDERS} reminders")
    hours = [item.integer(1, MOST_REMINDER_HOURS) for item in items]
    for index, item in enumerate(items):
        if item.value in hours[:index]:
            raise item.fail(f"{item.value} is there twice")
    return hours


def _page(m: Mapping) -> dict[str, Any]:
    names = ("show_staff_selection", "show_service_prices", "show_service_duration", "require_customer_email")
    values: dict[str, Any] = {name: m.get(name, Node.flag, True) for name in (*names, "hosted_page", "waitlist")}
    values["terms_text"] = m.get("terms_text", lambda n: n.text(2000, least=0), "")
    values["marketing_text"] = m.get("marketing_text", lambda n: n.text(500, least=0), "")
    m.nothing_else()
    return values


def _week(m: Mapping) -> list[Interval]:
    week: list[Interval] = []
    for name, node in m.entries():
        if name not in DAYS:
            raise node.fail(f"unknown day; known: {', '.join(DAYS)}")
        for item in node.items():
            try:
                week.append(read_interval(DAYS.index(name), item.text(11)))
            except ValueError as error:
                raise item.fail(str(error)) from None
            if clash := overlapping(week):
                raise item.fail(f"overlaps other hours: {_spoken(clash[0])} and {_spoken(clash[1])}")
    return week


def _starts(m: Mapping) -> list[int]:
    found: list[int] = []
    for name, node in m.entries():
        if name not in DAYS:
            raise node.fail(f"unknown day; known: {', '.join(DAYS)}")
        for item in node.items():
            try:
                start = read_start(DAYS.index(name), item.text(5))
            except ValueError as error:
                raise item.fail(str(error)) from None
            if start in found:
                raise item.fail(f"{item.value} is there twice")
            found.append(start)
    return sorted(found)


def _spoken(i: Interval) -> str:
    return f"{DAYS[i.weekday]} {clock_text(i.opens)}-{clock_text(i.closes)}"


def _resource(node: Node) -> PlannedResource:
    m = Mapping(node)
    least = m.get("capacity_min", lambda n: n.integer(1, 50), 1)
    values = {
        "name": m.get("name", lambda n: n.text(200)),
        "kind": m.get("kind", lambda n: n.choice(ResourceKind.values)),
        "section": m.get("section", lambda n: n.text(100, least=0), ""),
        "location": m.get("location", lambda n: n.text(200, least=0), ""),
        "capacity_min": least,
        "capacity_max": m.get("capacity_max", lambda n: n.integer(least, 50), max(least, 1)),
        "job_title": m.get("job_title", lambda n: n.text(100, least=0), ""),
        "about": m.get("about", lambda n: n.text(2000, least=0), ""),
        "photo_url": m.get("photo_url", _url, ""),
        "color": m.get("color", lambda n: n.matching("#[0-9a-fA-F]{6}", "#1f6feb"), ""),
        "active": m.get("active", Node.flag, True),
        "bookable_online": m.get("bookable_online", Node.flag, True),
    }
    hours = _week(m.mapping("hours")) if "hours" in m else None
    planned = PlannedResource(m.get("key", Node.key), {**values, "own_hours": hours is not None}, hours)
    m.nothing_else()
    return planned


def _service(node: Node, resources: set[str], decimals: int, plan: str) -> PlannedService:
    m = Mapping(node)
    least = m.get("party_min", lambda n: n.integer(1, 50), 1)
    values = {
        "name": m.get("name", lambda n: n.text(200)),
        "description": m.get("description", lambda n: n.text(2000, least=0), ""),
        "duration_minutes": m.get("duration_minutes", lambda n: n.integer(1, 1440)),
        "buffer_before_minutes": m.get("buffer_before_minutes", lambda n: n.integer(0, 1440), 0),
        "buffer_after_minutes": m.get("buffer_after_minutes", lambda n: n.integer(0, 1440), 0),
        "price_cents": m.get("price", lambda n: n.cents(decimals), None),
        "party_min": least,
        "party_max": m.get("party_max", lambda n: n.integer(least, 50), 50),
        "show_price": m.get("show_price", Node.flag, True),
        "show_duration": m.get("show_duration", Node.flag, True),
        "policy": m.get("policy", lambda n: n.text(2000, least=0), ""),
        "instructions": m.get("instructions", lambda n: n.text(2000, least=0), ""),
        "photo_url": m.get("photo_url", _url, ""),
        "active": m.get("active", Node.flag, True),
        "bookable_online": m.get("bookable_online", Node.flag, True),
        "is_default": m.get("default", Node.flag, False),
        "also_needs": m.get("also_needs", lambda n: n.choice(ResourceKind.values), ""),
        "places": m.get("places", lambda n: n.integer(2, MOST_PLACES), None),
        "starts": _starts(m.mapping("starts")),
        **rule_columns(m.get("deposit", lambda n: read_rule(n, plan), None)),
    }
    planned = PlannedService(
        m.get("key", Node.key),
        values,
        m.get("category", lambda n: n.text(100), None),
        [_performer(item, resources, decimals) for item in m.each("resources")],
    )
    m.nothing_else()
    _require_unique(f"{node.path}.resources", "resource", [p.resource for p in planned.performers])
    return planned


def _performer(node: Node, resources: set[str], decimals: int) -> PlannedPerformer:
    """A resource's key, or a mapping with its own price or duration."""
    if not isinstance(node.value, dict):
        return PlannedPerformer(_reference(node, resources))
    m = Mapping(node)
    planned = PlannedPerformer(
        m.get("resource", lambda n: _reference(n, resources)),
        m.get("price", lambda n: n.cents(decimals), None),
        m.get("duration_minutes", lambda n: n.integer(1, 1440), None),
    )
    m.nothing_else()
    return planned


def _closure(node: Node, resources: set[str]) -> PlannedClosure:
    m = Mapping(node)
    planned = PlannedClosure(
        resource=m.get("resource", lambda n: _reference(n, resources), None),
        kind=ClosureKind.OPEN if m.get("open", Node.flag, False) else ClosureKind.CLOSED,
        start=m.get("from", Node.local_time),
        end=m.get("to", Node.local_time),
        reason=m.get("reason", lambda n: n.text(200, least=0), ""),
        path=node.path,
    )
    m.nothing_else()
    return planned


def _key(node: Node) -> PlannedKey:
    m = Mapping(node)
    planned = PlannedKey(
        name=m.get("name", lambda n: n.text(100)),
        preset=m.get("preset", lambda n: n.choice(Preset.values)),
        live=m.get("mode", lambda n: n.choice(["live", "test"])) == "live",
        prefix=m.get("prefix", lambda n: n.choice(["avail", "pk"]), "avail"),
        requests_per_minute=m.get("requests_per_minute", lambda n: n.integer(1, 100_000), 60),
        allowed_origins=[
            n.matching(r"https?://[^/\s]{1,180}", "https://www.example.com") for n in m.each("allowed_origins")
        ],
        path=node.path,
    )
    m.nothing_else()
    return planned


def _member(node: Node) -> PlannedMember:
    m = Mapping(node)
    planned = PlannedMember(m.get("email", _email), m.get("role", lambda n: n.choice(Role.values)))
    m.nothing_else()
    return planned


def _reference(node: Node, resources: set[str]) -> str:
    key = node.key()
    if key not in resources:
        raise node.fail(f"there is no resource with the key {key!r}")
    return key


def _zone(node: Node) -> str:
    name = node.text(64)
    if name not in zoneinfo.available_timezones():
        raise node.fail(f"{name!r} is not a time zone: use a name such as Europe/Athens")
    return name


def _email(node: Node) -> str:
    address = node.text(254).lower()
    try:
        validate_email(address)
    except ValidationError:
        raise node.fail(f"{address!r} is not an e-mail address") from None
    return address


def _url(node: Node) -> str:
    return node.matching(r"https?://\S{1,490}", "https://example.com/photo.jpg") if node.value else ""
