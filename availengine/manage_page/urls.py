"""The addresses of a customer's page of a booking."""

from django.urls import path

from availengine.manage_page import own_data, views

urlpatterns = [
    path("b/<str:token>", views.booking),
    path("b/<str:token>/cancel", views.cancel),
    path("b/<str:token>/move", views.move),
    path("b/<str:token>/calendar.ics", views.calendar),
    path("b/<str:token>/export", own_data.export),
    path("b/<str:token>/erase", own_data.erase),
]
