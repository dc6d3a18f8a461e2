"""Recorded requests of every wire language, read back into the program's own request."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from app.metering.framing import CountHints
from app.request import (
    ChatRequest,
    MessagePart,
    RequestMessage,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
    ToolSpec,
)

Json = dict[str, Any]
_ROLES = {"system": Role.SYSTEM, "developer": Role.SYSTEM, "tool": Role.TOOL}
_ROLES |= {"assistant": Role.ASSISTANT, "model": Role.ASSISTANT, "user": Role.USER}


class RowUnreadable(Exception):
    """A recorded line that holds no request with a bill; the text says what is wrong with it."""


def read_row(line: str) -> Json:
    """A line of recorded requests. Raises RowUnreadable."""
    try:
        row = json.loads(line)
    except ValueError as error:
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
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise RowUnreadable(f"its request cannot be read ({error!r}).") from error


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
        raise RowUnreadable("its usage names no input tokens.")
    # Anthropic alone reports cached tokens beside the input, not inside it.
    total += sum(_whole(usage.get(name)) or 0 for name in _BESIDE)
    if total <= 0:
        raise RowUnreadable("its usage names no input tokens above zero.")
    return total


def _whole(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        return None
    return int(value)


def _make(
    model: str, messages: list[RequestMessage], tools: list[ToolSpec], hints: CountHints
) -> tuple[ChatRequest, CountHints]:
    return ChatRequest(model, tuple(messages), 1000, tools=tuple(tools)), hints


def _blocks(content: Any) -> list[Json]:
    if content is None:
        return []
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def _texts(content: Any) -> list[MessagePart]:
    return [TextPart(block.get("text") or "") for block in _blocks(content)]


def _dump(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _tool(plain: Json, schema: str) -> ToolSpec:
    name = plain.get("name") or plain["type"]
    return ToolSpec(name, plain.get("description") or "", _dump(plain.get(schema) or {}))


def _forced(choice: Any) -> bool:
    name = choice.get("type") or choice.get("mode") if isinstance(choice, dict) else choice
    return name in ("any", "required", "ANY")


def _chat(plain: Json, model: str) -> tuple[ChatRequest, CountHints]:
    messages = []
    for message in plain["messages"]:
        parts: list[MessagePart] = []
        for name in ("reasoning_content", "reasoning"):
            if message.get(name):
                parts.append(ThinkingPart(message[name]))
        for block in _blocks(message.get("content")):
            if "thinking" in block:
                thought = "".join(part.get("text", "") for part in block["thinking"])
                parts.append(ThinkingPart(thought))
            else:
                parts.append(TextPart(block.get("text") or ""))
        for call in message.get("tool_calls") or ():
            function = call["function"]
            parts.append(ToolCallPart(call["id"], function["name"], _dump(function["arguments"])))
        if message["role"] == "tool":
            said = "".join(part.text for part in parts if isinstance(part, TextPart))
            parts = [ToolResultPart(message.get("tool_call_id") or "", said)]
        messages.append(RequestMessage(_ROLES[message["role"]], tuple(parts)))
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
    messages = []
    if plain.get("instructions"):
        messages.append(RequestMessage(Role.SYSTEM, (TextPart(plain["instructions"]),)))
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


def _response_item(item: Json) -> RequestMessage:
    if "role" in item:
        return RequestMessage(_ROLES[item["role"]], tuple(_texts(item.get("content"))))
    match item["type"]:
        case "function_call":
            call = ToolCallPart(item["call_id"], item["name"], item["arguments"])
            return RequestMessage(Role.ASSISTANT, (call,))
        case "function_call_output":
            result = ToolResultPart(item["call_id"], _dump(item["output"]))
            return RequestMessage(Role.TOOL, (result,))
        case "reasoning":
            said = "".join(part.get("text", "") for part in item.get("summary") or ())
            thought = ThinkingPart(said, item.get("encrypted_content"))
            return RequestMessage(Role.ASSISTANT, (thought,))
        case _:
            rest = {key: item[key] for key in item if key not in ("id", "encrypted_content")}
            return RequestMessage(Role.ASSISTANT, (TextPart(_dump(rest)),))


def _anthropic(plain: Json, model: str) -> tuple[ChatRequest, CountHints]:
    messages = []
    if plain.get("system"):
        messages.append(RequestMessage(Role.SYSTEM, tuple(_texts(plain["system"]))))
    for message in plain["messages"]:
        parts = tuple(_anthropic_part(block) for block in _blocks(message["content"]))
        messages.append(RequestMessage(_ROLES[message["role"]], parts))
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


def _anthropic_part(block: Json) -> MessagePart:
    match block["type"]:
        case "text":
            return TextPart(block["text"])
        case "tool_use":
            return ToolCallPart(block["id"], block["name"], _dump(block["input"]))
        case "tool_result":
            said = "".join(_anthropic_text(inner) for inner in _blocks(block.get("content")))
            return ToolResultPart(block["tool_use_id"], said)
        case "thinking":
            return ThinkingPart(block["thinking"], block.get("signature"))
        case _:
            return TextPart(_anthropic_text(block))


def _anthropic_text(block: Json) -> str:
    if block.get("type") == "text":
        return str(block["text"])
    hidden = ("id", "type", "tool_use_id", "encrypted_content")
    return _dump({key: block[key] for key in block if key not in hidden})


def _gemini(plain: Json, model: str) -> tuple[ChatRequest, CountHints]:
    messages = []
    if system := plain.get("systemInstruction"):
        messages.append(RequestMessage(Role.SYSTEM, tuple(_texts(system["parts"]))))
    for content in plain["contents"]:
        parts = [part for plain_part in content["parts"] for part in _gemini_parts(plain_part)]
        messages.append(RequestMessage(_ROLES[content.get("role", "user")], tuple(parts)))
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


def _gemini_parts(part: Json) -> list[MessagePart]:
    signature = part.get("thoughtSignature")
    found: list[MessagePart] = [ThinkingPart("", signature)] if signature else []
    if call := part.get("functionCall"):
        id_ = call.get("id") or call["name"]
        return [*found, ToolCallPart(id_, call["name"], _dump(call.get("args") or {}))]
    if answer := part.get("functionResponse"):
        return [
            *found,
            ToolResultPart(answer.get("id") or answer["name"], _dump(answer["response"])),
        ]
    if part.get("thought"):
        return [*found, ThinkingPart(part["text"])]
    if "text" in part:
        return [*found, TextPart(part["text"])]
    rest = {key: part[key] for key in part if key != "thoughtSignature"}
    return [*found, TextPart(_dump(rest))]
