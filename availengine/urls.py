"""Every prefix on one screen."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerView

from availengine import manage_page, pages
from availengine.api import stripe
from availengine.api.documents import DocumentView
from availengine.api.routes import both

urlpatterns = [
    path("", pages.home),
    path("healthz", pages.healthz),
    path("readyz", pages.readyz),
    *both("v1/schema", DocumentView.as_view(urlconf="availengine.api.v1.root"), name="v1-schema"),
    *both("v1/docs", SpectacularSwaggerView.as_view(url_name="v1-schema"), name="v1-docs"),
    *both("v1/redoc", SpectacularRedocView.as_view(url_name="v1-schema", template_name="redoc.html"), name="v1-redoc"),
    *both("v1/webhooks/stripe", stripe.receive),
    path("v1/", include("availengine.api.v1.urls")),
    path("b/<str:token>", manage_page.booking),
    path("b/<str:token>/cancel", manage_page.cancel),
    path("b/<str:token>/calendar.ics", manage_page.calendar),
    path("pay/thanks", pages.paid),
    path("pay/later", pages.not_paid),
    path("admin/", admin.site.urls),
]

handler400 = "availengine.pages.bad_request"
handler403 = "availengine.pages.forbidden"
handler404 = "availengine.pages.not_found"
handler500 = "availengine.pages.server_error"
