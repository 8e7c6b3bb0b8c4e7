"""Amounts as people type them: `12.50` or `12,50` in major units."""

import re

from businesses.errors import Invalid
from businesses.money import decimals_of

TYPED = re.compile(r"([0-9]{1,7})(?:[.,]([0-9]{1,3}))?")


def cents_of(text: str, currency: str) -> int:
    """In minor units. Raises Invalid for what is no amount, is nothing, or has too many decimals."""
    decimals = decimals_of(currency)
    found = TYPED.fullmatch(text.strip(), endpos=20)
    whole, fraction = found.groups() if found else ("", None)
    if not whole or len(fraction or "") > decimals:
        raise Invalid("Not an amount.")
    cents: int = int(whole) * 10**decimals + int((fraction or "").ljust(decimals, "0") or 0)
    if not cents:
        raise Invalid("Not an amount.")
    return cents


def typed(cents: int, currency: str) -> str:
    """As somebody would type it: what a field is filled in with."""
    decimals = decimals_of(currency)
    whole, fraction = divmod(cents, 10**decimals)
    return f"{whole}.{fraction:0{decimals}}" if decimals else str(whole)
