"""Every path of the Booqara dialect (seed 003)."""

from availengine.api.booqara.appointments import AppointmentsView
from availengine.api.booqara.availability import AvailabilityView
from availengine.api.booqara.business import BusinessView
from availengine.api.routes import both

urlpatterns = [
    *both("business", BusinessView.as_view({"get": "profile"})),
    *both("services", BusinessView.as_view({"get": "services"})),
    *both("staff", BusinessView.as_view({"get": "staff"})),
    *both("dates", AvailabilityView.as_view({"get": "dates"})),
    *both("slots", AvailabilityView.as_view({"get": "slots"})),
    *both("appointments", AppointmentsView.as_view({"post": "create"})),
    # Not <id:…>: without a key even an id that is none is a 401.
    *both("appointments/<str:id>", AppointmentsView.as_view({"get": "retrieve", "delete": "cancel"})),
]
