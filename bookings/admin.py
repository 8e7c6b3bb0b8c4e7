"""The host's view of bookings: to look at. Changes go through the services, from the API and the dashboard."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from bookings.models import Allocation, Booking, Customer


class ReadOnly:
    """Nothing is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


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


@admin.register(Customer)
class CustomerAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("first_name", "last_name", "business", "phone", "email", "live")
    list_filter = ("business",)
    list_select_related = ("business",)
    search_fields = ("last_name__istartswith", "phone_key__startswith")
    show_full_result_count = False
