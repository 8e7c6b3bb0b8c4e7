"""Every kind of mistake in a provisioning document is refused by its path, and changes nothing."""

import copy
import re
from datetime import date
from typing import Any

import pytest

from businesses.provisioning import DocumentError, apply_plan, read_plan
from tests import factories
from tests.api.calls import nothing_changes

MISSING = object()


def changed(path: str, value: Any) -> dict[str, Any]:
    """The salon's document with one entry set or, MISSING, taken out."""
    document: Any = copy.deepcopy(factories.SALON)
    document["closures"] = [{"from": date(2026, 12, 24), "to": date(2026, 12, 26)}]
    document["members"] = [{"email": "owner@example.com", "role": "owner"}]
    *steps, last = [int(p) if p.isdigit() else p for p in re.findall(r"[^.\[\]]+", path)]
    target = document
    for step in steps:
        target = target.setdefault(step, {}) if isinstance(target, dict) else target[step]
    if value is MISSING:
        del target[last]
    elif isinstance(target, list) and last == len(target):
        target.append(value)
    else:
        target[last] = value
    return document


# (where the mistake is put, what, the path that is named; the same where it is None)
MISTAKES: list[tuple[str, Any, str | None]] = [
    ("extra", 1, None),
    ("business", MISSING, None),
    ("business", None, None),
    ("business", [], None),
    ("business.extra", 1, None),
    ("business.slug", MISSING, None),
    ("business.slug", "", None),
    ("business.slug", "North Elm", None),
    ("business.slug", "-x", None),
    ("business.slug", "x" * 81, None),
    ("business.slug", 5, None),
    ("business.name", MISSING, None),
    ("business.name", "", None),
    ("business.name", "x" * 201, None),
    ("business.name", "a\x00b", None),
    ("business.name", ["x"], None),
    ("business.description", "x" * 1001, None),
    ("business.category", "x" * 101, None),
    ("business.phone", 13125551234, None),
    ("business.phone", "1" * 41, None),
    ("business.email", "owner", None),
    ("business.logo_url", "javascript:alert(1)", None),
    ("business.address", "x" * 301, None),
    ("business.timezone", MISSING, None),
    ("business.timezone", "Chicago", None),
    ("business.timezone", "../etc/passwd", None),
    ("business.timezone", "America/chicago", None),
    ("business.currency", "usd", None),
    ("business.currency", "DOLLAR", None),
    ("business.language", "english", None),
    ("business.plan", "gold", None),
    ("business.billing_status", "late", None),
    ("business.rules", [], None),
    ("business.rules.extra", 1, None),
    ("business.rules.slot_interval_minutes", 0, None),
    ("business.rules.slot_interval_minutes", 1441, None),
    ("business.rules.slot_interval_minutes", "30", None),
    ("business.rules.slot_interval_minutes", True, None),
    ("business.rules.lead_time_minutes", -1, None),
    ("business.rules.lead_time_minutes", 525_601, None),
    ("business.rules.window_days", 0, None),
    ("business.rules.window_days", 731, None),
    ("business.rules.auto_confirm", "yes", None),
    ("business.rules.cancel_notice_hours", -1, None),
    ("business.rules.cancel_notice_hours", 8761, None),
    ("business.page.extra", True, None),
    ("business.page.show_service_prices", 1, None),
    ("business.deposit.type", "gift", None),
    ("business.deposit.type", "charge", "business.deposit.amount_cents"),
    ("business.deposit", {"type": "charge", "amount_cents": 0}, "business.deposit.amount_cents"),
    ("business.deposit", {"type": "authorization_hold", "amount_cents": 2000}, "business.deposit.type"),
    ("business.deposit.extra", 1, None),
    ("business.hours", [], None),
    ("business.hours.someday", [], None),
    ("business.hours.Monday", [], None),
    ("business.hours.monday", "09:00-17:00", None),
    ("business.hours.monday", [540], "business.hours.monday[0]"),
    ("business.hours.monday", ["9-17"], "business.hours.monday[0]"),
    ("business.hours.monday", ["09:00-25:00"], "business.hours.monday[0]"),
    ("business.hours.monday", ["24:00-02:00"], "business.hours.monday[0]"),
    ("business.hours.monday", ["09:60-17:00"], "business.hours.monday[0]"),
    ("business.hours.monday", ["09:00-24:01"], "business.hours.monday[0]"),
    ("business.hours.monday", ["٠٩:٠٠-١٧:٠٠"], "business.hours.monday[0]"),
    ("business.hours.monday", ["09:00-13:00", "12:59-17:00"], "business.hours.monday[1]"),
    ("business.hours.monday", ["09:00-13:00", "09:00-13:00"], "business.hours.monday[1]"),
    ("business.hours.monday", ["20:00-10:00"], "business.hours.tuesday[0]"),
    ("business.hours.sunday", ["20:00-10:00"], "business.hours.sunday[0]"),
    ("resources", {}, None),
    ("resources[0]", "maria", None),
    ("resources[0].extra", 1, None),
    ("resources[0].key", MISSING, None),
    ("resources[0].key", "Maria", None),
    ("resources[2]", {"key": "maria", "name": "x", "kind": "room"}, "resources[2].key"),
    ("resources[0].name", MISSING, None),
    ("resources[0].kind", MISSING, None),
    ("resources[0].kind", "boat", None),
    ("resources[0].capacity_min", 0, None),
    ("resources[0].capacity_max", 51, None),
    ("resources[0].capacity_max", 0, None),
    ("resources[0].color", "red", None),
    ("resources[0].photo_url", "photo.jpg", None),
    ("resources[0].active", "yes", None),
    ("resources[0].hours", {"monday": ["x"]}, "resources[0].hours.monday[0]"),
    ("services[0].extra", 1, None),
    ("services[0].key", MISSING, None),
    ("services[0].name", MISSING, None),
    ("services[0].duration_minutes", MISSING, None),
    ("services[0].duration_minutes", 0, None),
    ("services[0].duration_minutes", 1441, None),
    ("services[0].duration_minutes", 60.0, None),
    ("services[0].buffer_before_minutes", -1, None),
    ("services[0].buffer_after_minutes", 1441, None),
    ("services[0].price", 35.0, None),
    ("services[0].price", "35,00", None),
    ("services[0].price", "-1", None),
    ("services[0].price", "35.001", None),
    ("services[0].price", "12345678", None),
    ("services[0].party_min", 51, None),
    ("services[0].party_max", 0, None),
    ("services[0].also_needs", "boat", None),
    ("services[0].category", "", None),
    ("services[0].resources", "maria", None),
    ("services[0].resources[0]", "ann", None),
    ("services[0].resources[1]", "maria", "services[0].resources[1].resource"),
    ("services[0].resources[0]", {"resource": "ann"}, "services[0].resources[0].resource"),
    ("services[0].resources[0]", {"price": "1"}, "services[0].resources[0].resource"),
    ("services[0].resources[0]", {"resource": "maria", "extra": 1}, "services[0].resources[0].extra"),
    ("services[1]", {"key": "cut", "name": "x", "duration_minutes": 5}, "services[1].key"),
    ("services[1]", {"key": "x", "name": "x", "duration_minutes": 5, "default": True}, "services[1].default"),
    ("closures[0].extra", 1, None),
    ("closures[0].from", MISSING, None),
    ("closures[0].to", MISSING, None),
    ("closures[0].from", "24.12.2026", None),
    ("closures[0].from", "2026-02-30", None),
    ("closures[0].from", "2026-12-24T24:00", None),
    ("closures[0].to", date(2026, 12, 23), None),
    ("closures[0]", {"from": "2026-12-01T12:00", "to": "2026-12-01T11:59"}, "closures[0].to"),
    ("closures[0]", {"from": "2026-12-01T12:00", "to": "2026-12-01T12:00"}, "closures[0].to"),
    ("closures[0]", {"from": "2026-12-01", "to": "2026-12-01T00:00"}, "closures[0].to"),
    ("closures[0]", {"from": "2027-03-14T02:10", "to": "2027-03-14T02:50"}, "closures[0].to"),
    ("closures[0].resource", "ann", None),
    ("closures[0].open", "yes", None),
    ("closures[0].reason", "x" * 201, None),
    ("keys[0].extra", 1, None),
    ("keys[0].name", MISSING, None),
    ("keys[1].name", "full", None),
    ("keys[0].preset", "admin", None),
    ("keys[0].mode", MISSING, None),
    ("keys[0].mode", "LIVE", None),
    ("keys[0].prefix", "sk", None),
    ("keys[0].requests_per_minute", 0, None),
    ("keys[0].requests_per_minute", 100_001, None),
    ("keys[0].allowed_origins", ["example.com"], "keys[0].allowed_origins[0]"),
    ("members[0].extra", 1, None),
    ("members[0].email", MISSING, None),
    ("members[0].email", "owner", None),
    ("members[1]", {"email": "OWNER@example.com", "role": "staff"}, "members[1].email"),
    ("members[0].role", "king", None),
]


@pytest.mark.parametrize(("where", "value", "named"), MISTAKES, ids=[f"{w} {str(v)[:30]}" for w, v, _ in MISTAKES])
def test_a_mistake(db: None, where: str, value: Any, named: str | None) -> None:
    with nothing_changes(), pytest.raises(DocumentError) as refusal:
        apply_plan(read_plan(changed(where, value)))
    assert str(refusal.value).startswith(f"{named or where}: ")
    assert list(refusal.value.details or {}) == [named or where]


@pytest.mark.parametrize(("where", "value"), [("services[0].duration_minutes", 0), ("keys[0].preset", "admin")])
def test_a_mistake_leaves_an_existing_business_as_it_is(db: None, where: str, value: Any) -> None:
    factories.business()
    document = changed(where, value)
    document["business"]["name"] = "Another"
    with nothing_changes(), pytest.raises(DocumentError):
        apply_plan(read_plan(document))


def test_the_unchanged_document_is_fine(db: None) -> None:
    """Otherwise the refusals would say nothing."""
    assert apply_plan(read_plan(changed("business.name", "Salon"))).changed is True


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("business.rules.window_days", 730),
        ("business.rules.lead_time_minutes", 0),
        ("business.rules.lead_time_minutes", 525_600),
        ("business.rules.slot_interval_minutes", 1),
        ("business.billing_status", "past_due"),
        ("business.hours.monday", ["00:00-24:00"]),
        ("business.hours.monday", ["09:00-13:00", "13:00-17:00"]),
        ("business.hours.sunday", ["20:00-09:00"]),
        ("business.hours", {}),
        ("keys[0].requests_per_minute", 100_000),
        ("keys[0].allowed_origins", ["http://localhost:3000"]),
        ("services[0].price", 35),
        ("services[0].price", "0.5"),
        ("services[0].resources[0]", {"resource": "maria", "price": "1.00", "duration_minutes": 5}),
        ("closures[0]", {"from": "2026-12-01T12:00", "to": "2026-12-01", "open": True}),
        ("resources[0].capacity_max", 50),
    ],
)
def test_the_bounds_are_allowed(db: None, where: str, value: Any) -> None:
    document = changed(where, value)
    apply_plan(read_plan(document))
    assert apply_plan(read_plan(document)).changed is False
