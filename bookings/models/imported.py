"""What was taken over from other systems."""

from django.db import models

from bookings.models.bookings import Booking
from bookings.models.customers import Customer
from businesses.models.base import TenantRow


class Imported(TenantRow):
    """What was taken over from another system, by its name there: nothing is taken over twice.

    A row is about a booking or about a customer. The bookings of a customer whom only a name is known of meet here.
    """

    live = models.BooleanField()
    source = models.CharField(max_length=20, help_text="The other system: booqara, bookingflow.")
    kind = models.CharField(max_length=8, choices=[("booking", "Booking"), ("customer", "Customer")])
    reference = models.CharField(max_length=100, help_text="Its id in the other system.")
    booking = models.ForeignKey(
        Booking, null=True, on_delete=models.CASCADE, related_name="imports", db_constraint=False, db_index=False
    )
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.CASCADE, related_name="imports", db_constraint=False, db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "live", "source", "kind", "reference"], name="imported_once"),
        ]
        indexes = [
            models.Index(fields=["business", "booking"], name="imported_booking"),
            models.Index(fields=["business", "customer"], name="imported_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.reference}"
