"""What the document says of this dialect in particular; the rest is in tests/api/test_documents.py."""

from availengine.api.booqara.dialect import BOOQARA
from availengine.api.documents import document


def test_every_success_is_a_200_with_a_body() -> None:
    for path, item in document(BOOQARA)["paths"].items():
        for method in item.keys() & {"get", "post", "delete"}:
            successes = [code for code in item[method]["responses"] if code < "300"]
            assert successes == ["200"], (method, path)
            assert "application/json" in item[method]["responses"]["200"]["content"]


def test_limits_are_told() -> None:
    parameters = document(BOOQARA)["paths"]["/booking/dates"]["get"]["parameters"]
    told = {parameter["name"]: parameter["schema"] for parameter in parameters}
    assert told["count"] == {"type": "integer", "minimum": 1, "maximum": 30, "default": 7}
    assert told["horizon"] == {"type": "integer", "minimum": 1, "maximum": 120, "default": 60}
    assert [parameter["name"] for parameter in parameters if parameter.get("required")] == ["serviceId"]
    assert document(BOOQARA)["components"]["securitySchemes"]["apiKey"]["name"] == "x-private-key"
