"""Requests in OpenAI's Responses. Nothing is stored at the provider: thinking travels sealed.

Source: https://platform.openai.com/docs/api-reference/responses/create, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from app.providers.hosts import Quirks, matches
from app.providers.pictures import data_url
from app.providers.wire import Body, conversation, json_object, system_text
from app.request import (
    AnswerForm,
    ChatRequest,
    ImagePart,
    RequestMessage,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolMode,
    ToolResultPart,
    ToolSpec,
)


def encode_responses(request: ChatRequest, quirks: Quirks) -> Body:
    """The body of a streaming response."""
    body: Body = {
        "model": request.model,
        "input": [
            item
            for message in conversation(request)
            if message.role is not Role.SYSTEM
            for item in _items(message)
        ],
        "stream": True,
        "store": False,
        "max_output_tokens": request.output_tokens_max,
    }
    if instructions := system_text(request):
        body["instructions"] = instructions
    if request.temperature is not None and not matches(quirks.no_temperature_models, request.model):
        body["temperature"] = request.temperature
    if matches(quirks.thinking_models, request.model):
        body["include"] = ["reasoning.encrypted_content"]
        body["reasoning"] = {"summary": "auto"}
        if request.effort:
            body["reasoning"] = {"effort": request.effort, "summary": "auto"}
    if request.top_p is not None and not matches(quirks.no_temperature_models, request.model):
        body["top_p"] = request.top_p
    if request.tools:
        body |= _tools(request)
    if request.answer_form is not None:
        body["text"] = {"format": _answer_form(request.answer_form)}
    return body


def _tools(request: ChatRequest) -> Body:
    body: Body = {"tools": [_tool(tool) for tool in request.tools]}
    if (choice := request.tool_choice) is not None:
        named = {"type": "function", "name": choice.name}
        body["tool_choice"] = named if choice.mode is ToolMode.ONE else choice.mode.value
    if request.parallel_tool_calls is not None:
        body["parallel_tool_calls"] = request.parallel_tool_calls
    return body


def _tool(tool: ToolSpec) -> Body:
    encoded: Body = {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": json_object(tool.parameters_json),
    }
    return encoded if tool.strict is None else {**encoded, "strict": tool.strict}


def _answer_form(form: AnswerForm) -> Body:
    if not form.schema_json:
        return {"type": "json_object"}
    schema: Body = {
        "type": "json_schema",
        "name": form.name,
        "schema": json_object(form.schema_json),
    }
    return schema if form.strict is None else {**schema, "strict": form.strict}


def _items(message: RequestMessage) -> Iterator[Body]:
    """Items in the order of the parts; words and pictures between two others form a message."""
    role = "assistant" if message.role is Role.ASSISTANT else "user"
    content: list[Body] = []
    for part in message.parts:
        match part:
            case TextPart(text):
                kind = "output_text" if role == "assistant" else "input_text"
                content.append({"type": kind, "text": text})
                continue
            case ImagePart():
                url = data_url(part.media_type, part.content)
                image: Body = {"type": "input_image", "image_url": url}
                content.append({**image, "detail": part.detail} if part.detail else image)
                continue
            case ThinkingPart() | ToolCallPart() | ToolResultPart():
                if content:
                    yield {"role": role, "content": content}
                    content = []
            case _:
                assert_never(part)
        if (item := _item(part)) is not None:
            yield item
    if content:
        yield {"role": role, "content": content}


def _item(part: ThinkingPart | ToolCallPart | ToolResultPart) -> Body | None:
    match part:
        case ThinkingPart(_, signature):
            item_id, _, sealed = (signature or "").partition(":")
            if not sealed:
                return None
            return {"type": "reasoning", "id": item_id, "summary": [], "encrypted_content": sealed}
        case ToolCallPart(id_, name, arguments):
            return {"type": "function_call", "call_id": id_, "name": name, "arguments": arguments}
        case ToolResultPart(id_, text):
            return {"type": "function_call_output", "call_id": id_, "output": text}
        case _:
            assert_never(part)
