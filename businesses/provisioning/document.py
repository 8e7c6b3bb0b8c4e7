"""Reading a provisioning document strictly: every value through a path that can be named in an error."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from businesses.errors import Invalid

T = TypeVar("T")

MISSING: Any = object()
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}\Z")
MONEY = re.compile(r"([0-9]{1,7})(?:\.([0-9]{1,3}))?\Z")


class DocumentError(Invalid):
    """The document is wrong. The message names the path, such as `services[0].duration_minutes`."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}" if path else problem, {path or "file": [problem]})


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the document and its path."""

    value: Any
    path: str = ""

    def fail(self, problem: str) -> DocumentError:
        return DocumentError(self.path, problem)

    def _typed(self, kind: type[T], name: str) -> T:
        if type(self.value) is not kind:
            raise self.fail(f"must be {name}, not {self.value!r}")
        return self.value

    def text(self, most: int, *, least: int = 1) -> str:
        value = self._typed(str, "a text").strip()
        if not least <= len(value) <= most:
            raise self.fail(f"must have {least} to {most} characters")
        if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", value):
            raise self.fail("must not contain control characters")
        return value

    def key(self) -> str:
        value = self._typed(str, "a key")
        if not KEY.match(value):
            raise self.fail(f"{value!r} is not a key: use a-z, 0-9, - and _")
        return value

    def matching(self, pattern: str, example: str) -> str:
        value = self._typed(str, "a text")
        if not re.fullmatch(pattern, value):
            raise self.fail(f"{value!r} is not valid: write it like {example}")
        return value

    def integer(self, least: int, most: int) -> int:
        value = self._typed(int, "an integer")
        if not least <= value <= most:
            raise self.fail(f"must be {least} to {most}, not {value}")
        return value

    def flag(self) -> bool:
        return self._typed(bool, "true or false")

    def choice(self, choices: list[str]) -> str:
        if self.value not in choices:
            raise self.fail(f"must be one of {', '.join(choices)}, not {self.value!r}")
        return str(self.value)

    def cents(self, decimals: int) -> int:
        """A price in major units ("35.00") as minor units of a currency with so many decimals."""
        text = str(self.value) if type(self.value) is int else self._typed(str, 'a price such as "35.00"')
        match = MONEY.match(text)
        if not match or len(match[2] or "") > decimals:
            raise self.fail(f"{text!r} is not a price with at most {decimals} decimals")
        whole, fraction = int(match[1]), int((match[2] or "").ljust(decimals, "0") or 0)
        scale: int = 10**decimals
        return whole * scale + fraction

    def local_time(self) -> tuple[date, int | None]:
        """A date, or a local date and time, as (date, minutes after midnight or None)."""
        value = self.value
        if type(value) is date:
            return value, None
        if isinstance(value, str):
            try:
                if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
                    return date.fromisoformat(value), None
                if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}", value):
                    moment = datetime.fromisoformat(value)
                    return moment.date(), moment.hour * 60 + moment.minute
            except ValueError as error:
                raise self.fail(f"{value!r} does not exist: {error}") from None
        raise self.fail(f'must be a date, or a local time such as "2026-12-01T09:00", not {value!r}')

    def items(self) -> "list[Node]":
        return [Node(v, f"{self.path}[{i}]") for i, v in enumerate(self._typed(list, "a list"))]


class Mapping:
    """A mapping of the document; every key must be asked for, the others are unknown."""

    def __init__(self, node: Node) -> None:
        if not isinstance(node.value, dict):
            raise node.fail(f"must be a mapping, not {node.value!r}")
        self._node = node
        self._asked: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._node.value

    def node(self, name: str) -> Node:
        """A required entry."""
        self._asked.add(name)
        node = self._child(name)
        if name not in self._node.value:
            raise node.fail("is missing")
        return node

    def get(self, name: str, read: Callable[[Node], T], default: Any = MISSING) -> T:
        """An entry through a reading function; `default` when it is not there."""
        self._asked.add(name)
        if default is not MISSING and self._node.value.get(name) is None:
            return default  # type: ignore[no-any-return]
        return read(self.node(name))

    def each(self, name: str) -> list[Node]:
        """The items of an optional list."""
        return self.get(name, Node.items, [])

    def mapping(self, name: str) -> "Mapping":
        """An optional mapping."""
        self._asked.add(name)
        value = self._node.value.get(name)
        return Mapping(Node({} if value is None else value, self._child(name).path))

    def entries(self) -> Iterator[tuple[str, Node]]:
        """All entries, by name."""
        for name in self._node.value:
            self._asked.add(str(name))
            yield str(name), self._child(str(name))

    def nothing_else(self) -> None:
        """Raises DocumentError for keys that nobody asked for."""
        for name in self._node.value:
            if name not in self._asked:
                known = ", ".join(sorted(self._asked))
                raise self._child(str(name)).fail(f"unknown key; known here: {known}")

    def _child(self, name: str) -> Node:
        path = self._node.path
        return Node(self._node.value.get(name), f"{path}.{name}" if path else name)
