"""The tenant and its rules."""

import uuid
import zoneinfo

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Now

from businesses.deposit_rules import check_cancellation_steps
from businesses.models.deposit_rule import DepositRule, as_form_errors, deposit_checks


def validate_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"{name!r} is not a time zone of the IANA database.")


MOST_REMINDERS = 5
MOST_REMINDER_HOURS = 720


def a_day_ahead() -> list[int]:
    return [24]


class Plan(models.TextChoices):
    BASIC = "basic"
    PREMIUM = "premium"


class BillingStatus(models.TextChoices):
    ACTIVE = "active"
    PAST_DUE = "past_due"


class Business(DepositRule):
    """One tenant. Database triggers give `config_version` a new number at every change of its configuration."""

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    description = models.CharField(max_length=1000, blank=True)
    category = models.CharField(max_length=100, blank=True)
    logo_url = models.URLField(max_length=500, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    address = models.CharField(max_length=300, blank=True)
    timezone = models.CharField(max_length=64, validators=[validate_zone])
    currency = models.CharField(max_length=3, default="EUR", validators=[RegexValidator(r"^[A-Z]{3}\Z")])
    language = models.CharField(max_length=10, default="en")
    plan = models.CharField(max_length=10, choices=Plan.choices, default=Plan.BASIC)
    billing_status = models.CharField(max_length=10, choices=BillingStatus.choices, default=BillingStatus.ACTIVE)

    slot_interval_minutes = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    lead_time_minutes = models.PositiveIntegerField(default=60, validators=[MaxValueValidator(525_600)])
    window_days = models.PositiveSmallIntegerField(
        default=60, validators=[MinValueValidator(1), MaxValueValidator(730)]
    )
    auto_confirm = models.BooleanField(default=True)
    cancel_notice_hours = models.PositiveSmallIntegerField(default=24, validators=[MaxValueValidator(8760)])

    show_staff_selection = models.BooleanField(default=True)
    show_service_prices = models.BooleanField(default=True)
    show_service_duration = models.BooleanField(default=True)
    require_customer_email = models.BooleanField(default=True)
    hosted_page = models.BooleanField(default=True, db_default=True, help_text="Customers can book on its page.")
    terms_text = models.CharField(
        max_length=2000,
        blank=True,
        default="",
        db_default="",
        help_text="What customers agree to when they book; empty: nothing.",
    )
    marketing_text = models.CharField(
        max_length=500,
        blank=True,
        default="",
        db_default="",
        help_text="What customers may agree to, such as news by mail; empty: they are not asked.",
    )

    waitlist = models.BooleanField(
        default=True, db_default=True, help_text="Whether people may wait for a time that is taken."
    )
    waitlist_offer_minutes = models.PositiveSmallIntegerField(
        default=30,
        db_default=30,
        validators=[MinValueValidator(5), MaxValueValidator(1440)],
        help_text="How long a freed time is held for who waited for it.",
    )
    deposit_window_minutes = models.PositiveSmallIntegerField(
        default=30,
        db_default=30,
        validators=[MinValueValidator(1), MaxValueValidator(1440)],
        help_text="How long an unpaid booking keeps its time.",
    )
    cancellation_steps = models.JSONField(
        default=list,
        db_default=[],
        blank=True,
        help_text="[[hours before, fee in percent], …], such as [[48, 0], [24, 50]]: free until 48 hours before, "
        "half until 24 hours before, then all. Empty: free until the cancel notice.",
    )
    stripe_account = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        validators=[RegexValidator(r"^acct_[A-Za-z0-9]+\Z")],
        help_text="Connected Stripe account that receives the deposits; empty: the host's own.",
    )

    reminder_hours = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MOST_REMINDER_HOURS)]),
        size=MOST_REMINDERS,
        default=a_day_ahead,
        db_default=[24],
        blank=True,
        help_text="How many hours before a visit its customer is reminded; empty: never.",
    )
    sms_reminders = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Remind by SMS as well, and confirm by SMS where there is no e-mail address.",
    )

    longest_block_minutes = models.PositiveIntegerField(
        default=0, editable=False, help_text="No allocation blocks a resource for longer: the bound of busy-time scans."
    )
    config_version = models.BigIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "businesses"
        constraints = deposit_checks("business")

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.timezone)

    def clean(self) -> None:
        self.clean_deposit_rule(self.plan)
        self.cancellation_steps = self.cancellation_steps or []  # an empty field of a form is None
        with as_form_errors():
            check_cancellation_steps(self.cancellation_steps)
