"""Amounts are integers in minor units of an ISO 4217 currency; text and decimals exist only at the edge."""

WITHOUT_DECIMALS = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF")
)
WITH_THREE_DECIMALS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))


def decimals_of(currency: str) -> int:
    """How many decimals a currency has."""
    if currency in WITHOUT_DECIMALS:
        return 0
    return 3 if currency in WITH_THREE_DECIMALS else 2


def decimal_text(amount: int, currency: str) -> str:
    """An amount as a decimal number with all decimals of its currency: `12.50`, `0.00`, `1200` for yen."""
    decimals = decimals_of(currency)
    whole, fraction = divmod(amount, 10**decimals)
    return f"{whole}.{fraction:0{decimals}}" if decimals else str(whole)


def major_units(amount: int, currency: str) -> int | float:
    """An amount as a JSON number in major units: 35 when it is whole, else 12.5."""
    scale: int = 10 ** decimals_of(currency)
    whole, rest = divmod(amount, scale)
    return amount / scale if rest else whole
