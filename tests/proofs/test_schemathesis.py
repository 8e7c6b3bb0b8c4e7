"""Every operation of the OpenAPI documents against generated requests, with all of schemathesis's checks."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from businesses.models import Business
from businesses.provisioning import Outcome
from tests import factories
from tests.proofs.sizes import SCHEMA_EXAMPLES

BUSINESS = UUID("11111111-1111-4111-8111-111111111111")

# The business of the test and one booking in it: generated ids would never get past a 404.
# 400 and 422 are right for requests that only a schema takes for valid: contradictory or unknown references, a
# foreign cursor, a key used again. Everything else about every answer is checked.
ACCEPTED = ["2xx", "400", "401", "403", "404", "409", "415", "422", "429"]
config = SchemathesisConfig.from_dict(
    {
        "parameters": {"business_id": str(BUSINESS)},
        "generation": {"allow-extra-parameters": False},  # unknown ones have no effect (GUARANTEES A7)
        "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
    }
)
schema = schemathesis.openapi.from_wsgi("/v1/schema?format=json", get_wsgi_application(), config=config)


@pytest.fixture
def salon(db: Any) -> Iterator[Outcome]:
    # The test's transaction lives on the connection that Django would put back at the end of each request.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    found = factories.business()
    Business.objects.filter(id=found.business.id).update(uuid=BUSINESS)
    yield found
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(
    max_examples=SCHEMA_EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_conforms(case: Any, salon: Outcome) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {salon.keys['full']}"})
