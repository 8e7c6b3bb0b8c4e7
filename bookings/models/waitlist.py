"""The waitlist: who waits for what, what was offered to whom, and what is due. See bookings/waitlist/."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from businesses.models.base import TenantModel, TenantRow, tenant_key


class EntryState(models.TextChoices):
    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    WITHDRAWN = "withdrawn"  # by who waited, or by the desk
    EXPIRED = "expired"  # the time is past, or nobody answered


AT_WORK = (EntryState.WAITING, EntryState.OFFERED)


class WaitlistEntry(TenantModel):
    """A wish: these services for so many, on one of these dates, beginning between two times of the day.

    The order of the list is (`queued_at`, `id`). `ends_at`: from then on no start of the wish can come.
    """

    customer = models.ForeignKey(
        "bookings.Customer", on_delete=models.PROTECT, related_name="waiting", db_constraint=False, db_index=False
    )
    live = models.BooleanField()
    state = models.CharField(max_length=10, choices=EntryState.choices, default=EntryState.WAITING)
    services = ArrayField(models.UUIDField(), size=5)
    resource = models.UUIDField(null=True)
    party_size = models.PositiveSmallIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    from_minutes = models.PositiveSmallIntegerField(default=0)
    until_minutes = models.PositiveSmallIntegerField(default=1440)
    ends_at = models.DateTimeField()
    queued_at = models.DateTimeField()
    lapsed = models.PositiveSmallIntegerField(default=0, help_text="Offers that were not answered in time.")
    guest_first_name = models.CharField(max_length=100)
    guest_last_name = models.CharField(max_length=100, blank=True)
    guest_email = models.CharField(max_length=254, blank=True)
    guest_phone = models.CharField(max_length=20, blank=True)
    customer_notes = models.CharField(max_length=1000, blank=True)
    language = models.CharField(max_length=10, blank=True)
    visitor = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            tenant_key("waitlist_entry"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="waitlist_forward"),
            models.CheckConstraint(condition=Q(until_minutes__gt=F("from_minutes")), name="waitlist_times"),
            models.CheckConstraint(condition=Q(party_size__gte=1, party_size__lte=50), name="waitlist_party"),
        ]
        indexes = [
            models.Index(fields=["business", "live", "state", "queued_at", "id"], name="waitlist_order"),
            models.Index(fields=["business", "customer"], name="waitlist_of_customer"),
            models.Index(fields=["ends_at"], condition=Q(state=EntryState.WAITING), name="waitlist_ending"),
        ]

    def __str__(self) -> str:
        return f"{self.guest_first_name} {self.guest_last_name}".strip()


class OfferState(models.TextChoices):
    OPEN = "open"
    ACCEPTED = "accepted"  # booked, and its deposit is not there yet
    TAKEN = "taken"
    DECLINED = "declined"
    LAPSED = "lapsed"  # not answered, or not paid, in time
    WITHDRAWN = "withdrawn"  # the desk let the time go
    RETURNED = "returned"  # accepted, and could not be booked for reasons of ours


UNDER_WAY = (OfferState.OPEN, OfferState.ACCEPTED)


class WaitlistOffer(TenantModel):
    """A start that is really held for an entry until `expires_at`. Of each entry one is under way at most."""

    entry = models.ForeignKey(
        WaitlistEntry, on_delete=models.CASCADE, related_name="offers", db_constraint=False, db_index=False
    )
    booking = models.ForeignKey(
        "bookings.Booking", null=True, on_delete=models.SET_NULL, related_name="offers", db_constraint=False,
        db_index=False,
    )  # fmt: skip
    state = models.CharField(max_length=10, choices=OfferState.choices, default=OfferState.OPEN)
    starts_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry"], condition=Q(state__in=UNDER_WAY), name="waitlist_one_offer"),
            models.UniqueConstraint(fields=["booking"], name="waitlist_offer_of_booking"),
        ]
        indexes = [
            models.Index(fields=["business", "entry"], name="waitlist_offers_of_entry"),
            models.Index(fields=["expires_at"], condition=Q(state__in=UNDER_WAY), name="waitlist_under_way"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.starts_at:%Y-%m-%d %H:%M}"


class WaitlistLink(TenantRow):
    """A person's way to their entry, as ManageLink is to a booking."""

    entry = models.ForeignKey(
        WaitlistEntry, on_delete=models.CASCADE, related_name="links", db_constraint=False, db_index=False
    )
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["business", "entry"], name="waitlist_link_of_entry"),
            models.Index(fields=["expires_at"], name="waitlist_link_expiry"),
        ]

    def __str__(self) -> str:
        return f"link to {self.entry_id}"


class WaitlistTurn(TenantRow):
    """That a business's list is to be gone through, and how far it was. `mark` changes at every mark."""

    live = models.BooleanField()
    mark = models.BigIntegerField(default=1)
    due_at = models.DateTimeField(null=True)
    after_queued_at = models.DateTimeField(null=True)
    after_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "live"], name="waitlist_turn_once")]
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="waitlist_turn_due")]

    def __str__(self) -> str:
        return f"turn of {self.business_id}"
