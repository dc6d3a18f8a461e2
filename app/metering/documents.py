"""What documents, sound and film count as in tokens, by each vendor's published rule.

PDF: OpenAI reads each page's text and its picture (platform.openai.com/docs/guides/pdf-files);
Anthropic too, 1,500 to 3,000 tokens a page of text and the picture
(docs.claude.com/en/docs/build-with-claude/pdf-support); Gemini bills a page as 258 tokens, from
Gemini 3 on as 560 (ai.google.dev/gemini-api/docs/media-resolution). The sources of sound and film
stand beside their figures. What no vendor's page says is counted and called uncertain.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.metering.documents_pdf import read_pdf
from app.metering.images import image_tokens
from app.request import AudioPart, DocumentPart, MediaPart, VideoPart

# Characters of text to a token in most European texts.
_CHARACTERS_PER_TOKEN = 4
# A page of US letter at the 150 dots an inch that vendors draw it with.
_PAGE_WIDTH, _PAGE_HEIGHT = 1275, 1650
_AUDIO_PER_1000_S = {
    # "32 tokens per second of audio": ai.google.dev/gemini-api/docs/tokens, read 2026-11-21.
    "gemini": 32_000,
    # "1 token per 100 ms" of a user's sound: developers.openai.com/api/docs/guides/realtime-costs,
    # read 2026-11-21. It is said of Realtime; no other page says otherwise of chat.
    "openai": 10_000,
    # Mistral publishes no rule. Its paper on Voxtral (arxiv.org/abs/2507.13264) gives the model
    # 12.5 frames a second; read 2026-11-21.
    "mistral": 12_500,
}
_AUDIO_RULE_PUBLISHED = ("gemini", "openai")
# Who publishes nothing (Anthropic takes no sound) is counted as the dearest of those that do.
_DEAREST_AUDIO_PER_1000_S = 32_000
# "263 tokens per second" of film: ai.google.dev/gemini-api/docs/tokens, read 2026-11-21.
_VIDEO_PER_1000_S = 263_000
# 70 for a frame a second from Gemini 3 on (ai.google.dev/gemini-api/docs/media-resolution, read
# 2026-11-21) and 32 of sound; no page says that they add up so.
_VIDEO_GEMINI_3_PER_1000_S = 102_000
# Where the length is unknown: 128 kbit/s of sound, 2 Mbit/s of film.
_AUDIO_BYTES_PER_S, _VIDEO_BYTES_PER_S = 16_000, 250_000


@dataclass(frozen=True, slots=True)
class MediaCount:
    """`certain` is false where a size had to be guessed or the vendor has no rule for it."""

    tokens: int
    certain: bool = True


def media_tokens(rule: str, model: str, part: MediaPart) -> MediaCount:
    """Tokens of one file; `rule` is openai, anthropic, gemini or mistral."""
    match part:
        case DocumentPart():
            return _document(rule, model.lower(), part)
        case AudioPart():
            rate = _AUDIO_PER_1000_S.get(rule)
            ms = part.duration_ms or _guess_ms(part.content, _AUDIO_BYTES_PER_S)
            known = bool(part.duration_ms) and rule in _AUDIO_RULE_PUBLISHED
            return MediaCount(_timed(rate or _DEAREST_AUDIO_PER_1000_S, ms), known)
        case VideoPart():
            newest = "gemini-3" in model.lower()
            rate = _VIDEO_GEMINI_3_PER_1000_S if newest else _VIDEO_PER_1000_S
            ms = part.duration_ms or _guess_ms(part.content, _VIDEO_BYTES_PER_S)
            known = bool(part.duration_ms) and rule == "gemini" and not newest
            return MediaCount(_timed(rate, ms), known)


def _document(rule: str, model: str, part: DocumentPart) -> MediaCount:
    size = read_pdf(part.content)
    if size is None:  # sealed, broken or no PDF at all
        return MediaCount(-(-len(part.content) // 20), certain=False)
    text = -(-size.characters // _CHARACTERS_PER_TOKEN)
    if rule == "gemini":
        return MediaCount(size.pages * (560 if "gemini-3" in model else 258))
    if rule == "mistral":
        return MediaCount(text, certain=False)  # its pages are read out before they are billed
    page = image_tokens(rule, model, _PAGE_WIDTH, _PAGE_HEIGHT)
    return MediaCount(size.pages * page + text, certain=rule in ("openai", "anthropic"))


def _timed(per_1000_s: int, duration_ms: int) -> int:
    return -(-per_1000_s * duration_ms // 1_000_000)


def _guess_ms(content: bytes, bytes_per_s: int) -> int:
    return len(content) * 1000 // bytes_per_s
