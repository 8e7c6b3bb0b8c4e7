"""Set up the demo businesses: tenants, bookings, and VAR/demo.json with their ids and secrets."""

from typing import Any

from django.core.management.base import BaseCommand

from availengine.clock import current_minute
from availengine.demo import set_up


class Command(BaseCommand):
    help = "Set up the businesses of demo/ with bookings; ids, keys and passwords go to VAR/demo.json."

    def handle(self, *args: Any, **options: Any) -> None:
        set_up(self.stdout.write, now=current_minute())
