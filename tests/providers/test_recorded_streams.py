"""Every recorded stream decodes whole and cut anywhere; texts and figures by another way."""

from __future__ import annotations

import pytest

from app.providers.decode import decoder_for
from app.providers.events import Finished, Outcome, ToolCallArrived
from app.providers.languages import Language
from tests.providers.cuts import wrong_cuts
from tests.providers.recordings import (
    Recorded,
    decode,
    joined,
    last_usage,
    messages_of,
    recordings,
    text_of,
)

STREAMS = recordings("streams")
_CUTS = 60
by_name = pytest.mark.parametrize("recorded", STREAMS, ids=lambda r: r.path.stem)


def test_all_recordings_are_here() -> None:
    assert len(STREAMS) == 75


@by_name
def test_a_recorded_stream_ends_exactly_once_and_at_its_end(recorded: Recorded) -> None:
    events = decode(recorded.language, recorded.body.encode())
    ends = [event for event in events if isinstance(event, Finished)]
    assert ends == [events[-1]]
    broken = '"error"' in recorded.body and recorded.provider in ("groq", "openrouter")
    failed = broken and any(message.get("error") for message in messages_of(recorded))
    assert (ends[0].outcome is Outcome.BROKEN) == failed
    assert ends[0].model


@by_name
def test_byte_by_byte_it_says_the_same(recorded: Recorded) -> None:
    body = recorded.body.encode()
    whole = joined(decode(recorded.language, body))
    decoder = decoder_for(recorded.language)
    events = [
        event for place in range(len(body)) for event in decoder.feed(body[place : place + 1])
    ]
    assert joined(events + decoder.close()) == whole


@by_name
def test_cut_in_two_at_every_single_place_it_says_the_same(recorded: Recorded) -> None:
    body = recorded.body.encode()
    assert list(wrong_cuts(lambda: decoder_for(recorded.language), body)) == []


@by_name
def test_cut_in_two_and_decoded_from_its_beginning_it_says_the_same(recorded: Recorded) -> None:
    """The plain form, at places that share no period; `test_cuts` has it for every place."""
    body = recorded.body.encode()
    whole = joined(decode(recorded.language, body))
    for cut in range(1, len(body), len(body) // _CUTS | 1):
        assert joined(decode(recorded.language, body[:cut], body[cut:])) == whole, cut


@pytest.mark.soak
@pytest.mark.timeout(900)
@by_name
def test_cut_at_every_single_place_with_events_on_both_sides_it_says_the_same(
    recorded: Recorded,
) -> None:
    body = recorded.body.encode()
    assert list(wrong_cuts(lambda: decoder_for(recorded.language), body, neighbors=1)) == []


@by_name
def test_with_other_line_ends_it_says_the_same(recorded: Recorded) -> None:
    body = recorded.body.encode()
    whole = joined(decode(recorded.language, body))
    lf = body.replace(b"\r\n", b"\n")
    for line_end in (b"\r\n", b"\r"):
        other = lf.replace(b"\n", line_end)
        for cut in (len(other) // 3, other.find(line_end) + 1, len(other) - 1):
            assert joined(decode(recorded.language, other[:cut], other[cut:])) == whole


@by_name
def test_the_text_is_the_plain_sum_of_the_deltas(recorded: Recorded) -> None:
    events = decode(recorded.language, recorded.body.encode())
    assert text_of(events) == "".join(_texts(recorded))


@by_name
def test_the_figures_add_up_to_what_the_provider_billed(recorded: Recorded) -> None:
    usage = last_usage(decode(recorded.language, recorded.body.encode()))
    billed = _billed(recorded)
    if billed is None:
        assert usage is None
        return
    assert usage is not None
    assert (usage.input_total, usage.output_total) == billed
    assert all(count > 0 for _, count in usage.parts())


@by_name
def test_tool_calls_are_whole(recorded: Recorded) -> None:
    events = decode(recorded.language, recorded.body.encode())
    calls = [event for event in events if isinstance(event, ToolCallArrived)]
    assert all(call.id and call.name for call in calls)
    asked = [call for call in calls if not call.server_side]
    assert bool(asked) == (
        isinstance(events[-1], Finished) and events[-1].outcome is Outcome.TOOL_CALLS
    )
    if recorded.language is Language.OPENAI_CHAT and asked:
        assert "".join(call.arguments for call in asked) == "".join(_chat_arguments(recorded))


def _texts(recorded: Recorded) -> list[str]:
    found = []
    for message in messages_of(recorded):
        match recorded.language:
            case Language.OPENAI_CHAT:
                for choice in message.get("choices", []):
                    content = choice["delta"].get("content")
                    if isinstance(content, list):
                        found += [part["text"] for part in content if part["type"] == "text"]
                    else:
                        found.append(content or "")
            case Language.OPENAI_RESPONSES:
                if message["type"] == "response.output_text.delta":
                    found.append(message["delta"])
            case Language.ANTHROPIC:
                delta = message.get("delta", {})
                if delta.get("type") == "text_delta":
                    found.append(delta["text"])
            case Language.GEMINI:
                for candidate in message.get("candidates", []):
                    parts = candidate.get("content", {}).get("parts", [])
                    found += [part.get("text", "") for part in parts if not part.get("thought")]
    return found


def _chat_arguments(recorded: Recorded) -> list[str]:
    return [
        call["function"].get("arguments", "")
        for index in range(8)
        for message in messages_of(recorded)
        for choice in message.get("choices", [])
        for call in choice["delta"].get("tool_calls") or []
        if call["index"] == index
    ]


def _billed(recorded: Recorded) -> tuple[int, int] | None:
    """Input and output in all, as the vendor's own totals say."""
    told: dict[str, int] = {}
    for message in messages_of(recorded):
        usage = message.get("usage") or message.get("usageMetadata") or {}
        usage = usage or (message.get("x_groq") or {}).get("usage") or {}
        usage = usage or (message.get("response") or {}).get("usage") or {}
        if message.get("type") == "message_start":
            usage = message["message"]["usage"]
        if recorded.language is Language.GEMINI:
            told = usage or told
        else:
            told = {**told, **usage}
    if not told:
        return None
    match recorded.language:
        case Language.OPENAI_CHAT:
            return told["prompt_tokens"], told["completion_tokens"]
        case Language.OPENAI_RESPONSES:
            return told["input_tokens"], told["output_tokens"]
        case Language.ANTHROPIC:
            written = told.get("cache_creation_input_tokens") or 0
            read = told.get("cache_read_input_tokens") or 0
            return told["input_tokens"] + written + read, told["output_tokens"]
        case _:
            read = told["promptTokenCount"] + told.get("toolUsePromptTokenCount", 0)
            output = told.get("candidatesTokenCount", 0) + told.get("thoughtsTokenCount", 0)
            return read, output
