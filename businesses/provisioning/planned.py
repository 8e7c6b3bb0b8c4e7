"""The plan of a business: what a provisioning document comes to, in the core's terms."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from businesses.weeks import Interval


@dataclass(frozen=True, slots=True)
class PlannedResource:
    key: str
    values: dict[str, Any]
    hours: list[Interval] | None


@dataclass(frozen=True, slots=True)
class PlannedPerformer:
    resource: str
    price_cents: int | None = None
    duration_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class PlannedService:
    key: str
    values: dict[str, Any]
    category: str | None
    performers: list[PlannedPerformer]


@dataclass(frozen=True, slots=True)
class PlannedClosure:
    resource: str | None
    kind: str
    start: tuple[date, int | None]
    end: tuple[date, int | None]
    reason: str
    path: str


@dataclass(frozen=True, slots=True)
class PlannedKey:
    name: str
    preset: str
    live: bool
    prefix: str
    requests_per_minute: int
    allowed_origins: list[str]
    path: str


@dataclass(frozen=True, slots=True)
class PlannedMember:
    email: str
    role: str


@dataclass(frozen=True, slots=True)
class Plan:
    business: dict[str, Any]
    hours: list[Interval]
    resources: list[PlannedResource]
    services: list[PlannedService]
    closures: list[PlannedClosure]
    keys: list[PlannedKey]
    members: list[PlannedMember]
