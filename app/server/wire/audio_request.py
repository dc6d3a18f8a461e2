"""Requests of `POST /v1/audio/speech`, `/transcriptions` and `/translations`, by allow-list.

Source: https://platform.openai.com/docs/api-reference/audio, read 2026-11-21.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.server.wire.reading import BadRequest, Fields, Json, WireLimits

_SOUNDS = ("mp3", "opus", "aac", "flac", "wav", "pcm")
_SPEECH_KNOWN = frozenset(
    {"model", "input", "voice", "instructions", "response_format", "speed", "stream_format"}
)
_FORM_KNOWN = frozenset(
    {"model", "file", "language", "prompt", "response_format", "temperature", "stream"}
)
_TEXTS = ("json", "text", "srt", "verbose_json", "vtt")
# What may be heard, by the ending that upstreams tell it by.
_ENDINGS = ("flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm")


@dataclass(frozen=True, slots=True)
class SpeechCall:
    """A text to be spoken; billed by its letters or tokens."""

    model: str
    text: str = field(repr=False)
    fields: tuple[tuple[str, object], ...] = field(repr=False)
    dropped: tuple[str, ...] = ()

    def body(self, model: str) -> bytes:
        """The body for an upstream, in its name for the model."""
        asked = {"model": model, "input": self.text, **dict(self.fields)}
        return json.dumps(asked, ensure_ascii=False).encode()


def read_speech(body: Json, limits: WireLimits | None = None) -> SpeechCall:
    """The call; raises BadRequest naming the field that cannot be taken."""
    limits = limits or WireLimits()
    fields = Fields(body)
    if fields.choice("stream_format", ("audio", "sse")) == "sse":
        raise fields.bad("stream_format", "Sound comes as it is here.", "unsupported_value")
    kept: list[tuple[str, object]] = [("voice", fields.wanted_text("voice", length_max=64))]
    if (said := fields.text("instructions", length_max=limits.speech_letters_max)) is not None:
        kept.append(("instructions", said))
    if (form := fields.choice("response_format", _SOUNDS)) is not None:
        kept.append(("response_format", form))
    if (speed := fields.number("speed", 0.25, 4)) is not None:
        kept.append(("speed", speed))
    return SpeechCall(
        fields.wanted_text("model", length_max=256),
        fields.wanted_text("input", length_max=limits.speech_letters_max),
        tuple(kept),
        fields.others(_SPEECH_KNOWN),
    )


@dataclass(frozen=True, slots=True)
class SoundFile:
    """An uploaded file; `name` is the client's and only its ending is used."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ListenCall:
    """Sound to be written down, or with `translate` to be written down in English."""

    model: str
    file: SoundFile
    fields: tuple[tuple[str, str], ...]
    translate: bool
    response_format: str
    dropped: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Behind the upstream's base address."""
        return "/audio/translations" if self.translate else "/audio/transcriptions"

    def form(self, model: str) -> tuple[str, bytes]:
        """Content type and body of the form for an upstream, in its name for the model."""
        boundary = f"tuppence-{secrets.token_hex(16)}"
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in (("model", model), *self.fields)
        ]
        ending = self.file.name.rpartition(".")[2].lower()
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; '
            f'filename="sound.{ending}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        )
        body = "".join((*parts, head)).encode() + self.file.content
        return (
            f"multipart/form-data; boundary={boundary}",
            body + f"\r\n--{boundary}--\r\n".encode(),
        )


def read_listen(form: Mapping[str, str], file: SoundFile | None, *, translate: bool) -> ListenCall:
    """The call from a form's fields and its file; raises BadRequest naming the wrong field."""
    given: Json = dict(form)
    fields = Fields(given)
    if fields.text("stream") in ("true", "1", "True"):
        raise fields.bad("stream", "The text comes whole here.", "unsupported_value")
    if file is None or not file.content:
        raise BadRequest("file: This is missing.", "file", "missing_required_parameter")
    if file.name.rpartition(".")[2].lower() not in _ENDINGS:
        raise BadRequest(f"file: Its name ends in one of {', '.join(_ENDINGS)}.", "file")
    kept: list[tuple[str, str]] = []
    for name, length in (("language", 16), ("prompt", 4096)):
        value = fields.text(name, length_max=length)
        if value is not None and not (translate and name == "language"):
            kept.append((name, value))
    written = fields.choice("response_format", _TEXTS) or "json"
    kept.append(("response_format", written))
    if (warmth := fields.text("temperature")) is not None:
        kept.append(("temperature", _warmth(fields, warmth)))
    model = fields.wanted_text("model", length_max=256)
    return ListenCall(model, file, tuple(kept), translate, written, fields.others(_FORM_KNOWN))


def _warmth(fields: Fields, text: str) -> str:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise fields.bad("temperature", "This has to be from 0 to 1.")
    return f"{value:g}"
