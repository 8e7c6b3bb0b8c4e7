"""Calendars beyond our own: addresses that others subscribe to, and feeds of others that block time."""

from django.db import models
from django.db.models import Q

from businesses.models.base import TenantModel, tenant_key
from businesses.models.catalogue import Resource


class CalendarAddress(TenantModel):
    """A secret address at which a calendar of the business, or of one resource, can be subscribed to.

    Only the digest of the secret is stored. `issued_at` is when the present one was made.
    """

    resource = models.ForeignKey(
        Resource, null=True, blank=True, on_delete=models.CASCADE, related_name="addresses", db_constraint=False
    )
    name = models.CharField(max_length=100)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    issued_at = models.DateTimeField(editable=False)
    shows_customers = models.BooleanField(default=False, help_text="Full names and phone numbers of the customers.")

    class Meta:
        verbose_name_plural = "calendar addresses"
        constraints = [tenant_key("calendaraddress")]

    def __str__(self) -> str:
        return self.name


class CalendarFeed(TenantModel):
    """A calendar elsewhere, whose busy time blocks a resource: its address (sealed), and how reading it goes.

    `etag`, `last_modified` and `digest` tell whether it has changed; `expanded_for` for which days it was read.
    """

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="feeds", db_constraint=False)
    name = models.CharField(max_length=100)
    url = models.BinaryField(max_length=4000, editable=False)
    host = models.CharField(max_length=253, help_text="What may be shown of the address.")

    next_poll_at = models.DateTimeField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    etag = models.CharField(max_length=300, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)
    digest = models.BinaryField(max_length=32, null=True, editable=False)
    expanded_for = models.CharField(max_length=120, blank=True, editable=False)
    last_success_at = models.DateTimeField(null=True, editable=False)
    emptied_at = models.DateTimeField(null=True, editable=False, help_text="Found empty once: not believed yet.")
    failures = models.PositiveIntegerField(default=0, editable=False, help_text="In a row.")
    failing_since = models.DateTimeField(null=True, editable=False)
    problem = models.CharField(max_length=30, blank=True, editable=False)
    problem_detail = models.CharField(max_length=200, blank=True, editable=False)
    told_at = models.DateTimeField(null=True, editable=False, help_text="When the owner was told that it fails.")

    class Meta:
        constraints = [tenant_key("calendarfeed")]
        indexes = [models.Index(fields=["next_poll_at"], condition=Q(next_poll_at__isnull=False), name="feed_due")]

    def __str__(self) -> str:
        return self.name
