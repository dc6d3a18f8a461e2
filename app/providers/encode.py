"""A request in the words of a wire language: the path behind the base address, and the body.

One function a language in the files `encode_*`; here is what they share and the choice among them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.providers.encode_anthropic import encode_anthropic
from app.providers.encode_gemini import encode_gemini
from app.providers.encode_ollama import encode_ollama
from app.providers.encode_openai_chat import encode_chat
from app.providers.encode_openai_responses import encode_responses
from app.providers.hosts import Host
from app.providers.languages import Language
from app.providers.wire import Body
from app.request import ChatRequest, ToolMode

_ENCODERS = {
    Language.OPENAI_CHAT: encode_chat,
    Language.OPENAI_RESPONSES: encode_responses,
    Language.ANTHROPIC: encode_anthropic,
    Language.GEMINI: encode_gemini,
    Language.OLLAMA: encode_ollama,
}
_PATHS = {
    Language.OPENAI_CHAT: "/chat/completions",
    Language.OPENAI_RESPONSES: "/responses",
    Language.ANTHROPIC: "/messages",
    Language.GEMINI: "/models/{model}:streamGenerateContent?alt=sse",
    Language.OLLAMA: "/api/chat",
}
# What a counter does not take, by language.
_NOT_COUNTED = {
    Language.OPENAI_RESPONSES: (
        "stream",
        "max_output_tokens",
        "store",
        "include",
        "temperature",
        "top_p",
    ),
    Language.ANTHROPIC: ("stream", "max_tokens", "temperature", "top_p", "stop_sequences"),
    Language.GEMINI: ("generationConfig",),
}


# What a language has no word for, by the fields of ChatRequest.
_LOST: dict[Language, tuple[str, ...]] = {
    Language.OPENAI_CHAT: (),
    Language.OPENAI_RESPONSES: ("stop", "seed", "presence_penalty", "frequency_penalty"),
    Language.ANTHROPIC: ("seed", "presence_penalty", "frequency_penalty"),
    Language.GEMINI: ("parallel_tool_calls",),
    Language.OLLAMA: ("parallel_tool_calls", "tool_choice"),
}


def lost_in(request: ChatRequest, language: Language) -> tuple[str, ...]:
    """The fields that were set and that this language cannot say; empty where nothing is lost."""
    lost = [name for name in _LOST[language] if getattr(request, name) not in (None, ())]
    if language is Language.OLLAMA and request.tool_choice is not None:
        easy = request.tool_choice.mode in (ToolMode.AUTO, ToolMode.NONE)
        lost = [name for name in lost if name != "tool_choice" or not easy]
    form = request.answer_form
    if language is Language.ANTHROPIC and form is not None and not form.schema_json:
        lost.append("answer_form")
    return tuple(lost)


@dataclass(frozen=True, slots=True)
class Encoded:
    """`path` goes behind the host's base address; `body` becomes JSON."""

    path: str
    body: Body


def encode(request: ChatRequest, host: Host) -> Encoded:
    """The streaming request for this model at this host."""
    language = host.language_of(request.model)
    return Encoded(
        _path(_PATHS[language], request.model), _ENCODERS[language](request, host.quirks)
    )


def encode_count(request: ChatRequest, host: Host) -> Encoded | None:
    """The question how many tokens the request has; None where the host has no free counter."""
    path = host.quirks.counter_path
    if not path:
        return None
    language = host.language_of(request.model)
    if language is Language.OPENAI_CHAT:
        # The counter speaks Responses only; the conversation is counted the same.
        language = Language.OPENAI_RESPONSES
    body = _without(_ENCODERS[language](request, host.quirks), _NOT_COUNTED.get(language, ()))
    if language is Language.GEMINI:
        model = request.model.removeprefix("models/")
        counted: Body = {"generateContentRequest": {"model": f"models/{model}", **body}}
        return Encoded(_path("/models/{model}" + path, request.model), counted)
    return Encoded(path, body)


def _path(path: str, model: str) -> str:
    return path.replace("{model}", model.removeprefix("models/")) if "{" in path else path


def _without(body: Body, names: Iterable[str]) -> Body:
    left = set(names)
    return {name: value for name, value in body.items() if name not in left}
