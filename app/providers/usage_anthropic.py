"""Usage in Anthropic's words: parts that add up, with cache writes by lifetime.

Source: https://docs.claude.com/en/api/messages (usage), read 2026-11-21.
"""

from __future__ import annotations

from app.metering.usage import Certainty, Usage
from app.providers.counts import Counter, unknown_figures
from app.providers.json_text import Json, as_list, as_object, as_text, as_tier

_KNOWN = frozenset(
    {
        "input_tokens",
        "output_tokens",
        "cache_read_input_tokens",
        "cache_creation_input_tokens",
        "cache_creation.ephemeral_5m_input_tokens",
        "cache_creation.ephemeral_1h_input_tokens",
        "output_tokens_details.thinking_tokens",
        "server_tool_use.web_search_requests",
        "server_tool_use.web_fetch_requests",  # free but for its tokens
    }
)


def anthropic_usage(
    raw: Json, *, output_tokens_max: int | None = None, final: bool = True
) -> Usage:
    """One message's figures; `final` False for the start, which knows only what was read."""
    counter = Counter()
    unknown = list(unknown_figures(raw, _KNOWN))
    input_tokens = counter.number(raw.get("input_tokens"))
    cache_read = counter.number(raw.get("cache_read_input_tokens"))
    write_5m, write_1h = _writes(counter, raw)
    output = counter.number(raw.get("output_tokens")) if final else 0
    for iteration in map(as_object, as_list(raw.get("iterations"))):
        kind = as_text(iteration.get("type"))
        if kind == "compaction":
            # The totals leave out what the model spent on shortening the conversation.
            input_tokens += counter.number(iteration.get("input_tokens"))
            output += counter.number(iteration.get("output_tokens")) if final else 0
        elif kind not in ("message", ""):
            # Another model was asked (an advisor): its tokens have another price.
            unknown.append(f"iterations.{kind}")
    if output_tokens_max is not None and output > output_tokens_max and not raw.get("iterations"):
        counter.clamped = True
        output = output_tokens_max
    details = as_object(raw.get("output_tokens_details"))
    thinking = counter.within(details.get("thinking_tokens"), output) if final else 0
    searches = counter.number(as_object(raw.get("server_tool_use")).get("web_search_requests"))
    if raw.get("inference_geo") == "us":
        # Bound to the United States costs a tenth more, which no price list carries.
        unknown.append("inference_geo")
    return Usage(
        input=input_tokens,
        cache_read=cache_read,
        cache_write_5m=write_5m,
        cache_write_1h=write_1h,
        output=output - thinking,
        reasoning=thinking,
        tool_units=(("web_search", searches),) if searches else (),
        certainty=Certainty.EXACT if final else Certainty.PENDING,
        unknown_fields=tuple(dict.fromkeys(unknown)),
        service_tier=as_tier(raw.get("service_tier")) or None,
        clamped=counter.clamped,
    )


def _writes(counter: Counter, raw: Json) -> tuple[int, int]:
    """Five-minute and one-hour writes; where the sum says more than both, the rest is short."""
    split = as_object(raw.get("cache_creation"))
    short = counter.number(split.get("ephemeral_5m_input_tokens"))
    long = counter.number(split.get("ephemeral_1h_input_tokens"))
    if (total := raw.get("cache_creation_input_tokens")) is None:
        return short, long
    written = counter.number(total)
    if written < long:
        counter.clamped = True
        return 0, written
    return written - long, long
