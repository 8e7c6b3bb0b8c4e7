"""A service in the admin names who performs it."""

import re

from django.test import Client
from django.utils import timezone

from businesses.models import Service
from tests.visits import World


def performers(client: Client, service: Service) -> str:
    page = client.get(f"/admin/businesses/service/{service.pk}/change/").content.decode()
    found = re.search(r"Performed by(.*?)</div>\s*</div>", page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def test_a_service_names_who_performs_it(salon: World, owner: Client) -> None:
    service = Service.objects.get(business=salon.business)
    assert performers(owner, service) == "Jim, Maria"
    type(salon.resources["jim"]).objects.filter(pk=salon.resources["jim"].pk).update(deleted_at=timezone.now())
    assert performers(owner, service) == "Maria"
    service.performers.all().delete()
    assert performers(owner, service) == "-"
