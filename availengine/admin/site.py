"""The admin's door: members who set up a business and the host's superusers come in, and are named for the audit."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.decorators import csp_update
from django.contrib import admin
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.sites import UnfoldAdminSite

from availengine.admin.host import host_page
from businesses.actors import act_as
from businesses.admin_scope import is_host, may_enter, zone_of

View = Callable[..., Any]

# Alpine evaluates attributes and writes style attributes: docs/decisions/0017-the-admin-and-its-policy.md.
EVALUATES = csp_update({"script-src": ["'self'", "'unsafe-eval'"], "style-src-attr": ["'unsafe-inline'"]})


class Site(UnfoldAdminSite):  # type: ignore[misc]
    index_title = "Administration"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        return may_enter(request)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        @wraps(view)
        def acting(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            name = getattr(request.user, "name", "") or getattr(request.user, "email", "")
            act_as("host" if is_host(request) else "member", name)
            with timezone.override(zone_of(request)):
                response = view(request, *args, **kwargs)
                # Times are written when the page is: within the zone.
                return response.render() if hasattr(response, "render") else response

        return EVALUATES(super().admin_view(acting, cacheable))

    def extra_urls(self) -> list[URLPattern]:
        return [path("host/", self.admin_view(self.host), name="host")]

    def host(self, request: HttpRequest) -> HttpResponse:
        return host_page(request, self.each_context(request))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().each_context(request)
        about = f"Times are {zone_of(request).key}"
        return context | {"colors": None, "site_subheader": about}

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Of unfold: what it finds it remembers for minutes, also for who has lost access meanwhile."""
        raise Http404

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Where it is changed with the limits of signing in."""
        return redirect("account_change_password")


ICONS: dict[str, dict[str, str]] = {
    "Set-up": {
        "businesses_business": "storefront",
        "businesses_service": "content_cut",
        "businesses_servicecategory": "category",
        "businesses_resource": "chair",
        "businesses_openinghours": "schedule",
        "businesses_closure": "event_busy",
    },
    "Bookings": {"bookings_booking": "event", "bookings_customer": "group", "bookings_message": "mail"},
    "Money": {
        "payments_deposit": "payments",
        "payments_ledgerentry": "receipt_long",
        "payments_instruction": "pending_actions",
        "payments_subscription": "autorenew",
        "payments_stripeevent": "bolt",
    },
    "Access": {
        "businesses_member": "badge",
        "businesses_apikey": "key",
        "businesses_auditentry": "history",
        "businesses_user": "person",
    },
    "Events": {"webhooks_event": "stream", "webhooks_endpoint": "webhook", "webhooks_delivery": "send"},
}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """What is on the left: by what it is for, as far as one may see it."""
    first: list[dict[str, Any]] = [{"title": "Overview", "icon": "apps", "link": reverse("admin:index")}]
    if is_host(request):
        first.append({"title": "Host", "icon": "monitor_heart", "link": reverse("admin:host")})
    names = {_name(model): (model, place) for model, place in admin.site._registry.items()}
    groups: list[dict[str, Any]] = [{"title": "", "items": first}]
    for title, icons in ICONS.items():
        seen = [(names[name][0], icon) for name, icon in icons.items() if names[name][1].has_module_permission(request)]
        items = [
            {
                "title": str(model._meta.verbose_name_plural).capitalize(),
                "icon": icon,
                "link": reverse(f"admin:{_name(model)}_changelist"),
            }
            for model, icon in seen
        ]
        if items:
            groups.append({"title": title, "separator": True, "items": items})
    return groups


def _name(model: type[Model]) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"
