"""Our answers, read by the vendor's own client: streamed and whole, in both of its languages."""

from __future__ import annotations

import json
from collections.abc import Sequence

import httpx2
import openai
import pytest

from app.metering.usage import Usage
from app.providers.events import (
    Begun,
    CitationArrived,
    Fault,
    Finished,
    ImageArrived,
    Outcome,
    StreamEvent,
    TextArrived,
    ThinkingArrived,
    ToolCallArrived,
    ToolResultArrived,
    UsageArrived,
)
from app.server.wire.chat_answer import ChatChunks, WholeChat
from app.server.wire.chat_request import read_chat
from app.server.wire.responses_answer import ResponseEvents
from app.server.wire.responses_request import read_responses
from tests.providers.recordings import Recorded, decode, recordings
from tests.server.upstreams.scripts import CANARIES

USAGE = Usage(input=7, cache_read=3, output=5, reasoning=2)
RECEIPT = {"charged_tokens": 17}
EVENTS: tuple[StreamEvent, ...] = (
    Begun("gen-1"),
    ThinkingArrived("I think "),
    ThinkingArrived("so.", "sealed=="),
    TextArrived("Hello “world”\n"),
    TextArrived('{"a": 1} \u2028 ✓'),
    CitationArrived("https://example.com", "Example"),
    ToolCallArrived("srv_1", "web_search", "{}", server_side=True),
    ToolResultArrived("srv_1", "found"),
    ToolCallArrived("call_1", "weather", '{"city":"Bern"}'),
    ToolCallArrived("call_2", "weather", '{"city":"Basel"}'),
    UsageArrived(USAGE),
    Finished(Outcome.TOOL_CALLS, "upstream-model", "up_1"),
)
TEXT = 'Hello “world”\n{"a": 1} \u2028 ✓'


def _ends_well(recorded: Recorded) -> bool:
    end = decode(recorded.language, recorded.body.encode())[-1]
    return isinstance(end, Finished) and end.outcome is not Outcome.BROKEN


# What breaks off ends in an error, which has tests of its own.
RECORDED = [r for r in recordings("streams") if r.status == 200 and _ends_well(r)]


def client(body: bytes, kind: str) -> openai.OpenAI:
    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": kind}, content=body)

    transport = httpx2.MockTransport(answer)
    return openai.OpenAI(
        api_key="sk-any",
        base_url="http://loopback/v1",
        http_client=httpx2.Client(transport=transport),
        max_retries=0,
    )


def streamed(body: bytes) -> openai.OpenAI:
    return client(body, "text/event-stream")


def whole(value: object) -> openai.OpenAI:
    return client(json.dumps(value).encode(), "application/json")


def chat_stream(events: Sequence[StreamEvent], *, include_usage: bool = True) -> bytes:
    chunks = ChatChunks("req_1", "house-model", 1_763_000_000, include_usage=include_usage)
    sent = chunks.begin() + b"".join(chunks.event(event) for event in events)
    return sent + chunks.end(chunks.usage, RECEIPT)


def response_stream(events: Sequence[StreamEvent]) -> bytes:
    call = read_responses({"model": "house-model", "input": "Hi", "max_output_tokens": 50})
    made = ResponseEvents("resp_1", call, 1_763_000_000)
    sent = made.begin() + b"".join(made.event(event) for event in events)
    return sent + made.end(made.usage, RECEIPT)


def ask_chat(asked: openai.OpenAI, **options: object) -> object:
    messages = [{"role": "user", "content": "Hi"}]
    return asked.chat.completions.create(model="m", messages=messages, **options)  # type: ignore[call-overload]


def test_chunks_are_read_by_the_vendors_client() -> None:
    chunks = list(ask_chat(streamed(chat_stream(EVENTS)), stream=True))  # type: ignore[call-overload]
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == TEXT
    assert "".join(getattr(d, "reasoning_content", "") or "" for d in deltas) == "I think so."
    calls = [call for delta in deltas for call in delta.tool_calls or []]
    assert [(call.index, call.id, call.function.arguments) for call in calls] == [
        (0, "call_1", '{"city":"Bern"}'),
        (1, "call_2", '{"city":"Basel"}'),
    ]
    reasons = [c.choices[0].finish_reason for c in chunks if c.choices]
    assert [reason for reason in reasons if reason] == ["tool_calls"]
    usage = next(chunk.usage for chunk in chunks if chunk.usage)
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (10, 7, 17)
    assert usage.prompt_tokens_details.cached_tokens == 3
    assert usage.completion_tokens_details.reasoning_tokens == 2
    assert chunks[-1].tuppence == RECEIPT
    assert {chunk.model for chunk in chunks} == {"house-model"}


def test_without_the_wish_for_usage_every_chunk_has_a_choice() -> None:
    sent = chat_stream(EVENTS, include_usage=False)
    chunks = list(ask_chat(streamed(sent), stream=True))  # type: ignore[call-overload]
    assert all(chunk.choices and chunk.usage is None for chunk in chunks)
    assert chunks[-1].tuppence == RECEIPT


def test_an_error_inside_a_stream_is_raised_by_the_vendors_client_in_our_words() -> None:
    fault = Fault("RateLimited", f"org {CANARIES[1]} has had enough of {CANARIES[0]}")
    sent = chat_stream((TextArrived("Hi"), Finished(Outcome.BROKEN, fault=fault)))
    seen: list[object] = []
    with pytest.raises(openai.APIError, match="gets too many requests") as raised:
        seen.extend(ask_chat(streamed(sent), stream=True))  # type: ignore[call-overload]
    assert raised.value.code == "upstream_rate_limited"
    assert seen[-1].tuppence == RECEIPT
    assert all(canary.encode() not in sent for canary in CANARIES)


def test_a_whole_completion_is_read_by_the_vendors_client() -> None:
    made = WholeChat("req_1", "house-model", 1_763_000_000)
    for event in (*EVENTS[:-1], ImageArrived("image/png", b"png"), EVENTS[-1]):
        made.event(event)
    completion = ask_chat(whole(made.whole(made.usage, RECEIPT)))
    choice = completion.choices[0]  # type: ignore[attr-defined]
    assert choice.message.content == TEXT
    assert choice.message.reasoning_content == "I think so."
    assert choice.message.reasoning_details[0]["signature"] == "sealed=="
    assert choice.message.annotations[0].url_citation.url == "https://example.com"
    assert choice.message.images[0]["image_url"]["url"] == "data:image/png;base64,cG5n"
    assert [call.id for call in choice.message.tool_calls] == ["call_1", "call_2"]
    assert choice.finish_reason == "tool_calls"
    assert completion.usage.total_tokens == 17  # type: ignore[attr-defined]
    assert completion.tuppence == RECEIPT  # type: ignore[attr-defined]


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda r: r.path.stem)
def test_every_recording_comes_out_whole_in_both_languages(recorded: Recorded) -> None:
    events = decode(recorded.language, recorded.body.encode())
    said = "".join(event.text for event in events if isinstance(event, TextArrived))
    calls = [e for e in events if isinstance(e, ToolCallArrived) and not e.server_side]
    chunks = list(ask_chat(streamed(chat_stream(events)), stream=True))  # type: ignore[call-overload]
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == said
    assert sum(len(delta.tool_calls or []) for delta in deltas) == len(calls)
    sent = response_stream(events)
    answers = list(streamed(sent).responses.create(model="m", input="Hi", stream=True))
    last = answers[-1].response  # type: ignore[union-attr]
    assert last.output_text == said
    assert sum(item.type == "function_call" for item in last.output) == len(calls)


def test_typed_events_come_in_their_order_and_are_read_by_the_vendors_client() -> None:
    answered = streamed(response_stream(EVENTS)).responses.create(
        model="m", input="Hi", stream=True
    )
    events = list(answered)
    assert [event.sequence_number for event in events] == list(range(len(events)))
    kinds = [event.type for event in events]
    assert kinds[:2] == ["response.created", "response.in_progress"]
    assert kinds[-1] == "response.completed"
    deltas = [e.delta for e in events if e.type == "response.output_text.delta"]
    assert "".join(deltas) == TEXT
    last = events[-1].response  # type: ignore[union-attr]
    assert [item.type for item in last.output] == [
        "reasoning",
        "message",
        "function_call",
        "function_call",
    ]
    added = [e.item.type for e in events if e.type == "response.output_item.added"]
    done = [e.item for e in events if e.type == "response.output_item.done"]
    assert added == [item.type for item in done] == [item.type for item in last.output]
    assert last.output_text == TEXT
    assert last.usage.total_tokens == 17
    assert last.tuppence == RECEIPT
    assert last.max_output_tokens == 50


def test_the_vendors_own_accumulator_takes_the_stream() -> None:
    asked = streamed(response_stream(EVENTS))
    with asked.responses.stream(model="m", input="Hi") as stream:
        final = stream.get_final_response()
    assert final.output_text == TEXT


@pytest.mark.parametrize(
    ("outcome", "status", "reason"),
    [
        (Outcome.LENGTH, "incomplete", "max_output_tokens"),
        (Outcome.REFUSED, "incomplete", "content_filter"),
        (Outcome.COMPLETE, "completed", None),
    ],
)
def test_how_a_response_ended_is_told(outcome: Outcome, status: str, reason: str | None) -> None:
    sent = response_stream((TextArrived("Hi"), Finished(outcome)))
    last = list(streamed(sent).responses.create(model="m", input="Hi", stream=True))[-1]
    assert last.type == f"response.{status}"
    details = last.response.incomplete_details  # type: ignore[union-attr]
    assert (details.reason if details else None) == reason


def test_a_broken_response_fails_in_our_words() -> None:
    fault = Fault("ProviderDown", CANARIES[0])
    sent = response_stream((TextArrived("Hi"), Finished(Outcome.BROKEN, fault=fault)))
    last = list(streamed(sent).responses.create(model="m", input="Hi", stream=True))[-1]
    assert last.type == "response.failed"
    assert last.response.error.message.startswith("The model has a fault")  # type: ignore[union-attr]
    assert last.response.output_text == "Hi"  # type: ignore[union-attr]
    assert CANARIES[0].encode() not in sent


@pytest.mark.parametrize("signature", ["sealed:==", "rs_9:sealed=="])
def test_sealed_thinking_finds_its_way_back(signature: str) -> None:
    sent = response_stream((ThinkingArrived("Hm.", signature), TextArrived("Hi")))
    last = list(streamed(sent).responses.create(model="m", input="Hi", stream=True))[-1]
    back = [item.to_dict() for item in last.response.output]  # type: ignore[union-attr]
    call = read_responses({"model": "m", "input": [*back, {"role": "user", "content": "More"}]})
    assert call.request.messages[0].parts[0].signature == signature  # type: ignore[union-attr]


def test_sealed_thinking_of_a_chat_finds_its_way_back() -> None:
    made = WholeChat("req_1", "m", 0)
    for event in (
        ThinkingArrived("Hm.", "sealed:=="),
        TextArrived("Hi"),
        Finished(Outcome.COMPLETE),
    ):
        made.event(event)
    completion = ask_chat(whole(made.whole(None, None)))
    back = completion.choices[0].message.to_dict()  # type: ignore[attr-defined]
    call = read_chat({"model": "m", "messages": [back]})
    assert call.request.messages[0].parts[0].signature == "sealed:=="  # type: ignore[union-attr]
