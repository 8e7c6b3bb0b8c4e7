"""The Booqara dialect: /booking, x-private-key: pk_live_…"""

from typing import Any

from availengine.api.dialect import Dialect
from availengine.api.errors import Problem
from availengine.api.views import DialectView

# What the core calls the fields of this dialect.
FIELDS = {
    "booking_date": "appointmentDate",
    "start_time": "appointmentTime",
    "email": "guestEmail",
}

PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["success", "error"],
    "properties": {"success": {"type": "boolean", "enum": [False]}, "error": {"type": "string"}},
}


def words(problem: Problem) -> dict[str, Any]:
    """An error in this dialect's one shape; its text says what is wrong."""
    return {"success": False, "error": _text(problem)}


def _text(problem: Problem) -> str:
    details = problem.details or {}
    if problem.code == "internal_error":
        return "Internal server error"
    if problem.code == "not_found":
        return problem.message.rstrip(".")
    if problem.code == "validation_error" and details:
        name, messages = next(iter(details.items()))
        return f"{FIELDS.get(name, name)}: {messages[0]}"
    if details.get("nearest"):
        free = ", ".join(f"{start['booking_date']} {start['start_time']}" for start in details["nearest"])
        return f"{problem.message} The nearest free starts: {free}."
    return problem.message


BOOQARA = Dialect(
    name="booqara",
    title="AvailEngine, the Booqara dialect",
    description="For integrations written for Booqara: change the base URL and the key. Pick a service, a "
    "professional, a date and a time, and book.",
    prefix="/booking",
    key_header="x-private-key",
    words=words,
    problem_schema=PROBLEM_SCHEMA,
    any_page=True,
    open_options=True,
)


class BooqaraView(DialectView):
    """A view of this dialect."""

    dialect = BOOQARA
