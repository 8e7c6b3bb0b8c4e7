"""Two customers who are one person become one."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from bookings.customers import Guest, customer_for, save_customer
from bookings.merging import likely_the_same, merge_customers
from bookings.models import Booking, Customer, Imported
from businesses.actors import act_as, nobody_acting
from businesses.errors import Conflict, Invalid, NotFound
from businesses.models import Business
from tests import factories
from tests.api.calls import nothing_changes
from tests.dashboard.visits import visit
from webhooks.models import Event


@pytest.fixture
def salon(db: None) -> Business:
    return factories.business().business


def made(business: Business, live: bool = True, **values: Any) -> Customer:
    return save_customer(business.id, {"first_name": "Jane", "last_name": "Doe", **values}, live=live)


def merge(business: Business, keep: Customer, drop: Customer, *, live: bool = True) -> Customer:
    return merge_customers(business.id, keep.uuid, drop.uuid, live=live)


def test_bookings_notes_and_what_was_empty_go_over(salon: Business) -> None:
    keep = made(salon, phone="+13125550100", notes="Likes tea")
    drop = made(salon, first_name="J.", email="jane@example.com", phone="+13125550111", notes="Left-handed")
    booking = visit(salon, phone="+13125550111")
    assert booking.customer_id == drop.id
    imported = Imported.objects.create(
        business=salon, live=True, source="booqara", kind="customer", reference="1", customer=drop
    )
    Event.objects.all().delete()
    with nobody_acting():
        act_as("member", "Maria")
        stays = merge(salon, keep, drop)
    assert stays.id == keep.id
    keep.refresh_from_db()
    drop.refresh_from_db()
    booking.refresh_from_db()
    imported.refresh_from_db()
    assert (keep.first_name, keep.email, keep.phone, keep.notes) == (
        "Jane", "jane@example.com", "+13125550100", "Likes tea\nLeft-handed",
    )  # fmt: skip
    assert (drop.merged_into_id, drop.deleted_at is not None, keep.deleted_at) == (keep.id, True, None)
    assert (booking.customer_id, imported.customer_id, booking.guest_phone) == (keep.id, keep.id, "+13125550111")
    told = {event.data["customer"]["id"]: event for event in Event.objects.filter(type="customer.updated")}
    assert Event.objects.count() == 2
    assert told[str(keep.uuid)].data["customer"] == {
        "id": str(keep.uuid), "first_name": "Jane", "last_name": "Doe", "email": "jane@example.com",
        "phone": "+13125550100", "deleted": False,
    }  # fmt: skip
    assert told[str(drop.uuid)].data["customer"]["deleted"] is True
    assert {event.actor for event in told.values()} == {"member:Maria"}


def test_both_are_told_of_also_when_one_stays_as_it_was(salon: Business) -> None:
    keep, drop = made(salon, phone="+13125550100", email="a@example.com"), made(salon)
    Event.objects.all().delete()
    merge(salon, keep, drop)
    told = {event.data["customer"]["id"]: set(event.data["customer"]) for event in Event.objects.all()}
    assert set(told) == {str(keep.uuid), str(drop.uuid)}
    assert told[str(keep.uuid)] == told[str(drop.uuid)]


def test_a_phone_number_goes_over_to_who_has_none(salon: Business) -> None:
    keep, drop = made(salon), made(salon, phone="(312) 555-0111")
    stays = merge(salon, keep, drop)
    assert (stays.phone, stays.phone_key) == ("(312) 555-0111", "+13125550111")
    assert visit(salon, phone="+13125550111").customer_id == keep.id


def test_the_other_number_leads_to_who_stays(salon: Business) -> None:
    keep, drop = made(salon, phone="+13125550100"), made(salon, phone="+13125550111")
    third = made(salon, phone="+13125550122")
    merge(salon, keep, drop)
    assert visit(salon, phone="+13125550111").customer_id == keep.id
    merge(salon, third, keep)
    assert visit(salon, "2026-05-16", phone="+13125550111").customer_id == third.id
    assert visit(salon, "2026-05-17", phone="+13125550100").customer_id == third.id
    assert Customer.objects.present().count() == 1
    assert set(Booking.objects.values_list("customer_id", flat=True)) == {third.id}


def test_who_has_the_number_now_comes_first(salon: Business) -> None:
    keep, drop = made(salon, phone="+13125550100"), made(salon, phone="+13125550111")
    merge(salon, keep, drop)
    heir = made(salon, first_name="Bob", phone="+13125550111")
    assert visit(salon, phone="+13125550111").customer_id == heir.id


def test_what_cannot_be_merged(salon: Business) -> None:
    rival = factories.business(business={"slug": "rival"}).business
    keep, test = made(salon), made(salon, live=False)
    theirs, gone = made(rival), made(salon, phone="+13125550199")
    merge(salon, made(salon, phone="+13125550188"), gone)
    with nothing_changes():
        for other in (theirs, test, gone):
            for pair in ((keep, other), (other, keep)):
                with pytest.raises(NotFound):
                    merge(salon, *pair)
        with pytest.raises(NotFound):
            merge_customers(salon.id, keep.uuid, uuid4(), live=True)
        with pytest.raises(Invalid):
            merge(salon, keep, keep)


def test_nothing_is_lost_of_notes(salon: Business) -> None:
    keep, drop = made(salon, notes="a" * 1500), made(salon, notes="b" * 500)
    with nothing_changes(), pytest.raises(Conflict):
        merge(salon, keep, drop)
    same = made(salon, notes="aaa")
    assert merge(salon, keep, same).notes == "a" * 1500


def test_who_may_be_the_same(salon: Business) -> None:
    rival = factories.business(business={"slug": "rival"}).business
    jane = made(salon, first_name="Μαρία", last_name="Δέδες", email="Maria@Example.com")
    by_name = made(salon, first_name="ΜΑΡΙΑ", last_name="ΔΕΔΕΣ")
    by_mail = made(salon, first_name="Mary", email="maria@example.com")
    made(salon, first_name="Μαρία", last_name="")
    made(salon, first_name="Μαρία", last_name="Δέδεση")
    made(salon, live=False, first_name="Μαρία", last_name="Δέδες")
    made(rival, first_name="Μαρία", last_name="Δέδες")
    assert list(likely_the_same(jane)) == [by_mail, by_name]
    assert list(likely_the_same(made(salon, first_name="Μαρία", last_name=""))) == []


@pytest.mark.django_db(transaction=True)
def test_crosswise_at_the_same_time_one_wins() -> None:
    business = factories.business().business
    a, b = made(business), made(business)

    def attempt(pair: tuple[Customer, Customer]) -> bool:
        try:
            merge(business, *pair)
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, [(a, b), (b, a)])) == [False, True]
    assert Customer.objects.present().count() == 1
    assert customer_for(business, Guest(first_name="x", last_name="", phone=""), live=True)
