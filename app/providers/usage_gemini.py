"""Usage in Gemini's words: the cached are inside the prompt; thoughts and tool prompts beside.

Source: https://ai.google.dev/api/generate-content#UsageMetadata, read 2026-11-21.
"""

from __future__ import annotations

from app.metering.usage import Certainty, Usage
from app.providers.counts import Counter, unknown_figures
from app.providers.json_text import Json, as_list, as_object, as_text, as_tier

_KNOWN = frozenset(
    {
        "promptTokenCount",
        "cachedContentTokenCount",
        "toolUsePromptTokenCount",
        "candidatesTokenCount",
        "thoughtsTokenCount",
        "totalTokenCount",
    }
)


def gemini_usage(
    raw: Json, *, output_tokens_max: int | None = None, searches: int = 0, final: bool = True
) -> Usage:
    """One answer's figures; `final` False before the end, when only the prompt is known."""
    counter = Counter()
    unknown = list(unknown_figures(raw, _KNOWN))
    prompt = counter.number(raw.get("promptTokenCount"))
    tool_prompt = counter.number(raw.get("toolUsePromptTokenCount"))
    cached = counter.within(raw.get("cachedContentTokenCount"), prompt)
    made = counter.number(raw.get("candidatesTokenCount")) if final else 0
    thoughts = counter.number(raw.get("thoughtsTokenCount")) if final else 0
    total = raw.get("totalTokenCount")
    if final and isinstance(total, int) and total > prompt + tool_prompt + made + thoughts:
        unknown.append("totalTokenCount")
    if output_tokens_max is not None and made + thoughts > output_tokens_max:
        counter.clamped = True
        thoughts = min(thoughts, output_tokens_max)
        made = min(made, output_tokens_max - thoughts)
    read = _by_kind(counter, raw, ("promptTokensDetails", "toolUsePromptTokensDetails"))
    from_cache = _by_kind(counter, raw, ("cacheTokensDetails",))
    written = _by_kind(counter, raw, ("candidatesTokensDetails",)) if final else {}
    cached_audio = min(from_cache.get("AUDIO", 0), cached)
    cached_image = min(from_cache.get("IMAGE", 0), cached - cached_audio)
    fresh = prompt - cached + tool_prompt
    audio = min(max(0, read.get("AUDIO", 0) - cached_audio), fresh)
    image = min(max(0, read.get("IMAGE", 0) - cached_image), fresh - audio)
    cached_video = min(from_cache.get("VIDEO", 0), cached - cached_audio - cached_image)
    video = min(max(0, read.get("VIDEO", 0) - cached_video), fresh - audio - image)
    audio_out = min(written.get("AUDIO", 0), made)
    image_out = min(written.get("IMAGE", 0), made - audio_out)
    video_out = min(written.get("VIDEO", 0), made - audio_out - image_out)
    return Usage(
        input=fresh - audio - image - video,
        cache_read=cached - cached_audio - cached_image,
        output=made - audio_out - image_out - video_out,
        reasoning=thoughts,
        input_audio=audio,
        input_image=image,
        input_video=video,
        cache_read_audio=cached_audio,
        cache_read_image=cached_image,
        output_audio=audio_out,
        output_image=image_out,
        output_video=video_out,
        tool_units=(("web_search", searches),) if searches and final else (),
        certainty=Certainty.EXACT if final else Certainty.PENDING,
        unknown_fields=tuple(unknown),
        service_tier=as_tier(raw.get("serviceTier")).lower() or None,
        clamped=counter.clamped,
    )


def _by_kind(counter: Counter, raw: Json, names: tuple[str, ...]) -> dict[str, int]:
    """Tokens by modality over these lists of details."""
    counts: dict[str, int] = {}
    for name in names:
        for row in map(as_object, as_list(raw.get(name))):
            kind = as_text(row.get("modality"))
            counts[kind] = counts.get(kind, 0) + counter.number(row.get("tokenCount"))
    return counts
