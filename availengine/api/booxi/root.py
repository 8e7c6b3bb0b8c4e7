"""The Booxi dialect alone, under its prefix: what its OpenAPI document describes."""

from django.urls import include, path

urlpatterns = [path("booking/v1/", include("availengine.api.booxi.urls"))]
