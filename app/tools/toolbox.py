"""The tools that there are, by name, and how one is run: bounded in time and size, never raising.

What goes wrong becomes a result that the model can read. Whether a tool may run at all is
decided before (permits.py).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence

from app.request import ToolSpec
from app.tools.arguments import read_arguments
from app.tools.tool import Tool, ToolFailed, ToolResult

CUT = "\n\n[The result is longer; this is its beginning: {shown:,} of {whole:,} characters.]"

_log = logging.getLogger(__name__)


class Toolbox:
    """Tools by name, in the order in which they are shown."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        self._tools = {tool.spec.name: tool for tool in tools}

    @property
    def tools(self) -> Sequence[Tool]:
        return tuple(self._tools.values())

    def specs(self, names: Iterable[str]) -> tuple[ToolSpec, ...]:
        """What a model is told of these tools; names that are none any more are left out."""
        wanted = set(names)
        return tuple(tool.spec for name, tool in self._tools.items() if name in wanted)

    def asks_about(self, name: str, arguments: str) -> str:
        """What the user is asked about before this call; empty where nothing, or where it would
        fail anyway."""
        tool = self._tools.get(name)
        if tool is None:
            return ""
        try:
            return tool.asks_about(read_arguments(arguments, tool.spec.parameters_json))
        except ToolFailed:
            return ""

    def title(self, name: str) -> str:
        """What the user calls a tool."""
        tool = self._tools.get(name)
        return tool.title if tool is not None else name

    async def run(self, name: str, arguments: str, allowed: Iterable[str]) -> ToolResult:
        """Run one call. `allowed` are the names that this model was told of."""
        names = set(allowed)
        tool = self._tools.get(name)
        if tool is None or name not in names:
            there = ", ".join(sorted(names)) or "none"
            return ToolResult(f"There is no tool “{name[:60]}”. There are: {there}.", failed=True)
        try:
            given = read_arguments(arguments, tool.spec.parameters_json)
            async with asyncio.timeout(tool.time_limit_s):
                text = await tool.run(given)
        except ToolFailed as error:
            return ToolResult(str(error), failed=True)
        except TimeoutError:
            _log.info("the tool %s took too long", name)
            said = f"This took longer than {tool.time_limit_s:g} seconds and was given up."
            return ToolResult(said, failed=True)
        return ToolResult(shortened(text, tool.letters_max))


def shortened(text: str, letters_max: int) -> str:
    """A text within a limit, that says where it was cut."""
    if len(text) <= letters_max:
        return text
    return text[:letters_max] + CUT.format(shown=letters_max, whole=len(text))
