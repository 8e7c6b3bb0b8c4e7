"""Every path of the native dialect (seeds 000 and 001, DESIGN 8)."""

from typing import Any

from availengine.api.routes import both
from availengine.api.v1.calendars import Addresses, Feeds
from availengine.api.v1.deposits import ManagedDeposits
from availengine.api.v1.manage import ManagedBookings
from availengine.api.v1.messages import MessagesView
from availengine.api.v1.public import AvailabilityView, BookingView, BusinessView
from availengine.api.v1.series import SeriesView
from availengine.api.v1.setup import CatalogueView, Categories, Closures, Customers, Hours, Keys, Resources, Services
from availengine.api.v1.waitlist import ManagedWaitlist, WaitlistView
from availengine.api.v1.webhooks import EndpointsView, EventsView

COLLECTION: dict[str, Any] = {"get": "list", "post": "create"}
ITEM: dict[str, Any] = {"get": "retrieve", "patch": "update", "delete": "destroy"}


def _catalogue(route: str, view: type[CatalogueView]) -> list[object]:
    return [
        *both(f"manage/{route}", view.as_view(COLLECTION)),
        *both(f"manage/{route}/<id:key>", view.as_view(ITEM)),
    ]


urlpatterns = [
    *both("availability/<id:business_id>", AvailabilityView.as_view({"get": "day"})),
    *both("availability/<id:business_id>/dates", AvailabilityView.as_view({"get": "dates"})),
    *both("businesses/<id:business_id>", BusinessView.as_view({"get": "profile"})),
    *both("businesses/<id:business_id>/services", BusinessView.as_view({"get": "services"})),
    *both("businesses/<id:business_id>/resources", BusinessView.as_view({"get": "resources"})),
    *both("bookings", BookingView.as_view({"post": "create"})),
    *both("bookings/state/<str:token>", BookingView.as_view({"get": "state"})),
    *both("manage/bookings", ManagedBookings.as_view({"get": "list"})),
    *both("manage/bookings/staff", ManagedBookings.as_view({"post": "create_staff"})),
    *both("manage/bookings/series", SeriesView.as_view({"post": "create"})),
    *both("manage/series/<id:series_id>", SeriesView.as_view({"get": "retrieve"})),
    *both("manage/series/<id:series_id>/cancel", SeriesView.as_view({"post": "cancel"})),
    *both("manage/bookings/<id:booking_id>", ManagedBookings.as_view({"get": "retrieve", "patch": "update"})),
    *both("manage/bookings/<id:booking_id>/notes", ManagedBookings.as_view({"patch": "notes"})),
    *both("manage/bookings/<id:booking_id>/reschedule", ManagedBookings.as_view({"post": "reschedule"})),
    *both("manage/bookings/<id:booking_id>/cancel", ManagedBookings.as_view({"post": "cancel"})),
    *both(
        "manage/bookings/<id:booking_id>/available-resources",
        ManagedBookings.as_view({"get": "available_resources"}),
    ),
    *both("manage/bookings/staff-deposit", ManagedDeposits.as_view({"post": "create_with_link"})),
    *both("manage/bookings/<id:booking_id>/no-show", ManagedDeposits.as_view({"post": "no_show"})),
    *both("manage/bookings/<id:booking_id>/release-hold", ManagedDeposits.as_view({"post": "release_hold"})),
    *both("manage/bookings/<id:booking_id>/refund", ManagedDeposits.as_view({"post": "refund"})),
    *both("manage/bookings/<id:booking_id>/deposit", ManagedDeposits.as_view({"get": "retrieve"})),
    *both("manage/bookings/<id:booking_id>/cancellation-preview", ManagedDeposits.as_view({"get": "preview"})),
    *both("waitlist", WaitlistView.as_view({"post": "create"})),
    *both("manage/waitlist", ManagedWaitlist.as_view({"get": "list"})),
    *both("manage/waitlist/<id:entry_id>", ManagedWaitlist.as_view({"delete": "destroy"})),
    *both("manage/messages", MessagesView.as_view({"get": "list"})),
    *both("webhooks/endpoints", EndpointsView.as_view(COLLECTION)),
    *both("webhooks/endpoints/<id:key>", EndpointsView.as_view(ITEM)),
    *both("webhooks/endpoints/<id:key>/rotate", EndpointsView.as_view({"post": "rotate"})),
    *both("webhooks/endpoints/<id:key>/test", EndpointsView.as_view({"post": "test"})),
    *both("webhooks/endpoints/<id:key>/replay", EndpointsView.as_view({"post": "replay"})),
    *both("webhooks/endpoints/<id:key>/deliveries", EndpointsView.as_view({"get": "deliveries"})),
    *both("webhooks/endpoints/<id:key>/deliveries/<id:delivery_id>", EndpointsView.as_view({"get": "delivery"})),
    *both("webhooks/endpoints/<id:key>/deliveries/<id:delivery_id>/resend", EndpointsView.as_view({"post": "resend"})),
    *both("events", EventsView.as_view({"get": "list"})),
    *both("events/stream", EventsView.as_view({"get": "stream"})),
    *_catalogue("services", Services),
    *_catalogue("service-categories", Categories),
    *_catalogue("resources", Resources),
    *_catalogue("opening-hours", Hours),
    *_catalogue("closures", Closures),
    *_catalogue("customers", Customers),
    *_catalogue("calendar-feeds", Feeds),
    *both("manage/calendar-feeds/<id:key>/poll", Feeds.as_view({"post": "poll"})),
    *_catalogue("calendar-addresses", Addresses),
    *both("manage/calendar-addresses/<id:key>/rotate", Addresses.as_view({"post": "rotate"})),
    *both("manage/api-keys", Keys.as_view(COLLECTION)),
    *both("manage/api-keys/<id:key>", Keys.as_view({"get": "retrieve", "delete": "destroy"})),
    *both("manage/api-keys/<id:key>/rotate", Keys.as_view({"post": "rotate"})),
]
