"""What is known of a person is handed out whole, and erased whole (GUARANTEES A10)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
import time_machine
from django.apps import apps
from django.utils import timezone

from availengine.api.idempotency import forget_answers
from bookings import links
from bookings.customers import save_customer
from bookings.merging import merge_customers
from bookings.models import Booking, Customer, ManageLink, Message
from bookings.privacy import erase_customer, export_customer
from businesses.errors import Conflict, Invalid, NotFound
from businesses.localtime import moment_of
from businesses.models import Business
from tests.api.calls import OUR_APPS, Tenant, nothing_changes, ok
from tests import factories
from tests.dashboard.visits import NOW, visit, with_deposit
from webhooks.endpoints import *  # noqa: F403
from webhooks.models import Attempt, Delivery, Endpoint, Event

AFTER = NOW + timedelta(days=60)
TRACES = ("Zebedee", "Quux", "zeb@example.com", "555019", "wheelchair", "grumpy", "Zeb")


@pytest.fixture
def salon(db: None) -> Business:
    return factories.business().business
