"""Verify on live data that no promise is broken."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from bookings.integrity import broken_promises


class Command(BaseCommand):
    help = "Verify overlaps, states, tenants and bounds of all bookings; exits with 1 when something is wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        with transaction.atomic():
            for promise, findings in broken_promises():
                self.stdout.write(f"{'BROKEN' if findings else 'ok    '} {promise}")
                for finding in findings:
                    self.stdout.write(f"       {finding}")
                broken += bool(findings)
        if broken:
            raise CommandError(f"{broken} promises are broken.")
