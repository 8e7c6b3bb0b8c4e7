"""`manage.py dev`: the whole of AvailEngine on one machine until Ctrl-C, as `make run` has it."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from availengine.embedded.__main__ import add_arguments, run


class Command(BaseCommand):
    help = "Run PostgreSQL, Valkey, the web server, the worker and beat, with demo businesses, until Ctrl-C."
    requires_system_checks: list[str] = []  # they may want the database, which this command starts

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(run(options["parent"]))
