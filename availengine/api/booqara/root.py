"""The Booqara dialect alone, under its prefix: what its OpenAPI document describes."""

from django.urls import include, path

urlpatterns = [path("booking/", include("availengine.api.booqara.urls"))]
