"""Businesses for tests, made the way users make them: from a provisioning document."""

import copy
from typing import Any

from businesses.provisioning import Outcome, apply_plan, read_plan

ALL_WEEK = {
    day: ["09:00-17:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
}

SALON: dict[str, Any] = {
    "business": {
        "slug": "salon",
        "name": "North Elm Studio",
        "phone": "+13125551234",
        "timezone": "America/Chicago",
        "currency": "USD",
        "rules": {"slot_interval_minutes": 60, "lead_time_minutes": 0, "window_days": 60},
        "hours": ALL_WEEK,
    },
    "resources": [
        {"key": "maria", "name": "Maria", "kind": "staff", "section": "Main Floor"},
        {"key": "jim", "name": "Jim", "kind": "staff"},
    ],
    "services": [
        {
            "key": "cut",
            "name": "Cut",
            "duration_minutes": 60,
            "price": "35.00",
            "resources": ["maria", "jim"],
            "default": True,
        }
    ],
    "keys": [
        {"name": "full", "preset": "full", "mode": "live", "requests_per_minute": 100_000},
        {"name": "test", "preset": "full", "mode": "test", "requests_per_minute": 100_000},
        {"name": "widget", "preset": "widget", "mode": "live", "requests_per_minute": 100_000},
        {"name": "read", "preset": "read_only", "mode": "live", "requests_per_minute": 100_000},
        {"name": "staff", "preset": "staff", "mode": "live", "requests_per_minute": 100_000},
    ],
}


def merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`base` with `changes` laid over it, mappings key by key."""
    result = copy.deepcopy(base)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else copy.deepcopy(value)
    return result


def business(**changes: Any) -> Outcome:
    """A provisioned salon; `changes` are laid over its document."""
    return apply_plan(read_plan(merged(SALON, changes)))
