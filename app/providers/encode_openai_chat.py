"""Requests in OpenAI's Chat Completions, for OpenAI and the hosts that speak the same.

Source: https://platform.openai.com/docs/api-reference/chat/create, read 2026-11-21; the
peculiarities of hosts are data in hosts.py.
"""

from __future__ import annotations

from typing import assert_never

from app.providers.hosts import Quirks, matches
from app.providers.pictures import data_url
from app.providers.wire import Body, conversation, json_object, text_of
from app.request import (
    AnswerForm,
    ChatRequest,
    ImagePart,
    MessagePart,
    RequestMessage,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolMode,
    ToolResultPart,
    ToolSpec,
)


def encode_chat(request: ChatRequest, quirks: Quirks) -> Body:
    """The body of a streaming chat completion."""
    messages: list[Body] = []
    for message in conversation(request):
        _add_message(messages, message, request.model, quirks)
    body: Body = {
        "model": request.model,
        "messages": messages,
        "stream": True,
        quirks.output_cap: request.output_tokens_max,
    }
    if quirks.include_usage:
        body["stream_options"] = {"include_usage": True}
    if quirks.usage_accounting:
        body["usage"] = {"include": True}
    if request.temperature is not None and not matches(quirks.no_temperature_models, request.model):
        body["temperature"] = request.temperature
    _add_sampling(body, request, quirks)
    if request.tools:
        body |= _tools(request)
    if request.answer_form is not None:
        body["response_format"] = _answer_form(request.answer_form)
    if request.effort and (
        not quirks.thinking_models or matches(quirks.thinking_models, request.model)
    ):
        body |= _effort(request.effort, quirks.effort_as)
    return body


def _add_sampling(body: Body, request: ChatRequest, quirks: Quirks) -> None:
    # Models that think take none of these, as they take no temperature.
    if not matches(quirks.no_temperature_models, request.model):
        if request.top_p is not None:
            body["top_p"] = request.top_p
        if request.presence_penalty is not None:
            body["presence_penalty"] = request.presence_penalty
        if request.frequency_penalty is not None:
            body["frequency_penalty"] = request.frequency_penalty
        if request.stop:
            body["stop"] = list(request.stop)
    if request.seed is not None:
        body["seed"] = request.seed


def _tools(request: ChatRequest) -> Body:
    body: Body = {"tools": [_tool(tool) for tool in request.tools]}
    if (choice := request.tool_choice) is not None:
        named = {"type": "function", "function": {"name": choice.name}}
        body["tool_choice"] = named if choice.mode is ToolMode.ONE else choice.mode.value
    if request.parallel_tool_calls is not None:
        body["parallel_tool_calls"] = request.parallel_tool_calls
    return body


def _tool(tool: ToolSpec) -> Body:
    function: Body = {
        "name": tool.name,
        "description": tool.description,
        "parameters": json_object(tool.parameters_json),
    }
    if tool.strict is not None:
        function["strict"] = tool.strict
    return {"type": "function", "function": function}


def _answer_form(form: AnswerForm) -> Body:
    if not form.schema_json:
        return {"type": "json_object"}
    schema: Body = {"name": form.name, "schema": json_object(form.schema_json)}
    if form.strict is not None:
        schema["strict"] = form.strict
    return {"type": "json_schema", "json_schema": schema}


def _effort(effort: str, field: str) -> Body:
    match field:
        case "":
            return {}
        case "reasoning":
            return {"reasoning": {"effort": effort}}
        case "enable_thinking":
            return {"enable_thinking": True}
        case "type":
            return {"thinking": {"type": "enabled"}}
        case "prompt_mode":
            return {"prompt_mode": "reasoning"}
        case _:
            return {field: effort}


def _add_message(messages: list[Body], message: RequestMessage, model: str, quirks: Quirks) -> None:
    match message.role:
        case Role.SYSTEM:
            developer = matches(quirks.developer_role_models, model)
            role = "developer" if developer else "system"
            messages.append({"role": role, "content": text_of(message.parts)})
        case Role.USER:
            messages.append({"role": "user", "content": _content(message.parts)})
        case Role.ASSISTANT:
            messages.append(_assistant(message, quirks))
        case Role.TOOL:
            for part in message.parts:
                if isinstance(part, ToolResultPart):
                    result: Body = {"role": "tool", "tool_call_id": part.id, "content": part.text}
                    messages.append(result)
        case _:
            assert_never(message.role)


def _content(parts: tuple[MessagePart, ...]) -> str | list[Body]:
    """Words alone as a string, which every host takes; with pictures a list."""
    if len(parts) == 1 and isinstance(parts[0], TextPart):
        return parts[0].text
    if not any(isinstance(part, ImagePart) for part in parts):
        return "\n\n".join(part.text for part in parts if isinstance(part, TextPart))
    content: list[Body] = []
    for part in parts:
        if isinstance(part, TextPart):
            content.append({"type": "text", "text": part.text})
        elif isinstance(part, ImagePart):
            url = data_url(part.media_type, part.content)
            image: Body = {"url": url}
            if part.detail:
                image["detail"] = part.detail
            content.append({"type": "image_url", "image_url": image})
    return content


def _assistant(message: RequestMessage, quirks: Quirks) -> Body:
    text = text_of(message.parts)
    encoded: Body = {"role": "assistant", "content": text}
    calls = [part for part in message.parts if isinstance(part, ToolCallPart)]
    if calls:
        encoded["content"] = text or None
        encoded["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in calls
        ]
    thinking = "".join(part.text for part in message.parts if isinstance(part, ThinkingPart))
    if thinking and quirks.thinking_back_as == "parts":
        thought = {"type": "thinking", "thinking": [{"type": "text", "text": thinking}]}
        said = [{"type": "text", "text": text}] if text else []
        encoded["content"] = [thought, *said]
    elif thinking and quirks.thinking_back_as:
        encoded[quirks.thinking_back_as] = thinking
    return encoded
