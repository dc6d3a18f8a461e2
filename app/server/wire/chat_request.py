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
from app.server.wire.reading import LIMITS, BadRequest, Fields, Json, WireLimits, whole_text
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
# What most requests have, and nothing else: all other fields need not be looked for in those.
_USUAL = frozenset(
    {"model", "messages", "max_tokens", "max_completion_tokens", "stream", "stream_options"}
)
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
    has_more = not fields.value.keys() <= _USUAL
    wished = _wishes(fields, limits) if has_more else {}
    cap = fields.cap(("max_completion_tokens", "max_tokens"), limits.output_tokens_most)
    model = fields.wanted_text("model", length_max=256)
    messages = _messages(fields, limits)
    if has_more:
        wished |= _of_the_answer(fields, limits)
    request = ChatRequest(model, messages, cap or limits.output_tokens_most, **wished)
    options = fields.fields("stream_options")
    return ChatCall(
        request,
        stream=bool(fields.flag("stream")),
        include_usage=bool(options is not None and options.flag("include_usage")),
        capped=cap is not None,
        extras=_extras(fields) if has_more else (),
        dropped=fields.others(_KNOWN) if has_more else (),
    )


def _wishes(fields: Fields, limits: WireLimits) -> dict[str, Any]:
    """The tools, by the names that a request has for them; raises for what is not served here."""
    fields.refuse(_REFUSED)
    refuse_tiers(fields)
    if fields.has("n"):
        fields.whole("n", 1, 1)
    if fields.value.get("modalities") not in (None, ["text"]):
        raise fields.bad("modalities", "Answers are text here.", "unsupported_value")
    wishes = read_tools(fields, limits, flat=False)
    return {
        "tools": wishes.tools,
        "tool_choice": wishes.choice,
        "parallel_tool_calls": wishes.parallel,
    }


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
    messages: list[RequestMessage] = []
    for place, item in enumerate(fields.items("messages", count_max=limits.messages_max)):
        message = _words(item)
        if message is None:
            row = Fields(item, f"{fields.at('messages')}[{place}]")
            message = _message(row, limits, pictures)
        messages.append(message)
    if not messages:
        raise fields.bad("messages", "There has to be a message.", "missing_required_parameter")
    return tuple(messages)


def _words(item: object) -> RequestMessage | None:
    """A message as `_message` reads it, of nothing but a role and a text, which most are; None for
    every other."""
    if not isinstance(item, dict) or len(item) != 2:
        return None
    name, text = item.get("role"), item.get("content")
    if not isinstance(name, str) or not isinstance(text, str):
        return None
    role = _ROLES.get(name)
    if role is None or role is Role.TOOL:
        return None
    return RequestMessage(role, (TextPart(whole_text(text)),))


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
