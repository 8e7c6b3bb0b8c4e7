"""What deposit a booking needs, and its first entry: the rules are the business's, the sums are made here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from bookings.models import Booking, Source, Status
from bookings.placing import Placement
from businesses.deposit_rules import DepositAudience, DepositBasis, DepositType, Rule, effective_rule
from businesses.errors import Conflict, Invalid
from businesses.localtime import moment_of
from businesses.models import Business
from payments import gateway
from payments.ledger import HOLD_LASTS_ABSENT
from payments.models import Channel, Deposit, DepositKind, DepositStatus
from payments.money import payable, share

HELD_AFTER_VISIT = timedelta(hours=24)  # so long after the visit a no-show can still be recorded
HOLD_LASTS = timedelta(days=7)  # when the customer is present (GUARANTEES M6)
LINK_LASTS = timedelta(hours=2)  # seed 001, "staff-deposit"
LATER_LINK_LASTS = timedelta(hours=23)  # Stripe's pages last a day; no time of anybody is held meanwhile
MOST_UNPAID = 3  # per phone, e-mail or address (GUARANTEES A5)


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositWish:
    """How a deposit is asked for: on the page that books (FORM) or by a LINK in a mail.

    `by_rule`: only where a rule wants one, from people who book for themselves; else in any case, by the desk.
    `amount_cents` takes the place of the rule's. `visitor`: a digest of the address of who books, or empty.
    `standing`: of a booking that was made without one, and stands whether it is paid or not.
    """

    channel: Channel
    by_rule: bool
    amount_cents: int | None = None
    visitor: str = ""
    standing: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    kind: DepositKind
    amount_cents: int


def asked_of(
    placement: Placement, wish: DepositWish | None, *, party: int, customer_id: int | None, now: datetime
) -> Asked | None:
    """The deposit that a visit needs. Raises Invalid for a link without amount, Conflict when none can be taken."""
    if wish is None:
        return None
    if wish.by_rule:
        return _sum(_applying(placement, customer_id, now), placement, party)
    asked = _asked_by_desk(placement, wish, party)
    if asked is None:
        problem = "Required: no deposit rule says how much."
        raise Invalid("How much?", {"amount_cents": [problem]})
    return asked


def likely_deposit(placement: Placement, *, party: int) -> tuple[Asked | None, bool]:
    """What booking this would ask for, as far as can be said of somebody unknown; False: only from some people."""
    parts = list(_rules(placement))
    return _sum(parts, placement, party), not any(part.rule.only_for for part in parts)


def _asked_by_desk(placement: Placement, wish: DepositWish, party: int) -> Asked | None:
    by_rule = _sum(list(_rules(placement)), placement, party)
    if wish.amount_cents is None:
        return by_rule
    kind = by_rule.kind if by_rule else DepositKind.CHARGE
    return Asked(kind, payable(wish.amount_cents, placement.snapshot.business.currency))


@dataclass(frozen=True, slots=True)
class Part:
    """A rule, and what of the visit it is about."""

    rule: Rule
    price_cents: int


def _rules(placement: Placement) -> Iterator[Part]:
    """Each service's own rule, and the business's once for all that have none."""
    business = placement.snapshot.business
    own = {service.id: service for service in placement.snapshot.services.values() if service.deposit_type}
    rest = [price for service, price in placement.prices() if service not in own]
    for service, price in placement.prices():
        rule = effective_rule(business, own[service]) if service in own else None
        if rule:
            yield Part(rule, price or 0)
    rule = effective_rule(business, None)
    if rest and rule:
        yield Part(rule, sum(price or 0 for price in rest))


def _sum(parts: list[Part], placement: Placement, party: int) -> Asked | None:
    """Together one deposit; where a charge and a hold meet, all is charged."""
    currency = placement.snapshot.business.currency
    amount = sum(_amount(part, party, currency) for part in parts)
    if not amount:
        return None
    held = all(part.rule.type == DepositType.AUTHORIZATION_HOLD for part in parts)
    return Asked(DepositKind.AUTHORIZATION_HOLD if held else DepositKind.CHARGE, amount)


def _amount(part: Part, party: int, currency: str) -> int:
    if part.rule.basis == DepositBasis.PERCENT:
        return share(part.price_cents, part.rule.percent or 0, currency)
    people = party if part.rule.basis == DepositBasis.PER_PERSON else 1
    return payable((part.rule.amount_cents or 0) * people, currency)


def _applying(placement: Placement, customer_id: int | None, now: datetime) -> list[Part]:
    parts = list(_rules(placement))
    if any(part.rule.only_for for part in parts):
        audiences = _audiences(placement.snapshot.business.id, customer_id, now)
        parts = [part for part in parts if not part.rule.only_for or audiences & set(part.rule.only_for)]
    return parts


def _audiences(business_id: int, customer_id: int | None, now: datetime) -> set[str]:
    """What a customer's past makes of them. New is who has never been there."""
    of = Q(customer_id=customer_id)
    found = Booking.objects.filter(of, business_id=business_id, starts_at__lt=now)
    been = Q(status__in=(Status.CHECKED_IN, Status.COMPLETED)) | Q(status=Status.CONFIRMED, ends_at__lt=now)
    audiences = set()
    if not found.filter(been).exists():
        audiences.add(str(DepositAudience.NEW_CUSTOMERS))
    if found.filter(status=Status.NO_SHOW).exists():
        audiences.add(str(DepositAudience.EARLIER_NO_SHOWS))
    return audiences


def require_payments(*, live: bool) -> None:
    """Raises Conflict where nobody could pay."""
    if not gateway.secret_key(live=live):
        raise Conflict("A deposit is needed, and payments are not set up here.", {"reason": "payments_not_set_up"})


def new_deposit(booking: Booking, asked: Asked, wish: DepositWish, business: Business, *, now: int) -> Deposit:
    """Store the deposit of a booking that is about to be inserted. `now` is a minute."""
    moment = moment_of(now)
    needed_until = booking.ends_at + HELD_AFTER_VISIT
    later = asked.kind == DepositKind.AUTHORIZATION_HOLD and needed_until > moment + HOLD_LASTS
    window = LINK_LASTS if wish.channel == Channel.LINK else timedelta(minutes=business.deposit_window_minutes)
    window = LATER_LINK_LASTS if wish.standing else window
    return Deposit.objects.create(
        business_id=business.id,
        live=booking.live,
        kind=asked.kind,
        amount_cents=asked.amount_cents,
        currency=business.currency,
        channel=wish.channel,
        standing=wish.standing,
        description=f"Deposit for your booking at {business.name}"[:300],
        payer_name=f"{booking.guest_first_name} {booking.guest_last_name}".strip(),
        payer_email=booking.guest_email,
        visitor=wish.visitor,
        account_ref=business.stripe_account,
        expires_at=moment + window,
        hold_at=needed_until - HOLD_LASTS_ABSENT if later else None,
        needed_until=needed_until if asked.kind == DepositKind.AUTHORIZATION_HOLD else None,
        look_at=moment + timedelta(minutes=5),
    )


def require_reachable(booking: Booking) -> None:
    """Raises Invalid where a payment link could not be sent."""
    if not booking.guest_email:
        raise Invalid(
            "A deposit is needed, and the link to pay it is sent by e-mail.", {"email": ["Required: a deposit is due."]}
        )


def require_few_unpaid(booking: Booking, *, visitor: str) -> None:
    """Raises Conflict when this phone, e-mail or address has MOST_UNPAID unpaid bookings or holds already.

    Exact also for requests at the same time: each key is locked until the transaction ends.
    """
    keys = {
        "customer": Q(customer_id=booking.customer_id) if booking.customer_id else None,
        "e-mail": Q(guest_email__iexact=booking.guest_email) if booking.guest_email else None,
        "visitor": Q(deposit__visitor=visitor) | Q(visitor=visitor) if visitor else None,
    }
    named = {"customer": booking.customer_id, "e-mail": booking.guest_email.lower(), "visitor": visitor}
    lock_names(f"{booking.business_id} unpaid {name} {named[name]}" for name, key in keys.items() if key)
    unpaid = Booking.objects.filter(
        Q(deposit__status=DepositStatus.PENDING) | Q(held_until__isnull=False),
        business_id=booking.business_id,
        live=booking.live,
        status=Status.PENDING,
        source=Source.ONLINE,
    ).exclude(id=booking.id)
    for key in filter(None, keys.values()):
        if unpaid.filter(key).count() >= MOST_UNPAID:
            raise Conflict(TOO_MANY, {"reason": "too_many_unpaid"})


TOO_MANY = (
    f"There are {MOST_UNPAID} bookings waiting for their deposit or for an answer. Finish or end one of them first."
)


def lock_names(names: Iterable[str]) -> None:
    """Locks that are no rows, in the order of their text, until the transaction ends."""
    with connection.cursor() as cursor:
        for name in sorted(names):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
