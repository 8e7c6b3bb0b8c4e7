"""The messages there are, as people look at them."""

from django.db.models import QuerySet

from bookings.models import Message


def listed_messages(
    business_id: int, *, live: bool, state: str = "", kind: str = "", channel: str = "", to: str = ""
) -> "QuerySet[Message]":
    """With their bookings, without what they say. `to`: a part of the recipient's address or number."""
    found = Message.objects.filter(business_id=business_id, live=live)
    exact = {"state": state, "kind": kind, "channel": channel}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if to:
        found = found.filter(recipient__icontains=to)
    return found.select_related("booking").defer("text", "html", "calendar")
