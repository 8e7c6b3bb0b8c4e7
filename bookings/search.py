"""Finding people and bookings by the beginning of a name, an address, a number or a code: prefixes that indexes serve.

Texts are compared without case and accents: `γιωργος` finds Γιώργος. The database folds its side by
`availengine_folded` (migration `0010_search`), this module folds what was typed the same way.
"""

import re
import unicodedata
from typing import Any

from django.db.models import BooleanField, Expression, F, Func, QuerySet, Value
from django.db.models.functions import Coalesce

from bookings.customers import home_country
from bookings.models import Booking, Customer, Folded
from businesses.models import Business

LONGEST = 100
SHORTEST_NUMBER = 3
_LAST = "\U0010ffff"  # sorts behind whatever may follow a prefix
_CODE = "AV-"
_LAST_OF_CODE = "ZZZZZZ"


class Begins(Func):
    """Whether a text begins with another, as two comparisons that a `text_pattern_ops` index serves in any locale."""

    output_field = BooleanField()

    def __init__(self, text: Expression | F, prefix: str) -> None:
        super().__init__(text, Value(prefix), Value(prefix + _LAST))

    def as_sql(self, compiler: Any, connection: Any, **rest: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        (text, params), (first, least), (last, most) = (compiler.compile(part) for part in self.source_expressions)
        return f"({text} ~>=~ {first} AND {text} ~<~ {last})", [*params, *least, *params, *most]


def begins(prefix: str, *fields: str) -> Begins:
    return Begins(Folded(*fields), prefix)


def folded(said: str) -> str:
    """Without case, accents and needless space."""
    plain = unicodedata.normalize("NFD", " ".join(said.lower().split()))
    return re.sub("[\u0300-\u036f]", "", plain).replace("ς", "σ")  # noqa: RUF001  (Greek)


def found_customers(business: Business, said: str, *, live: bool) -> QuerySet[Customer]:
    """Present customers whose name, e-mail address or phone number begins like this, also as it was before a merge."""
    own = Customer.objects.present().filter(business=business, live=live)
    return own.filter(id__in=_union(_people(business, said, live))) if folded(said) else own


def matching_bookings(business: Business, said: str, *, live: bool) -> QuerySet[Any, Any]:
    """The ids of bookings whose code, guest or customer begins like this."""
    own = Booking.objects.filter(business=business, live=live)
    text = folded(said[:LONGEST])
    parts = [
        own.filter(begins(text, "guest_first_name", "guest_last_name")),
        own.filter(begins(text, "guest_last_name", "guest_first_name")),
        own.filter(begins(text, "guest_email")),
        *(own.filter(code__gte=code, code__lte=code + _LAST_OF_CODE) for code in codes(said)),
    ]
    parts += [own.filter(customer__in=people) for people in _people(business, said, live)]
    return _union([part.values_list("id") for part in parts])


def _people(business: Business, said: str, live: bool) -> list[QuerySet[Any, Any]]:
    """The ids of those who are meant: of who was merged into another, the other's."""
    own = Customer.objects.filter(business=business, live=live)
    text = folded(said[:LONGEST])
    parts = [
        own.filter(begins(text, "first_name", "last_name")),
        own.filter(begins(text, "last_name", "first_name")),
        own.filter(begins(text, "email")),
        *(own.filter(Begins(F("phone_key"), number)) for number in phone_prefixes(said[:LONGEST], business)),
    ]
    return [part.values_list(Coalesce("merged_into_id", "id")) for part in parts]


def _union(parts: list[QuerySet[Any, Any]]) -> QuerySet[Any, Any]:
    first, *others = parts
    return first.union(*others, all=True)


def codes(said: str) -> set[str]:
    """The beginnings of confirmation codes that somebody may mean: with or without what all begin with."""
    text = "".join(said.upper().split())
    if not re.fullmatch(r"[A-Z0-9-]{1,12}", text):
        return set()
    return {text} if text.startswith(_CODE) else {_CODE + text, _CODE + text.removeprefix("AV")}


def phone_prefixes(said: str, business: Business) -> set[str]:
    """The beginnings of stored numbers that somebody may mean: as typed, and as of the business's country."""
    if not re.fullmatch(r"[0-9+()/.\s-]+", said):
        return set()
    number = re.sub(r"[^0-9+]", "", said)
    if number.startswith("00"):
        number = "+" + number[2:]
    if len(number) < SHORTEST_NUMBER:
        return set()
    home = home_country(business)
    local = {f"+{home}{number}", f"+{home}{number.removeprefix('0')}"} if home and number[0] != "+" else set()
    return {number, *local}
