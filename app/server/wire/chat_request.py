"""A request of `POST /v1/chat/completions`, by allow-list.

Source: https://platform.openai.com/docs/api-reference/chat/create, read 2026-11-21.
"""

from __future__ import annotations

from typing import Any

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
from app.server.wire.content import Pictures, read_detail
from app.server.wire.reading import LIMITS, BadRequest, Fields, Json, WireLimits
from app.server.wire.tools import read_answer_form, read_effort, read_stops, read_tools, tool_name

_NO_PRICE = "This costs extra and cannot be used here."
_REFUSED = {
    "functions": "Functions are sent as `tools` now.",
    "function_call": "This is `tool_choice` now.",
    "web_search_options": _NO_PRICE,
    "audio": _NO_PRICE,
    "prediction": _NO_PRICE,
    "logprobs": "Probabilities of tokens are not passed on here.",
    "top_logprobs": "Probabilities of tokens are not passed on here.",
}
_SAID_OF_THE_ANSWER = frozenset(
    {
        "temperature",
        "reasoning_effort",
        "top_p",
        "stop",
        "seed",
        "presence_penalty",
        "frequency_penalty",
        "response_format",
    }
)
_REFUSED_IN_A_MESSAGE = {
    "function_call": "This is `tool_calls` now.",
    "audio": "Sound cannot be sent here.",
}
_KNOWN = frozenset(
    {
        "model",
        "messages",
        "max_completion_tokens",
        "max_tokens",
        "stream",
        "stream_options",
        "temperature",
        "top_p",
        "stop",
        "seed",
        "n",
        "presence_penalty",
        "frequency_penalty",
        "logit_bias",
        "verbosity",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "response_format",
        "reasoning_effort",
        "modalities",
        "service_tier",
        *_REFUSED,
    }
)
_ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "tool": Role.TOOL,
}


def read_chat(body: Json, limits: WireLimits = LIMITS) -> ChatCall:
    """The call; raises BadRequest naming the field that cannot be taken.

    `user`, `metadata`, `store`, `safety_identifier`, `prompt_cache_key` and what nobody knows are
    left out. One answer is given: `n` has to be 1, so that what a client leaves can be counted.
    """
    fields = Fields(body)
    fields.refuse(_REFUSED)
    refuse_tiers(fields)
    if fields.has("n"):
        fields.whole("n", 1, 1)
    if fields.value.get("modalities") not in (None, ["text"]):
        raise fields.bad("modalities", "Answers are text here.", "unsupported_value")
    wishes = read_tools(fields, limits, flat=False)
    cap = fields.cap(("max_completion_tokens", "max_tokens"), limits.output_tokens_most)
    request = ChatRequest(
        model=fields.wanted_text("model", length_max=256),
        messages=_messages(fields, limits),
        output_tokens_max=cap or limits.output_tokens_most,
        tools=wishes.tools,
        tool_choice=wishes.choice,
        parallel_tool_calls=wishes.parallel,
        **_of_the_answer(fields, limits),
    )
    options = fields.fields("stream_options")
    return ChatCall(
        request,
        stream=bool(fields.flag("stream")),
        include_usage=bool(options is not None and options.flag("include_usage")),
        capped=cap is not None,
        extras=_extras(fields),
        dropped=fields.others(_KNOWN),
    )


def _of_the_answer(fields: Fields, limits: WireLimits) -> dict[str, Any]:
    """What was said of how the answer is to be, by the names that a request has for it."""
    if fields.value.keys().isdisjoint(_SAID_OF_THE_ANSWER):
        return {}
    return {
        "temperature": fields.number("temperature", 0, 2),
        "effort": read_effort(fields, "reasoning_effort"),
        "top_p": fields.number("top_p", 0, 1),
        "stop": read_stops(fields, limits),
        "seed": fields.whole("seed", -(2**63), 2**63 - 1),
        "presence_penalty": fields.number("presence_penalty", -2, 2),
        "frequency_penalty": fields.number("frequency_penalty", -2, 2),
        "answer_form": read_answer_form(fields.fields("response_format"), flat=False),
    }


def refuse_tiers(fields: Fields) -> None:
    """Another service tier has another price, which nobody agreed to."""
    tier = fields.text("service_tier")
    if tier not in (None, "auto", "default"):
        raise fields.bad("service_tier", "Only the default tier is served.", "unsupported_value")


def _extras(fields: Fields) -> tuple[tuple[str, object], ...]:
    extras: list[tuple[str, object]] = []
    if (bias := fields.fields("logit_bias")) is not None and bias.value:
        if len(bias.value) > 1024 or not all(token.isdecimal() for token in bias.value):
            raise fields.bad("logit_bias", "These are up to 1,024 numbers of tokens.")
        extras.append(("logit_bias", {t: bias.number(t, -100, 100) for t in bias.value}))
    if (verbosity := fields.choice("verbosity", ("low", "medium", "high"))) is not None:
        extras.append(("verbosity", verbosity))
    return tuple(extras)


def _messages(fields: Fields, limits: WireLimits) -> tuple[RequestMessage, ...]:
    pictures = Pictures(limits)
    rows = fields.rows("messages", count_max=limits.messages_max)
    messages = tuple([_message(row, limits, pictures) for row in rows])
    if not messages:
        raise fields.bad("messages", "There has to be a message.", "missing_required_parameter")
    return messages


def _message(row: Fields, limits: WireLimits, pictures: Pictures) -> RequestMessage:
    name = row.wanted_text("role")
    if name not in _ROLES:
        raise row.bad("role", f"This is one of {', '.join(_ROLES)}.")
    role = _ROLES[name]
    row.refuse(_REFUSED_IN_A_MESSAGE)
    parts = _content(row, role, limits, pictures)
    match role:
        case Role.TOOL:
            text = "".join(part.text for part in parts if isinstance(part, TextPart))
            return RequestMessage(role, (ToolResultPart(row.wanted_text("tool_call_id"), text),))
        case Role.ASSISTANT:
            return RequestMessage(role, (*_thinking(row), *parts, *_calls(row, limits)))
        case _:
            if not parts:
                raise row.bad("content", "This is missing.", "missing_required_parameter")
            return RequestMessage(role, parts)


def _content(
    row: Fields, role: Role, limits: WireLimits, pictures: Pictures
) -> tuple[MessagePart, ...]:
    value = row.value.get("content")
    if value is None:
        refusal = row.text("refusal")
        return (TextPart(refusal),) if refusal else ()
    if isinstance(value, str):
        return (TextPart(row.text("content") or ""),)
    parts = row.rows("content", count_max=limits.parts_max)
    return tuple(_part(part, role, pictures) for part in parts)


def _part(part: Fields, role: Role, pictures: Pictures) -> MessagePart:
    kind = part.wanted_text("type")
    if kind == "text":
        return TextPart(part.text("text") or "")
    if kind == "refusal" and role is Role.ASSISTANT:
        return TextPart(part.text("refusal") or "")
    if kind == "image_url" and role is Role.USER:
        held = part.value.get("image_url")
        image = Fields({"url": held} if isinstance(held, str) else held, part.at("image_url"))
        return pictures.read(image.wanted_text("url"), image.at("url"), read_detail(image))
    known = ("text", "image_url", "refusal")
    where = f"in a message of the role {role.value}" if kind in known else "here"
    raise part.bad("type", f"{kind[:40]} cannot be sent {where}.", "unsupported_value")


def _thinking(row: Fields) -> tuple[MessagePart, ...]:
    """What a model thought and its client sends back, under any of its names."""
    details = tuple(
        ThinkingPart(detail.text("text") or "", detail.text("signature"))
        for detail in row.rows("reasoning_details", count_max=1000)
        if detail.has("text") or detail.has("signature")
    )
    if details:
        return details
    thought = row.text("reasoning_content") or row.text("reasoning")
    return (ThinkingPart(thought),) if thought else ()


def _calls(row: Fields, limits: WireLimits) -> tuple[MessagePart, ...]:
    calls = []
    for call in row.rows("tool_calls", count_max=limits.tools_max):
        function = call.fields("function")
        if function is None or call.text("type") not in (None, "function"):
            raise BadRequest(f"{call.path}: This is no call of a function.", call.path)
        arguments = function.text("arguments") or "{}"
        calls.append(ToolCallPart(call.wanted_text("id"), tool_name(function), arguments))
    return tuple(calls)
