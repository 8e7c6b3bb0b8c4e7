"""Every prefix on one screen."""

from itertools import chain

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from availengine import calendar_page, pages, waitlist_form, waitlist_page
from availengine.agents import documents as written
from availengine.agents import views as agents
from availengine.api import stripe
from availengine.api.dialects import DIALECTS
from availengine.api.documents import document_routes
from availengine.api.routes import both
from availengine.booking_page import booked
from availengine.widget import views as widget

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
    path("calendars/<str:token>.ics", calendar_page.calendar),
    path("", include("availengine.manage_page.urls")),
    path("widget/v1/availengine.js", widget.newest),
    path("widget/v1/availengine.<slug:digest>.js", widget.pinned),
    path("book/<slug:slug>/waitlist", waitlist_form.waitlist),
    path("w/<str:token>", waitlist_page.entry),
    path("w/<str:token>/accept", waitlist_page.accept),
    path("w/<str:token>/decline", waitlist_page.decline),
    path("w/<str:token>/leave", waitlist_page.leave),
    path("pay/thanks", pages.paid),
    path("pay/later", pages.not_paid),
    path("pay/<str:reference>", booked.from_checkout),
    path("", include("availengine.booking_page.urls")),
    path("accounts/", include("availengine.accounts.urls")),
    path("dashboard", RedirectView.as_view(pattern_name="dashboard:choose")),
    path("dashboard/", include("availengine.dashboard.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "availengine.pages.bad_request"
handler403 = "availengine.pages.forbidden"
handler404 = "availengine.pages.not_found"
handler500 = "availengine.pages.server_error"
