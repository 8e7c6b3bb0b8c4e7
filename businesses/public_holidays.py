"""Public holidays, to be suggested as closures: of which country and region, and when. Nothing here is stored."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any

import phonenumbers

from businesses.models import Business


@dataclass(frozen=True, slots=True)
class PublicHoliday:
    day: date
    name: str


@functools.cache
def _library() -> Any:
    """Loaded when first needed: it takes a third of a second."""
    import holidays

    return holidays


@functools.cache
def countries() -> tuple[tuple[str, str], ...]:
    """(code, English name) of the countries whose holidays are known, by name."""
    known = _library().list_supported_countries(include_aliases=False)
    named = (line.split("\t") for line in _table("iso3166.tab"))
    return tuple(sorted(((code, name) for code, name in named if code in known), key=lambda pair: pair[1]))


@functools.cache
def regions(country: str) -> tuple[tuple[str, str], ...]:
    """(code, name) of the regions of a country that have holidays of their own, by name."""
    found = _library().country_holidays(country)
    names = {code: name for name, code in found.subdivisions_aliases.items()}
    return tuple(sorted(((code, names.get(code, code)) for code in found.subdivisions), key=lambda pair: pair[1]))


def country_of(business: Business) -> str:
    """Where a business is, by its phone number, else by its time zone; empty when neither tells."""
    try:
        found = phonenumbers.region_code_for_number(phonenumbers.parse(business.phone))
    except phonenumbers.NumberParseException:
        found = None
    code = found or _countries_of_zones().get(business.timezone, "")
    return code if code in dict(countries()) else ""


def public_holidays(country: str, region: str, *, years: Sequence[int], language: str) -> list[PublicHoliday]:
    """In order; named in `language` where the country's holidays are, else as they are called there."""
    spoken = _library().country_holidays(country)
    known = [code for code in spoken.supported_languages if code.split("_")[0] == language]
    told = known[0] if known else spoken.default_language
    found = _library().country_holidays(country, subdiv=region or None, years=years, language=told)
    return [PublicHoliday(day, name) for day, name in sorted(found.items())]


@functools.cache
def _countries_of_zones() -> dict[str, str]:
    return {zone: code for code, _, zone, *_ in (line.split("\t") for line in _table("zone.tab"))}


def _table(name: str) -> list[str]:
    text = (resources.files("tzdata.zoneinfo") / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
