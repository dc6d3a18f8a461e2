"""The rounds of an answer, as they go back to a model: what it wrote and asked, what came back."""

from __future__ import annotations

from collections.abc import Iterator

from app.chat.extras import Extras, Round, read_extras
from app.request import (
    ImagePart,
    MessagePart,
    RequestMessage,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from app.store.records import MessageRecord
from app.tools.unanswered import LOST, TOOLS_SAID


def has_rounds(message: MessageRecord) -> bool:
    return bool(read_extras(message.extras_json).rounds)


def waits_for_model(message: MessageRecord) -> bool:
    """Whether an answer ends with what tools said: the model has not written on since."""
    rounds = read_extras(message.extras_json).rounds
    return bool(rounds) and not message.text[_end(rounds[-1]) :].strip()


def round_messages(message: MessageRecord, host: str, *, current: bool) -> Iterator[RequestMessage]:
    """The messages of an answer with rounds, in the order in which they came.

    `current`: the model is to go on with it, and wants its thinking back, signed or not. Of
    earlier answers, and from other hosts, only the words go back.
    """
    extras = read_extras(message.extras_json)
    begun = 0
    for each in extras.rounds:
        lead = message.text[begun : each.start].strip()
        keeps = current and each.host == host
        parts = tuple(_parts(each, message.text, extras, keeps_thinking=keeps))
        yield RequestMessage(Role.ASSISTANT, ((TextPart(lead), *parts) if lead else parts))
        yield RequestMessage(Role.TOOL, tuple(_results(each, extras)))
        begun = _end(each)
    if rest := message.text[begun:].strip():
        yield RequestMessage(Role.ASSISTANT, (TextPart(rest),))


def without_calls(messages: tuple[RequestMessage, ...]) -> tuple[RequestMessage, ...]:
    """A conversation for a call that takes no tools along: providers refuse calls of tools that
    they are not told of."""
    if not any(message.role is Role.TOOL for message in messages):
        return messages
    return tuple(plain for message in messages if (plain := _plain(message)) is not None)


def _plain(message: RequestMessage) -> RequestMessage | None:
    if message.role is Role.TOOL:
        said = "\n\n".join(part.text for part in message.parts if isinstance(part, ToolResultPart))
        return RequestMessage(Role.USER, (TextPart(f"{TOOLS_SAID}\n\n{said}"),))
    if message.role is not Role.ASSISTANT:
        return message
    parts = tuple(part for part in message.parts if isinstance(part, TextPart | ImagePart))
    return RequestMessage(message.role, parts) if parts else None


def _parts(
    each: Round, text: str, extras: Extras, *, keeps_thinking: bool
) -> Iterator[MessagePart]:
    calls = {call.id: call for call in extras.tool_calls}
    place = each.start
    for item in each.items:
        match item:
            case ("text", int(letters)):
                if words := text[place : place + letters].strip():
                    yield TextPart(words)
                place += letters
            case ("thinking", str(thought), signature):
                if keeps_thinking:
                    yield ThinkingPart(thought, signature)
            case ("call", str(call_id)) if (call := calls.get(call_id)) is not None:
                yield ToolCallPart(call.id, call.name, call.arguments)


def _results(each: Round, extras: Extras) -> Iterator[ToolResultPart]:
    """A result for each call: providers refuse a call without one."""
    calls = {call.id: call for call in extras.tool_calls}
    for item in each.items:
        if item[0] == "call" and (call := calls.get(str(item[1]))) is not None:
            if call.result is None:
                yield ToolResultPart(call.id, LOST, failed=True)
            else:
                yield ToolResultPart(call.id, call.result, call.failed)


def _end(each: Round) -> int:
    return each.start + sum(item[1] for item in each.items if isinstance(item[1], int))
