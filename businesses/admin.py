"""The admin of businesses and their set-up: members see and change their own businesses', the host all.

Rows are scoped, and forms save by services, so that rules and audit are theirs: see `admin_bases`.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from businesses import catalogue, keys, members
from businesses.actors import sign
from businesses.admin_bases import OF_BUSINESS, HostAdmin, ReadOnly, ReadOnlyInline, ScopedAdmin, TenantAdmin
from businesses.admin_scope import is_host, memberships, within
from businesses.models import (
    ApiKey,
    AuditEntry,
    Business,
    Closure,
    DepositAudience,
    Member,
    OpeningHours,
    Resource,
    Service,
    ServiceCategory,
    ServiceResource,
    User,
)
from businesses.roles import Permission

__all__ = ["OF_BUSINESS", "HostAdmin", "ReadOnly", "ReadOnlyInline", "ScopedAdmin"]  # for the admins of other apps

admin.site.unregister(Group)

BOOKED_AS = ("party_min", "party_max", "places", "starts", "active", "bookable_online", "is_default")
DEPOSIT_RULE = ("deposit_type", "deposit_basis", "deposit_amount_cents", "deposit_percent", "deposit_only_for")


class DepositRuleAdmin(ModelAdmin):
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
class BusinessAdmin(DepositRuleAdmin, ScopedAdmin):
    list_display = ("name", "slug", "category", "timezone", "plan", "billing_status")
    list_filter = ("plan", "billing_status")
    list_select_related = ()
    ordering = ("name", "id")
    search_fields = ("name", "slug")
    readonly_fields = ("uuid", "config_version", "longest_block_minutes", "created_at")
    of_the_host = ("slug", "currency", "plan", "billing_status", "stripe_account")
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
                    "hosted_page",
                    "terms_text",
                    "marketing_text",
                    "waitlist",
                    "waitlist_offer_minutes",
                )
            },
        ),
        ("Internal", {"fields": readonly_fields}),
    )

    def business_id_of(self, obj: Any) -> int | None:
        return None if obj is None else obj.pk

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What the host decides, or money already has: members only see it."""
        return (*self.readonly_fields, *(() if is_host(request) else self.of_the_host))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_host(request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        sign()
        super().save_model(request, obj, form, change)


@admin.register(Resource)
class ResourceAdmin(TenantAdmin):
    list_display = ("name", "business", "kind", "section", "capacity_max", "active", "bookable_online")
    search_fields = ("name",)
    save = staticmethod(catalogue.save_resource)


@admin.register(ServiceCategory)
class ServiceCategoryAdmin(TenantAdmin):
    list_display = ("name", "business", "position")
    search_fields = ("name",)
    save = staticmethod(catalogue.save_category)


@admin.register(Service)
class ServiceAdmin(DepositRuleAdmin, TenantAdmin):
    list_display = ("name", "business", "duration_minutes", "active", "bookable_online", "is_default")
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": ("business", "key", "name", "description", "category", "photo_url", "position")}),
        ("Time", {"fields": ("duration_minutes", "buffer_before_minutes", "buffer_after_minutes", "also_needs")}),
        ("Price", {"fields": ("price_cents", "show_price", "show_duration")}),
        ("Deposit", {"fields": DEPOSIT_RULE}),
        ("Booking", {"fields": (*BOOKED_AS, "performed_by")}),
        ("Texts", {"fields": ("policy", "instructions")}),
    )
    readonly_fields = ("performed_by",)
    save = staticmethod(catalogue.save_service)

    @admin.display(description="Performed by")
    def performed_by(self, obj: Service) -> str:
        """Changed in the dashboard, where each may have a price and a time of its own."""
        found = obj.performers.filter(resource__deleted_at=None) if obj.pk else ServiceResource.objects.none()
        return ", ".join(found.order_by("resource__name").values_list("resource__name", flat=True)) or "-"


class OwnedAdmin(TenantAdmin):
    """Of the business, or of one of its resources."""

    def store(self, business_id: int, values: Mapping[str, Any], key: Any) -> Model:
        rest = {name: value for name, value in values.items() if name != "resource"}
        owner = values["resource"].uuid if values.get("resource") else None
        given = {"resource": owner} if "resource" in values else {}
        return type(self).save(business_id, rest, key, **given)


@admin.register(OpeningHours)
class OpeningHoursAdmin(OwnedAdmin):
    list_display = ("business", "resource", "weekday", "opens", "closes")
    list_filter = (OF_BUSINESS, "weekday")
    list_select_related = ("business", "resource")
    save = staticmethod(catalogue.save_opening_hours)


@admin.register(Closure)
class ClosureAdmin(OwnedAdmin):
    list_display = ("business", "resource", "kind", "starts_at", "ends_at", "reason")
    list_filter = (OF_BUSINESS, "kind")
    list_select_related = ("business", "resource")
    save = staticmethod(catalogue.save_closure)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those that somebody entered: what a calendar feed blocks is the feed's."""
        return super().get_queryset(request).filter(feed=None)


@admin.register(Member)
class MemberAdmin(ScopedAdmin):
    """People are invited in the dashboard; the host may put them in directly."""

    needs = Permission.MEMBERS
    list_display = ("user", "business", "role", "accepted_at")
    list_filter = (OF_BUSINESS, "role")
    list_select_related = ("business", "user")
    autocomplete_fields = ("business", "user")
    actions = ("remove",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_host(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_host(request)

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return within(request, self.needs, None, to_write=True)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("business", "user") if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        sign()
        super().save_model(request, obj, form, change)

    @admin.action(description="Remove from the business", permissions=["remove"])
    def remove(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        own = {member.business_id: member for member in memberships(request)}

        def end(row: Member) -> None:
            members.remove_member(row.business, row.uuid, by=None if is_host(request) else own[row.business_id])

        self.each(request, rows, end, "Removed")


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnly, ScopedAdmin):
    """Keys are issued and rotated where the secret can be shown; here they are seen, and ended."""

    needs = Permission.INTEGRATIONS
    list_display = ("name", "business", "preset", "live", "hint", "last_used_at", "revoked_at")
    list_filter = (OF_BUSINESS, "live", "preset")
    actions = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return within(request, self.needs, None, to_write=True)

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.each(request, rows.filter(revoked_at=None), keys.revoke_key, "Revoked")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly, ScopedAdmin):
    list_display = ("created_at", "business", "actor", "action", "subject", "name")
    list_filter = (OF_BUSINESS, "action", "subject")


@admin.register(User)
class PersonAdmin(HostAdmin, UserAdmin):
    form, add_form, change_password_form = UserChangeForm, UserCreationForm, AdminPasswordChangeForm
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
