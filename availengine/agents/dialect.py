"""What /mcp has in common with the dialects: where it is, how a key comes, and how somebody is turned away."""

from typing import Any

from availengine.agents.jsonrpc import REFUSED, RpcError, failed
from availengine.api.dialect import Dialect
from availengine.api.errors import Problem

SCHEMA = {
    "type": "object",
    "required": ["jsonrpc", "id", "error"],
    "properties": {"jsonrpc": {"const": "2.0"}, "id": {"type": "null"}, "error": {"type": "object"}},
}


def words(problem: Problem) -> dict[str, Any]:
    """A refusal before any message was read, as the answer to none."""
    data = {"code": problem.code, **({"details": problem.details} if problem.details else {})}
    return failed(None, RpcError(REFUSED, problem.message, data))


MCP = Dialect(
    name="mcp",
    title="AvailEngine for agents",
    description="The Model Context Protocol over streamable HTTP, without sessions.",
    prefix="/mcp",
    key_header="Authorization",
    words=words,
    problem_schema=SCHEMA,
    more_headers=("Mcp-Protocol-Version", "Mcp-Method", "Mcp-Name"),
)
