"""Customers, their bookings, and what each booking holds."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Case, ExpressionWrapper, F, Func, Q, Value, When

from bookings.waitlist_models import AT_WORK as AT_WORK
from bookings.waitlist_models import UNDER_WAY as UNDER_WAY
from bookings.waitlist_models import EntryState as EntryState
from bookings.waitlist_models import OfferState as OfferState
from bookings.waitlist_models import WaitlistEntry as WaitlistEntry
from bookings.waitlist_models import WaitlistLink as WaitlistLink
from bookings.waitlist_models import WaitlistOffer as WaitlistOffer
from bookings.waitlist_models import WaitlistTurn as WaitlistTurn
from businesses.models import Resource, Service
from businesses.models.base import DeletableModel, TenantModel, TenantRow, tenant_key
from payments.models import Deposit


class Folded(Func):
    """One text, or two as one, without case and accents: as `search.folded` reads what was typed."""

    function = "availengine_folded"
    output_field = models.TextField()


def _searched(name: str, *fields: str) -> models.Index:
    """Finds the beginning of a text, whatever the database's locale."""
    column = Folded(*fields) if fields[0] != "phone_key" else F("phone_key")
    return models.Index(F("business"), F("live"), OpClass(column, "text_pattern_ops"), name=name)


class Customer(DeletableModel):
    """A person known to one business, matched by the normalised phone number. Live and test are apart."""

    live = models.BooleanField()
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    phone_key = models.CharField(max_length=20, blank=True, editable=False)
    notes = models.CharField(max_length=2000, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="merged", db_constraint=False, db_index=False
    )

    class Meta:
        constraints = [
            tenant_key("customer"),
            models.UniqueConstraint(
                fields=["business", "live", "phone_key"],
                condition=~Q(phone_key="") & Q(deleted_at=None),
                name="customer_once_per_phone",
            ),
        ]
        indexes = [
            _searched("customer_by_name", "first_name", "last_name"),
            _searched("customer_by_last_name", "last_name", "first_name"),
            _searched("customer_by_email", "email"),
            _searched("customer_by_phone", "phone_key"),
            models.Index(fields=["business", "merged_into"], condition=~Q(merged_into=None), name="customer_merged"),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


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
            _searched("booking_by_name", "guest_first_name", "guest_last_name"),
            _searched("booking_by_last_name", "guest_last_name", "guest_first_name"),
            _searched("booking_by_email", "guest_email"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_held(self) -> bool:
        """Whether its time is kept for somebody who has not confirmed yet."""
        return self.held_until is not None and self.status == Status.PENDING


class Range(Func):
    """A PostgreSQL range built from columns: Range("a", "b", function="tstzrange")."""


class ClassSession(TenantRow):
    """One start of a class: a time that several bookings share. The places that are taken are counted by the database.

    While any is taken, an allocation without a booking holds the time of each of its resources; each booking's own
    allocations point here and hold nothing besides (docs/classes.md). `companion`: the second resource.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    resource = models.ForeignKey(
        Resource, on_delete=models.PROTECT, related_name="sessions", db_constraint=False, db_index=False
    )
    companion = models.ForeignKey(
        Resource, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    live = models.BooleanField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    blocked_from = models.DateTimeField()
    blocked_until = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField()
    taken = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        constraints = [
            tenant_key("classsession"),
            models.UniqueConstraint(fields=["service", "resource", "live", "starts_at"], name="class_session_once"),
            models.CheckConstraint(condition=Q(taken__gte=0, taken__lte=F("capacity")), name="class_not_oversold"),
        ]
        indexes = [
            models.Index(
                fields=["business", "live", "blocked_from"], condition=Q(taken__gt=0), name="class_session_taken"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.starts_at:%Y-%m-%d %H:%M} {self.taken}/{self.capacity}"


class Allocation(TenantRow):
    """A resource held for a part of a booking, from `blocked_from` to `blocked_until`, buffers included.

    `lane` is the resource's id, negative for test bookings: they behave alike and never meet. With a `session` it is a
    booking's part in a class, which takes so many `places` of it, or without a booking the class's own hold. All but
    parts in a class are `exclusive`: nothing else may be there.
    """

    booking = models.ForeignKey(
        Booking, null=True, on_delete=models.CASCADE, related_name="allocations", db_constraint=False, db_index=False
    )
    session = models.ForeignKey(
        ClassSession,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="allocations",
        db_constraint=False,
        db_index=False,
    )
    places = models.PositiveSmallIntegerField(default=0, db_default=0)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    resource = models.ForeignKey(
        Resource, on_delete=models.PROTECT, related_name="allocations", db_constraint=False, db_index=False
    )
    sequence = models.PositiveSmallIntegerField(help_text="The place of its service in the visit, from 0.")
    additional = models.BooleanField(default=False, help_text="The second resource of a service: the room.")
    live = models.BooleanField()
    active = models.BooleanField(default=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    blocked_from = models.DateTimeField()
    blocked_until = models.DateTimeField()
    lane = models.GeneratedField(
        expression=Case(When(live=True, then=F("resource_id")), default=-F("resource_id")),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    exclusive = models.GeneratedField(
        expression=ExpressionWrapper(Q(booking=None) | Q(session=None), output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="allocation_no_overlap",
                expressions=[
                    (Range("lane", "lane", Value("[]"), function="int8range"), "="),
                    (Range("blocked_from", "blocked_until", function="tstzrange"), "&&"),
                ],
                condition=Q(active=True, exclusive=True),
            ),
            models.UniqueConstraint(fields=["booking", "sequence", "additional"], name="allocation_place_once"),
            models.CheckConstraint(
                condition=Q(
                    ends_at__gt=F("starts_at"), blocked_from__lte=F("starts_at"), blocked_until__gte=F("ends_at")
                ),
                name="allocation_times",
            ),
            models.CheckConstraint(
                condition=Q(booking__isnull=False, session=None, places=0)
                | Q(booking=None, session__isnull=False, places=0)
                | Q(booking__isnull=False, session__isnull=False, additional=True, places=0)
                | Q(booking__isnull=False, session__isnull=False, additional=False, places__gte=1),
                name="allocation_owner",
            ),
        ]
        indexes = [
            models.Index(
                fields=["business", "live", "exclusive", "blocked_from"],
                include=["resource", "blocked_until"],
                condition=Q(active=True),
                name="allocation_busy_time",
            ),
            models.Index(fields=["session"], condition=Q(session__isnull=False), name="allocation_of_session"),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.blocked_from:%Y-%m-%d %H:%M}"


class Imported(TenantRow):
    """What was taken over from another system, by its name there: nothing is taken over twice.

    A row is about a booking or about a customer. The bookings of a customer whom only a name is known of meet here.
    """

    live = models.BooleanField()
    source = models.CharField(max_length=20, help_text="The other system: booqara, bookingflow.")
    kind = models.CharField(max_length=8, choices=[("booking", "Booking"), ("customer", "Customer")])
    reference = models.CharField(max_length=100, help_text="Its id in the other system.")
    booking = models.ForeignKey(
        Booking, null=True, on_delete=models.CASCADE, related_name="imports", db_constraint=False, db_index=False
    )
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.CASCADE, related_name="imports", db_constraint=False, db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "live", "source", "kind", "reference"], name="imported_once"),
        ]
        indexes = [
            models.Index(fields=["business", "booking"], name="imported_booking"),
            models.Index(fields=["business", "customer"], name="imported_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.reference}"


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
