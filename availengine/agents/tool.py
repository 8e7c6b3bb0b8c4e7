"""What a tool is, and who calls it."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from rest_framework import serializers

from availengine.agents.schemas import schema_of
from businesses.keys import Principal


@dataclass(frozen=True, slots=True)
class Caller:
    """A key, the request that brought it, and the minute that it is."""

    principal: Principal
    request: HttpRequest
    now: int

    @property
    def business_id(self) -> int:
        return self.principal.business_id

    @property
    def live(self) -> bool:
        return self.principal.live


@dataclass(frozen=True, kw_only=True)
class Tool:
    """`scopes`: any of them allows it. `reads`: it changes nothing; `destroys`: it takes away what is there.

    `visited`: by it visitors of a web page book, as the API has it.
    """

    name: str
    title: str
    description: str
    scopes: tuple[str, ...]
    takes: type[serializers.Serializer[Any]]
    gives: type[serializers.Serializer[Any]]
    run: Callable[[Caller, dict[str, Any]], dict[str, Any]]
    reads: bool = False
    destroys: bool = False
    again: bool = True  # calling it again with the same arguments has no further effect
    visited: bool = False

    def allows(self, principal: Principal) -> bool:
        return any(principal.may(scope) for scope in self.scopes)


@functools.cache
def as_listed(tool: Tool) -> dict[str, Any]:
    """As MCP lists it."""
    hints = {
        "title": tool.title,
        "readOnlyHint": tool.reads,
        "destructiveHint": tool.destroys,
        "idempotentHint": tool.again,
        "openWorldHint": False,
    }
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": schema_of(tool.takes, closed=True),
        "outputSchema": schema_of(tool.gives),
        "annotations": hints,
    }
