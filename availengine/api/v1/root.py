"""The native dialect alone, under its prefix: what its OpenAPI document describes."""

from django.urls import include, path

urlpatterns = [path("v1/", include("availengine.api.v1.urls"))]
