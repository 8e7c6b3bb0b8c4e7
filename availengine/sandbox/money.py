"""Amounts as people read them: minor units in the currency's own decimals."""

WITHOUT_DECIMALS = {
    "bif",
    "clp",
    "djf",
    "gnf",
    "jpy",
    "kmf",
    "krw",
    "mga",
    "pyg",
    "rwf",
    "ugx",
    "vnd",
    "vuv",
    "xaf",
    "xof",
    "xpf",
}
WITH_THREE = {"bhd", "jod", "kwd", "omr", "tnd"}
SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}


def shown(amount: int, currency: str) -> str:
    """`€12.50`, `¥1,200`, `12.500 KWD`."""
    digits = 0 if currency in WITHOUT_DECIMALS else 3 if currency in WITH_THREE else 2
    whole, rest = divmod(amount, 10**digits)
    number = f"{whole:,}" + (f".{rest:0{digits}d}" if digits else "")
    return f"{SIGNS[currency]}{number}" if currency in SIGNS else f"{number} {currency.upper()}"
