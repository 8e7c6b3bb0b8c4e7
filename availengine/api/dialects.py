"""The dialects that are spoken here, and MCP, which is none: it has one address and no OpenAPI document."""

from availengine.agents.dialect import MCP
from availengine.api.bookingflow.dialect import BOOKINGFLOW
from availengine.api.booqara.dialect import BOOQARA
from availengine.api.booxi.dialect import BOOXI
from availengine.api.dialect import Dialect
from availengine.api.v1.dialect import V1

DIALECTS = (V1, BOOXI, BOOQARA, BOOKINGFLOW)  # a longer prefix before the one that it begins with
SPOKEN = (*DIALECTS, MCP)


def dialect_of(path: str) -> Dialect | None:
    """The dialect below whose prefix a path lies, also where no view answers."""
    return next((dialect for dialect in SPOKEN if dialect.covers(path)), None)
