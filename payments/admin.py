"""The host's view of the money: to look at. What moves it goes through the services."""

from django.contrib import admin

from businesses.admin import ReadOnly
from payments.models import Deposit, Instruction, LedgerEntry, StripeEvent, Subscription


class LedgerInline(ReadOnly, admin.TabularInline):
    model = LedgerEntry
    fields = ("created_at", "kind", "amount_cents", "effect_cents", "stripe_ref")
    ordering = ("id",)


class InstructionInline(ReadOnly, admin.TabularInline):
    model = Instruction
    fields = ("created_at", "action", "purpose", "amount_cents", "progress", "tries", "next_try_at", "problem")
    ordering = ("id",)


@admin.register(Deposit)
class DepositAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("uuid", "business", "kind", "status", "amount_cents", "currency", "live", "created_at", "problem")
    list_filter = ("status", "kind", "live", "business")
    search_fields = ("=uuid", "=intent_ref", "=setup_ref", "=session_ref")
    list_select_related = ("business",)
    show_full_result_count = False
    exclude = ("visitor",)
    inlines = (LedgerInline, InstructionInline)


@admin.register(Instruction)
class InstructionAdmin(ReadOnly, admin.ModelAdmin):
    """What Stripe has been asked, and what is still owed."""

    list_display = ("created_at", "business", "action", "purpose", "progress", "tries", "next_try_at", "problem")
    list_filter = ("progress", "action", "business")
    list_select_related = ("business",)
    show_full_result_count = False


@admin.register(StripeEvent)
class StripeEventAdmin(ReadOnly, admin.ModelAdmin):
    """`handled_at` empty and `next_try_at` empty: given up after three days."""

    list_display = ("received_at", "type", "object_ref", "handled_at", "tries", "next_try_at", "problem")
    list_filter = (("handled_at", admin.EmptyFieldListFilter), "type")
    search_fields = ("=event_ref", "=object_ref", "=related_ref")
    show_full_result_count = False


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("business", "status", "period_ends_at", "subscription_ref")
    list_filter = ("status",)
    list_select_related = ("business",)
