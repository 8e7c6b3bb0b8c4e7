"""Every operation of the OpenAPI documents against generated requests, with all of schemathesis's checks."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from availengine.api.bookingflow.dialect import BOOKINGFLOW
from availengine.api.booqara.dialect import BOOQARA
from availengine.api.booxi.dialect import BOOXI
from availengine.api.dialect import Dialect
from availengine.api.v1.dialect import V1
from businesses.models import Business
from businesses.provisioning import Outcome
from tests import factories
from tests.proofs.sizes import SCHEMA_EXAMPLES

BUSINESS = UUID("11111111-1111-4111-8111-111111111111")

# 400 and 422 are right for requests that only a schema takes for valid: contradictory or unknown references, a
# foreign cursor, a key used again. Everything else about every answer is checked.
ACCEPTED = ["2xx", "400", "401", "403", "404", "409", "415", "422", "429"]


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


def about(salon: Outcome, body: Any) -> Any:
    """With the salon's own numbers in the place of valid ones: generated numbers would never get past a 404."""
    numbers = {"merchantId": salon.business.id, "serviceId": salon.services["cut"].id}
    if isinstance(body, list):
        return [about(salon, item) for item in body]
    if isinstance(body, dict):
        return {
            k: numbers[k] if k in numbers and type(v) is int and v > 0 else about(salon, v) for k, v in body.items()
        }
    return body


def conforming(dialect: Dialect) -> Callable[..., None]:
    """A test of every operation of a dialect."""
    # The business of the test: generated ids would never get past a 404.
    config = SchemathesisConfig.from_dict(
        {
            "parameters": {"business_id": str(BUSINESS), "orgId": str(BUSINESS)},
            "generation": {"allow-extra-parameters": False},  # unknown ones have no effect (GUARANTEES A7)
            "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
        }
    )
    document = f"{dialect.prefix}/schema?format=json"
    schema = schemathesis.openapi.from_wsgi(document, get_wsgi_application(), config=config)

    @schema.parametrize()
    @settings(
        max_examples=SCHEMA_EXAMPLES,
        deadline=None,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
            HealthCheck.filter_too_much,
        ],
    )
    def conforms(case: Any, salon: Outcome) -> None:
        case.body = about(salon, case.body)
        secret = salon.keys["full"]
        case.call_and_validate(headers={dialect.key_header: f"Bearer {secret}" if dialect.bearer else str(secret)})

    found: Callable[..., None] = conforms
    return found


test_the_native_dialect = conforming(V1)
test_booqara = conforming(BOOQARA)
test_booxi = conforming(BOOXI)
test_bookingflow = conforming(BOOKINGFLOW)
