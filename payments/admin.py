"""The money in the admin: to look at. What moves it goes through the services."""

from django.contrib import admin

from businesses.admin import OF_BUSINESS, HostAdmin, ReadOnly, ReadOnlyInline, ScopedAdmin
from businesses.roles import Permission
from payments.models import Deposit, Instruction, LedgerEntry, StripeEvent, Subscription


class MoneyAdmin(ReadOnly, ScopedAdmin):
    needs = Permission.MONEY


class LedgerInline(ReadOnlyInline):
    model = LedgerEntry
    fields = ("created_at", "kind", "amount_cents", "effect_cents", "stripe_ref")
    ordering = ("id",)


class InstructionInline(ReadOnlyInline):
    model = Instruction
    fields = ("created_at", "action", "purpose", "amount_cents", "progress", "tries", "next_try_at", "problem")
    ordering = ("id",)


@admin.register(Deposit)
class DepositAdmin(MoneyAdmin):
    list_display = ("uuid", "business", "kind", "status", "amount_cents", "currency", "live", "created_at", "problem")
    list_filter = ("status", "kind", "live", OF_BUSINESS)
    search_fields = ("=uuid", "=intent_ref", "=setup_ref", "=session_ref")
    exclude = ("visitor",)
    inlines = (LedgerInline, InstructionInline)


@admin.register(Instruction)
class InstructionAdmin(MoneyAdmin):
    """What Stripe has been asked, and what is still owed."""

    list_display = ("created_at", "business", "action", "purpose", "progress", "tries", "next_try_at", "problem")
    list_filter = ("progress", "action", OF_BUSINESS)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(MoneyAdmin):
    list_display = ("created_at", "business", "kind", "amount_cents", "effect_cents", "stripe_ref")
    list_filter = ("kind", OF_BUSINESS)
    raw_id_fields = ("deposit",)


@admin.register(StripeEvent)
class StripeEventAdmin(ReadOnly, HostAdmin):
    """`handled_at` empty and `next_try_at` empty: given up after three days."""

    list_display = ("received_at", "type", "object_ref", "handled_at", "tries", "next_try_at", "problem")
    list_filter = (("handled_at", admin.EmptyFieldListFilter), "type")
    search_fields = ("=event_ref", "=object_ref", "=related_ref")
    show_full_result_count = False


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnly, ScopedAdmin):
    needs = Permission.BILLING
    list_display = ("business", "status", "period_ends_at", "subscription_ref")
    list_filter = ("status",)
