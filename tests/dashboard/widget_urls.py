"""The addresses there are, with the hosted page, as far as the set-up looks for them."""

from django.urls import path

from availengine import pages
from availengine.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500"]

urlpatterns = [*urlpatterns, path("book/<slug:slug>", pages.home)]
