"""Changes of a configuration: none is lost, none comes back, and the version of each is used once."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from bookings.queries import snapshot_of
from businesses import catalogue
from businesses.errors import NotFound
from businesses.models import Business, Resource
from businesses.models import ServiceCategory as Category
from tests import factories


def version(business: Business) -> int:
    return Business.objects.values_list("config_version", flat=True).get(id=business.id)


def test_every_change_has_a_version_of_its_own(db: Any) -> None:
    salon = factories.business().business
    seen = {version(salon)}
    for change in (
        lambda: catalogue.save_category(salon.id, {"name": "Cuts"}),
        lambda: catalogue.save_resource(salon.id, {"name": "Ann", "kind": "staff"}),
        lambda: Business.objects.filter(id=salon.id).update(window_days=5),
        lambda: Resource.objects.filter(business=salon).update(active=False),
    ):
        change()
        assert version(salon) > max(seen)
        seen.add(version(salon))


def test_a_version_does_not_come_again_after_a_rollback(db: Any) -> None:
    salon = factories.business().business
    with transaction.atomic():
        catalogue.save_category(salon.id, {"name": "Lost"})
        lost = snapshot_of(salon.id).version
        transaction.set_rollback(True)
    catalogue.save_category(salon.id, {"name": "Kept"})
    assert version(salon) > lost
    assert snapshot_of(salon.id).version == version(salon)


def test_saving_an_old_copy_of_a_business_takes_nothing_back(db: Any) -> None:
    """What an admin form does: all columns, as they were when the form was opened."""
    salon = factories.business().business
    old = Business.objects.get(id=salon.id)
    Business.objects.filter(id=salon.id).update(longest_block_minutes=500)
    before = version(salon)
    old.name = "New name"
    old.save()
    now = Business.objects.get(id=salon.id)
    assert (now.name, now.longest_block_minutes) == ("New name", 500)
    assert now.config_version > before


def second_writer(entered: threading.Event, work: Any) -> threading.Thread:
    def run() -> None:
        entered.wait(10)
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_two_changes_of_one_resource_both_survive() -> None:
    salon = factories.business()
    jim, entered = salon.resources["jim"].uuid, threading.Event()
    other = second_writer(entered, lambda: catalogue.save_resource(salon.business.id, {"active": False}, jim))
    with transaction.atomic():
        catalogue.save_resource(salon.business.id, {"name": "James"}, jim)
        entered.set()
        other.join(0.3)
        assert other.is_alive()  # it waits for the row
    other.join(10)
    row = Resource.objects.get(uuid=jim)
    assert (row.name, row.active) == ("James", False)


@pytest.mark.django_db(transaction=True)
def test_what_was_deleted_meanwhile_stays_deleted() -> None:
    salon = factories.business()
    key, entered, refused = catalogue.save_category(salon.business.id, {"name": "Cuts"}).uuid, threading.Event(), []

    def rename() -> None:
        try:
            catalogue.save_category(salon.business.id, {"name": "Hair"}, key)
        except NotFound as error:
            refused.append(error)

    other = second_writer(entered, rename)
    with transaction.atomic():
        catalogue.remove(Category, salon.business.id, key)
        entered.set()
        other.join(0.3)
    other.join(10)
    row = Category.objects.get(uuid=key)
    assert row.deleted_at is not None
    assert (row.name, len(refused)) == ("Cuts", 1)
