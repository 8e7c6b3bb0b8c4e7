"""Every path of the Booxi dialect (seed 002, DESIGN 8.10 and 8.20)."""

from availengine.api.booxi.booking import BookingView
from availengine.api.booxi.search import SearchView
from availengine.api.routes import both

urlpatterns = [
    *both("availability/search", SearchView.as_view({"post": "search"})),
    *both("booking", BookingView.as_view({"post": "create"})),
]
