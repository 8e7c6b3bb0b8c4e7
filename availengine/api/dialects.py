"""The dialects that are spoken here."""

from availengine.api.bookingflow.dialect import BOOKINGFLOW
from availengine.api.booqara.dialect import BOOQARA
from availengine.api.booxi.dialect import BOOXI
from availengine.api.dialect import Dialect
from availengine.api.v1.dialect import V1

DIALECTS = (V1, BOOXI, BOOQARA, BOOKINGFLOW)  # a longer prefix before the one that it begins with


def dialect_of(path: str) -> Dialect | None:
    """The dialect below whose prefix a path lies, also where no view answers."""
    return next((dialect for dialect in DIALECTS if dialect.covers(path)), None)
