"""The recorded traffic that the tests of this folder share, and how events are compared."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.metering.usage import Usage
from app.providers.decode import decoder_for
from app.providers.events import StreamEvent, TextArrived, ThinkingArrived, UsageArrived
from app.providers.languages import Language

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
_LANGUAGES = {
    "chat": Language.OPENAI_CHAT,
    "responses": Language.OPENAI_RESPONSES,
    "messages": Language.ANTHROPIC,
    "generate": Language.GEMINI,
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded exchange. `provider` and `language` stand in the file's name."""

    path: Path
    provider: str
    language: Language
    url: str
    status: int
    request: dict[str, object]
    body: str


@cache
def recordings(folder: str) -> tuple[Recorded, ...]:
    """Every file of `streams` or `errors`."""
    return tuple(_read(path) for path in sorted((GOLDEN / folder).glob("*.json")))


def messages_of(recorded: Recorded) -> list[dict[str, object]]:
    """The JSON of each event, by plain splitting: not the way of the code under test."""
    lines = [line[5:].strip() for line in recorded.body.splitlines() if line.startswith("data:")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def decode(language: Language, *pieces: bytes) -> list[StreamEvent]:
    """All events of a stream that comes in these pieces."""
    decoder = decoder_for(language)
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.close()


def joined(events: list[StreamEvent]) -> list[StreamEvent]:
    """Neighboring pieces of text as one, so that only what was said is compared."""
    merged: list[StreamEvent] = []
    for event in events:
        last = merged[-1] if merged else None
        if isinstance(event, TextArrived) and isinstance(last, TextArrived):
            merged[-1] = TextArrived(last.text + event.text)
        elif (
            isinstance(event, ThinkingArrived)
            and isinstance(last, ThinkingArrived)
            and event.signature is None
            and last.signature is None
        ):
            merged[-1] = ThinkingArrived(last.text + event.text)
        else:
            merged.append(event)
    return merged


def last_usage(events: list[StreamEvent]) -> Usage | None:
    usages = [event.usage for event in events if isinstance(event, UsageArrived)]
    return usages[-1] if usages else None


def text_of(events: list[StreamEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextArrived))


def _read(path: Path) -> Recorded:
    fields = json.loads(path.read_text(encoding="utf-8"))
    provider, kind = path.name.split("-")[:2]
    return Recorded(
        path,
        provider,
        _LANGUAGES[kind],
        fields["url"],
        fields["status"],
        fields["request"],
        fields["body"],
    )
