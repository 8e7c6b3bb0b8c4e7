"""The host's view of businesses. Owners get their own, scoped one with the dashboard."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from businesses.models import ApiKey, Business, Closure, Member, Resource, Service, User

admin.site.site_header = "AvailEngine"
admin.site.unregister(Group)


class TenantAdmin(admin.ModelAdmin):
    """Rows of one business: which one they belong to is not changed afterwards."""

    list_filter = ("business",)
    autocomplete_fields = ("business",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), *(("business",) if obj else ()))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # deletes are soft, and go through the services


@admin.register(Business)
class BusinessAdmin(admin.ModelAdmin):
    list_display = ("name", "slug", "category", "timezone", "plan", "billing_status")
    list_filter = ("plan", "billing_status")
    search_fields = ("name", "slug")
    readonly_fields = ("uuid", "config_version", "longest_block_minutes", "created_at")

    def has_delete_permission(self, request: HttpRequest, obj: Business | None = None) -> bool:
        return False


@admin.register(Resource)
class ResourceAdmin(TenantAdmin):
    list_display = ("name", "business", "kind", "section", "capacity_max", "active", "bookable_online")
    search_fields = ("name",)


@admin.register(Service)
class ServiceAdmin(TenantAdmin):
    list_display = ("name", "business", "duration_minutes", "active", "bookable_online", "is_default")
    search_fields = ("name",)
    exclude = ("category",)


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
