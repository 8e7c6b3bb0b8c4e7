"""What was changed in a business's set-up, by whom and when: written by the database itself."""

from django.db import models
from django.db.models.functions import Now

from businesses.models.business import Business


class AuditAction(models.TextChoices):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class AuditEntry(models.Model):
    """One row that was added, changed or removed. `changes` maps columns to [before, after], without secrets."""

    id = models.BigAutoField(primary_key=True)
    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="auditentrys", db_index=False)
    created_at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=200, blank=True)
    action = models.CharField(max_length=7, choices=AuditAction.choices)
    subject = models.CharField(max_length=40, help_text="What kind of row.")
    row = models.BigIntegerField(help_text="Its key.")
    name = models.CharField(max_length=200, blank=True, help_text="Its name, where it has one.")
    changes = models.JSONField()

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["business", "-id"], name="audit_of_business")]

    def __str__(self) -> str:
        return f"{self.subject} {self.name or self.row} {self.action}"
