"""What the admin pages of all apps derive from: rows scoped by `admin_scope`, what a form changes done by services."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet, URLField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin, TabularInline

from businesses import catalogue
from businesses.admin_scope import is_host, memberships, scoped, within
from businesses.errors import DomainError
from businesses.models import Business
from businesses.models.base import DeletableModel
from businesses.roles import Permission

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
