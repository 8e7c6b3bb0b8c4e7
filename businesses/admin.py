"""The host's view of businesses. Owners get their own, scoped one with the dashboard."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import URLField
from django.http import HttpRequest

from businesses.models import ApiKey, Business, Closure, DepositAudience, Member, Resource, Service, User

admin.site.site_header = "AvailEngine"
admin.site.unregister(Group)

HTTPS: Any = {URLField: {"assume_scheme": "https"}}  # of an address without one


class ReadOnly:
    """Nothing is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TenantAdmin(admin.ModelAdmin):
    """Rows of one business: which one they belong to is not changed afterwards."""

    list_filter = ("business",)
    autocomplete_fields = ("business",)
    formfield_overrides = HTTPS

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), *(("business",) if obj else ()))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # deletes are soft, and go through the services


DEPOSIT_RULE = ("deposit_type", "deposit_basis", "deposit_amount_cents", "deposit_percent", "deposit_only_for")


class DepositRuleAdmin(admin.ModelAdmin):
    """The customers of a rule as boxes to tick, instead of a text with commas."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name != "deposit_only_for":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        return forms.MultipleChoiceField(
            choices=DepositAudience.choices,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text="Any of these; none ticked: everybody.",
        )


@admin.register(Business)
class BusinessAdmin(DepositRuleAdmin):
    list_display = ("name", "slug", "category", "timezone", "plan", "billing_status")
    list_filter = ("plan", "billing_status")
    search_fields = ("name", "slug")
    formfield_overrides = HTTPS
    readonly_fields = ("uuid", "config_version", "longest_block_minutes", "created_at")
    fieldsets = (
        (None, {"fields": ("slug", "name", "description", "category", "timezone", "currency", "language")}),
        ("Contact", {"fields": ("phone", "email", "address", "logo_url")}),
        ("Subscription", {"fields": ("plan", "billing_status")}),
        ("Rules", {"fields": ("slot_interval_minutes", "lead_time_minutes", "window_days", "auto_confirm")}),
        ("Cancellation", {"fields": ("cancel_notice_hours", "cancellation_steps")}),
        ("Deposits", {"fields": (*DEPOSIT_RULE, "deposit_window_minutes", "stripe_account")}),
        ("Messages", {"fields": ("reminder_hours", "sms_reminders")}),
        (
            "Booking page",
            {
                "fields": (
                    "show_staff_selection",
                    "show_service_prices",
                    "show_service_duration",
                    "require_customer_email",
                )
            },
        ),
        ("Internal", {"fields": readonly_fields}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Business | None = None) -> bool:
        return False


@admin.register(Resource)
class ResourceAdmin(TenantAdmin):
    list_display = ("name", "business", "kind", "section", "capacity_max", "active", "bookable_online")
    search_fields = ("name",)


@admin.register(Service)
class ServiceAdmin(DepositRuleAdmin, TenantAdmin):
    list_display = ("name", "business", "duration_minutes", "active", "bookable_online", "is_default")
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": ("business", "key", "name", "description", "photo_url", "position")}),
        ("Time", {"fields": ("duration_minutes", "buffer_before_minutes", "buffer_after_minutes", "also_needs")}),
        ("Price", {"fields": ("price_cents", "show_price", "show_duration")}),
        ("Deposit", {"fields": DEPOSIT_RULE}),
        ("Booking", {"fields": ("party_min", "party_max", "active", "bookable_online", "is_default")}),
        ("Texts", {"fields": ("policy", "instructions")}),
    )


@admin.register(Closure)
class ClosureAdmin(TenantAdmin):
    list_display = ("business", "kind", "starts_at", "ends_at", "reason")
    exclude = ("resource",)


@admin.register(Member)
class MemberAdmin(TenantAdmin):
    list_display = ("user", "business", "role")
    autocomplete_fields = ("business", "user")  # type: ignore[assignment]


@admin.register(ApiKey)
class ApiKeyAdmin(TenantAdmin):
    """Read only: keys are issued, rotated and revoked through the API, where the secret can be shown."""

    list_display = ("name", "business", "preset", "live", "hint", "last_used_at", "revoked_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False


@admin.register(User)
class PersonAdmin(UserAdmin):
    ordering = ("email",)
    list_display = ("email", "name", "is_staff", "is_active")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "name")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "password", "name")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "password1", "password2")}),)
