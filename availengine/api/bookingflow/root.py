"""The BookingFlow dialect alone, under its prefix: what its OpenAPI document describes."""

from django.urls import include, path

urlpatterns = [path("api/v1/", include("availengine.api.bookingflow.urls"))]
