"""The admin of businesses and their set-up: members see and change their own businesses', the host all.

Rows are scoped by `admin_scope`; what a form changes goes through the services, so that rules and audit are theirs.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet, URLField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from businesses import catalogue, keys, members
from businesses.actors import sign
from businesses.admin_scope import is_host, memberships, scoped, within
from businesses.errors import DomainError
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
    User,
)
from businesses.models.base import DeletableModel
from businesses.roles import Permission

admin.site.unregister(Group)

HTTPS: Any = {URLField: {"assume_scheme": "https"}}  # of an address without one


class OwnBusinesses(admin.RelatedOnlyFieldListFilter):
    """A filter that names only businesses which the list itself has rows of."""


OF_BUSINESS: tuple[Any, ...] = ("business", OwnBusinesses)


class ReadOnly:
    """Nothing is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(ReadOnly, TabularInline):
    """Rows of what is above them: seen by who sees that."""

    extra = 0

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(self.fields)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


class HostAdmin(ModelAdmin):
    """For the host alone."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_host(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_host(request)

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


class ScopedAdmin(ModelAdmin):
    """Rows of businesses in which somebody's role has `needs`. Nothing is deleted: deletes are soft, by services."""

    needs = Permission.SETUP
    list_filter: Any = (OF_BUSINESS,)
    list_select_related: Any = ("business",)
    ordering: Any = ("-id",)
    show_full_result_count = False
    formfield_overrides = HTTPS

    def business_id_of(self, obj: Any) -> int | None:
        return None if obj is None else obj.business_id

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = scoped(super().get_queryset(request), request, self.needs)
        return rows.filter(deleted_at=None) if issubclass(self.model, DeletableModel) else rows

    def has_module_permission(self, request: HttpRequest) -> bool:
        return within(request, self.needs, None)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return within(request, self.needs, self.business_id_of(obj))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return within(request, self.needs, None, to_write=True)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return within(request, self.needs, self.business_id_of(obj), to_write=True)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what there is a filter for: other columns could be guessed letter by letter."""
        filters = {entry if isinstance(entry, str) else entry[0] for entry in self.get_list_filter(request)}
        known = lookup.split("__")[0] in {*filters, self.date_hierarchy}
        return known and super().lookup_allowed(lookup, value, request)

    def each(self, request: HttpRequest, rows: QuerySet[Any], act: Callable[[Any], object], done: str) -> None:
        """An action: a service for each selected row that may be written to, and a word of what became of it."""
        count = 0
        for row in scoped(rows, request, self.needs, to_write=True):
            try:
                act(row)
                count += 1
            except DomainError as error:
                self.message_user(request, f"{row}: {error.message}", messages.ERROR)
        self.message_user(request, f"{done}: {count}", messages.SUCCESS if count else messages.WARNING)


class TenantForm(forms.ModelForm):
    """What a row points at is of its own business."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        business = cleaned.get("business") or self.instance.business_id
        own = business.pk if isinstance(business, Business) else business
        for name, value in list(cleaned.items()):
            if isinstance(value, Model) and getattr(value, "business_id", own) != own:
                self.add_error(name, "This is of another business.")
        return cleaned


class TenantAdmin(ScopedAdmin):
    """What a business has set up. Which business it belongs to is not changed afterwards."""

    form = TenantForm
    autocomplete_fields = ("business",)
    save: Callable[..., Model]  # the service: (business_id, values, key)
    actions = ("remove",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), *(("business",) if obj else ()))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        request.edited_business = obj.business_id if obj else None  # type: ignore[attr-defined]
        return super().get_form(request, obj, change=change, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        own = {member.business_id for member in memberships(request)}
        return {"business": own.pop()} if len(own) == 1 else {}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Choices are of the businesses that may be written to; of the row's own, once it has one."""
        rows = scoped(db_field.remote_field.model.objects.all(), request, self.needs, to_write=True)
        if db_field.name != "business":
            edited = getattr(request, "edited_business", None)
            rows = rows.filter(business_id=edited) if edited else rows
            rows = rows.filter(deleted_at=None) if issubclass(rows.model, DeletableModel) else rows
        return super().formfield_for_foreignkey(db_field, request, **{**kwargs, "queryset": rows})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in form.changed_data if name != "business"}
        if not change:
            values = {name: value for name, value in form.cleaned_data.items() if name != "business"}
        row = self.store(obj.business_id, values, obj.uuid if change else None)
        obj.__dict__.update({name: value for name, value in row.__dict__.items() if name != "_state"})
        obj._state.adding = False

    def store(self, business_id: int, values: Mapping[str, Any], key: Any) -> Model:
        return type(self).save(business_id, values, key)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer: HttpResponse = super().changeform_view(request, *args, **kwargs)
            return answer
        except DomainError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    @admin.action(description="Remove", permissions=["change"])
    def remove(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.each(request, rows, lambda row: catalogue.remove(self.model, row.business_id, row.uuid), "Removed")


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
        (
            "Booking",
            {"fields": ("party_min", "party_max", "places", "starts", "active", "bookable_online", "is_default")},
        ),
        ("Texts", {"fields": ("policy", "instructions")}),
    )
    save = staticmethod(catalogue.save_service)


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
