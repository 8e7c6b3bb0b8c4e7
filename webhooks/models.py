"""The outbox: every change, written in the transaction that made it."""

import uuid

from django.db import models
from django.db.models.functions import Now


class Event(models.Model):
    """Something that happened in a business; `data` is the payload as it was at that moment."""

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    business = models.ForeignKey("businesses.Business", on_delete=models.PROTECT, related_name="events")
    type = models.CharField(max_length=40)
    live = models.BooleanField()
    data = models.JSONField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["business", "id"], name="event_feed")]

    def __str__(self) -> str:
        return f"{self.type} {self.uuid}"
