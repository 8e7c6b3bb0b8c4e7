"""Customers, and how they and their bookings are found by what somebody types."""

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Func, Q

from businesses.models.base import DeletableModel, tenant_key


class Folded(Func):
    """One text, or two as one, without case and accents: as `search.folded` reads what was typed."""

    function = "availengine_folded"
    output_field = models.TextField()


def searched(name: str, *fields: str) -> models.Index:
    """Finds the beginning of a text, whatever the database's locale."""
    column = Folded(*fields) if fields[0] != "phone_key" else F("phone_key")
    return models.Index(F("business"), F("live"), OpClass(column, "text_pattern_ops"), name=name)


class Customer(DeletableModel):
    """A person known to one business, matched by the normalised phone number. Live and test are apart."""

    live = models.BooleanField()
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    phone_key = models.CharField(max_length=20, blank=True, editable=False)
    notes = models.CharField(max_length=2000, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="merged", db_constraint=False, db_index=False
    )

    class Meta:
        constraints = [
            tenant_key("customer"),
            models.UniqueConstraint(
                fields=["business", "live", "phone_key"],
                condition=~Q(phone_key="") & Q(deleted_at=None),
                name="customer_once_per_phone",
            ),
        ]
        indexes = [
            searched("customer_by_name", "first_name", "last_name"),
            searched("customer_by_last_name", "last_name", "first_name"),
            searched("customer_by_email", "email"),
            searched("customer_by_phone", "phone_key"),
            models.Index(fields=["business", "merged_into"], condition=~Q(merged_into=None), name="customer_merged"),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()
