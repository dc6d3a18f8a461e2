"""Lists of models as providers give them, reduced to what can hold a chat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.providers.hosts import Host
from app.providers.json_text import Json, as_list, as_object, as_text
from app.providers.languages import Language

_PATHS = {
    Language.OPENAI_CHAT: "/models",
    Language.OPENAI_RESPONSES: "/models",
    Language.ANTHROPIC: "/models?limit=1000",
    Language.GEMINI: "/models?pageSize=1000",
    Language.OLLAMA: "/api/tags",
}
# Models that answer no chat, by what providers call them.
_NO_CHAT = re.compile(
    r"embed|whisper|\btts\b|-tts|dall-e|moderation|davinci-00|babbage-00|realtime|transcribe|"
    r"\bsora|gpt-image|imagen|\bveo|rerank|bge-|speech|ocr-|guard|flux|stable-diffusion|lyria|aqa\b",
    re.IGNORECASE,
)
_CONTEXT_FIELDS = (
    "context_length",
    "context_window",
    "max_context_length",
    "max_model_len",
    "inputTokenLimit",
    "max_input_tokens",
)


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model as its provider lists it; `context_tokens` None where it does not say."""

    id: str
    name: str
    context_tokens: int | None = None


def model_pages(host: Host) -> tuple[str, ...]:
    """The paths to ask for the whole list."""
    return (_PATHS[host.language],)


def models_of(value: Json, language: Language) -> Iterator[ListedModel]:
    """The models of one list; what is no chat model is left out."""
    rows = as_list(value.get("data")) or as_list(value.get("models"))
    for row in map(as_object, rows):
        model = _model(row, language)
        if model is not None and not _NO_CHAT.search(model.id):
            yield model


def _model(row: Json, language: Language) -> ListedModel | None:
    name = as_text(row.get("display_name")) or as_text(row.get("displayName"))
    if language is Language.GEMINI:
        methods = as_list(row.get("supportedGenerationMethods"))
        if methods and "generateContent" not in methods:
            return None
        model_id = as_text(row.get("name")).removeprefix("models/")
    elif language is Language.OLLAMA:
        model_id = as_text(row.get("model")) or as_text(row.get("name"))
    else:
        model_id = as_text(row.get("id"))
        name = name or as_text(row.get("name"))
    if not model_id:
        return None
    return ListedModel(model_id, name or model_id, _context(row))


def _context(row: Json) -> int | None:
    for field in _CONTEXT_FIELDS:
        value = row.get(field)
        if isinstance(value, int) and value > 0:
            return value
    return None
