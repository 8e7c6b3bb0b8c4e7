"""How `make test` cuts the tests into parts: everything once, and what failed is found at the end."""

from pathlib import Path

import pytest

from tests.run import PARTS, ROOT, Run, arguments_of


def files_of(part: str) -> list[Path]:
    arguments = arguments_of(part)
    left_out = tuple(argument.removeprefix("--ignore=") for argument in arguments if argument.startswith("--ignore="))
    found = [
        path
        for argument in arguments
        if not argument.startswith("--")
        for path in ([ROOT / argument] if argument.endswith(".py") else (ROOT / argument).rglob("test_*.py"))
    ]
    return [path for path in found if not f"{path.relative_to(ROOT)}/".startswith(tuple(f"{out}/" for out in left_out))]


def test_every_file_is_in_exactly_one_part() -> None:
    assert sorted(path for part in PARTS for path in files_of(part)) == sorted((ROOT / "tests").rglob("test_*.py"))


@pytest.mark.parametrize("part", PARTS)
def test_no_part_is_empty(part: str) -> None:
    assert files_of(part) != []


def test_the_report_begins_where_pytest_tells_of_failures() -> None:
    run = Run("api", ["..F\n", "=== FAILURES ===\n", "why\n", "1 failed\n"])
    assert run.report() == "=== FAILURES ===\nwhy\n1 failed\n"
    assert Run("api", ["it\n", "did not start\n"]).report() == "it\ndid not start\n"
