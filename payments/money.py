"""Amounts at the borders: as people read them, and as Stripe counts them. Imports no Django.

Inside, amounts are integers in minor units of an ISO 4217 currency (`businesses.money`).
"""

from businesses.money import decimals_of

# Stripe counts these, which have no decimals, as if they had two (stripe.com/docs/currencies, "Special cases").
COUNTED_IN_HUNDREDTHS = frozenset(("ISK", "UGX"))


def spoken(amount: int, currency: str) -> str:
    """`EUR 20` for a whole amount, `EUR 12.50` for a broken one (seed 001, "No-Show Handling")."""
    decimals = decimals_of(currency)
    scale: int = 10**decimals
    whole, fraction = divmod(amount, scale)
    return f"{currency} {whole}.{fraction:0{decimals}}" if fraction else f"{currency} {whole}"


def payable(amount: int, currency: str) -> int:
    """An amount that cards can be charged: with three decimals Stripe takes whole hundredths only, so rounded up."""
    return -(-amount // 10) * 10 if decimals_of(currency) == 3 else amount


def share(amount: int, percent: int, currency: str) -> int:
    """A percentage of an amount, half a unit rounded up, as an amount that can be charged."""
    return payable((amount * percent + 50) // 100, currency)


def to_stripe(amount: int, currency: str) -> int:
    """Our minor units as Stripe's."""
    return amount * 100 if currency in COUNTED_IN_HUNDREDTHS else amount


def from_stripe(amount: int, currency: str) -> int:
    """Stripe's minor units as ours."""
    return amount // 100 if currency.upper() in COUNTED_IN_HUNDREDTHS else amount
