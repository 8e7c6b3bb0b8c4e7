"""A class is sold through every dialect alike: its places, and no more."""

from typing import Any

from availengine.api.bookingflow.dialect import BOOKINGFLOW
from availengine.api.booqara.dialect import BOOQARA
from availengine.api.booxi.dialect import BOOXI
from bookings.models import ClassSession
from tests.api.calls import DAY, Tenant, ok

GUEST = {"firstName": "Jane", "lastName": "Doe", "phone": "+301234567890"}


def bodies(salon: Tenant) -> list[tuple[Any, str, dict[str, Any]]]:
    """A booking of the same start in each dialect."""
    booqara = {
        "serviceId": salon.service("cut"),
        "appointmentDate": DAY,
        "appointmentTime": "10:00",
        "guestName": "Jane Doe",
        "guestPhone": "+301234567890",
    }
    booxi = {
        "merchantId": salon.business.id,
        "startsOn": f"{DAY}T10:00:00-05:00",
        "items": [{"serviceId": salon.outcome.services["cut"].id}],
        "client": GUEST,
    }
    bookingflow = {"roomId": salon.resource("maria"), "date": DAY, "time": "10:00", "customer": GUEST}
    return [
        (BOOQARA, "/booking/appointments", booqara),
        (BOOXI, "/booking/v1/booking", booxi),
        (BOOKINGFLOW, "/api/v1/bookings", bookingflow),
    ]


def test_each_takes_a_place_until_there_is_none(salon: Tenant) -> None:
    alone = [{"resource_id": salon.resource("maria")}]
    ok(salon.full.patch(f"/v1/manage/services/{salon.service('cut')}", {"places": 4, "resources": alone}))
    salon.book()
    for taken, (dialect, path, body) in enumerate(bodies(salon), start=2):
        made = salon.full.speaking(dialect).post(path, body)
        assert made.status_code in (200, 201), made.content
        assert list(ClassSession.objects.values_list("taken", flat=True)) == [taken]
    for dialect, path, body in bodies(salon):
        assert salon.full.speaking(dialect).post(path, body).status_code == 409
    assert list(ClassSession.objects.values_list("taken", "capacity")) == [(4, 4)]
