"""Tools, their choice, the answer's form and the effort, in either of OpenAI's spellings.

Chat nests a function's fields in `function`, Responses writes them flat.
Source: https://platform.openai.com/docs/guides/function-calling, read 2026-11-21.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.request import AnswerForm, ToolChoice, ToolMode, ToolSpec
from app.server.wire.reading import BadRequest, Fields, WireLimits, json_text

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FIELDS = frozenset({"tools", "tool_choice", "parallel_tool_calls"})
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")


@dataclass(frozen=True, slots=True)
class ToolWishes:
    tools: tuple[ToolSpec, ...] = ()
    choice: ToolChoice | None = None
    parallel: bool | None = None


_NO_WISHES = ToolWishes()


def read_tools(body: Fields, limits: WireLimits, *, flat: bool) -> ToolWishes:
    """The tools; the upstream's own (search, code, MCP) are refused: nobody metered them here."""
    if body.value.keys().isdisjoint(_FIELDS):
        return _NO_WISHES
    tools = []
    for row in body.rows("tools", count_max=limits.tools_max):
        if (kind := row.wanted_text("type")) != "function":
            message = f"Tools of the type {kind[:40]} cannot be used here, only functions."
            raise row.bad("type", message, "unsupported_value")
        tools.append(_tool(row if flat else _inner(row, "function")))
    names = {tool.name for tool in tools}
    if len(names) < len(tools):
        raise body.bad("tools", "Two tools have the same name.")
    parallel = body.flag("parallel_tool_calls")
    choice = _choice(body, names, flat=flat)
    if not tools:
        # Clients send these beside an empty list; without tools they say nothing.
        return _NO_WISHES
    return ToolWishes(tuple(tools), choice, parallel)


def tool_name(fields: Fields) -> str:
    name = fields.wanted_text("name")
    if _NAME.fullmatch(name) is None:
        raise fields.bad("name", "A name has 1 to 64 letters, digits, _ and -.")
    return name


def _tool(fields: Fields) -> ToolSpec:
    parameters = fields.value.get("parameters")
    if parameters is not None and not isinstance(parameters, dict):
        raise fields.bad("parameters", "This has to be a JSON Schema.", "invalid_type")
    return ToolSpec(
        tool_name(fields),
        fields.text("description") or "",
        json_text(parameters or {"type": "object", "properties": {}}),
        fields.flag("strict"),
    )


def _choice(body: Fields, names: set[str], *, flat: bool) -> ToolChoice | None:
    value = body.value.get("tool_choice")
    if value is None:
        return None
    if isinstance(value, str):
        if value not in ("auto", "none", "required"):
            raise body.bad("tool_choice", "This is auto, none, required or one function.")
        if value == "required" and not names:
            raise body.bad("tool_choice", "There are no tools to be called.")
        return ToolChoice(ToolMode(value))
    chosen = Fields(value, "tool_choice")
    if chosen.text("type") != "function":
        raise chosen.bad("type", "Only a function can be chosen.", "unsupported_value")
    one = chosen if flat else _inner(chosen, "function")
    if (name := tool_name(one)) not in names:
        raise one.bad("name", "There is no tool of this name.")
    return ToolChoice(ToolMode.ONE, name)


def _inner(fields: Fields, name: str) -> Fields:
    inner = fields.fields(name)
    if inner is None:
        raise fields.bad(name, "This is missing.", "missing_required_parameter")
    return inner


def read_answer_form(form: Fields | None, *, flat: bool) -> AnswerForm | None:
    """`response_format` of Chat, `text.format` of Responses; None where words are wanted."""
    if form is None:
        return None
    match form.wanted_text("type"):
        case "text":
            return None
        case "json_object":
            return AnswerForm()
        case "json_schema":
            held = form if flat else _inner(form, "json_schema")
            schema = held.value.get("schema")
            if not isinstance(schema, dict):
                raise held.bad("schema", "This has to be a JSON Schema.", "invalid_type")
            return AnswerForm(json_text(schema), tool_name(held), held.flag("strict"))
        case _:
            raise form.bad("type", "This is text, json_object or json_schema.")


def read_effort(fields: Fields, name: str) -> str | None:
    """How long to think; `none` is as if nothing had been said."""
    effort = fields.choice(name, EFFORTS)
    return None if effort == "none" else effort


def read_stops(body: Fields, limits: WireLimits) -> tuple[str, ...]:
    value = body.value.get("stop")
    if value is None:
        return ()
    stops = [value] if isinstance(value, str) else body.items("stop", count_max=limits.stops_max)
    if not all(isinstance(stop, str) and 0 < len(stop) <= 256 for stop in stops):
        raise BadRequest("stop: Each has to be a string of 1 to 256 characters.", "stop")
    return tuple(str(stop) for stop in stops)
