"""What a tool is: a name and a schema for the model, limits for us, and a run that gives text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from app.errors import TuppenceError
from app.request import ToolSpec

JsonValue = str | int | float | bool | list["JsonValue"] | dict[str, "JsonValue"] | None
Arguments = Mapping[str, JsonValue]


class ToolFailed(TuppenceError):
    """A tool could not do what was asked. The model reads the message, and may ask otherwise."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What came back, as text that the model reads."""

    text: str
    failed: bool = False


class Tool(Protocol):
    """One thing that a model may call.

    `title` and `about` are for the user, the rest of `spec` for the model. `time_limit_s` bounds
    a run, `letters_max` its result.
    """

    @property
    def title(self) -> str: ...

    @property
    def about(self) -> str: ...

    @property
    def asks_first(self) -> bool:
        """Whether it ever asks the user before it runs."""
        ...

    @property
    def spec(self) -> ToolSpec: ...

    @property
    def time_limit_s(self) -> float: ...

    @property
    def letters_max(self) -> int: ...

    def asks_about(self, arguments: Arguments) -> str:
        """What the user is asked about before it runs, such as a host; empty: nothing.

        Raises ToolFailed where it would not run with these arguments anyway.
        """
        ...

    async def run(self, arguments: Arguments) -> str:
        """Do it. Raises ToolFailed in words that the model can act on."""
        ...
