"""Businesses with people of every role, and browsers of theirs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from businesses.models import Business, Member, Role, User
from businesses.provisioning import Outcome
from tests import factories

PASSWORD = "correct horse battery"


def person(business: Business, role: str, email: str = "", **fields: Any) -> Member:
    """A member of a business; who exists becomes a member there too."""
    email = email or f"{role}@{business.slug}.example"
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, PASSWORD)
    return Member.objects.create(business=business, user=user, role=role, **fields)


def browser(member: Member | None = None) -> Client:
    """A browser in which somebody is signed in, or nobody."""
    client = Client()
    if member:
        client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def outcome(db: None) -> Outcome:
    return factories.business()


@pytest.fixture
def salon(outcome: Outcome) -> Business:
    return outcome.business


@pytest.fixture
def rival(db: None) -> Business:
    return factories.business(business={"slug": "rival", "name": "Rival"}).business


@pytest.fixture
def people(salon: Business) -> dict[str, Member]:
    """One member of every role."""
    return {role: person(salon, role) for role in Role.values}


AsSomebody = Callable[[str], Client]


@pytest.fixture
def signed_in(people: dict[str, Member]) -> AsSomebody:
    """A browser for a role."""
    return lambda role: browser(people[role])
