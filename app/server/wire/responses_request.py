"""A request of `POST /v1/responses`, by allow-list. Nothing is kept between two requests.

Source: https://platform.openai.com/docs/api-reference/responses/create, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.request import (
    ChatRequest,
    MessagePart,
    RequestMessage,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from app.server.wire.call import ChatCall
from app.server.wire.chat_request import refuse_tiers
from app.server.wire.content import Pictures, read_detail
from app.server.wire.reading import Fields, Json, WireLimits
from app.server.wire.seals import signature_of
from app.server.wire.tools import read_answer_form, read_effort, read_tools, tool_name

_NOT_KEPT = "Nothing is kept between requests here: send the whole conversation as `input`."
_REFUSED = {
    "previous_response_id": _NOT_KEPT,
    "conversation": _NOT_KEPT,
    "prompt": "Prompts are not stored here: send it as `instructions` and `input`.",
    "background": "Answers are given at once here.",
    "context_management": "The conversation goes as it is.",
    "top_logprobs": "Probabilities of tokens are not passed on here.",
}
_KNOWN = frozenset(
    {
        "model",
        "input",
        "instructions",
        "max_output_tokens",
        "stream",
        "temperature",
        "top_p",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "reasoning",
        "text",
        "service_tier",
        *_REFUSED,
    }
)
_ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
}


def read_responses(body: Json, limits: WireLimits | None = None) -> ChatCall:
    """The call; raises BadRequest naming the field that cannot be taken.

    `store`, `user`, `metadata`, `include` and what nobody knows are left out.
    """
    limits = limits or WireLimits()
    fields = Fields(body)
    fields.refuse(_REFUSED)
    refuse_tiers(fields)
    wishes = read_tools(fields, limits, flat=True)
    cap = fields.cap(("max_output_tokens",), limits.output_tokens_most)
    reasoning, text = fields.fields("reasoning"), fields.fields("text")
    instructions = fields.text("instructions")
    messages = _input(fields, limits)
    if instructions:
        messages = (RequestMessage(Role.SYSTEM, (TextPart(instructions),)), *messages)
    request = ChatRequest(
        model=fields.wanted_text("model", length_max=256),
        messages=messages,
        output_tokens_max=cap or limits.output_tokens_most,
        temperature=fields.number("temperature", 0, 2),
        effort=read_effort(reasoning, "effort") if reasoning is not None else None,
        tools=wishes.tools,
        top_p=fields.number("top_p", 0, 1),
        tool_choice=wishes.choice,
        parallel_tool_calls=wishes.parallel,
        answer_form=read_answer_form(text.fields("format"), flat=True) if text else None,
    )
    return ChatCall(
        request,
        stream=bool(fields.flag("stream")),
        include_usage=True,
        capped=cap is not None,
        dropped=fields.others(_KNOWN),
        instructions=instructions,
    )


def _input(fields: Fields, limits: WireLimits) -> tuple[RequestMessage, ...]:
    if isinstance(fields.value.get("input"), str):
        text = fields.wanted_text("input")
        return (RequestMessage(Role.USER, (TextPart(text),)),)
    pictures = Pictures(limits)
    messages: list[RequestMessage] = []
    for item in fields.rows("input", count_max=limits.messages_max):
        message = _item(item, limits, pictures)
        if messages and message.role is messages[-1].role is Role.ASSISTANT:
            # Thinking, words and calls of one turn are items of their own in this language.
            message = RequestMessage(Role.ASSISTANT, (*messages.pop().parts, *message.parts))
        messages.append(message)
    if not messages:
        raise fields.bad("input", "This is missing.", "missing_required_parameter")
    return tuple(messages)


def _item(item: Fields, limits: WireLimits, pictures: Pictures) -> RequestMessage:
    kind = item.text("type") or "message"
    if kind == "message":
        return _message(item, limits, pictures)
    if kind == "function_call":
        arguments = item.text("arguments") or "{}"
        call = ToolCallPart(item.wanted_text("call_id"), tool_name(item), arguments)
        return RequestMessage(Role.ASSISTANT, (call,))
    if kind == "function_call_output":
        result = ToolResultPart(item.wanted_text("call_id"), "".join(_outputs(item, limits)))
        return RequestMessage(Role.TOOL, (result,))
    if kind == "reasoning":
        return RequestMessage(Role.ASSISTANT, (_reasoning(item, limits),))
    raise item.bad("type", f"Items of the type {kind[:40]} cannot be sent.", "unsupported_value")


def _message(item: Fields, limits: WireLimits, pictures: Pictures) -> RequestMessage:
    name = item.wanted_text("role")
    if name not in _ROLES:
        raise item.bad("role", f"This is one of {', '.join(_ROLES)}.")
    role = _ROLES[name]
    if isinstance(item.value.get("content"), str):
        return RequestMessage(role, (TextPart(item.text("content") or ""),))
    rows = item.rows("content", count_max=limits.parts_max)
    parts = tuple(_part(part, role, pictures) for part in rows)
    if not parts:
        raise item.bad("content", "This is missing.", "missing_required_parameter")
    return RequestMessage(role, parts)


def _part(part: Fields, role: Role, pictures: Pictures) -> MessagePart:
    kind = part.wanted_text("type")
    if kind in ("input_text", "output_text", "text"):
        return TextPart(part.text("text") or "")
    if kind == "refusal" and role is Role.ASSISTANT:
        return TextPart(part.text("refusal") or "")
    if kind == "input_image" and role is Role.USER:
        part.refuse({"file_id": "Files are not kept here. Send the picture as a data URL."})
        return pictures.read(part.wanted_text("image_url"), part.at("image_url"), read_detail(part))
    raise part.bad("type", f"{kind[:40]} cannot be sent here.", "unsupported_value")


def _outputs(item: Fields, limits: WireLimits) -> Iterator[str]:
    if isinstance(item.value.get("output"), str):
        yield item.text("output") or ""
        return
    for part in item.rows("output", count_max=limits.parts_max):
        if part.text("type") not in ("input_text", "output_text", "text"):
            raise part.bad("type", "A tool's result is text here.", "unsupported_value")
        yield part.text("text") or ""


def _reasoning(item: Fields, limits: WireLimits) -> ThinkingPart:
    """Sealed thinking goes back as it came; an unsealed summary is words."""
    summary = "".join(row.text("text") or "" for row in item.rows("summary", count_max=1000))
    sealed = item.text("encrypted_content")
    signature = signature_of(item.text("id") or "", sealed) if sealed else None
    return ThinkingPart(summary, signature)
