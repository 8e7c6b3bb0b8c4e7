"""Every prefix on one screen."""

from itertools import chain

from django.contrib import admin
from django.urls import include, path

from availengine import manage_page, pages
from availengine.api import stripe
from availengine.api.dialects import DIALECTS
from availengine.api.documents import document_routes
from availengine.api.routes import both

urlpatterns = [
    path("", pages.home),
    path("healthz", pages.healthz),
    path("readyz", pages.readyz),
    *chain.from_iterable(map(document_routes, DIALECTS)),
    *both("v1/webhooks/stripe", stripe.receive),
    path("v1/", include("availengine.api.v1.urls")),
    path("api/v1/", include("availengine.api.bookingflow.urls")),
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
