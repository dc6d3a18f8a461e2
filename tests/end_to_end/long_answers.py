"""Answers that go on for as long as a test needs, in the form of a recorded one."""

from __future__ import annotations

import json

from tests.fixtures.provider_server import Reply, recorded

RECORDING = "openai-chat-1bc05d89"


def numbered_words(count: int, *, pace_s: float) -> Reply:
    """A recorded stream of OpenAI whose words are numbers: `0 1 2 …`, one event each."""
    recording = recorded(RECORDING)
    events = [event for event in recording.body.split(b"\n\n") if event]
    middle = next(event for event in events if _content(event))
    place = events.index(middle)
    rest = [event for event in events[place:] if not _content(event)]
    words = [_with_content(middle, f"{number} ") for number in range(count)]
    body = b"\n\n".join([*events[:place], *words, *rest]) + b"\n\n"
    return Reply(body, recording.status, recording.content_type, pace_s=pace_s)


def _content(event: bytes) -> str:
    if event == b"data: [DONE]":
        return ""
    choices = json.loads(event.removeprefix(b"data: "))["choices"]
    return choices[0]["delta"].get("content") or "" if choices else ""


def _with_content(event: bytes, text: str) -> bytes:
    chunk = json.loads(event.removeprefix(b"data: "))
    chunk["choices"][0]["delta"]["content"] = text
    return b"data: " + json.dumps(chunk).encode()
