"""The mails and text messages that were written, and what became of them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from availengine.dashboard.access import Desk, page
from availengine.dashboard.frame import way
from availengine.dashboard.integration_words import CHANNELS, MESSAGE_BADGES, MESSAGE_STATES, MESSAGES
from availengine.dashboard.paging import chosen, listed
from bookings.models import Message
from bookings.postbox import listed_messages
from bookings.wording import spoken_moment
from businesses.roles import Permission


@require_safe
@page(Permission.VIEW)
def messages(request: HttpRequest, desk: Desk) -> HttpResponse:
    state, kind = chosen(request, "state", MESSAGE_STATES), chosen(request, "kind", MESSAGES)
    channel, to = chosen(request, "channel", CHANNELS), request.GET.get("to", "").strip().replace("\x00", "")
    found = listed_messages(desk.business.id, live=desk.live, state=state, kind=kind, channel=channel, to=to)
    shown = listed(found, request, desk, listing="messages")
    context = {
        "rows": [_told(desk, message) for message in shown.rows],
        "listed": shown,
        "setup_url": way("setup", desk, Permission.SETUP),
        "states": MESSAGE_STATES.items(),
        "kinds": MESSAGES.items(),
        "channels": CHANNELS.items(),
        "asked": {"state": state, "kind": kind, "channel": channel, "to": to},
        "filtered": bool(state or kind or channel or to),
    }
    return render(request, "dashboard/messages.html", context)


def _told(desk: Desk, message: Message) -> dict[str, Any]:
    booking = message.booking
    return {
        "message": message,
        "kind": MESSAGES.get(message.kind, message.kind),
        "channel": CHANNELS[message.channel],
        "state": MESSAGE_STATES[message.state],
        "badge": MESSAGE_BADGES[message.state],
        "problem": _(message.problem) if message.problem else "",
        "when": spoken_moment(message.created_at, desk.business),
        "sent": spoken_moment(message.sent_at, desk.business) if message.sent_at else "",
        "code": booking.code if booking else "",
        "booking_url": way("booking", desk, Permission.VIEW, booking.uuid) if booking else "",
    }
