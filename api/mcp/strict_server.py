"""An MCP server whose tools refuse unknown arguments, and say what is wrong in one line.

The SDK drops arguments that it doesn't know, so that an agent would take an unfiltered list for a
filtered one; and what it says about wrong ones is several lines of pydantic's.
"""

from __future__ import annotations

from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp_types import CallToolResult, InputRequiredResult
from pydantic import ValidationError

from api.faults import wanted
from api.wording import message
from search.option_names import unknown

_MOST_FAULTS = 3
OLD_NAMES = {"categories": "category", "authors": "author", "venues": "venue"}
"""Arguments that had other names once; those still work."""


class StrictServer(MCPServer):
    """A server as the SDK has it, but for calls with wrong arguments."""

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool; raises ``ToolError`` with one line for the agent."""
        for tool in await self.list_tools():
            if tool.name == name:
                arguments = _known(name, arguments, tool.input_schema["properties"])
        try:
            return await super().call_tool(name, arguments, context)
        except UnexpectedToolError:
            raise  # a fault of ours, whatever is wrong with what it gave
        except ToolError as error:
            if isinstance(error.__cause__, ValidationError):
                raise ToolError(f"{name}: {_faults(error.__cause__)}") from None
            raise


def _known(tool: str, arguments: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """The arguments by their present names; raises ``ToolError`` for what nobody can follow."""
    renamed = dict[str, Any]()
    for name, value in arguments.items():
        present = OLD_NAMES.get(name, name) if name not in known else name
        if present not in known:
            raise ToolError(f"{tool}: {message(unknown(name, known))}")
        if present in renamed:
            old = next(one for one, new in OLD_NAMES.items() if new == present)
            raise ToolError(f"{tool}: {old} is the old name of {present}; leave out {old}")
        renamed[present] = value
    return renamed


def _faults(error: ValidationError) -> str:
    """What is wrong with which arguments."""
    return "; ".join(
        f"{'.'.join(map(str, fault['loc']))}: {wanted(fault)}"
        for fault in error.errors()[:_MOST_FAULTS]
    )
