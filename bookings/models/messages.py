"""What is sent, the links in it, and how far the outbox has been read."""

from django.db import models
from django.db.models import Case, Q, Value, When

from bookings.models.bookings import Booking
from bookings.models.waitlist import WaitlistEntry
from businesses.models.base import TenantModel, TenantRow


class MessageChannel(models.TextChoices):
    EMAIL = "email"
    SMS = "sms"


class MessageState(models.TextChoices):
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"  # tried often enough
    SKIPPED = "skipped"  # not to be sent: `problem` says why


class Message(TenantModel):
    """A mail or a text message, sent by a job. What has a `key` is stored once for each recipient, whoever tries.

    Test messages (`live` false) go to the business only.
    """

    booking = models.ForeignKey(
        Booking, null=True, on_delete=models.PROTECT, related_name="messages", db_constraint=False, db_index=False
    )
    entry = models.ForeignKey(
        WaitlistEntry, null=True, on_delete=models.CASCADE, related_name="messages", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=30)
    channel = models.CharField(
        max_length=5,
        choices=MessageChannel.choices,
        default=MessageChannel.EMAIL,
        db_default=MessageChannel.EMAIL,
    )
    key = models.CharField(
        max_length=120, blank=True, default="", db_default="", help_text="What it tells of: the id of an event, mostly."
    )
    live = models.BooleanField(default=True, db_default=True)
    recipient = models.CharField(max_length=254, blank=True)
    reply_to = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField()
    html = models.TextField(blank=True)
    calendar = models.TextField(blank=True, default="", db_default="", help_text="An iCalendar object to attach.")
    next_try_at = models.DateTimeField(null=True, help_text="Empty: sent, given up, or not to be sent.")
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    skipped = models.BooleanField(default=False, db_default=False)
    problem = models.CharField(max_length=500, blank=True)
    provider_ref = models.CharField(max_length=100, blank=True, default="", db_default="")
    state = models.GeneratedField(
        expression=Case(
            When(sent_at__isnull=False, then=Value("sent")),
            When(skipped=True, then=Value("skipped")),
            When(next_try_at__isnull=False, then=Value("pending")),
            default=Value("failed"),
        ),
        output_field=models.CharField(max_length=7, choices=MessageState.choices),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "key", "kind", "recipient", "channel"], condition=~Q(key=""), name="message_once"
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(next_try_at__isnull=False), name="message_due"),
            models.Index(fields=["business", "booking"], name="message_of_booking"),
            models.Index(fields=["entry"], condition=Q(entry__isnull=False), name="message_of_entry"),
            models.Index(fields=["business", "live", "id"], name="message_list"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient}"


class ManageLink(TenantRow):
    """A customer's way to one booking. Only the digest is stored: the token itself is in the message that has it."""

    booking = models.ForeignKey(
        Booking, on_delete=models.CASCADE, related_name="links", db_constraint=False, db_index=False
    )
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["business", "booking"], name="link_of_booking"),
            models.Index(fields=["expires_at"], name="link_expiry"),
        ]

    def __str__(self) -> str:
        return f"link to {self.booking_id}"


class EventReader(models.Model):
    """How far a job has read the outbox: a position of `webhooks.feed`. Whoever reads holds its lock."""

    name = models.CharField(max_length=30, unique=True)
    transaction = models.BigIntegerField()
    event = models.BigIntegerField()
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.name} at {self.transaction}"
