"""Deposits, what Stripe was told to do about them, and what came of it. Knows nothing of bookings."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from businesses.models.base import TenantModel, tenant_key


class DepositKind(models.TextChoices):
    CHARGE = "charge"
    AUTHORIZATION_HOLD = "authorization_hold"


class DepositStatus(models.TextChoices):
    PENDING = "pending"  # the customer has neither paid nor given a card yet
    SAVED = "saved"  # the card is saved; the hold is placed at `hold_at`
    HELD = "held"
    PAID = "paid"  # a charge succeeded
    CAPTURED = "captured"  # a hold was taken
    RELEASED = "released"
    REFUND_PENDING = "refund_pending"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    FAILED = "failed"  # the hold could not be placed
    EXPIRED = "expired"  # not paid in time
    CANCELED = "canceled"  # given up before it was paid


class Channel(models.TextChoices):
    FORM = "form"  # the customer pays on the page that books, with a client secret
    LINK = "link"  # the customer pays on a Checkout page, whose address is sent
    PAGE = "page"  # the customer is led from the page that books to a Checkout page


class Deposit(TenantModel):
    """Money asked for one booking, in minor units of `currency`. The `…_ref` fields are Stripe's ids.

    `readings` counts what was learnt from Stripe: what was read before the last count is out of date.
    """

    kind = models.CharField(max_length=20, choices=DepositKind.choices)
    status = models.CharField(max_length=20, choices=DepositStatus.choices, default=DepositStatus.PENDING)
    amount_cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    live = models.BooleanField(db_default=True)
    channel = models.CharField(max_length=10, choices=Channel.choices, db_default=Channel.FORM)
    standing = models.BooleanField(db_default=False, help_text="Asked for later: the booking stands, paid or not.")
    description = models.CharField(max_length=300, blank=True, db_default="")
    payer_name = models.CharField(max_length=201, blank=True, db_default="")
    payer_email = models.CharField(max_length=254, blank=True, db_default="")
    visitor = models.CharField(max_length=64, blank=True, db_default="", help_text="A digest of the payer's address.")
    account_ref = models.CharField(max_length=64, blank=True, db_default="", help_text="Connected account.")
    customer_ref = models.CharField(max_length=64, blank=True, db_default="")
    intent_ref = models.CharField(max_length=64, blank=True, db_default="")
    setup_ref = models.CharField(max_length=64, blank=True, db_default="")
    session_ref = models.CharField(max_length=100, blank=True, db_default="")
    method_ref = models.CharField(max_length=64, blank=True, db_default="")
    checkout_url = models.CharField(max_length=2000, blank=True, db_default="")
    captured_cents = models.PositiveIntegerField(db_default=0)
    refunded_cents = models.PositiveIntegerField(db_default=0)
    refunding_cents = models.PositiveIntegerField(db_default=0, help_text="Refunds that are under way.")
    disputed = models.BooleanField(db_default=False)
    expires_at = models.DateTimeField(null=True, help_text="When an unpaid deposit is given up.")
    hold_at = models.DateTimeField(null=True, help_text="When to place the hold with the saved card.")
    needed_until = models.DateTimeField(null=True, help_text="How long a hold must last.")
    capture_before = models.DateTimeField(null=True, help_text="When the hold lapses.")
    warned_at = models.DateTimeField(null=True, help_text="When the business was told that the hold lapses.")
    look_at = models.DateTimeField(null=True, help_text="When the reconciler compares with Stripe next.")
    problem = models.CharField(max_length=500, blank=True, db_default="", help_text="What went wrong last.")
    readings = models.PositiveIntegerField(db_default=0)

    class Meta:
        constraints = [
            tenant_key("deposit"),
            models.CheckConstraint(condition=Q(captured_cents__lte=F("amount_cents")), name="deposit_captured_once"),
            models.CheckConstraint(condition=Q(refunded_cents__lte=F("captured_cents")), name="deposit_refunded_once"),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(status="pending"), name="deposit_unpaid"),
            models.Index(fields=["hold_at"], condition=Q(status="saved"), name="deposit_to_hold"),
            models.Index(fields=["capture_before"], condition=Q(status="held"), name="deposit_held"),
            models.Index(fields=["look_at"], condition=Q(look_at__isnull=False), name="deposit_to_look_at"),
            models.Index(fields=["intent_ref"], condition=~Q(intent_ref=""), name="deposit_by_intent"),
            models.Index(fields=["setup_ref"], condition=~Q(setup_ref=""), name="deposit_by_setup"),
            models.Index(fields=["session_ref"], condition=~Q(session_ref=""), name="deposit_by_session"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_cents} {self.currency} ({self.status})"

    @property
    def refundable_cents(self) -> int:
        return max(0, self.captured_cents - self.refunded_cents - self.refunding_cents)

    @property
    def opened(self) -> bool:
        """Stripe knows of it, and we know what Stripe calls it."""
        return bool(self.intent_ref or self.setup_ref or self.session_ref)


class Action(models.TextChoices):
    OPEN = "open"  # make the way to pay: a payment or setup intent, or a Checkout session
    CLOSE = "close"  # nobody shall pay any more
    HOLD = "hold"  # place the hold with the saved card
    CAPTURE = "capture"  # take the hold, or charge the saved card
    RELEASE = "release"  # give the hold back, forget the card
    REFUND = "refund"


class Progress(models.TextChoices):
    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


class Instruction(TenantModel):
    """Something that Stripe is to do, committed before Stripe is asked, one at a time per deposit.

    `purpose` is the caller's own word for why. Whoever asks Stripe holds the lease; what nobody holds and is due is
    asked again by a job. `attempt` numbers Stripe's idempotency keys: it counts up only when Stripe has answered a
    key with a server error, which Stripe repeats for ever.
    """

    deposit = models.ForeignKey(
        Deposit, on_delete=models.PROTECT, related_name="instructions", db_constraint=False, db_index=False
    )
    action = models.CharField(max_length=10, choices=Action.choices)
    purpose = models.CharField(max_length=20)
    actor = models.CharField(max_length=200, blank=True, default="", db_default="", help_text="Who asked for it.")
    amount_cents = models.PositiveIntegerField(default=0)
    ends_as = models.CharField(max_length=20, choices=DepositStatus.choices, blank=True)
    progress = models.CharField(max_length=10, choices=Progress.choices, default=Progress.PENDING)
    attempt = models.PositiveSmallIntegerField(default=1)
    tries = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            tenant_key("instruction"),
            models.UniqueConstraint(
                fields=["deposit"], condition=Q(progress="pending"), name="instruction_one_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(progress="pending"), name="instruction_due"),
            models.Index(fields=["deposit", "id"], name="instruction_of_deposit"),
        ]

    def __str__(self) -> str:
        return f"{self.action} for {self.purpose} ({self.progress})"

    @property
    def idempotency_key(self) -> str:
        return f"{self.uuid}-{self.attempt}"


class EntryKind(models.TextChoices):
    HELD = "held"
    RELEASED = "released"
    CHARGED = "charged"
    CAPTURED = "captured"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    DISPUTED = "disputed"
    DISPUTE_WON = "dispute_won"


class LedgerEntry(models.Model):
    """One movement of a deposit. `effect_cents` is what it changed of the money that Stripe holds: holds change
    nothing. The database refuses changes and removals.
    """

    id = models.BigAutoField(primary_key=True)
    business = models.ForeignKey("businesses.Business", on_delete=models.PROTECT, related_name="ledger")
    deposit = models.ForeignKey(
        Deposit, on_delete=models.PROTECT, related_name="entries", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=15, choices=EntryKind.choices)
    amount_cents = models.PositiveIntegerField()
    effect_cents = models.IntegerField()
    stripe_ref = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "ledger entries"
        indexes = [models.Index(fields=["business", "created_at"], name="entry_by_time")]
        constraints = [
            models.UniqueConstraint(fields=["deposit", "kind", "stripe_ref"], name="entry_once"),
            models.UniqueConstraint(
                fields=["deposit"], condition=Q(kind__in=("charged", "captured")), name="entry_one_charge"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_cents} {self.stripe_ref}"


class StripeEvent(models.Model):
    """A message from Stripe, stored when it came. It says where to look, not what is true: only ids are kept."""

    id = models.BigAutoField(primary_key=True)
    event_ref = models.CharField(max_length=100, unique=True)
    account_ref = models.CharField(max_length=64, blank=True)
    type = models.CharField(max_length=100)
    object_ref = models.CharField(max_length=100)
    related_ref = models.CharField(max_length=100, blank=True, help_text="The object's payment intent, if it has one.")
    subject = models.CharField(max_length=64, blank=True, help_text="The deposit or business named in its metadata.")
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    handled_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(handled_at=None), name="stripe_event_due"),
            models.Index(fields=["received_at"], name="stripe_event_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_ref}"


class Subscription(models.Model):
    """What a business pays the host for, as Stripe says it stands."""

    id = models.BigAutoField(primary_key=True)
    business = models.OneToOneField("businesses.Business", on_delete=models.PROTECT, related_name="subscription")
    customer_ref = models.CharField(max_length=64, blank=True)
    subscription_ref = models.CharField(max_length=64, unique=True)
    status = models.CharField(max_length=30)
    period_ends_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.subscription_ref} ({self.status})"
