"""The OpenAPI document of the native dialect."""

import re
from typing import Any

import pytest

from availengine.api import documents
from availengine.api.v1.dialect import V1
from tests.api.test_documents import operations
from tests.api.v1.test_access_matrix import TABLE


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return documents.document(V1)


def test_each_operation_once(document: dict[str, Any]) -> None:
    """The same operations as in the access matrix, whatever the parameters are called."""
    told = [f"{m.upper()} {re.sub('{[^}]*}', '{}', path).rstrip('/')}" for path, m in operations(V1)]
    others = {"GET /v1/schema", "GET /v1/docs", "GET /v1/redoc", "POST /v1/webhooks/stripe"}
    assert sorted(told) == sorted(re.sub("{[^}]*}", "{}", operation) for operation in set(TABLE) - others)


def test_paths_are_spelled_as_in_the_reference(document: dict[str, Any]) -> None:
    assert [path for path in document["paths"] if path.endswith("/")] == ["/v1/bookings/"]


def test_every_operation_needs_the_key(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"] == {"apiKey": {"type": "http", "scheme": "bearer"}}
    for place, operation in operations(V1).items():
        assert operation["security"] == [{"apiKey": []}], place


def test_posts_take_an_idempotency_key(document: dict[str, Any]) -> None:
    for (path, method), operation in operations(V1).items():
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
    checkout = {"checkout_url", "expires_at", "amount_cents", "currency", "state_token"}
    assert set(made["properties"]) == {"booking", "stripe_client_secret", "deposit_type"} | checkout
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
