"""How the tests of the Booxi dialect speak to it, and what they ask of every refusal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpResponse

from availengine.api.booxi.dialect import BOOXI
from availengine.api.booxi.dialect import CODES as BOOXI_CODES
from tests.api.calls import CODES, DAY, Caller, Tenant, nothing_changes, ok, without_none

SEARCH = "/booking/v1/availability/search"
BOOKING = "/booking/v1/booking"


class Merchant:
    """A tenant as Booxi's wire names it: by numbers. `full`, `widget` … speak Booxi."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant, self.business, self.id = tenant, tenant.business, tenant.business.id
        spoken = tenant.speaking(BOOXI)
        self.full, self.test, self.widget, self.read = spoken.full, spoken.test, spoken.widget, spoken.read

    def staff(self, key: str) -> int:
        return int(self.tenant.outcome.resources[key].id)

    def service(self, key: str) -> int:
        return int(self.tenant.outcome.services[key].id)

    def search(self, *services: str, staff: str | None = None, **changes: Any) -> dict[str, Any]:
        """A body for the search, of calls.DAY unless `range` says else; None leaves a field out."""
        return without_none(
            {
                "merchantId": self.id,
                "range": {"startsOn": f"{DAY}T00:00:00-05:00", "endsOn": f"{DAY}T23:59:59-05:00"},
                "bookingItems": [{"serviceId": self.service(key)} for key in services or ("cut",)],
                "onlyIncludeStaffs": [self.staff(staff)] if staff else None,
                **changes,
            }
        )

    def found(self, *services: str, caller: Caller | None = None, **changes: Any) -> dict[str, Any]:
        """The answer to a search."""
        answer: dict[str, Any] = ok((caller or self.full).post(SEARCH, self.search(*services, **changes)))
        return answer

    def slots(self, *services: str, **changes: Any) -> list[dict[str, Any]]:
        slots: list[dict[str, Any]] = self.found(*services, **changes)["availability"]["bookingTimeSlots"]
        return slots

    def starts(self, *services: str, **changes: Any) -> list[str]:
        return [slot["startsOn"] for slot in self.slots(*services, **changes)]

    def booking(self, *services: str, **changes: Any) -> dict[str, Any]:
        """A body for a booking at 10:00 of calls.DAY; None leaves a field out."""
        return without_none(
            {
                "merchantId": self.id,
                "startsOn": f"{DAY}T15:00:00Z",
                "items": [{"serviceId": self.service(key)} for key in services or ("cut",)],
                "client": client(),
                **changes,
            }
        )

    def book(self, *services: str, **changes: Any) -> dict[str, Any]:
        """A booking, as the answer tells it."""
        booking: dict[str, Any] = ok(self.full.post(BOOKING, self.booking(*services, **changes)))
        return booking


def client(**changes: Any) -> dict[str, Any]:
    person = {"firstName": "Jane", "lastName": "Doe", "email": "jane@example.com", "phone": "+301234567890"}
    return without_none({**person, **changes})


def refused(response: HttpResponse, status: int) -> dict[str, Any]:
    """A refusal: exactly Booxi's body, with the code that belongs to the status."""
    body: dict[str, Any] = ok(response, status)
    assert set(body) in ({"code", "message"}, {"code", "message", "details"})
    assert body["code"] == BOOXI_CODES[CODES[status]]
    assert isinstance(body["message"], str)
    assert body["message"]
    return body


@contextmanager
def refusing(status: int) -> Iterator[Any]:
    """`with refusing(400) as check: check(response)`: nothing changes meanwhile."""
    with nothing_changes():
        yield lambda response: refused(response, status)
