"""The import directions (DESIGN 2): the edge imports the core, the core never the edge; no cycles between apps."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORE = ("businesses", "payments", "webhooks", "bookings")
MAY_IMPORT = {
    "businesses": set(),
    "payments": {"businesses"},
    "webhooks": {"businesses"},
    "bookings": {"businesses", "payments", "webhooks"},
    "availengine": {"businesses", "payments", "webhooks", "bookings"},
}
PURE = [
    "bookings/availability",
    "businesses/localtime.py",
    "businesses/weeks.py",
    "businesses/money.py",
    "payments/money.py",
]
DIALECTS = ("v1", "booqara", "booxi", "bookingflow")


def files(path: str) -> list[Path]:
    found = ROOT / path
    return [found] if found.is_file() else sorted(found.rglob("*.py"))


def imports(file: Path) -> set[str]:
    """The dotted names that a file imports, wherever in the file."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_apps_import_only_what_is_below_them(app: str) -> None:
    others = set(MAY_IMPORT) - {app} - MAY_IMPORT[app]
    wrong = {
        f"{file.relative_to(ROOT)} imports {name}"
        for file in files(app)
        for name in imports(file)
        if name.split(".")[0] in others
    }
    assert wrong == set()


@pytest.mark.parametrize("path", PURE)
def test_pure_modules_import_no_django(path: str) -> None:
    banned = ("django", "rest_framework", "psycopg")
    wrong = {f"{f.name} imports {n}" for f in files(path) for n in imports(f) if n.split(".")[0] in banned}
    assert wrong == set()
    assert files(path)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_dialects_do_not_import_each_other(dialect: str) -> None:
    foreign = tuple(f"availengine.api.{other}" for other in DIALECTS if other != dialect)
    wrong = {
        f"{file.name} imports {name}"
        for file in files(f"availengine/api/{dialect}")
        for name in imports(file)
        if name.startswith(foreign)
    }
    assert wrong == set()


def test_only_the_gateway_imports_stripe() -> None:
    users = {
        str(file.relative_to(ROOT))
        for app in MAY_IMPORT
        for file in files(app)
        if any(name.split(".")[0] == "stripe" for name in imports(file))
    }
    assert users <= {"payments/gateway.py"}


def test_stripes_sandbox_stands_alone() -> None:
    """It is a server of its own: the standard library, and nothing that it is to test."""
    found = {name for file in files("availengine/sandbox") for name in imports(file)}
    allowed = {name for name in found if name.split(".")[0] in sys.stdlib_module_names}
    assert found - allowed == {name for name in found if name.startswith("availengine.sandbox")}
    assert found - allowed


def test_payments_know_nothing_of_the_core_around_them() -> None:
    """Not even by name: deposits are of whatever asks for them."""
    wrong = [
        file.name for file in files("payments") if "migrations" not in file.parts and "Booking" in file.read_text()
    ]
    assert wrong == []


def test_the_core_uses_no_signals() -> None:
    users = {
        str(file.relative_to(ROOT))
        for app in CORE
        for file in files(app)
        if any(name.startswith(("django.dispatch", "django.db.models.signals")) for name in imports(file))
    }
    assert users == set()


def test_the_check_sees_a_wrong_import(tmp_path: Path) -> None:
    file = tmp_path / "wrong.py"
    file.write_text("def f():\n    from availengine.api import errors\n")
    assert "availengine.api.errors" in imports(file)
