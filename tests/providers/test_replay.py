"""Recordings that users attach: streams, whole answers, errors, and files that are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.metering.usage import Certainty
from app.providers.events import Finished, Outcome
from app.providers.replay import RecordingError, replay_file
from tests.providers.recordings import Recorded, recordings


@pytest.mark.parametrize("recorded", recordings("streams"), ids=lambda r: r.path.stem)
def test_a_recording_tells_its_language_and_provider_by_itself(recorded: Recorded) -> None:
    result = replay_file(recorded.path, len)
    assert result.language is recorded.language
    expected = {"gemini": "google", "crusoe": "crusoe"}.get(recorded.provider, recorded.provider)
    assert result.provider_id == expected
    assert result.model
    assert result.model_id


@pytest.mark.parametrize("recorded", recordings("errors"), ids=lambda r: r.path.stem)
def test_a_recorded_error_costs_nothing_and_says_why(recorded: Recorded) -> None:
    result = replay_file(recorded.path)
    (end,) = result.events
    assert isinstance(end, Finished)
    assert end.fault is not None
    assert result.outcome is Outcome.BROKEN
    assert result.usage.input_total + result.usage.output_total == 0


def test_a_stream_without_usage_is_counted_and_marked(tmp_path: Path) -> None:
    choice = '{"index":0,"delta":{"content":"12345"},"finish_reason":"stop"}'
    body = f'data: {{"model":"m","choices":[{choice}]}}\n\n'
    request = {"model": "m", "messages": [{"role": "user", "content": "123"}]}
    result = replay_file(_file(tmp_path, body, request=request), len)
    assert (result.usage.input, result.usage.output) == (3, 5)
    assert result.usage.certainty is Certainty.ESTIMATED


def test_a_message_that_breaks_off_keeps_the_providers_input(tmp_path: Path) -> None:
    recorded = next(
        r for r in recordings("streams") if r.path.stem == "anthropic-messages-0879dfed"
    )
    body = recorded.body[: recorded.body.index("event: message_delta")]
    result = replay_file(_file(tmp_path, body, url=recorded.url), len)
    assert result.outcome is Outcome.BROKEN
    assert (result.usage.input, result.usage.output) == (1007, len(result.text))
    assert result.usage.certainty is Certainty.ESTIMATED


_WHOLE = {
    "https://api.openai.com/v1/chat/completions": {
        "model": "m",
        "choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2},
    },
    "https://api.openai.com/v1/responses": {
        "object": "response",
        "status": "completed",
        "model": "m",
        "output": [{"type": "message", "content": [{"type": "output_text", "text": "Hi"}]}],
        "usage": {"input_tokens": 3, "output_tokens": 2},
    },
    "https://api.anthropic.com/v1/messages": {
        "type": "message",
        "model": "m",
        "content": [{"type": "text", "text": "Hi"}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 3, "output_tokens": 2},
    },
    "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent": {
        "candidates": [{"content": {"parts": [{"text": "Hi"}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 2},
    },
}


@pytest.mark.parametrize("url", _WHOLE)
@pytest.mark.parametrize("as_text", [True, False])
def test_a_whole_answer_is_decoded_like_a_stream(url: str, as_text: bool, tmp_path: Path) -> None:
    body = json.dumps(_WHOLE[url], indent=2) if as_text else _WHOLE[url]
    result = replay_file(_file(tmp_path, body, url=url, content_type="application/json"))
    assert (result.outcome, result.text, result.model) == (Outcome.COMPLETE, "Hi", "m")
    assert (result.usage.input, result.usage.output) == (3, 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        '{"url": "x"}',
        '{"url": 1, "body": "x"}',
        '{"url": "x", "body": "y", "status": "200"}',
    ],
)
def test_what_is_no_recording_is_told(text: str, tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecordingError):
        replay_file(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be read"):
        replay_file(tmp_path / "none.json")


def _file(folder: Path, body: object, **fields: object) -> Path:
    path = folder / "recording.json"
    whole = {
        "url": "https://api.openai.com/v1/chat/completions",
        "request": {},
        "status": 200,
        "content_type": "text/event-stream",
        "body": body,
        **fields,
    }
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path
