"""The outbox in the admin: what happened, who is told of it, and what came back. To look at."""

from django.contrib import admin

from businesses.admin import OF_BUSINESS, ReadOnly, ReadOnlyInline, ScopedAdmin
from businesses.roles import Permission
from webhooks.models import Attempt, Delivery, Endpoint, Event


class AttemptInline(ReadOnlyInline):
    model = Attempt
    fields = ("number", "started_at", "milliseconds", "status", "answer")
    ordering = ("id",)


class OutboxAdmin(ReadOnly, ScopedAdmin):
    needs = Permission.INTEGRATIONS


@admin.register(Event)
class EventAdmin(OutboxAdmin):
    list_display = ("created_at", "business", "type", "live", "actor", "uuid")
    list_filter = ("type", "live", OF_BUSINESS)
    search_fields = ("=uuid",)


@admin.register(Endpoint)
class EndpointAdmin(OutboxAdmin):
    """Secrets are not shown: they are where the endpoint is registered."""

    list_display = ("url", "business", "live", "active", "failing_since", "problem")
    list_filter = ("live", "active", OF_BUSINESS)


@admin.register(Delivery)
class DeliveryAdmin(OutboxAdmin):
    list_display = ("created_at", "business", "event", "endpoint", "state", "attempts", "last_status", "next_try_at")
    list_filter = ("state", OF_BUSINESS)
    list_select_related = ("business", "event", "endpoint")
    raw_id_fields = ("event", "endpoint")
    inlines = (AttemptInline,)
