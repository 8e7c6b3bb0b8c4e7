"""Amounts as people read them, and as Stripe counts them."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from businesses.money import WITH_THREE_DECIMALS, WITHOUT_DECIMALS, decimal_text, decimals_of, major_units
from payments.money import from_stripe, payable, share, spoken, to_stripe

CURRENCIES = sorted({"EUR", "USD", "GBP", "CHF", "HUF"} | WITHOUT_DECIMALS | WITH_THREE_DECIMALS)
currencies = st.sampled_from(CURRENCIES)
amounts = st.integers(0, 100_000_000)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (2000, "EUR", "EUR 20"),
        (1250, "EUR", "EUR 12.50"),
        (1205, "EUR", "EUR 12.05"),
        (1, "EUR", "EUR 0.01"),
        (0, "EUR", "EUR 0"),
        (100_000_000, "USD", "USD 1000000"),
        (2000, "JPY", "JPY 2000"),
        (1, "ISK", "ISK 1"),
        (12_000, "KWD", "KWD 12"),
        (12_500, "KWD", "KWD 12.500"),
        (12_050, "KWD", "KWD 12.050"),
        (10, "KWD", "KWD 0.010"),
    ],
)
def test_spoken(amount: int, currency: str, text: str) -> None:
    assert spoken(amount, currency) == text


@given(amounts, currencies)
def test_what_is_spoken_is_the_amount(amount: int, currency: str) -> None:
    name, number = spoken(amount, currency).split(" ")
    whole, _, fraction = number.partition(".")
    decimals = decimals_of(currency)
    assert name == currency
    assert len(fraction) in (0, decimals)
    assert int(whole) * 10**decimals + int(fraction or 0) == amount


@pytest.mark.parametrize(
    ("amount", "currency", "result"),
    [(1, "KWD", 10), (10, "KWD", 10), (11, "BHD", 20), (0, "KWD", 0), (1, "EUR", 1), (1, "JPY", 1)],
)
def test_payable(amount: int, currency: str, result: int) -> None:
    assert payable(amount, currency) == result


@given(amounts, currencies)
def test_what_is_payable_is_hardly_more(amount: int, currency: str) -> None:
    result = payable(amount, currency)
    assert 0 <= result - amount < 10
    assert payable(result, currency) == result
    assert decimals_of(currency) != 3 or result % 10 == 0


@pytest.mark.parametrize(
    ("amount", "percent", "currency", "result"),
    [
        (3333, 50, "EUR", 1667),
        (3333, 49, "EUR", 1633),
        (150, 1, "EUR", 2),
        (149, 1, "EUR", 1),
        (49, 1, "EUR", 0),
        (2000, 0, "EUR", 0),
        (2000, 100, "EUR", 2000),
        (2020, 33, "JPY", 667),
        (2020, 33, "KWD", 670),
        (12_350, 100, "KWD", 12_350),
    ],
)
def test_share(amount: int, percent: int, currency: str, result: int) -> None:
    assert share(amount, percent, currency) == result


@given(amounts, st.integers(0, 100), currencies)
def test_a_share_is_near_the_exact_one_and_never_more_than_the_whole(amount: int, percent: int, currency: str) -> None:
    whole = payable(amount, currency)
    result = share(whole, percent, currency)
    assert 0 <= result <= whole
    assert -50 <= result * 100 - whole * percent < 1050


@pytest.mark.parametrize(
    ("amount", "currency", "counted"),
    [(2000, "EUR", 2000), (2000, "JPY", 2000), (2000, "KWD", 2000), (2000, "ISK", 200_000), (7, "UGX", 700)],
)
def test_to_stripe_and_back(amount: int, currency: str, counted: int) -> None:
    assert to_stripe(amount, currency) == counted
    for spelling in (currency, currency.lower()):
        assert from_stripe(counted, spelling) == amount


@given(amounts, currencies)
def test_there_and_back_is_the_same(amount: int, currency: str) -> None:
    assert from_stripe(to_stripe(amount, currency), currency) == amount


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (0, "CAD", "0.00"),
        (5, "EUR", "0.05"),
        (123456, "USD", "1234.56"),
        (1200, "JPY", "1200"),
        (0, "JPY", "0"),
        (1005, "KWD", "1.005"),
    ],
)
def test_decimal_text(amount: int, currency: str, text: str) -> None:
    assert decimal_text(amount, currency) == text


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (3500, "EUR", "35"),
        (3550, "EUR", "35.5"),
        (1, "EUR", "0.01"),
        (0, "EUR", "0"),
        (3500, "JPY", "3500"),
        (35_001, "KWD", "35.001"),
        (35_000, "KWD", "35"),
    ],
)
def test_major_units(amount: int, currency: str, text: str) -> None:
    assert repr(major_units(amount, currency)) == text


@given(st.integers(0, 2_147_483_647), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_major_units_are_exact_in_json(amount: int, currency: str) -> None:
    told = json.dumps(major_units(amount, currency))
    assert Decimal(told) * 10 ** decimals_of(currency) == amount
