"""Every prefix on one screen."""

from itertools import chain

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from availengine import manage_page, pages
from availengine.agents import documents as written
from availengine.agents import views as agents
from availengine.api import stripe
from availengine.api.dialects import DIALECTS
from availengine.api.documents import document_routes
from availengine.api.routes import both

# One way to sign in, with its limits and second factors, for the admin too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", pages.home),
    path("healthz", pages.healthz),
    path("readyz", pages.readyz),
    *both("mcp", agents.endpoint),
    path("llms.txt", written.llms),
    path("book/<slug:slug>.md", written.business_page),
    *chain.from_iterable(map(document_routes, DIALECTS)),
    *both("v1/webhooks/stripe", stripe.receive),
    path("v1/", include("availengine.api.v1.urls")),
    path("booking/v1/", include("availengine.api.booxi.urls")),
    path("booking/", include("availengine.api.booqara.urls")),
    path("api/v1/", include("availengine.api.bookingflow.urls")),
    path("b/<str:token>", manage_page.booking),
    path("b/<str:token>/cancel", manage_page.cancel),
    path("b/<str:token>/move", manage_page.move),
    path("b/<str:token>/calendar.ics", manage_page.calendar),
    path("pay/thanks", pages.paid),
    path("pay/later", pages.not_paid),
    path("accounts/", include("availengine.accounts.urls")),
    path("dashboard", RedirectView.as_view(pattern_name="dashboard:choose")),
    path("dashboard/", include("availengine.dashboard.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "availengine.pages.bad_request"
handler403 = "availengine.pages.forbidden"
handler404 = "availengine.pages.not_found"
handler500 = "availengine.pages.server_error"
