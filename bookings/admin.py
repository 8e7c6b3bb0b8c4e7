"""Bookings, customers and messages in the admin: to look at. What changes them are services."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from bookings import messages, services
from bookings.models import Allocation, Booking, Customer, Message
from businesses.admin import OF_BUSINESS, ReadOnly, ReadOnlyInline, ScopedAdmin
from businesses.admin_scope import within
from businesses.localtime import minute_of
from businesses.roles import Permission


class AllocationInline(ReadOnlyInline):
    model = Allocation
    fields = ("sequence", "additional", "service", "resource", "starts_at", "ends_at", "active")


class ActedOn(ReadOnly, ScopedAdmin):
    """Seen by who may see bookings, acted on by who may change them."""

    needs = Permission.BOOKINGS

    def has_act_permission(self, request: HttpRequest) -> bool:
        return within(request, self.needs, None, to_write=True)


@admin.register(Booking)
class BookingAdmin(ActedOn):
    list_display = ("code", "business", "starts_at", "guest_first_name", "guest_last_name", "status", "live")
    list_filter = ("status", "live", "source", OF_BUSINESS)
    search_fields = ("code__iexact",)
    date_hierarchy = "starts_at"
    inlines = (AllocationInline,)
    raw_id_fields = ("deposit",)
    actions = ("cancel",)

    @admin.action(description="Cancel, by the cancellation policy", permissions=["act"])
    def cancel(self, request: HttpRequest, rows: QuerySet[Booking]) -> None:
        now = minute_of(timezone.now())
        self.each(
            request,
            rows,
            lambda row: services.cancel_booking(row.business_id, row.uuid, live=row.live, now=now),
            "Cancelled",
        )


@admin.register(Customer)
class CustomerAdmin(ReadOnly, ScopedAdmin):
    needs = Permission.BOOKINGS
    list_display = ("first_name", "last_name", "business", "phone", "email", "live")
    list_filter = ("live", OF_BUSINESS)
    search_fields = ("last_name__istartswith", "phone_key__startswith")


@admin.register(Message)
class MessageAdmin(ActedOn):
    """Mails and text messages. What they say is not shown: links in it are for their recipient alone."""

    list_display = ("created_at", "business", "kind", "channel", "recipient", "state", "tries", "problem")
    list_filter = ("state", "kind", "channel", OF_BUSINESS)
    exclude = ("html", "text", "calendar")
    actions = ("send_again",)

    @admin.action(description="Send failed messages again", permissions=["act"])
    def send_again(self, request: HttpRequest, rows: QuerySet[Message]) -> None:
        now = timezone.now()
        self.each(request, rows, lambda row: messages.send_again(row.business_id, row.uuid, now=now), "To be sent")
