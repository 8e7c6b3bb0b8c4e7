"""`manage.py subscribe SLUG --price price_…`: the page on which a business subscribes at the host."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from businesses.models import Business
from payments.billing import subscribe_url
from payments.gateway import NotConfigured, Refused, Unreached


class Command(BaseCommand):
    help = "Print the address of a Stripe page on which a business subscribes; events do the rest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--price", required=True, help="a price of yours at Stripe: price_…")

    def handle(self, *args: Any, slug: str, price: str, **options: Any) -> None:
        business = Business.objects.filter(slug=slug).first()
        if business is None:
            raise CommandError(f"There is no business {slug}.")
        try:
            self.stdout.write(subscribe_url(business, price))
        except (NotConfigured, Refused, Unreached) as error:
            raise CommandError(str(error)) from error
