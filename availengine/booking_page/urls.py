"""The addresses of the page on which customers book."""

from django.urls import path

from availengine.booking_page import booked, views

urlpatterns = [
    path("book/<slug:slug>", views.book, name="booking-page"),
    path("book/<slug:slug>/booked/<str:reference>", booked.booked, name="booking-page-booked"),
    path("book/<slug:slug>/booked/<str:reference>/calendar.ics", booked.calendar, name="booking-page-calendar"),
]
