"""The edge's only table."""

from django.db import models
from django.db.models.functions import Now

from businesses.models import ApiKey, Business


class IdempotencyRecord(models.Model):
    """The answer to a POST that carried an Idempotency-Key, committed with what the POST did."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, db_index=False)
    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, db_index=False)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=300)
    key = models.CharField(max_length=255)
    body_digest = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    sealed = models.BooleanField(db_default=False, help_text="The body holds a secret and is encrypted.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "api_key", "method", "path", "key"], name="idempotency_record_once"
            )
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.key}"
