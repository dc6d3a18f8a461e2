"""The decoder of each wire language: bytes in, events out, sans I/O."""

from __future__ import annotations

from app.providers.anthropic import AnthropicDecoder
from app.providers.framing import Bounds
from app.providers.gemini import GeminiDecoder
from app.providers.languages import Language
from app.providers.ollama import OllamaDecoder
from app.providers.openai_chat import OpenAIChatDecoder
from app.providers.openai_responses import OpenAIResponsesDecoder
from app.providers.stream_decoder import DecoderOptions, StreamDecoder

Decoder = StreamDecoder

_DECODERS: dict[Language, type[StreamDecoder]] = {
    Language.OPENAI_CHAT: OpenAIChatDecoder,
    Language.OPENAI_RESPONSES: OpenAIResponsesDecoder,
    Language.ANTHROPIC: AnthropicDecoder,
    Language.GEMINI: GeminiDecoder,
    Language.OLLAMA: OllamaDecoder,
}


def decoder_for(
    language: Language,
    *,
    host: str = "The provider",
    output_tokens_max: int | None = None,
    bounds: Bounds | None = None,
) -> Decoder:
    """A new decoder for one answer.

    `host` is the name to use in faults; `output_tokens_max` the cap that was sent: usage above it
    is brought down to it and flagged.
    """
    return _DECODERS[language](DecoderOptions(host, output_tokens_max, bounds))
