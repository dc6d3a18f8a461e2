"""Recorded traffic, decoded again: files of `url`, `request`, `status`, `content_type`, `body`.

Users attach such files to reports. Nothing is asked of the network; what a file lacks is counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from app.errors import TuppenceError
from app.metering.usage import Certainty, Usage
from app.providers.decode import decoder_for
from app.providers.events import (
    Finished,
    Outcome,
    StreamEvent,
    TextArrived,
    ThinkingArrived,
    ToolCallArrived,
    UsageArrived,
)
from app.providers.faults import error_of_response, fault_from, not_the_provider
from app.providers.hosts import CUSTOM_HOST, host_of_url
from app.providers.json_text import Json, as_object, as_text
from app.providers.languages import Language

CountText = Callable[[str], int]
_FILE_BYTES_MAX = 256 * 1024 * 1024
_CAPS = ("max_completion_tokens", "max_tokens", "max_output_tokens")


class RecordingError(TuppenceError):
    """A file that is no recording, or one that lacks what is needed to decode it."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One exchange. `body` is what came, as bytes."""

    url: str
    request: Json
    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What a recording says. `model` is the one that answered, else the one that was asked.

    `provider_id` is the price book's name, `custom` where the address is in no table; `model_id`
    is what was asked for. `usage` is estimated where the provider sent none.
    """

    events: tuple[StreamEvent, ...]
    outcome: Outcome
    model: str | None
    text: str
    thinking: str
    tool_calls: tuple[ToolCallArrived, ...]
    usage: Usage
    provider_id: str
    model_id: str | None
    language: Language


def replay_file(path: Path, count_text: CountText | None = None) -> ReplayResult:
    """Decode one file; raises RecordingError in words where it is none.

    `count_text` gives tokens of a text; without one the shipped vocabulary counts.
    """
    return replay(read_recording(path), count_text)


def read_recording(path: Path) -> Recording:
    """The exchange in a file."""
    try:
        if path.stat().st_size > _FILE_BYTES_MAX:
            raise RecordingError("This file is too large to be a recording.")
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise RecordingError(f"This file cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise RecordingError(
            "This file is no recording: it is not JSON.",
            "A recording holds url, request, status, content_type and body.",
        ) from error
    return _recording(value)


def replay(recording: Recording, count_text: CountText | None = None) -> ReplayResult:
    """Decode one exchange."""
    host = host_of_url(recording.url)
    name = host.name if host is not None else "The provider"
    language = _language(recording)
    events = tuple(_events(recording, language, name))
    finished = events[-1]
    assert isinstance(finished, Finished), "a decoder ends with its end"
    text = "".join(event.text for event in events if isinstance(event, TextArrived))
    thinking = "".join(event.text for event in events if isinstance(event, ThinkingArrived))
    asked = _asked_model(recording)
    return ReplayResult(
        events=events,
        outcome=finished.outcome,
        model=finished.model or asked,
        text=text,
        thinking=thinking,
        tool_calls=tuple(event for event in events if isinstance(event, ToolCallArrived)),
        usage=_usage(recording, events, text + thinking, count_text),
        provider_id=host.price_provider if host is not None else _other_provider(recording.url),
        model_id=asked,
        language=language,
    )


def _recording(value: object) -> Recording:
    fields = as_object(value)
    body, status, url = fields.get("body"), fields.get("status", 200), fields.get("url")
    if body is None or not isinstance(url, str):
        raise RecordingError(
            "This file is no recording: it lacks url or body.",
            "A recording holds url, request, status, content_type and body.",
        )
    if not isinstance(status, int) or isinstance(status, bool):
        raise RecordingError("This recording has no usable status.")
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    request = fields.get("request")
    if isinstance(request, str):
        try:
            request = json.loads(request)
        except ValueError:
            request = {}
    content_type = as_text(fields.get("content_type")).partition(";")[0].strip().lower()
    return Recording(url, as_object(request), status, content_type, text.encode("utf-8", "replace"))


def _language(recording: Recording) -> Language:
    """The language, told from the address, else from the request, else from the answer."""
    path = recording.url.partition("://")[2].partition("?")[0].partition("#")[0]
    if "GenerateContent" in path or "generateContent" in path:
        return Language.GEMINI
    for ending, language in (
        ("/chat/completions", Language.OPENAI_CHAT),
        ("/responses", Language.OPENAI_RESPONSES),
        ("/messages", Language.ANTHROPIC),
        ("/api/chat", Language.OLLAMA),
        ("/api/generate", Language.OLLAMA),
    ):
        if path.rstrip("/").endswith(ending):
            return language
    if "contents" in recording.request:
        return Language.GEMINI
    if "input" in recording.request:
        return Language.OPENAI_RESPONSES
    if "ndjson" in recording.content_type:
        return Language.OLLAMA
    if b"message_start" in recording.body[:2000]:
        return Language.ANTHROPIC
    return Language.OPENAI_CHAT


def _events(recording: Recording, language: Language, name: str) -> Iterator[StreamEvent]:
    beginning = recording.body.lstrip()[:1]
    if recording.status >= 300:
        error = error_of_response(recording.status, recording.body, host=name)
        yield Finished(Outcome.BROKEN, None, error.request_id, fault_from(error))
        return
    if beginning == b"<":
        fault = fault_from(not_the_provider(name, recording.status))
        yield Finished(Outcome.BROKEN, fault=fault)
        return
    decoder = decoder_for(language, host=name, output_tokens_max=_cap(recording.request))
    whole = beginning in (b"{", b"[") and language is not Language.OLLAMA
    if whole:
        yield from decoder.feed_body(recording.body)
    else:
        yield from decoder.feed(recording.body)
        yield from decoder.close()


def _cap(request: Json) -> int | None:
    """The most output that was asked for."""
    config = as_object(request.get("generationConfig") or request.get("generation_config"))
    options = as_object(request.get("options"))
    wanted = [request.get(name) for name in _CAPS]
    wanted += [config.get("maxOutputTokens"), options.get("num_predict")]
    return next((cap for cap in wanted if isinstance(cap, int) and cap > 0), None)


def _usage(
    recording: Recording, events: tuple[StreamEvent, ...], answer: str, count: CountText | None
) -> Usage:
    """The provider's figures; what they lack is counted and marked as estimated."""
    if recording.status >= 300:
        return Usage()  # refused before any token: nothing is owed
    told = [event.usage for event in events if isinstance(event, UsageArrived)]
    if told and told[-1].certainty is Certainty.EXACT:
        return told[-1]
    count = count or _vocabulary()
    output = count(answer) if answer else 0
    if told:
        return replace(told[-1], output=output, certainty=Certainty.ESTIMATED)
    asked = "\n".join(_texts(recording.request))
    return Usage(input=count(asked), output=output, certainty=Certainty.ESTIMATED)


def _vocabulary() -> CountText:
    # Loading it takes a third of a second: only where something must be counted.
    from app.config import resources_folder
    from app.metering.tokens import TokenCounter

    return TokenCounter(resources_folder() / "tokenizers").count_text


def _texts(value: object, name: str = "") -> Iterator[str]:
    """Every text of the request that a model reads; names, pictures and settings are left out."""
    if isinstance(value, str):
        if name in ("text", "content", "input", "instructions", "system", "description", "output"):
            yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, name)


def _asked_model(recording: Recording) -> str | None:
    if model := as_text(recording.request.get("model")):
        return model
    _, found, rest = recording.url.partition("/models/")
    return rest.partition(":")[0] if found else None


def _other_provider(url: str) -> str:
    """The price book's name of a gateway's route (`router.huggingface.co/together/…`)."""
    place, _, path = url.partition("://")[2].partition("/")
    if place == "router.huggingface.co" and not path.startswith("v1/"):
        return f"huggingface_{path.partition('/')[0]}"
    return CUSTOM_HOST
