"""The outbox: every change, written in the transaction that made it; who is told of it; and each attempt to tell."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from businesses.models.base import DeletableModel, TenantRow, tenant_key


class Event(models.Model):
    """Something that happened in a business; `data` is the payload as it was at that moment.

    `transaction` is filled in by the database: readers of the feed wait for transactions that are still open, so that
    an event never appears behind a cursor. A trigger writes a delivery for every endpoint that wants the event.
    """

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey("businesses.Business", on_delete=models.PROTECT, related_name="events")
    type = models.CharField(max_length=40)
    live = models.BooleanField()
    data = models.JSONField()
    actor = models.CharField(max_length=200, blank=True, default="", help_text="Who made the change.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [tenant_key("event")]

    def __str__(self) -> str:
        return f"{self.type} {self.uuid}"


class Endpoint(DeletableModel):
    """A URL that is told of the events of a business, in the mode of the key that registered it.

    Secrets are sealed. After a rotation the former one signs as well, until `former_until`.
    """

    live = models.BooleanField()
    url = models.CharField(max_length=2000)
    description = models.CharField(max_length=200, blank=True)
    events = ArrayField(models.CharField(max_length=40), default=list, blank=True, help_text="Empty: all.")
    secret = models.BinaryField(max_length=300, editable=False)
    former_secret = models.BinaryField(max_length=300, null=True, editable=False)
    former_until = models.DateTimeField(null=True, editable=False)
    active = models.BooleanField(default=True)
    problem = models.CharField(max_length=300, blank=True, help_text="Why it was switched off.")
    told_at = models.DateTimeField(null=True, editable=False, help_text="When the owner was told of the problem.")
    failing_since = models.DateTimeField(null=True, editable=False, help_text="No success since.")

    class Meta:
        constraints = [tenant_key("endpoint")]
        indexes = [models.Index(fields=["business", "live"], condition=Q(deleted_at=None), name="endpoint_of_business")]

    def __str__(self) -> str:
        return self.url


class State(models.TextChoices):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"  # all attempts used up, or the endpoint is gone


class Delivery(TenantRow):
    """One event on its way to one endpoint. Whoever sends it holds the lease."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, related_name="deliveries", db_constraint=False, db_index=False
    )
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.PROTECT, related_name="deliveries", db_constraint=False, db_index=False
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            tenant_key("delivery"),
            models.UniqueConstraint(fields=["endpoint", "event"], name="delivery_once"),
        ]
        indexes = [
            models.Index(fields=["endpoint", "next_try_at", "id"], condition=Q(state="pending"), name="delivery_due"),
            models.Index(fields=["leased_until"], condition=Q(leased_until__isnull=False), name="delivery_leased"),
            models.Index(fields=["endpoint", "id"], name="delivery_log"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.endpoint_id} ({self.state})"


class Attempt(models.Model):
    """One request of a delivery and what came back."""

    id = models.BigAutoField(primary_key=True)
    business = models.ForeignKey("businesses.Business", on_delete=models.PROTECT, related_name="+", db_index=False)
    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="log", db_constraint=False, db_index=False
    )
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.CharField(max_length=500, blank=True, help_text="The start of the body, or what went wrong.")

    class Meta:
        indexes = [models.Index(fields=["delivery", "number"], name="attempt_of_delivery")]

    def __str__(self) -> str:
        return f"{self.number}: {self.status}"
