"""The form that books: once, whoever sends it how often; what is refused leaves nothing, and keeps what was typed."""

import re
from typing import Any

import pytest

from bookings import consents
from bookings.models import Booking
from businesses.models import AuditEntry, Business
from tests.api.calls import Tenant, nothing_changes
from tests.booking_page.conftest import MakeBusiness
from tests.booking_page.visiting import JANE, Visitor


def kept(visitor: Visitor) -> bool:
    return all(value in visitor.html for value in JANE.values())


def test_twice_is_one_booking(studio: Tenant, visitor: Visitor) -> None:
    visitor.to_details()
    address, form = visitor.action(), visitor.form()
    visitor.wait(20)
    first = visitor.client.post(address, form)
    with nothing_changes():
        second = visitor.client.post(address, form)
    assert first.headers["Location"] == second.headers["Location"]
    assert Booking.objects.count() == 1


def test_back_and_again_is_the_same_booking(studio: Tenant, visitor: Visitor) -> None:
    visitor.to_details()
    address = visitor.page.request["PATH_INFO"] + "?" + visitor.page.request["QUERY_STRING"]
    visitor.send()
    first = visitor.page.headers["Location"]
    visitor.go(address)  # loaded anew: somebody else could still take this time
    with nothing_changes():
        visitor.send()
    assert visitor.page.headers["Location"].split(":")[0] == first.split(":")[0]


def test_somebody_else_with_the_same_address(studio: Tenant, visitor: Visitor) -> None:
    visitor.to_details()
    address, form = visitor.action(), visitor.form()
    visitor.send()
    with nothing_changes():
        visitor.page = visitor.client.post(address, {**form, "first_name": "Joe"})
    assert visitor.page.status_code == 409
    assert "This form was sent before. Please fill in a new one." in visitor.html
    visitor.send(first_name="Joe")
    assert visitor.page.status_code == 302
    assert Booking.objects.count() == 2


def test_an_address_that_came_from_somebody_else_shows_them_nothing(make: MakeBusiness, visitor: Visitor) -> None:
    """Who sends an address on, and knows the details of who books with it, is not led to the booking."""
    make(services=[{"key": "cut", "name": "Cut", "duration_minutes": 60, "resources": ["maria"], "default": True}])
    visitor.to_details(query="")
    address, form = visitor.action(), visitor.form()
    visitor.send()
    with nothing_changes():
        answer = visitor.client.post(address, form, REMOTE_ADDR="203.0.113.9")
    assert answer.status_code == 409
    assert Booking.objects.get().code not in answer.content.decode()


def test_a_lost_slot_keeps_the_details_and_offers_others(studio: Tenant, visitor: Visitor) -> None:
    visitor.to_details(query=f"staff={studio.resource('maria')}")
    studio.book(start_time="10:00", resource_id=studio.resource("maria"), phone="+302101111111")
    with nothing_changes():
        assert visitor.send().status_code == 409
    assert "This time has been taken meanwhile." in visitor.html
    assert kept(visitor)
    assert "Fri, 15 May 2026, 10:00" not in visitor.html
    offered = re.findall(r'name="start" value="(\d+)"', visitor.html)
    assert len(offered) == 5
    visitor.send(start=offered[0])
    assert visitor.page.status_code == 302
    booking = Booking.objects.get(guest_phone=JANE["phone"])
    assert booking.starts_at.isoformat() == "2026-05-15T06:00:00+00:00"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("first_name", "", "This field is required."),
        ("first_name", "x" * 101, "at most 100 characters"),
        ("first_name", "a\x01b", "Control characters are not allowed."),
        ("first_name", "a\x00b", "Null characters are not allowed."),
        ("last_name", "", "This field is required."),
        ("phone", "", "This field is required."),
        ("phone", "call me", "Not a phone number."),
        ("phone", "123", "at least 7 characters"),
        ("email", "jane@", "Enter a valid email address."),
        ("email", "", "This field is required."),
        ("notes", "x" * 1001, "at most 1000 characters"),
    ],
)
def test_fields(studio: Tenant, visitor: Visitor, field: str, value: str, said: str) -> None:
    visitor.to_details()
    with nothing_changes():
        assert visitor.send(**{field: value}).status_code == 400
    assert said in visitor.html
    assert "Please look at the marked fields." in visitor.html
    assert visitor.send(**{field: JANE[field]}).status_code == 302


def test_an_address_is_needed_where_the_business_wants_one(make: MakeBusiness, visitor: Visitor) -> None:
    make(business={"page": {"require_customer_email": False}})
    visitor.to_details()
    assert visitor.send(email="").status_code == 302
    assert Booking.objects.get().guest_email == ""


@pytest.mark.parametrize("form", ["", "x", "W10:1vXyz:abc", "\x00", "é"])
def test_without_our_form_nothing_happens(studio: Tenant, visitor: Visitor, form: str) -> None:
    visitor.to_details()
    with nothing_changes():
        assert visitor.send(form=form).status_code == 400
    assert "This page was open for a long time." in visitor.html
    assert kept(visitor)


def test_a_form_of_another_business_is_not_ours(make: MakeBusiness, visitor: Visitor) -> None:
    make(business={"slug": "rival"})
    make()
    visitor.to_details("rival")
    theirs = visitor.hidden("form")
    visitor.to_details()
    with nothing_changes():
        assert visitor.send(form=theirs).status_code == 400


def test_too_old_and_too_quick(studio: Tenant, visitor: Visitor) -> None:
    visitor.to_details()
    with nothing_changes():
        assert visitor.send(after=1).status_code == 400
    assert "Please look through your details once more" in visitor.html
    with nothing_changes():
        assert visitor.send(after=6 * 3600 + 5).status_code == 400
    assert "This page was open for a long time." in visitor.html
    assert visitor.send().status_code == 302


def test_what_only_machines_fill_in(studio: Tenant, visitor: Visitor) -> None:
    visitor.to_details()
    with nothing_changes():
        assert visitor.send(website="https://spam.example").status_code == 400
    assert "Please look through your details once more" in visitor.html


def test_too_many_bookings_of_one_visitor(studio: Tenant, visitor: Visitor, settings: Any) -> None:
    settings.VISITOR_BOOKINGS_PER_MINUTE = 1
    visitor.to_details()
    assert visitor.send(after=3).status_code == 302
    visitor.to_details(time="11:00")
    with nothing_changes():
        assert visitor.send(after=3).status_code == 429
    assert "That was a lot at once." in visitor.html
    assert kept(visitor)
    assert 0 < int(visitor.page.headers["Retry-After"]) <= 60


def test_what_is_not_offered_any_more_leads_back(studio: Tenant, visitor: Visitor) -> None:
    visitor.to_details()
    address, form = visitor.action().replace("staff=any", ""), visitor.form()
    visitor.wait(20)
    with nothing_changes():
        answer = visitor.client.post(address, form)
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/book/studio")


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods_do_nothing(studio: Tenant, visitor: Visitor, method: str) -> None:
    with nothing_changes():
        assert getattr(visitor.client, method)("/book/studio").status_code == 405


TERMS = {"page": {"terms_text": "No refunds on <b>Sundays</b>.", "marketing_text": "Send me news."}}


def test_consents_are_noted_with_their_version(make: MakeBusiness, visitor: Visitor) -> None:
    tenant = make(business=TERMS)
    visitor.to_details()
    assert "No refunds on &lt;b&gt;Sundays&lt;/b&gt;." in visitor.page.content.decode()
    with nothing_changes():
        assert visitor.send().status_code == 400
    assert "Please agree to the terms." in visitor.html
    assert visitor.send(after=40, terms="on", marketing="on").status_code == 302
    versions = consents.versions(Business.objects.get(id=tenant.business.id))
    told = Booking.objects.get().consents
    assert {kind: one["version"] for kind, one in told.items()} == versions
    assert {one["at"] for one in told.values()} == {"2026-05-01T07:01:00Z"}
    texts = AuditEntry.objects.get(business=tenant.business, subject="business", action="added").changes
    assert consents.version_of(texts["terms_text"][1]) == versions["terms"]


def test_news_are_as_one_likes(make: MakeBusiness, visitor: Visitor) -> None:
    make(business=TERMS)
    visitor.to_details()
    assert visitor.send(terms="on").status_code == 302
    assert list(Booking.objects.get().consents) == ["terms"]


def test_terms_that_changed_are_read_again(make: MakeBusiness, visitor: Visitor) -> None:
    make(business=TERMS)
    visitor.to_details()
    Business.objects.update(terms_text="No refunds at all.")
    with nothing_changes():
        assert visitor.send(terms="on").status_code == 409
    assert "The terms have changed meanwhile. Please read them again." in visitor.html
    assert "No refunds at all." in visitor.html
    assert visitor.send(terms="on").status_code == 302


def test_whose_texts_are_asked_by_nobody(studio: Tenant, visitor: Visitor) -> None:
    visitor.to_details()
    visitor.send(terms="on", marketing="on")
    assert Booking.objects.get().consents == {}
