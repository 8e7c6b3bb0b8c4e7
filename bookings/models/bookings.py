"""Visits: what was asked for, at which price and on which terms, and visits that repeat."""

from django.db import models
from django.db.models import F, Q

from bookings.models.customers import Customer, searched
from businesses.models.base import TenantModel, tenant_key
from payments.models import Deposit


class Status(models.TextChoices):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class Source(models.TextChoices):
    ONLINE = "online"
    STAFF = "staff"
    IMPORT = "import"


class SeriesUnit(models.TextChoices):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Series(TenantModel):
    """Visits that were booked together, at the same wall-clock time every so many days, weeks or months.

    Each is a booking of its own, which may move or be cancelled like any other. `count`: of those that were asked for.
    """

    live = models.BooleanField()
    unit = models.CharField(max_length=5, choices=SeriesUnit.choices)
    every = models.PositiveSmallIntegerField()
    count = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name_plural = "series"
        constraints = [
            tenant_key("series"),
            models.CheckConstraint(
                condition=Q(every__gte=1, every__lte=52, count__gte=1, count__lte=52), name="series_size"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} times every {self.every} {self.unit}"


class Booking(TenantModel):
    """One visit. The guest fields are what was typed when booking; the customer is who the business knows.

    With `held_until` it is a hold (bookings/holds.py): pending while its time is kept for somebody, cancelled when
    that was let go, never a visit. A hold may be nobody's yet. `holder` stays when it has become a booking.
    """

    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.PROTECT, related_name="bookings", db_constraint=False, db_index=False
    )
    deposit = models.OneToOneField(Deposit, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False)
    series = models.ForeignKey(
        Series,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="bookings",
        db_constraint=False,
        db_index=False,
    )
    occurrence = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Its place in the series, from 1.")
    live = models.BooleanField()
    status = models.CharField(max_length=10, choices=Status.choices)
    source = models.CharField(max_length=10, choices=Source.choices)
    code = models.CharField(max_length=12)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    party_size = models.PositiveSmallIntegerField()
    guest_first_name = models.CharField(max_length=100)
    guest_last_name = models.CharField(max_length=100, blank=True)
    guest_email = models.CharField(max_length=254, blank=True)
    guest_phone = models.CharField(max_length=20, blank=True)
    customer_notes = models.CharField(max_length=1000, blank=True)
    staff_notes = models.CharField(max_length=2000, blank=True)
    price_cents = models.PositiveBigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    policy = models.JSONField(default=dict, help_text="The cancellation terms as they were when booked.")
    consents = models.JSONField(default=dict, help_text="What the guest agreed to: see bookings/consents.py.")
    version = models.PositiveIntegerField(default=1)
    held_until = models.DateTimeField(null=True, blank=True)
    holder = models.CharField(max_length=80, blank=True, default="", help_text="Who held its time, or empty.")
    visitor = models.CharField(max_length=64, blank=True, default="", help_text="A digest of a holder's address.")

    class Meta:
        constraints = [
            tenant_key("booking"),
            models.CheckConstraint(
                condition=Q(held_until=None) | Q(status__in=(Status.PENDING, Status.CANCELLED)), name="booking_held"
            ),
            models.CheckConstraint(
                condition=Q(customer__isnull=False) | Q(held_until__isnull=False), name="booking_of_somebody"
            ),
            models.UniqueConstraint(fields=["business", "code"], name="booking_code_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="booking_forward"),
            models.CheckConstraint(condition=Q(party_size__gte=1, party_size__lte=50), name="booking_party"),
            models.CheckConstraint(
                condition=Q(series=None, occurrence=None) | Q(series__isnull=False, occurrence__gte=1),
                name="booking_occurrence",
            ),
            models.UniqueConstraint(
                fields=["series", "occurrence"], condition=Q(series__isnull=False), name="booking_occurrence_once"
            ),
        ]
        indexes = [
            models.Index(fields=["business", "live", "starts_at", "id"], name="booking_by_time"),
            models.Index(fields=["business", "live", "created_at", "id"], name="booking_by_creation"),
            models.Index(fields=["business", "customer", "starts_at"], name="booking_by_customer"),
            models.Index(fields=["held_until"], condition=Q(held_until__isnull=False), name="booking_held_until"),
            searched("booking_by_name", "guest_first_name", "guest_last_name"),
            searched("booking_by_last_name", "guest_last_name", "guest_first_name"),
            searched("booking_by_email", "guest_email"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_held(self) -> bool:
        """Whether its time is kept for somebody who has not confirmed yet."""
        return self.held_until is not None and self.status == Status.PENDING
