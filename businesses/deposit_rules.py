"""What a deposit rule and a cancellation policy may say: one check for provisioning, catalogue and admin."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from django.db.models import TextChoices

from businesses.errors import Invalid

MOST_CENTS = 100_000_000
MOST_STEPS = 5
MOST_HOURS = 8760
STEP = ("hours_before", "fee_percent")


class DepositType(TextChoices):
    NONE = "none"
    CHARGE = "charge"
    AUTHORIZATION_HOLD = "authorization_hold"


class DepositBasis(TextChoices):
    FIXED = "fixed"
    PER_PERSON = "per_person"
    PERCENT = "percent"


class DepositAudience(TextChoices):
    NEW_CUSTOMERS = "new_customers"
    EARLIER_NO_SHOWS = "earlier_no_shows"


@dataclass(frozen=True, slots=True)
class Rule:
    """A deposit as it is agreed on. `only_for`: any of these customers; empty means everybody."""

    type: str
    basis: str = DepositBasis.FIXED.value
    amount_cents: int | None = None
    percent: int | None = None
    only_for: tuple[str, ...] = ()


class Ruled(Protocol):
    """A business or a service; None: it says nothing of its own."""

    @property
    def deposit_rule(self) -> Rule | None: ...


class Cancelled(Protocol):
    """A business as far as its cancellation policy goes."""

    @property
    def cancellation_steps(self) -> Any: ...
    @property
    def cancel_notice_hours(self) -> int: ...


def effective_rule(business: Ruled, service: Ruled | None = None) -> Rule | None:
    """The rule that counts: the service's own, else the business's. None when nothing is taken."""
    rule = (service.deposit_rule if service else None) or business.deposit_rule
    return rule if rule and rule.type != DepositType.NONE else None


def effective_steps(business: Cancelled) -> list[tuple[int, int]]:
    """(hours before, fee in percent), earliest first, never empty; after the last one nothing is given back."""
    return [(hours, fee) for hours, fee in business.cancellation_steps] or [(business.cancel_notice_hours, 0)]


def rule_columns(rule: Rule | None) -> dict[str, Any]:
    """A rule as the columns of a business or service. None, on a service: the business's rule."""
    rule = rule or Rule("")
    return {
        "deposit_type": rule.type,
        "deposit_basis": rule.basis,
        "deposit_amount_cents": rule.amount_cents,
        "deposit_percent": rule.percent,
        "deposit_only_for": list(rule.only_for),
    }


def check_deposit_rule(rule: Rule, plan: str) -> None:
    """Raises Invalid; its details name one of the rule's fields.

    A rule of type none may keep its amount: it is ready to be switched on again.
    """
    if len(set(rule.only_for)) != len(rule.only_for):
        raise _refused("only_for", "names the same twice")
    if rule.basis == DepositBasis.PERCENT:
        _check_amount(rule, "percent", rule.percent, 100)
        if rule.amount_cents is not None:
            raise _refused("amount_cents", "does not go with basis: percent")
    else:
        _check_amount(rule, "amount_cents", rule.amount_cents, MOST_CENTS)
        if rule.percent is not None:
            raise _refused("percent", "needs basis: percent")
    if rule.type == DepositType.AUTHORIZATION_HOLD and plan != "premium":
        raise Invalid("authorization_hold needs plan: premium", {"type": ["authorization_hold needs plan: premium"]})


def _check_amount(rule: Rule, name: str, value: int | None, most: int) -> None:
    if value is None and rule.type != DepositType.NONE:
        raise _refused(name, "is missing")
    if value is not None and not 1 <= value <= most:
        raise _refused(name, f"must be 1 to {most}, not {value}")


def check_cancellation_steps(steps: Any) -> None:
    """Check steps `[[hours_before, fee_percent], …]`. Raises Invalid."""
    if not isinstance(steps, list) or not all(isinstance(step, list) and len(step) == 2 for step in steps):
        raise _refused("cancellation_steps", "must be a list of [hours_before, fee_percent]")
    if len(steps) > MOST_STEPS:
        raise _refused("cancellation_steps", f"has more than {MOST_STEPS} steps")
    for name, most, values in zip(STEP, (MOST_HOURS, 100), zip(*steps, strict=True), strict=False):
        wrong = [value for value in values if type(value) is not int or not 0 <= value <= most]
        if wrong:
            raise _refused("cancellation_steps", f"{name} must be an integer from 0 to {most}, not {wrong[0]!r}")
    if found := disorder(steps):
        index, name, problem = found
        raise _refused("cancellation_steps", f"step {index + 1}: {name} {problem}")


def disorder(steps: Sequence[Sequence[int]]) -> tuple[int, str, str] | None:
    """The first step that is not nearer to the start and dearer than the one before: its index, what, and why."""
    for index, ((hours, fee), (next_hours, next_fee)) in enumerate(pairwise(steps), start=1):
        if next_hours >= hours:
            return index, "hours_before", f"must be less than {hours}, not {next_hours}"
        if next_fee <= fee:
            return index, "fee_percent", f"must be more than {fee}, not {next_fee}"
    return None


def _refused(name: str, problem: str) -> Invalid:
    return Invalid(f"{name} {problem}", {name: [problem]})
