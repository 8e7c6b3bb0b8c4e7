"""The host's view of bookings: to look at. Changes go through the services, from the API and the dashboard."""

from django.contrib import admin

from bookings.models import Allocation, Booking, Customer, Message
from businesses.admin import ReadOnly


class AllocationInline(ReadOnly, admin.TabularInline):
    model = Allocation
    fields = ("sequence", "additional", "service", "resource", "starts_at", "ends_at", "active")


@admin.register(Booking)
class BookingAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("code", "business", "starts_at", "guest_first_name", "guest_last_name", "status", "live")
    list_filter = ("status", "live", "source", "business")
    search_fields = ("code__iexact",)
    date_hierarchy = "starts_at"
    list_select_related = ("business",)
    show_full_result_count = False
    inlines = (AllocationInline,)
    raw_id_fields = ("deposit",)


@admin.register(Customer)
class CustomerAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("first_name", "last_name", "business", "phone", "email", "live")
    list_filter = ("business",)
    list_select_related = ("business",)
    search_fields = ("last_name__istartswith", "phone_key__startswith")
    show_full_result_count = False


@admin.register(Message)
class MessageAdmin(ReadOnly, admin.ModelAdmin):
    """Mails and text messages. What they say is not shown: links in it are for their recipient alone."""

    list_display = ("created_at", "business", "kind", "channel", "recipient", "state", "tries", "problem")
    list_filter = ("state", "kind", "channel", "business")
    list_select_related = ("business",)
    show_full_result_count = False
    exclude = ("html", "text", "calendar")
