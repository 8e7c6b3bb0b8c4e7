"""Addresses that open a web calendar with a visit filled in: Google's and Outlook's."""

from datetime import datetime
from urllib.parse import urlencode

from bookings.letters import Visit

GOOGLE = "https://calendar.google.com/calendar/render?"
OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose?"


def google_link(visit: Visit, *, described: str) -> str:
    """`described`: what the entry says besides its title."""
    span = "/".join(moment.strftime("%Y%m%dT%H%M%SZ") for moment in (visit.starts_at, visit.ends_at))
    parts = {"action": "TEMPLATE", "text": _title(visit), "dates": span, "details": described}
    return GOOGLE + urlencode({**parts, "location": visit.business.address})


def outlook_link(visit: Visit, *, described: str) -> str:
    parts = {"path": "/calendar/action/compose", "rru": "addevent", "subject": _title(visit), "body": described}
    times = {"startdt": _iso(visit.starts_at), "enddt": _iso(visit.ends_at)}
    return OUTLOOK + urlencode({**parts, **times, "location": visit.business.address})


def _title(visit: Visit) -> str:
    return f"{visit.business.name}: {', '.join(visit.services)}"


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
