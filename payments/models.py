"""Deposits: what a business asked of a customer before the visit. Knows nothing of bookings."""

from django.db import models

from businesses.models.base import TenantModel, tenant_key


class DepositKind(models.TextChoices):
    CHARGE = "charge"
    AUTHORIZATION_HOLD = "authorization_hold"


class DepositStatus(models.TextChoices):
    PENDING = "pending"
    PAID = "paid"
    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"
    REFUNDED = "refunded"
    FAILED = "failed"
    EXPIRED = "expired"


class Deposit(TenantModel):
    """Money asked for one booking, in minor units of `currency`."""

    kind = models.CharField(max_length=20, choices=DepositKind.choices)
    status = models.CharField(max_length=10, choices=DepositStatus.choices, default=DepositStatus.PENDING)
    amount_cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [tenant_key("deposit")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_cents} {self.currency} ({self.status})"
