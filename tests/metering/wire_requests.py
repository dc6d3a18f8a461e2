"""Recorded requests of every wire language, read back into the program's own request."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from app.metering.framing import CountHints
from app.request import (
    ChatRequest,
    MediaPart,
    MessagePart,
    RequestMessage,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
    ToolSpec,
)
from tests.metering.wire_media import part_of

Json = dict[str, Any]
_ROLES = {"system": Role.SYSTEM, "developer": Role.SYSTEM, "tool": Role.TOOL}
_ROLES |= {"assistant": Role.ASSISTANT, "model": Role.ASSISTANT, "user": Role.USER}


class RowUnreadable(Exception):
    """A recorded line that holds no request with a bill; the text says what is wrong with it."""


UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)


def what_is_wrong(error: Exception) -> str:
    """One of UNREADABLE in words."""
    match error:
        case KeyError():
            return f"“{error.args[0]}” is missing or has an unknown value"[:100]
        case RecursionError():
            return "it is nested too deeply"
        case _:
            return "something in it is of the wrong kind"


def read_row(line: str) -> Json:
    """A line of recorded requests. Raises RowUnreadable."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RowUnreadable("it is no JSON.") from error
    if not isinstance(row, dict):
        raise RowUnreadable("it is no JSON object.")
    for name, kind in (("provider", str), ("api", str), ("request", dict), ("usage", dict)):
        if not isinstance(row.get(name), kind) or not row[name]:
            raise RowUnreadable(f"“{name}” is missing or of the wrong kind.")
    return row


def read_request(row: Json) -> tuple[ChatRequest, CountHints]:
    """A row as the request and hints that the counter takes. Raises RowUnreadable."""
    given = row["request"]
    model = row.get("response_model") or given.get("model") or ""
    try:
        return _reader(row)(given, model if isinstance(model, str) else "")
    except UNREADABLE as error:
        raise RowUnreadable(f"its request cannot be read: {what_is_wrong(error)}.") from error


def _reader(row: Json) -> Callable[[Json, str], tuple[ChatRequest, CountHints]]:
    """By the API's name; one that is not known is told by what its request holds."""
    known = {
        "chat": _chat,
        "responses": _responses,
        "generate": _gemini,
        "messages": _anthropic,
        "count_tokens": _anthropic,
    }
    if row["api"] in known:
        return known[row["api"]]
    given = row["request"]
    if "contents" in given:
        return _gemini
    if "input" in given:
        return _responses
    anthropic = row["provider"] == "anthropic" or "system" in given
    return _anthropic if anthropic else _chat


_TOTALS = ("promptTokenCount", "prompt_tokens", "input_tokens")
_BESIDE = ("cache_creation_input_tokens", "cache_read_input_tokens")


def billed_input(row: Json) -> int:
    """The input tokens that the provider billed, cached ones included. Raises RowUnreadable."""
    usage = row["usage"]
    found = [_whole(usage.get(name)) for name in _TOTALS]
    total = next((count for count in found if count is not None), None)
    if total is None:
        raise RowUnreadable("its usage names no number of input tokens.")
    # Anthropic alone reports cached tokens beside the input, not inside it.
    total += sum(_whole(usage.get(name)) or 0 for name in _BESIDE)
    if total <= 0:
        raise RowUnreadable("its usage names no input tokens above zero.")
    return total


def _whole(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        return None
    return int(value) if math.isfinite(value) else None


Parts = list[MessagePart | MediaPart]
Messages = list[tuple[Role, Parts]]


def _make(
    model: str, messages: Messages, tools: list[ToolSpec], hints: CountHints
) -> tuple[ChatRequest, CountHints]:
    files = [part for _, parts in messages for part in parts if isinstance(part, MediaPart)]
    said = tuple(
        RequestMessage(role, tuple(part for part in parts if not isinstance(part, MediaPart)))
        for role, parts in messages
    )
    request = ChatRequest(model, said, 1000, tools=tuple(tools))
    return request, replace(hints, media=tuple(files))


def _blocks(content: Any) -> list[Json]:
    if content is None:
        return []
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def _texts(content: Any) -> Parts:
    return [part_of(block) or TextPart(_said(block.get("text"))) for block in _blocks(content)]


def _said(text: Any) -> str:
    if text is None:
        return ""
    if not isinstance(text, str):
        raise TypeError("a text that is none")
    return text


def _result(id_: str, content: Any, read: Callable[[Json], str]) -> Parts:
    """What a tool gave back: its words, and the pictures and files among them."""
    blocks = [(block, part_of(block)) for block in _blocks(content)]
    words = "".join(read(block) for block, found in blocks if found is None)
    return [ToolResultPart(id_, words), *(found for _, found in blocks if found is not None)]


def _dump(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _tool(plain: Json, schema: str) -> ToolSpec:
    name = _said(plain.get("name") or plain["type"])
    return ToolSpec(name, _said(plain.get("description")), _dump(plain.get(schema) or {}))


def _forced(choice: Any) -> bool:
    name = choice.get("type") or choice.get("mode") if isinstance(choice, dict) else choice
    return name in ("any", "required", "ANY")


def _chat(plain: Json, model: str) -> tuple[ChatRequest, CountHints]:
    messages: Messages = []
    for message in plain["messages"]:
        parts: Parts = []
        for name in ("reasoning_content", "reasoning"):
            if message.get(name):
                parts.append(ThinkingPart(_said(message[name])))
        for block in _blocks(message.get("content")):
            if "thinking" in block:
                thought = "".join(part.get("text", "") for part in block["thinking"])
                parts.append(ThinkingPart(thought))
            else:
                parts += _texts([block])
        for call in message.get("tool_calls") or ():
            function = call["function"]
            parts.append(ToolCallPart(call["id"], function["name"], _dump(function["arguments"])))
        if message["role"] == "tool":
            said = "".join(part.text for part in parts if isinstance(part, TextPart))
            parts = [ToolResultPart(message.get("tool_call_id") or "", said)]
        messages.append((_ROLES[message["role"]], parts))
    every = plain.get("tools") or []
    tools = [_tool(tool["function"], "parameters") for tool in every if "function" in tool]
    schema = (plain.get("response_format") or {}).get("json_schema")
    hints = CountHints(
        server_tools=tuple(tool["type"] for tool in every if "function" not in tool),
        schema_json=_dump(schema["schema"]) if schema else "",
        forced=_forced(plain.get("tool_choice")),
        thinking=bool((plain.get("reasoning") or {}).get("enabled")),
    )
    return _make(model or plain["model"], messages, tools, hints)


def _responses(plain: Json, model: str) -> tuple[ChatRequest, CountHints]:
    messages: Messages = []
    if plain.get("instructions"):
        messages.append((Role.SYSTEM, _texts(plain["instructions"])))
    for item in _items(plain["input"]):
        messages.append(_response_item(item))
    every = plain.get("tools") or []
    # A search that the client runs is told to the model in words of its own, as a function is.
    functions = [
        tool
        for tool in every
        if tool["type"] == "function" or (tool["type"] == "tool_search" and "description" in tool)
    ]
    searched = any(item.get("type") == "tool_search_output" for item in _items(plain["input"]))
    visible = [tool for tool in functions if not tool.get("defer_loading")]
    form = (plain.get("text") or {}).get("format") or {}
    hints = CountHints(
        server_tools=tuple(
            "tool_search_done" if searched and tool["type"] == "tool_search" else tool["type"]
            for tool in every
            if tool not in functions and tool["type"] != "function"
        ),
        schema_json=_dump(form["schema"]) if "schema" in form else "",
        forced=_forced(plain.get("tool_choice")),
    )
    tools = [_tool(tool, "parameters") for tool in visible]
    return _make(model or plain["model"], messages, tools, hints)


def _items(given: Any) -> list[Json]:
    return [{"role": "user", "content": given}] if isinstance(given, str) else list(given)


def _response_item(item: Json) -> tuple[Role, Parts]:
    if "role" in item:
        return _ROLES[item["role"]], _texts(item.get("content"))
    match item["type"]:
        case "function_call":
            call = ToolCallPart(item["call_id"], _said(item["name"]), _said(item["arguments"]))
            return Role.ASSISTANT, [call]
        case "function_call_output":
            output = item["output"]
            if isinstance(output, list) and any(part_of(block) for block in output):
                return Role.TOOL, _result(item["call_id"], output, lambda b: _said(b.get("text")))
            return Role.TOOL, [ToolResultPart(item["call_id"], _dump(output))]
        case "reasoning":
            said = "".join(part.get("text", "") for part in item.get("summary") or ())
            return Role.ASSISTANT, [ThinkingPart(said, item.get("encrypted_content"))]
        case _:
            rest = {key: item[key] for key in item if key not in ("id", "encrypted_content")}
            return Role.ASSISTANT, [TextPart(_dump(rest))]


def _anthropic(plain: Json, model: str) -> tuple[ChatRequest, CountHints]:
    messages: Messages = []
    if plain.get("system"):
        messages.append((Role.SYSTEM, _texts(plain["system"])))
    for message in plain["messages"]:
        parts = [part for b in _blocks(message["content"]) for part in _anthropic_parts(b)]
        messages.append((_ROLES[message["role"]], parts))
    every = plain.get("tools") or []
    visible = [t for t in every if "input_schema" in t and not t.get("defer_loading")]
    form = (plain.get("output_config") or {}).get("format") or {}
    hints = CountHints(
        server_tools=tuple(tool["type"] for tool in every if "input_schema" not in tool),
        schema_json=_dump(form["schema"]) if "schema" in form else "",
        forced=_forced(plain.get("tool_choice")),
        thinking=(plain.get("thinking") or {}).get("type") in ("enabled", "adaptive"),
    )
    tools = [_tool(tool, "input_schema") for tool in visible]
    return _make(model or plain["model"], messages, tools, hints)


def _anthropic_parts(block: Json) -> Parts:
    if (found := part_of(block)) is not None:
        return [found]
    match block["type"]:
        case "text":
            return [TextPart(_said(block["text"]))]
        case "tool_use":
            return [ToolCallPart(block["id"], _said(block["name"]), _dump(block["input"]))]
        case "tool_result":
            return _result(block["tool_use_id"], block.get("content"), _anthropic_text)
        case "thinking":
            return [ThinkingPart(_said(block["thinking"]), block.get("signature"))]
        case _:
            return [TextPart(_anthropic_text(block))]


def _anthropic_text(block: Json) -> str:
    if block.get("type") == "text":
        return str(block["text"])
    hidden = ("id", "type", "tool_use_id", "encrypted_content")
    return _dump({key: block[key] for key in block if key not in hidden})


def _gemini(plain: Json, model: str) -> tuple[ChatRequest, CountHints]:
    messages: Messages = []
    if system := plain.get("systemInstruction"):
        messages.append((Role.SYSTEM, _texts(system["parts"])))
    for content in plain["contents"]:
        parts = [part for plain_part in content["parts"] for part in _gemini_parts(plain_part)]
        messages.append((_ROLES[content.get("role", "user")], parts))
    tools, server = [], []
    for tool in plain.get("tools") or ():
        for function in tool.get("functionDeclarations") or ():
            key = next(
                (k for k in ("parametersJsonSchema", "parameters_json_schema") if k in function),
                "parameters",
            )
            tools.append(_tool(function, key))
        server += [key for key in tool if key != "functionDeclarations"]
    config = plain.get("generationConfig") or {}
    schema = config.get("responseJsonSchema") or config.get("responseSchema")
    choice = (plain.get("toolConfig") or {}).get("functionCallingConfig")
    hints = CountHints(
        server_tools=tuple(server),
        schema_json=_dump(schema) if schema else "",
        forced=_forced(choice),
    )
    return _make(model or plain.get("model", ""), messages, tools, hints)


def _gemini_parts(part: Json) -> Parts:
    signature = part.get("thoughtSignature")
    found: Parts = [ThinkingPart("", signature)] if signature else []
    if call := part.get("functionCall"):
        id_ = call.get("id") or call["name"]
        return [*found, ToolCallPart(id_, call["name"], _dump(call.get("args") or {}))]
    if answer := part.get("functionResponse"):
        words = ToolResultPart(answer.get("id") or answer["name"], _dump(answer["response"]))
        files = [part_of(each) for each in answer.get("parts") or ()]
        return [*found, words, *(each for each in files if each is not None)]
    if (file := part_of(part)) is not None:
        return [*found, file]
    if part.get("thought"):
        return [*found, ThinkingPart(_said(part["text"]))]
    if "text" in part:
        return [*found, TextPart(_said(part["text"]))]
    rest = {key: part[key] for key in part if key != "thoughtSignature"}
    return [*found, TextPart(_dump(rest))]
