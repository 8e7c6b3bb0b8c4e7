"""Clients that are made from the documents: names that read well, and a client that works.

The generator is no part of the tests' requirements: `make sdk` installs it.
"""

import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from availengine.api.dialect import Dialect
from availengine.api.documents import document
from availengine.api.v1.dialect import V1
from tests import factories
from tests.api.test_documents import each_dialect, operations
from tests.browser import server

ROOT = Path(__file__).resolve().parents[2]
GENERATOR = ROOT / ".venv.sdk" / "bin" / "openapi-python-client"
VERBS = (
    *("list", "get", "search", "create", "update", "delete", "cancel", "reschedule", "save", "record", "release"),
    *("refund", "preview", "issue", "rotate", "revoke", "replay", "resend", "test", "stream", "block", "poll", "join"),
    "remove",
)


@each_dialect
def test_operations_are_named_by_what_they_do(dialect: Dialect) -> None:
    for operation in operations(dialect).values():
        assert re.fullmatch(f"({'|'.join(VERBS)})_[a-z_]+", operation["operationId"])


def test_types_are_named_by_what_they_are() -> None:
    schemas = document(V1)["components"]["schemas"]
    assert [name for name in schemas if name.endswith("Enum")] == ["BlankEnum", "NullEnum"]


@pytest.mark.django_db(transaction=True)
def test_a_client_that_works(tmp_path: Path) -> None:
    if not GENERATOR.exists():
        text = "no generated client: `make sdk` installs the generator"
        (pytest.fail if os.environ.get("REQUIRE_SDK") == "1" else pytest.skip)(text)
    call_command("schema", str(tmp_path / "schema"), stdout=StringIO())
    made = factories.business()
    command = [sys.executable, str(ROOT / "tools/sdk/generate.py"), "--python-only"]
    command += ["--schema", str(tmp_path / "schema"), "--into", str(tmp_path / "sdk")]
    with server.running() as address:
        given = {"SERVER": address, "KEY": str(made.keys["full"]), "BUSINESS": str(made.business.uuid)}
        done = subprocess.run(command, env={**os.environ, **given}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("python: ok\n")
