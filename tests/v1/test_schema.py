"""The OpenAPI document of the native dialect and its pages."""

import re
from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from tests.v1.calls import Caller
from tests.v1.test_access_matrix import TABLE

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    schema: dict[str, Any] = SchemaGenerator(urlconf="availengine.api.v1.root").get_schema(request=None, public=True)
    return schema


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (path, method): item[method] for path, item in document["paths"].items() for method in METHODS if method in item
    }


def test_the_document_is_valid_without_a_warning() -> None:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", "--urlconf", "availengine.api.v1.root", stdout=out)
    assert yaml.safe_load(out.getvalue())["openapi"].startswith("3.")


def test_it_keeps_the_rules_of_openapi(document: dict[str, Any]) -> None:
    validate_schema(document)


def test_each_operation_once(document: dict[str, Any]) -> None:
    """The same operations as in the access matrix, whatever the parameters are called."""
    told = [f"{m.upper()} {re.sub('{[^}]*}', '{}', path).rstrip('/')}" for path, m in operations(document)]
    others = {"GET /v1/schema", "GET /v1/docs", "GET /v1/redoc", "POST /v1/webhooks/stripe"}
    assert sorted(told) == sorted(re.sub("{[^}]*}", "{}", operation) for operation in set(TABLE) - others)


def test_paths_are_spelled_as_in_the_reference(document: dict[str, Any]) -> None:
    assert [path for path in document["paths"] if path.endswith("/")] == ["/v1/bookings/"]


def test_operation_ids_are_used_once(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for operation in operations(document).values()]
    assert len(set(ids)) == len(ids)


def test_every_operation_needs_the_key_and_tells_its_refusals(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"] == {"apiKey": {"type": "http", "scheme": "bearer"}}
    for (path, method), operation in operations(document).items():
        assert operation["security"] == [{"apiKey": []}], (path, method)
        wanted = {"400", "401", "403", "404", "405", "429", "503"}
        wanted |= set() if method == "get" else {"402", "409", "413", "415"}
        assert wanted <= set(operation["responses"]), (path, method)


def test_posts_take_an_idempotency_key(document: dict[str, Any]) -> None:
    for (path, method), operation in operations(document).items():
        named = [p["name"] for p in operation.get("parameters", [])]
        assert ("Idempotency-Key" in named) is (method == "post"), (path, method)
        assert ("422" in operation["responses"]) is (method == "post"), (path, method)


def test_the_limits_of_the_reference(document: dict[str, Any]) -> None:
    fields = document["components"]["schemas"]["PublicBookingRequest"]
    assert sorted(fields["required"]) == sorted(
        ("business_id", "booking_date", "start_time", "first_name", "last_name", "email", "phone")
    )
    told = fields["properties"]
    assert (told["capacity"]["minimum"], told["capacity"]["maximum"], told["capacity"]["default"]) == (1, 50, 1)
    assert (told["first_name"]["minLength"], told["first_name"]["maxLength"]) == (1, 100)
    assert (told["phone"]["minLength"], told["phone"]["maxLength"]) == (7, 20)
    assert (told["email"]["format"], told["customer_notes"]["maxLength"]) == ("email", 1000)
    assert told["booking_date"]["format"] == "date"


def test_what_deposits_add(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    made = schemas["CreatedBooking"]
    assert made["required"] == ["booking"]
    assert set(made["properties"]) == {"booking", "stripe_client_secret", "deposit_type"}
    assert "resource_id" not in schemas["CreatedBookingFields"]["required"]
    linked = schemas["LinkedBooking"]
    assert sorted(linked["required"]) == sorted(linked["properties"]) == ["booking", "checkout_url", "expires_at"]
    asked = schemas["StaffDepositBookingRequest"]
    assert {"date", "time", "first_name", "last_name", "phone", "email"} == set(asked["required"])
    assert asked["properties"]["email"]["format"] == "email"
    assert (asked["properties"]["amount_cents"]["minimum"], asked["properties"]["amount_cents"]["type"]) == (
        1,
        "integer",
    )
    preview = schemas["CancellationPreview"]
    assert list(preview["properties"]) == ["fee_cents", "refund_cents", "currency", "policy"]


@pytest.mark.parametrize("action", ["cancel", "refund", "no-show", "release-hold"])
def test_actions_need_no_body(document: dict[str, Any], action: str) -> None:
    operation = document["paths"][f"/v1/manage/bookings/{{booking_id}}/{action}"]["post"]
    assert not operation.get("requestBody", {}).get("required")


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_document_is_served(db: None, slash: str) -> None:
    response = Caller().get(f"/v1/schema{slash}", format="json")
    assert response.status_code == 200
    assert yaml.safe_load(response.content)["info"]["title"] == "AvailEngine API"


@pytest.mark.parametrize("page", ["/v1/docs", "/v1/redoc"])
def test_the_pages_load_nothing_from_elsewhere(db: None, page: str) -> None:
    response = Caller().get(page)
    assert response.status_code == 200
    html = response.content.decode()
    assert re.findall(r"""["'(](?:https?:)?//[^"')]+""", html) == []
    loaded = re.findall(r"""(?:src|href)=["']([^"']+)["']""", html)
    assert loaded
    for address in loaded:
        assert address.startswith(("/static/", "/v1/docs?script="))
        static = Caller().get(address)
        static.close()
        assert static.status_code == 200, address
