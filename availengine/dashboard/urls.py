"""Every page of the dashboard on one screen. Each names its permission: `access.page`."""

from django.urls import path
from django.views.generic import RedirectView

from availengine.dashboard.views import (
    bookings,
    choose,
    customers,
    disruption,
    home,
    members,
    people,
    setup,
)

app_name = "dashboard"

urlpatterns = [
    path("", choose.choose, name="choose"),
    path("<slug:slug>", RedirectView.as_view(pattern_name="dashboard:home")),
    path("<slug:slug>/", home.home, name="home"),
    path("<slug:slug>/bookings/", bookings.bookings, name="bookings"),
    path("<slug:slug>/bookings/export.csv", bookings.export, name="bookings-export"),
    path("<slug:slug>/customers/", customers.customers, name="customers"),
    path("<slug:slug>/customers/new/", customers.new, name="customer-new"),
    path("<slug:slug>/customers/<id:key>/", customers.customer, name="customer"),
    path("<slug:slug>/customers/<id:key>/edit/", customers.edit, name="customer-edit"),
    path("<slug:slug>/customers/<id:key>/merge/", people.merge, name="customer-merge"),
    path("<slug:slug>/customers/<id:key>/export.json", people.export, name="customer-export"),
    path("<slug:slug>/customers/<id:key>/erase/", people.erase, name="customer-erase"),
    path("<slug:slug>/disruption/", disruption.disruption, name="disruption"),
    path("<slug:slug>/setup/", setup.setup, name="setup"),
    path("<slug:slug>/setup/members/", members.members, name="members"),
    path("<slug:slug>/setup/members/<id:key>/role/", members.change_role, name="member-role"),
    path("<slug:slug>/setup/members/<id:key>/remove/", members.remove, name="member-remove"),
    path("<slug:slug>/setup/members/<id:key>/invite/", members.invite_again, name="member-invite"),
]
