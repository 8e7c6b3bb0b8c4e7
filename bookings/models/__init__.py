"""Customers, their bookings, what each booking holds; who waits; what is sent."""

from bookings.models.allocations import Allocation, ClassSession, Range
from bookings.models.bookings import Booking, Series, SeriesUnit, Source, Status
from bookings.models.customers import Customer, Folded
from bookings.models.imported import Imported
from bookings.models.messages import EventReader, ManageLink, Message, MessageChannel, MessageState
from bookings.models.waitlist import (
    AT_WORK,
    UNDER_WAY,
    EntryState,
    OfferState,
    WaitlistEntry,
    WaitlistLink,
    WaitlistOffer,
    WaitlistTurn,
)

__all__ = [
    "AT_WORK",
    "UNDER_WAY",
    "Allocation",
    "Booking",
    "ClassSession",
    "Customer",
    "EntryState",
    "EventReader",
    "Folded",
    "Imported",
    "ManageLink",
    "Message",
    "MessageChannel",
    "MessageState",
    "OfferState",
    "Range",
    "Series",
    "SeriesUnit",
    "Source",
    "Status",
    "WaitlistEntry",
    "WaitlistLink",
    "WaitlistOffer",
    "WaitlistTurn",
]
