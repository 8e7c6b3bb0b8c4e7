"""When a business or one of its resources is open: weekly hours, closures, special openings."""

from django.db import models
from django.db.models import F, Q

from businesses.models.base import TenantModel
from businesses.models.calendars import CalendarFeed
from businesses.models.catalogue import Resource


class Weekday(models.IntegerChoices):
    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


class OpeningHours(TenantModel):
    """One weekly interval in wall-clock minutes after midnight; `closes` beyond 1440 is after midnight."""

    resource = models.ForeignKey(
        Resource, null=True, blank=True, on_delete=models.CASCADE, related_name="opening_hours", db_constraint=False
    )
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    opens = models.PositiveSmallIntegerField()
    closes = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name_plural = "opening hours"
        indexes = [models.Index(fields=["business", "resource"], name="openinghours_owner")]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__lte=6, opens__lt=1440, closes__gt=F("opens"), closes__lte=F("opens") + 1440),
                name="openinghours_interval",
            )
        ]

    def __str__(self) -> str:
        return f"{Weekday(self.weekday).label} {self.opens}-{self.closes}"


class ClosureKind(models.TextChoices):
    CLOSED = "closed"
    OPEN = "open"


class Closure(TenantModel):
    """A period in which the business, or one resource, is closed; or, with kind `open`, specially open.

    What a calendar feed blocks has its `feed`, and no reason: it is the feed's, and nobody changes it by hand.
    """

    feed = models.ForeignKey(
        CalendarFeed,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.CASCADE,
        related_name="blocks",
        db_constraint=False,
        db_index=False,
    )
    resource = models.ForeignKey(
        Resource, null=True, blank=True, on_delete=models.CASCADE, related_name="closures", db_constraint=False
    )
    kind = models.CharField(max_length=6, choices=ClosureKind.choices, default=ClosureKind.CLOSED)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["business", "starts_at"], name="closure_by_time"),
            models.Index(fields=["feed", "starts_at"], condition=Q(feed__isnull=False), name="closure_of_feed"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="closure_forward"),
            models.CheckConstraint(
                condition=Q(feed=None) | Q(resource__isnull=False, kind=ClosureKind.CLOSED, reason=""),
                name="closure_of_feed_plain",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at:%Y-%m-%d %H:%M} to {self.ends_at:%Y-%m-%d %H:%M}"
