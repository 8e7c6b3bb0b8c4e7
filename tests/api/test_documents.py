"""The OpenAPI documents of all dialects and the pages that show them."""

import re
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from django.core.management import call_command
from drf_spectacular.validation import validate_schema

from availengine.api.dialect import Dialect
from availengine.api.dialects import DIALECTS, dialect_of
from availengine.api.documents import document
from tests.api.calls import Caller

METHODS = ("get", "post", "put", "patch", "delete")
each_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)


def operations(dialect: Dialect) -> dict[tuple[str, str], dict[str, Any]]:
    """The operations of a document by (path, method)."""
    paths = document(dialect)["paths"].items()
    return {(path, method): item[method] for path, item in paths for method in METHODS if method in item}


@each_dialect
def test_the_document_is_valid_without_a_warning(dialect: Dialect) -> None:
    out, urls = StringIO(), f"availengine.api.{dialect.name}.root"
    call_command("spectacular", "--validate", "--fail-on-warn", "--urlconf", urls, stdout=out)
    assert yaml.safe_load(out.getvalue())["openapi"].startswith("3.")


@each_dialect
def test_it_keeps_the_rules_of_openapi(dialect: Dialect) -> None:
    validate_schema(document(dialect))


@each_dialect
def test_operation_ids_are_used_once(dialect: Dialect) -> None:
    ids = [operation["operationId"] for operation in operations(dialect).values()]
    assert len(set(ids)) == len(ids)


@each_dialect
def test_every_operation_tells_its_refusals(dialect: Dialect) -> None:
    problem = document(dialect)["components"]["schemas"]["Problem"]
    assert problem == dialect.problem_schema
    for (path, method), operation in operations(dialect).items():
        wanted = {"400", "401", "403", "404", "405", "429", "503"}
        wanted |= set() if method == "get" else {"402", "409", "413", "415"}
        assert wanted <= set(operation["responses"]), (path, method)


@each_dialect
def test_keys_travel_in_the_dialects_header(dialect: Dialect) -> None:
    assert document(dialect)["components"]["securitySchemes"] == {"apiKey": dialect.security_scheme}


@each_dialect
@pytest.mark.parametrize("slash", ["", "/"])
def test_the_document_is_served(db: None, dialect: Dialect, slash: str) -> None:
    response = Caller().get(f"{dialect.prefix}/schema{slash}", format="json")
    assert response.status_code == 200
    assert orjson.loads(response.content)["info"]["title"] == dialect.title


@each_dialect
@pytest.mark.parametrize("page", ["docs", "redoc"])
def test_the_pages_load_nothing_from_elsewhere(db: None, dialect: Dialect, page: str) -> None:
    response = Caller().get(f"{dialect.prefix}/{page}")
    assert response.status_code == 200
    html = response.content.decode()
    assert re.findall(r"""["'(](?:https?:)?//[^"')]+""", html) == []
    loaded = re.findall(r"""(?:src|href)=["']([^"']+)["']""", html)
    assert loaded
    for address in loaded:
        assert address.startswith(("/static/", f"{dialect.prefix}/docs?script="))
        static = Caller().get(address)
        static.close()
        assert static.status_code == 200, address


def test_documents_are_written_to_files(tmp_path: Path) -> None:
    call_command("schema", str(tmp_path / "new"), stdout=StringIO())
    written = {file.stem: orjson.loads(file.read_bytes())["info"]["title"] for file in (tmp_path / "new").iterdir()}
    assert written == {dialect.name: dialect.title for dialect in DIALECTS}


@each_dialect
def test_a_prefix_covers_what_is_below_it_only(dialect: Dialect) -> None:
    prefix = dialect.prefix
    assert [dialect_of(path) for path in (prefix, f"{prefix}/", f"{prefix}/unknown/x")] == [dialect] * 3
    assert dialect_of(f"{prefix}x") is not dialect
    assert dialect_of(prefix.rpartition("/")[0] or "/") is not dialect
