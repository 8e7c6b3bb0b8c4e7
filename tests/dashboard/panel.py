"""How the tests of the desk's pages make bookings and look at pages."""

import re
from html import unescape
from typing import Any
from uuid import uuid4

from django.test import Client

from bookings.models import Booking
from businesses.models import Member
from tests.api.calls import DAY, Tenant
from tests.dashboard.conftest import browser, person

HTMX = {"HX-Request": "true", "HX-Target": "panel"}


def path(tenant: Tenant, *rest: object) -> str:
    """A page of a business: `path(salon, "bookings", key, "move")`."""
    return "/".join(["", "dashboard", tenant.business.slug, *map(str, rest), ""])


def at_desk(tenant: Tenant, role: str = "staff") -> Client:
    """A browser in which somebody of a role is signed in; the name is the role's."""
    email = f"{role}@{tenant.business.slug}.example"
    member = Member.objects.filter(business=tenant.business, user__email=email).first()
    if member is None:
        member = person(tenant.business, role, email)
        member.user.name = role.title()
        member.user.save()
    return browser(member)


def text(response: Any) -> str:
    """What a page says, without its tags."""
    page = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", response.content.decode(), flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def booking(key: str) -> Booking:
    return Booking.objects.get(uuid=key)


def form(tenant: Tenant, **changes: Any) -> dict[str, Any]:
    """What the form of a new booking sends; None leaves a field out."""
    fields = {
        "token": str(uuid4()),
        "service": tenant.service("cut"),
        "party": "1",
        "date": DAY,
        "start": "other",
        "time": "10:00",
        "first_name": "Jane",
        "last_name": "Doe",
        "phone": "+301234567890",
        "book": "1",
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}
