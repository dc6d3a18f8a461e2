"""Requests in Gemini's generateContent.

Sources, read 2026-11-21: https://ai.google.dev/api/generate-content,
https://ai.google.dev/gemini-api/docs/thinking, https://ai.google.dev/gemini-api/docs/thought-signatures.
"""

from __future__ import annotations

import base64
from typing import assert_never

from app.providers.hosts import Quirks, matches
from app.providers.wire import THINKING_BUDGETS, Body, conversation, json_object, system_text
from app.request import (
    ChatRequest,
    ImagePart,
    RequestMessage,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolChoice,
    ToolMode,
    ToolResultPart,
)


def encode_gemini(request: ChatRequest, quirks: Quirks) -> Body:
    """The body; the model stands in the path."""
    names = {
        part.id: part.name
        for message in request.messages
        for part in message.parts
        if isinstance(part, ToolCallPart)
    }
    contents = [
        {"role": "model" if message.role is Role.ASSISTANT else "user", "parts": parts}
        for message in conversation(request)
        if message.role is not Role.SYSTEM and (parts := _parts(message, names))
    ]
    body: Body = {"contents": contents, "generationConfig": _config(request, quirks)}
    if system := system_text(request):
        body["systemInstruction"] = {"parts": [{"text": system}]}
    if request.tools:
        declarations = [
            {
                "name": tool.name,
                "description": tool.description,
                "parametersJsonSchema": json_object(tool.parameters_json),
            }
            for tool in request.tools
        ]
        body["tools"] = [{"functionDeclarations": declarations}]
        if request.tool_choice is not None:
            body["toolConfig"] = {"functionCallingConfig": _calling(request.tool_choice)}
    return body


def _calling(choice: ToolChoice) -> Body:
    match choice.mode:
        case ToolMode.AUTO:
            return {"mode": "AUTO"}
        case ToolMode.NONE:
            return {"mode": "NONE"}
        case ToolMode.REQUIRED:
            return {"mode": "ANY"}
        case ToolMode.ONE:
            return {"mode": "ANY", "allowedFunctionNames": [choice.name]}
        case _:
            assert_never(choice.mode)


def _config(request: ChatRequest, quirks: Quirks) -> Body:
    config: Body = {"maxOutputTokens": request.output_tokens_max}
    if request.temperature is not None:
        config["temperature"] = request.temperature
    for name, value in (
        ("topP", request.top_p),
        ("seed", request.seed),
        ("presencePenalty", request.presence_penalty),
        ("frequencyPenalty", request.frequency_penalty),
        ("stopSequences", list(request.stop) or None),
    ):
        if value is not None:
            config[name] = value
    if request.answer_form is not None:
        config["responseMimeType"] = "application/json"
        if request.answer_form.schema_json:
            config["responseJsonSchema"] = json_object(request.answer_form.schema_json)
    if request.effort and matches(quirks.thinking_models, request.model):
        thinking: Body = {"includeThoughts": True}
        if matches(quirks.adaptive_models, request.model):
            least = request.effort in ("minimal", "low")
            thinking["thinkingLevel"] = "low" if least else "high"
        else:
            budget = THINKING_BUDGETS.get(request.effort, 8_192)
            thinking["thinkingBudget"] = min(budget, request.output_tokens_max // 2)
        config["thinkingConfig"] = thinking
    return config


def _parts(message: RequestMessage, names: dict[str, str]) -> list[Body]:
    """Parts in order; a signature goes back on the part that followed it."""
    parts: list[Body] = []
    signature: str | None = None
    for part in message.parts:
        match part:
            case TextPart(text):
                if not text:
                    continue
                encoded: Body = {"text": text}
            case ImagePart(media_type, content):
                inline = {
                    "mimeType": media_type,
                    "data": base64.b64encode(content).decode("ascii"),
                }
                encoded = {"inlineData": inline}
            case ThinkingPart(_, signed):
                signature = signed or signature
                continue
            case ToolCallPart(_, name, arguments):
                encoded = {"functionCall": {"name": name, "args": json_object(arguments)}}
            case ToolResultPart(id_, text, failed):
                answer = {"error" if failed else "result": text}
                encoded = {"functionResponse": {"name": names.get(id_, id_), "response": answer}}
            case _:
                assert_never(part)
        if signature is not None:
            encoded["thoughtSignature"] = signature
            signature = None
        parts.append(encoded)
    return parts
