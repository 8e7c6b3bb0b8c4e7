"""The addresses there are, with the widget and the hosted page, as far as the set-up looks for them."""

from django.urls import path

from availengine import pages
from availengine.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500"]

urlpatterns = [*urlpatterns, path("widget/v1/availengine.js", pages.home), path("book/<slug:slug>", pages.home)]
