"""Every operation of the OpenAPI documents against generated requests, with all of schemathesis's checks."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, settings

from tests import factories
from tests.proofs.sizes import SCHEMA_EXAMPLES

pytestmark = pytest.mark.django_db
