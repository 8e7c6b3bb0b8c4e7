"""The product's routes, and the yardsticks that everything is compared with."""

from django.urls import include, path

from bench import views

urlpatterns = [
    path("bench/empty", views.empty),
    path("bench/one-query/<int:key>", views.one_query),
    path("", include("availengine.urls")),
]

handler400 = "availengine.pages.bad_request"
handler403 = "availengine.pages.forbidden"
handler404 = "availengine.pages.not_found"
handler500 = "availengine.pages.server_error"
