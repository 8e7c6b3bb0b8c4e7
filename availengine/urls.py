"""Every prefix on one screen."""

from allauth.account.decorators import secure_admin_login
from csp.decorators import csp_update
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView

from availengine import manage_page, pages
from availengine.api import stripe
from availengine.api.documents import DocumentView
from availengine.api.routes import both

# One way to sign in, with its limits and second factors, for the admin too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Swagger UI and ReDoc write styles as they run, ReDoc searches in a worker.
_documents = csp_update({"style-src": ["'self'", "'unsafe-inline'"], "worker-src": ["'self'", "blob:"]})
swagger = _documents(SpectacularSwaggerSplitView.as_view(url_name="v1-schema"))
redoc = _documents(SpectacularRedocView.as_view(url_name="v1-schema", template_name="redoc.html"))

urlpatterns = [
    path("", pages.home),
    path("healthz", pages.healthz),
    path("readyz", pages.readyz),
    *both("v1/schema", DocumentView.as_view(urlconf="availengine.api.v1.root"), name="v1-schema"),
    *both("v1/docs", swagger, name="v1-docs"),
    *both("v1/redoc", redoc, name="v1-redoc"),
    *both("v1/webhooks/stripe", stripe.receive),
    path("v1/", include("availengine.api.v1.urls")),
    path("b/<str:token>", manage_page.booking),
    path("b/<str:token>/cancel", manage_page.cancel),
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
