"""From validated input to the core's dataclasses."""

from typing import Any
from uuid import UUID

from rest_framework import serializers as drf

from availengine.api.fields import Uuid
from bookings.asking import MOST_SERVICES, Ask
from bookings.customers import Guest


def ask_of(data: dict[str, Any], *, staff: bool = False) -> Ask:
    """Which services, with whom, for how many. Raises DRF's ValidationError for contradictions."""
    return Ask(
        services=_services(data),
        resource=data.get("resource_id"),
        party=data["capacity"],
        same_resource=data.get("same_resource", False),
        staff=staff,
        any_hours=staff and data.get("override_hours", False),
    )


def _services(data: dict[str, Any]) -> tuple[UUID, ...]:
    """`service_id` or `services`: a list, in a query string separated by commas."""
    several = data.get("services")
    if several and data.get("service_id"):
        raise drf.ValidationError({"services": ["Give either service_id or services."]})
    if isinstance(several, str):
        listed = drf.ListField(child=Uuid(), min_length=1, max_length=MOST_SERVICES)
        try:
            several = listed.run_validation(several.split(","))
        except drf.ValidationError as error:
            raise drf.ValidationError({"services": error.detail}) from error
    return tuple(several or ([data["service_id"]] if data.get("service_id") else []))


def guest_of(data: dict[str, Any]) -> Guest:
    return Guest(
        first_name=data["first_name"],
        last_name=data["last_name"],
        phone=data["phone"],
        email=data.get("email") or "",
    )
