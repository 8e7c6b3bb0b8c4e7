"""A business with visits and movements of money, put there as if they had come the regular way."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bookings.insights import Insights, Period, insights
from bookings.models import Allocation, Booking, Customer, Source, Status
from businesses.models import Business
from businesses.provisioning import Outcome
from payments.models import Deposit, LedgerEntry


class World:
    """A business, and visits put into it as if they had come the regular way."""

    def __init__(self, outcome: Outcome) -> None:
        self.business, self.resources, self.services = outcome.business, outcome.resources, outcome.services
        self.zone = ZoneInfo(self.business.timezone)
        self.customers: dict[str, Customer] = {}
        self.codes = iter(range(1, 1000))

    def local(self, text: str, fold: int = 0) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=self.zone, fold=fold)

    def customer(self, name: str) -> Customer:
        if name not in self.customers:
            self.customers[name] = Customer.objects.create(business=self.business, live=True, first_name=name)
        return self.customers[name]

    def visit(
        self,
        start: str,
        minutes: int = 60,
        *,
        resource: str = "maria",
        service: str = "cut",
        status: str = Status.CONFIRMED,
        who: str = "Jane",
        price: int | None = 3500,
        ahead: timedelta = timedelta(days=1),
        fold: int = 0,
        **values: Any,
    ) -> Booking:
        starts_at = self.local(start, fold).astimezone(UTC)
        values = {"live": True, "source": Source.ONLINE, "currency": self.business.currency} | values
        booking = Booking.objects.create(
            business=self.business,
            customer=self.customer(who),
            status=status,
            code=f"AV-{next(self.codes)}",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes),
            party_size=1,
            guest_first_name=who,
            price_cents=price,
            **values,
        )
        Booking.objects.filter(id=booking.id).update(created_at=starts_at - ahead)
        Allocation.objects.create(
            business=self.business,
            booking=booking,
            service=self.services[service],
            resource=self.resources[resource],
            sequence=0,
            live=booking.live,
            active=status not in (Status.CANCELLED, Status.NO_SHOW),
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            blocked_from=booking.starts_at,
            blocked_until=booking.ends_at,
        )
        Business.objects.filter(id=self.business.id, longest_block_minutes__lt=minutes).update(
            longest_block_minutes=minutes
        )
        return booking

    def entry(self, kind: str, effect: int, at: datetime, *, live: bool = True, currency: str = "") -> None:
        deposit = Deposit.objects.create(
            business=self.business,
            kind="charge",
            amount_cents=abs(effect),
            currency=currency or self.business.currency,
            live=live,
        )
        entry = LedgerEntry(
            business=self.business,
            deposit=deposit,
            kind=kind,
            amount_cents=abs(effect),
            effect_cents=effect,
            stripe_ref="r",
        )
        entry.created_at = at
        entry.save()

    def seen(self, period: Period) -> Insights:
        return insights(self.business, period, live=True)
