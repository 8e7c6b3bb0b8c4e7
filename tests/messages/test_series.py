"""A series is told of in one mail, with all its dates."""

from bookings.models import Booking
from tests.api.calls import DAY, Tenant, desk, ok
from tests.messages.post import collect, kinds

JANE = "jane@example.com"


def test_one_mail_for_all_visits(studio: Tenant) -> None:
    body = desk(email=JANE, repeat={"unit": "week", "count": 3}, date=DAY)
    ok(studio.full.post("/v1/manage/bookings/series", body), 201)
    (letter,) = collect()
    assert kinds([letter]) == [("confirmation", "email", JANE)]
    assert letter.booking_id == Booking.objects.get(occurrence=1).id
    assert "Also on" in letter.text
    assert "22 May 2026" in letter.text
    assert "29 May 2026" in letter.text
