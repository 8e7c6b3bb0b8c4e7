"""What every tenant table has: an integer key inside, a UUID outside, the business, and soft deletion."""

import uuid
from typing import Any, Self

from django.db import models
from django.db.models.functions import Now


class TenantQuerySet(models.QuerySet[Any]):
    """Rows that still exist for users: soft-deleted ones are left out by `present()`."""

    def present(self) -> Self:
        return self.filter(deleted_at=None)


class TenantRow(models.Model):
    """A row of one business. Parents are referenced by (business_id, id): see `businesses/tenancy.py`."""

    id = models.BigAutoField(primary_key=True)
    business = models.ForeignKey("businesses.Business", on_delete=models.PROTECT, related_name="%(class)ss")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class TenantModel(TenantRow):
    """A tenant row that is shown to the world, by its UUID."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class DeletableModel(TenantModel):
    """A tenant row that is hidden, not removed: bookings of the past keep pointing at it."""

    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TenantQuerySet.as_manager()

    class Meta:
        abstract = True


def tenant_key(table: str) -> models.UniqueConstraint:
    """The composite key (business, id) that child rows reference."""
    return models.UniqueConstraint(fields=["business", "id"], name=f"{table}_tenant_key")
