"""The native dialect: /v1, Authorization: Bearer avail_live_… or avail_test_…"""

from uuid import UUID

from availengine.api.dialect import Dialect
from availengine.api.errors import ENVELOPE_SCHEMA, envelope
from availengine.api.views import DialectView
from businesses.errors import NotFound

V1 = Dialect(
    name="v1",
    title="AvailEngine API",
    description="What is free, and how to book it. Start with `GET /v1/availability/{business_id}`.",
    prefix="/v1",
    key_header="Authorization",
    words=envelope,
    problem_schema=ENVELOPE_SCHEMA,
)


class V1View(DialectView):
    """A native view. Keys, errors and limits are as the shared dialect view has them."""

    dialect = V1

    def require_business(self, business_id: str | UUID) -> None:
        """The business in the address must be the key's own: any other is a 404, same as a random id."""
        if str(business_id) != self.principal.business_uuid:
            raise NotFound
