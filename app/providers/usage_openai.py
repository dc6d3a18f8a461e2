"""Usage in OpenAI's words (Chat and Responses) and the words of hosts that speak the same.

Cached, cache-written, audio and image tokens are inside the totals; reasoning is inside the output,
but for xAI, which reports it beside. `usage.cost` is what was charged and wins.
Sources, read 2026-11-21: https://platform.openai.com/docs/api-reference/chat/object,
https://openrouter.ai/docs/use-cases/usage-accounting, https://docs.x.ai/developers/cost-tracking,
https://api-docs.deepseek.com/guides/kv_cache, https://console.groq.com/docs/api-reference.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.metering.usage import Usage
from app.providers.counts import TOKENS_MAX, Counter, unknown_figures
from app.providers.json_text import Json, as_object

XAI_TICKS_PER_USD = 10**10
_WRITTEN = ("cache_write_tokens", "cache_creation_tokens", "cache_creation_input_tokens")
_MEDIA = frozenset({"audio_tokens", "image_tokens", "video_tokens"})
_NO_MEDIA = (0, 0, 0)
_USUAL = frozenset(
    {
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
        "prompt_tokens_details",
        "completion_tokens_details",
    }
)

_IN = ("prompt_tokens_details", "input_tokens_details", "input_token_details")
_OUT = ("completion_tokens_details", "output_tokens_details", "output_token_details")
_INSIDE_INPUT = (
    "cached_tokens",
    "cache_write_tokens",
    "cache_creation_tokens",
    "cache_creation_input_tokens",
    "audio_tokens",
    "image_tokens",
    "video_tokens",
    "text_tokens",  # the rest, said aloud
    "multimodal_tokens",  # billed like text
    "tool_use_tokens",
)
_INSIDE_OUTPUT = (
    "reasoning_tokens",
    "audio_tokens",
    "image_tokens",
    "video_tokens",
    "text_tokens",
    "accepted_prediction_tokens",  # inside the output, at its price
    "rejected_prediction_tokens",
)
_KNOWN = frozenset(
    {
        "prompt_tokens",
        "completion_tokens",
        "input_tokens",
        "output_tokens",
        "total_tokens",
        "reasoning_tokens",
        "cached_tokens",
        "num_cached_tokens",
        "prompt_cache_hit_tokens",
        "prompt_cache_miss_tokens",
        "cost",
        "cost_details",
        "is_byok",
        "cost_in_usd_ticks",
        "server_tool_use.web_search_requests",
        "server_tool_use_details.web_search_requests",
        "cost_details.upstream_inference_cost",
        *(f"{outer}.{inner}" for outer in _IN for inner in _INSIDE_INPUT),
        *(f"{outer}.{inner}" for outer in _OUT for inner in _INSIDE_OUTPUT),
    }
)


def openai_usage(
    raw: Json,
    *,
    service_tier: str | None = None,
    output_tokens_max: int | None = None,
    tool_units: Mapping[str, int] | None = None,
) -> Usage:
    """One call's figures in disjoint parts; `raw` has its fractions as Decimal.

    `output_tokens_max` is the cap that was sent. Raises nothing.
    """
    # `auto` is a wish, not what was served.
    tier = None if service_tier == "auto" else service_tier
    if not tool_units and (usage := _usual(raw, tier, output_tokens_max)) is not None:
        return usage
    counter = Counter()
    prompt = counter.number(_first(raw, "prompt_tokens", "input_tokens"))
    completion = counter.number(_first(raw, "completion_tokens", "output_tokens"))
    inside, made = as_object(_first(raw, *_IN)), as_object(_first(raw, *_OUT))
    unknown = list(unknown_figures(raw, _KNOWN))
    completion, reasoning = _with_reasoning(counter, raw, made, prompt, completion, unknown)
    if output_tokens_max is not None and completion > output_tokens_max:
        counter.clamped = True
        completion = output_tokens_max
        reasoning = min(reasoning, completion)
    cached = counter.within(_cached(raw, inside), prompt)
    written = counter.within(_first(inside, *_WRITTEN) if inside else None, prompt - cached)
    left_in = prompt - cached - written
    audio_in, image_in, video_in = _media_in(counter, inside, prompt, left_in)
    left_out = completion - reasoning
    audio_out, image_out, video_out = _media_out(counter, made, left_out)
    cost_pusd = _reported_pusd(counter, raw)
    return Usage(
        input=left_in - audio_in - image_in - video_in,
        cache_read=cached,
        cache_write_5m=written,
        output=left_out - audio_out - image_out - video_out,
        reasoning=reasoning,
        input_audio=audio_in,
        input_image=image_in,
        input_video=video_in,
        output_audio=audio_out,
        output_image=image_out,
        output_video=video_out,
        tool_units=_units(counter, raw, tool_units or {}),
        unknown_fields=tuple(unknown),
        reported_cost_pusd=cost_pusd,
        service_tier=tier,
        clamped=counter.clamped,
    )


def _usual(raw: Json, tier: str | None, output_tokens_max: int | None) -> Usage | None:
    """What nearly every answer tells: two counts with their sum, what was cached, what was thought.
    None where there is more to look at, or anything to doubt."""
    if not raw.keys() <= _USUAL:
        return None
    prompt, completion = raw.get("prompt_tokens"), raw.get("completion_tokens")
    if type(prompt) is not int or type(completion) is not int:
        return None
    if prompt + completion != raw.get("total_tokens") or prompt > TOKENS_MAX:
        return None
    cached = _only("cached_tokens", raw.get("prompt_tokens_details"))
    reasoning = _only("reasoning_tokens", raw.get("completion_tokens_details"))
    most = TOKENS_MAX if output_tokens_max is None else min(output_tokens_max, TOKENS_MAX)
    if not (0 <= cached <= prompt and 0 <= reasoning <= completion <= most):
        return None
    return Usage(
        input=prompt - cached,
        cache_read=cached,
        output=completion - reasoning,
        reasoning=reasoning,
        service_tier=tier,
    )


def _only(name: str, details: object) -> int:
    """The count of that name where the others beside it are nought; less than 0 where they are not,
    or are no counts."""
    if details is None:
        return 0
    if type(details) is not dict:
        return -1
    found = 0
    for each, count in details.items():
        if count is None:
            continue
        if type(count) is not int or (count and each != name):
            return -1
        if count:
            found = count
    return found


def _media_in(counter: Counter, inside: Json, prompt: int, left: int) -> tuple[int, int, int]:
    """Audio, images and video among what was read."""
    if _MEDIA.isdisjoint(inside):
        return _NO_MEDIA
    # Where audio or images were cached too, they are in `cached` already: no token in two parts.
    audio = min(counter.within(inside.get("audio_tokens"), prompt), left)
    image = min(counter.within(inside.get("image_tokens"), prompt), left - audio)
    video = min(counter.within(inside.get("video_tokens"), prompt), left - audio - image)
    return audio, image, video


def _media_out(counter: Counter, made: Json, left: int) -> tuple[int, int, int]:
    """Audio, images and video among what was written."""
    if _MEDIA.isdisjoint(made):
        return _NO_MEDIA
    audio = counter.within(made.get("audio_tokens"), left)
    image = counter.within(made.get("image_tokens"), left - audio)
    video = counter.within(made.get("video_tokens"), left - audio - image)
    return audio, image, video


def _first(fields: Json, *names: str) -> object:
    for name in names:
        if (value := fields.get(name)) is not None:
            return value
    return None


def _cached(raw: Json, inside: Json) -> object:
    cached = inside.get("cached_tokens")
    if cached is None:
        cached = _first(raw, "prompt_cache_hit_tokens", "num_cached_tokens", "cached_tokens")
    return cached


def _with_reasoning(
    counter: Counter, raw: Json, made: Json, prompt: int, completion: int, unknown: list[str]
) -> tuple[int, int]:
    """All output and the thinking in it."""
    told = made.get("reasoning_tokens")
    told = raw.get("reasoning_tokens") if told is None else told
    total = raw.get("total_tokens")
    if isinstance(told, int) and told > 0 and total == prompt + completion + told:
        # xAI reports thinking beside the completion: only the sum gives it away.
        reasoning = counter.number(told)
        return completion + reasoning, reasoning
    if isinstance(total, int) and total > prompt + completion:
        # Something was counted that no field names, like hidden thinking behind a gateway.
        unknown.append("total_tokens")
    return completion, counter.within(told, completion)


def _reported_pusd(counter: Counter, raw: Json) -> int | None:
    if (ticks := raw.get("cost_in_usd_ticks")) is not None:
        return counter.cost_pusd(ticks, XAI_TICKS_PER_USD)
    cost = raw.get("cost")
    if isinstance(cost, dict):
        cost = cost.get("total_cost")
    charged = counter.cost_pusd(cost)
    if charged is None or raw.get("is_byok") is not True:
        return charged
    # With an own key behind the gateway, `cost` is the gateway's fee alone.
    details = as_object(raw.get("cost_details"))
    upstream = counter.cost_pusd(details.get("upstream_inference_cost"))
    return None if upstream is None else charged + upstream


def _units(counter: Counter, raw: Json, seen: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    told = as_object(_first(raw, "server_tool_use", "server_tool_use_details"))
    if not (told or seen):
        return ()
    units = dict(seen)
    searches = counter.number(told.get("web_search_requests"))
    if searches:
        units["web_search"] = searches
    return tuple(sorted((name, count) for name, count in units.items() if count))
