"""The native dialect: /v1, Authorization: Bearer avail_live_… or avail_test_…"""

from uuid import UUID

from availengine.api.dialect import DialectView
from businesses.errors import NotFound


class V1View(DialectView):
    """A native view. Keys, errors and limits are as the shared dialect view has them."""

    def require_business(self, business_id: str | UUID) -> None:
        """The business in the address must be the key's own: any other is a 404, same as a random id."""
        if str(business_id) != self.principal.business_uuid:
            raise NotFound
