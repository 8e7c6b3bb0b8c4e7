"""Every path of the BookingFlow dialect (seed 004, DESIGN 8.21)."""

from availengine.api.bookingflow.bookings import BookingsView
from availengine.api.bookingflow.catalog import CatalogView
from availengine.api.bookingflow.customers import CustomersView
from availengine.api.bookingflow.rooms import RoomsView
from availengine.api.bookingflow.schedules import SchedulesView
from availengine.api.routes import both

urlpatterns = [
    *both("catalog", CatalogView.as_view({"get": "retrieve"})),
    *both("bookings", BookingsView.as_view({"get": "list", "post": "create"})),
    *both(
        "bookings/<id:booking_id>",
        BookingsView.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
    *both("rooms", RoomsView.as_view({"get": "list", "post": "create"})),
    *both("rooms/<id:room_id>", RoomsView.as_view({"get": "retrieve", "put": "update"})),
    *both("schedules", SchedulesView.as_view({"get": "days"})),
    *both("schedules/block", SchedulesView.as_view({"post": "block"})),
    *both("customers", CustomersView.as_view({"get": "list"})),
    *both("customers/<id:customer_id>", CustomersView.as_view({"get": "retrieve"})),
]
