"""Every page of the dashboard on one screen. Each names its permission: `access.page`."""

from django.urls import path
from django.views.generic import RedirectView

from availengine.dashboard.views import booking, booking_money, choose, home, members, new_booking, setup, walk_in

app_name = "dashboard"

urlpatterns = [
    path("", choose.choose, name="choose"),
    path("<slug:slug>", RedirectView.as_view(pattern_name="dashboard:home")),
    path("<slug:slug>/", home.home, name="home"),
    path("<slug:slug>/walk-in/", walk_in.walk_in, name="walk-in"),
    path("<slug:slug>/bookings/new/", new_booking.new_booking, name="booking-new"),
    path("<slug:slug>/bookings/new/starts/", new_booking.starts, name="booking-starts"),
    path("<slug:slug>/bookings/new/customers/", new_booking.customers, name="booking-customers"),
    path("<slug:slug>/bookings/<id:key>/", booking.booking, name="booking"),
    path("<slug:slug>/bookings/<id:key>/status/", booking.change_status, name="booking-status"),
    path("<slug:slug>/bookings/<id:key>/notes/", booking.save_notes, name="booking-notes"),
    path("<slug:slug>/bookings/<id:key>/move/", booking.move, name="booking-move"),
    path("<slug:slug>/bookings/<id:key>/seat/", booking.seat, name="booking-seat"),
    path("<slug:slug>/bookings/<id:key>/cancel/", booking.cancel, name="booking-cancel"),
    path("<slug:slug>/bookings/<id:key>/messages/<id:message>/", booking.send_again, name="booking-message"),
    path("<slug:slug>/bookings/<id:key>/release/", booking_money.release, name="booking-release"),
    path("<slug:slug>/bookings/<id:key>/link/", booking_money.link, name="booking-link"),
    path("<slug:slug>/bookings/<id:key>/refund/", booking_money.refund, name="booking-refund"),
    path("<slug:slug>/setup/", setup.setup, name="setup"),
    path("<slug:slug>/setup/members/", members.members, name="members"),
    path("<slug:slug>/setup/members/<id:key>/role/", members.change_role, name="member-role"),
    path("<slug:slug>/setup/members/<id:key>/remove/", members.remove, name="member-remove"),
    path("<slug:slug>/setup/members/<id:key>/invite/", members.invite_again, name="member-invite"),
]
