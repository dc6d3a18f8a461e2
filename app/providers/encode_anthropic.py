"""Requests in Anthropic's Messages.

Sources, read 2026-11-21: https://docs.claude.com/en/api/messages,
https://docs.claude.com/en/docs/build-with-claude/extended-thinking.
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
    ToolResultPart,
)

_LEAST_BUDGET = 1_024


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
    if request.tools:
        body["tools"] = [
            {
                "name": tool.name,
                "description": tool.description,
                "input_schema": json_object(tool.parameters_json),
            }
            for tool in request.tools
        ]
    return body


def _thinking(request: ChatRequest, quirks: Quirks) -> Body:
    if not request.effort or not matches(quirks.thinking_models, request.model):
        return {}
    if matches(quirks.adaptive_models, request.model):
        return {"thinking": {"type": "adaptive"}, "output_config": {"effort": request.effort}}
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
