"""Requests in Ollama's own chat.

Source: https://github.com/ollama/ollama/blob/main/docs/api.md, read 2026-11-21.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from app.providers.hosts import Quirks
from app.providers.wire import Body, conversation, json_object, text_of
from app.request import (
    ChatRequest,
    ImagePart,
    RequestMessage,
    ThinkingPart,
    ToolCallPart,
    ToolMode,
    ToolResultPart,
)


def encode_ollama(request: ChatRequest, quirks: Quirks) -> Body:
    """The body; the context is named, or a long chat would be cut without a word."""
    options: Body = {"num_predict": request.output_tokens_max}
    if quirks.context_tokens:
        options["num_ctx"] = _context_tokens(request, quirks.context_tokens)
    if request.temperature is not None:
        options["temperature"] = request.temperature
    for name in ("top_p", "seed", "presence_penalty", "frequency_penalty"):
        if (value := getattr(request, name)) is not None:
            options[name] = value
    if request.stop:
        options["stop"] = list(request.stop)
    body: Body = {
        "model": request.model,
        "messages": [part for message in conversation(request) for part in _messages(message)],
        "stream": True,
        "options": options,
    }
    if request.effort:
        body["think"] = True
    if request.answer_form is not None:
        schema = request.answer_form.schema_json
        body["format"] = json_object(schema) if schema else "json"
    # There is no choice among tools: not to call any means not to know any.
    silent = request.tool_choice is not None and request.tool_choice.mode is ToolMode.NONE
    if request.tools and not silent:
        body["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": json_object(tool.parameters_json),
                },
            }
            for tool in request.tools
        ]
    return body


def _context_tokens(request: ChatRequest, least: int) -> int:
    """Room for everything: doubled until a generous guess of three letters a token fits."""
    letters = sum(
        len(getattr(part, "text", "")) for message in request.messages for part in message.parts
    )
    needed = letters // 3 + request.output_tokens_max
    context = least
    while context < needed:
        context *= 2
    return context


def _messages(message: RequestMessage) -> Iterator[Body]:
    results = [part for part in message.parts if isinstance(part, ToolResultPart)]
    for result in results:
        yield {"role": "tool", "content": result.text, "tool_call_id": result.id}
    if results:
        return
    encoded: Body = {"role": message.role.value, "content": text_of(message.parts)}
    images = [part for part in message.parts if isinstance(part, ImagePart)]
    if images:
        encoded["images"] = [base64.b64encode(image.content).decode("ascii") for image in images]
    calls = [part for part in message.parts if isinstance(part, ToolCallPart)]
    if calls:
        encoded["tool_calls"] = [
            {"function": {"name": call.name, "arguments": json_object(call.arguments)}}
            for call in calls
        ]
    thinking = "".join(part.text for part in message.parts if isinstance(part, ThinkingPart))
    if thinking:
        encoded["thinking"] = thinking
    yield encoded
