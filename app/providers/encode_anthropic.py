"""Requests in Anthropic's Messages.

Sources, read 2026-11-21: https://docs.claude.com/en/api/messages,
https://docs.claude.com/en/docs/build-with-claude/extended-thinking,
https://platform.claude.com/docs/en/build-with-claude/structured-outputs.
"""

from __future__ import annotations

import base64
from typing import assert_never

from app.providers.anthropic import REDACTED
from app.providers.hosts import Quirks, matches
from app.providers.wire import THINKING_BUDGETS, Body, conversation, json_object, system_text
from app.request import (
    ChatRequest,
    ImagePart,
    MessagePart,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolMode,
    ToolResultPart,
)

_LEAST_BUDGET = 1_024
_FORCED = (ToolMode.REQUIRED, ToolMode.ONE)
_TOOL_MODES = {
    ToolMode.AUTO: "auto",
    ToolMode.NONE: "none",
    ToolMode.REQUIRED: "any",
    ToolMode.ONE: "tool",
}


def encode_anthropic(request: ChatRequest, quirks: Quirks) -> Body:
    """The body of a streaming message."""
    body: Body = {
        "model": request.model,
        "messages": _messages(request),
        "max_tokens": request.output_tokens_max,
        "stream": True,
    }
    if system := system_text(request):
        body["system"] = system
    thinking = _thinking(request, quirks)
    if thinking:
        body |= thinking
    elif request.temperature is not None and not matches(
        quirks.no_temperature_models, request.model
    ):
        # With thinking on, only the default temperature is taken; above 1 nothing is.
        body["temperature"] = min(request.temperature, 1.0)
    body |= _sampling(request, quirks, thinks=bool(thinking))
    if request.tools:
        body |= _tools(request)
    if request.answer_form is not None and request.answer_form.schema_json:
        form = {"type": "json_schema", "schema": json_object(request.answer_form.schema_json)}
        held = body.get("output_config")
        body["output_config"] = {**(held if isinstance(held, dict) else {}), "format": form}
    return body


def _sampling(request: ChatRequest, quirks: Quirks, *, thinks: bool) -> Body:
    body: Body = {}
    taken = not thinks and not matches(quirks.no_temperature_models, request.model)
    if request.top_p is not None and request.temperature is None and taken:
        # Newer models refuse temperature and top_p together.
        body["top_p"] = request.top_p
    # A stop made of white space alone is refused.
    if stops := [stop for stop in request.stop if stop.strip()]:
        body["stop_sequences"] = stops
    return body


def _tools(request: ChatRequest) -> Body:
    tools = [
        {
            "name": tool.name,
            "description": tool.description,
            "input_schema": json_object(tool.parameters_json),
        }
        for tool in request.tools
    ]
    body: Body = {"tools": tools}
    choice = request.tool_choice
    if choice is None and request.parallel_tool_calls is not False:
        return body
    chosen: Body = {"type": "auto"}
    if choice is not None:
        chosen = {"type": _TOOL_MODES[choice.mode]}
        if choice.mode is ToolMode.ONE:
            chosen["name"] = choice.name
    if request.parallel_tool_calls is False and chosen["type"] != "none":
        chosen["disable_parallel_tool_use"] = True
    return {**body, "tool_choice": chosen}


def _thinking(request: ChatRequest, quirks: Quirks) -> Body:
    if not request.effort or not matches(quirks.thinking_models, request.model):
        return {}
    if request.tool_choice is not None and request.tool_choice.mode in _FORCED:
        return {}  # a tool that must be called leaves no room to think
    if matches(quirks.adaptive_models, request.model):
        effort = "low" if request.effort == "minimal" else request.effort
        return {"thinking": {"type": "adaptive"}, "output_config": {"effort": effort}}
    # The budget is inside max_tokens and must leave room for the answer.
    budget = min(THINKING_BUDGETS.get(request.effort, 8_192), request.output_tokens_max // 2)
    if budget < _LEAST_BUDGET:
        return {}
    return {"thinking": {"type": "enabled", "budget_tokens": budget}}


def _messages(request: ChatRequest) -> list[Body]:
    """Messages in turns: neighbors of one role are joined, as tool results come from the user."""
    turns: list[tuple[str, list[Body]]] = []
    for message in conversation(request):
        if message.role is Role.SYSTEM:
            continue
        role = "assistant" if message.role is Role.ASSISTANT else "user"
        blocks = [block for part in message.parts if (block := _block(part)) is not None]
        if turns and turns[-1][0] == role:
            turns[-1][1].extend(blocks)
        elif blocks:
            turns.append((role, blocks))
    return [{"role": role, "content": blocks} for role, blocks in turns]


def _block(part: MessagePart) -> Body | None:
    match part:
        case TextPart(text):
            return {"type": "text", "text": text} if text.strip() else None
        case ImagePart(media_type, content):
            source = {
                "type": "base64",
                "media_type": media_type,
                "data": base64.b64encode(content).decode("ascii"),
            }
            return {"type": "image", "source": source}
        case ThinkingPart(text, signature):
            if not signature:
                return None  # unsigned thinking is refused
            if signature.startswith(REDACTED):
                return {"type": "redacted_thinking", "data": signature.removeprefix(REDACTED)}
            return {"type": "thinking", "thinking": text, "signature": signature}
        case ToolCallPart(id_, name, arguments):
            return {"type": "tool_use", "id": id_, "name": name, "input": json_object(arguments)}
        case ToolResultPart(id_, text, failed):
            block: Body = {"type": "tool_result", "tool_use_id": id_, "content": text}
            return {**block, "is_error": True} if failed else block
        case _:
            assert_never(part)
